"""`import_counties FILE`: counties from a CSV with the columns `statefp`, `countyfp` and `name`."""

from __future__ import annotations

from typing import Any

from common.commands import ImportCommand
from common.files import ImportResult
from districts.operations import import_counties


class Command(ImportCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """The rows of the file."""
        return import_counties(content=content)
