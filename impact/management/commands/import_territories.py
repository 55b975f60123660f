"""`import_territories FILE`: areas of partners from a CSV with the columns `partner` and `region`."""

from __future__ import annotations

from typing import Any

from common.commands import ImportCommand
from common.files import ImportResult
from common.zones import now, today
from impact.coverage.importing import import_territories


class Command(ImportCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """Areas that are free."""
        return import_territories(content=content, on=today(), by=None, at=now())
