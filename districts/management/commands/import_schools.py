"""`import_schools FILE [--year YEAR]`: schools of known districts from a CSV of NCES."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from common.commands import ImportCommand
from common.files import ImportResult
from common.zones import now, today
from districts.operations import import_schools


class Command(ImportCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The year of the file, which its columns do not name."""
        super().add_arguments(parser)
        parser.add_argument("--year", type=int, help="the year of the file; this year where it is not given")

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """Schools."""
        return import_schools(content=content, year=options["year"] or today().year, at=now())
