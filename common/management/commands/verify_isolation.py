"""`verify_isolation`: does every tenant table have its wall, and does the app role see nothing without a door?"""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandError

from common.commands import JsonCommand
from common.tenancy import nobody_context
from common.tenancy.catalog import open_tables, unwalled_tables


class Command(JsonCommand):
    """Exit code 1 where any table is open."""

    help = __doc__

    def work(self, **options: Any) -> dict[str, Any]:
        """Tables looked at, and what is wrong with which."""
        began = time.monotonic()
        with nobody_context(read_only=True):
            problems, (looked_at, visible) = unwalled_tables(), open_tables()
        found: dict[str, Any] = {"tables": looked_at, "problems": problems, "visible_without_a_door": visible}
        found["seconds"] = round(time.monotonic() - began, 3)
        if problems or visible:
            raise CommandError(str(found))
        return found
