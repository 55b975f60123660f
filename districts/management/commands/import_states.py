"""`import_states FILE`: names of states from a CSV with the columns `name`, `postal` and `fips`."""

from __future__ import annotations

from typing import Any

from common.commands import ImportCommand
from common.files import ImportResult
from districts.operations import import_states


class Command(ImportCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """The rows of the file."""
        return import_states(content=content)
