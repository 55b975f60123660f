"""`import_partners FILE`: add partners from a tab-separated list with the columns `group` and `name`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from common.commands import JsonCommand
from common.tenancy import staff_context
from common.zones import now, today
from partners.operations import UnreadableFile, ensure_calendars, import_partners


class Command(JsonCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def work(self, **options: Any) -> dict[str, Any]:
        """created, updated, unchanged, rejected, seconds."""
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        try:
            with staff_context("import_partners"):
                ensure_calendars(on=today())
                return import_partners(content=content, started_on=today(), by=None, at=now()).as_json()
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
