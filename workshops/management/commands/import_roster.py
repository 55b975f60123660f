"""`import_roster --workshop REF FILE`: take a roster (CSV, TSV or XLSX) into a planned workshop, all or nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import JsonCommand, day
from common.errors import DomainError
from common.tenancy import staff_context, tenant_context
from common.zones import now
from workshops.importing import import_roster
from workshops.models import Consent, Workshop


class Command(JsonCommand):
    """Whoever runs it states the consent; without the options it is the registration form, on the day before the workshop."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The workshop, the file, and where and when the people agreed (C12)."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--workshop", required=True, metavar="REF")
        parser.add_argument("--consent", choices=Consent.values, default=Consent.REGISTRATION)
        parser.add_argument("--consent-on", type=day, metavar="DATE")

    def work(self, **options: Any) -> dict[str, Any]:
        """created, updated, unchanged, rejected, seconds."""
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        at = now()
        with staff_context("import_roster"):
            workshop = Workshop.objects.select_related("created_by").filter(ref=options["workshop"]).first()
        if workshop is None:
            raise CommandError(f"There is no workshop {options['workshop']}.")
        before = min((workshop.first_on or at.date()) - dt.timedelta(days=1), at.date())
        consent = (options["consent"], options["consent_on"] or before)
        try:
            with tenant_context(workshop.partner_id):
                return import_roster(
                    workshop=workshop,
                    file=(options["file"].name, content),
                    consent=consent,
                    by=workshop.created_by,
                    at=at,
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
