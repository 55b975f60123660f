"""`import_partners FILE`: add partners from a tab-separated list with the columns `group` and `name`."""

from __future__ import annotations

from typing import Any

from common.commands import ImportCommand
from common.files import ImportResult
from common.zones import now, today
from partners.operations import ensure_calendars, import_partners


class Command(ImportCommand):
    """A second run with the same file changes nothing."""

    help = __doc__

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """Partners that are new, and groups that changed."""
        ensure_calendars(on=today())
        return import_partners(content=content, started_on=today(), by=None, at=now())
