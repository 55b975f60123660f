"""`find_partner ZIP`: which partner serves a ZIP code today, and why; none and several too."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import JsonCommand
from common.tenancy import staff_context
from common.zones import today
from impact.coverage.areas import AreaUnknown
from impact.coverage.lookup import find_partner


class Command(JsonCommand):
    """Reads only."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The ZIP code."""
        super().add_arguments(parser)
        parser.add_argument("zip")

    def work(self, **options: Any) -> dict[str, Any]:
        """zip, counties, matches (partner, slug, program, level, area, why) and a sentence."""
        try:
            with staff_context("find_partner"):
                found = find_partner(options["zip"], on=today())
        except AreaUnknown as error:
            raise CommandError(error.message) from error
        return {
            "zip": found.zip_code,
            "counties": [str(county) for county in found.counties],
            "matches": [match.as_json() for match in found.matches],
            "why": found.sentence,
        }
