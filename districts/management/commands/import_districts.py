"""`import_districts FILE`: districts with their enrollment, or free and reduced-price lunch of known ones, from a CSV of NCES."""

from __future__ import annotations

from typing import Any

from common.commands import ImportCommand
from common.files import ImportResult
from common.zones import now
from districts.operations import import_districts, import_lunch


class Command(ImportCommand):
    """A second run with the same file changes nothing; the columns say which of the two files it is."""

    help = __doc__

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """Districts, or their lunch figures."""
        is_lunch = b"frl_enroll_d" in content.split(b"\n", 1)[0]
        return (import_lunch if is_lunch else import_districts)(content=content, at=now())
