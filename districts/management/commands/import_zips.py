"""`import_zips FILE`: ZIP codes and their counties from a CSV with the columns `zip`, `fips` and `state`."""

from __future__ import annotations

from typing import Any

from common.commands import ImportCommand
from common.files import ImportResult
from districts.operations import import_zips


class Command(ImportCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """The rows of the file."""
        return import_zips(content=content)
