"""`verify_isolation [--json]`: does every tenant table have its wall, and does the app role see nothing without a door?"""

from __future__ import annotations

from typing import Any

from common.commands import JsonCommand
from common.tenancy import nobody_context
from common.tenancy.catalog import open_tables, unwalled_tables


class Command(JsonCommand):
    """Exit code 1 where any table is open."""

    help = __doc__
    rejected_is_failure = True

    def work(self, **options: Any) -> dict[str, Any]:
        """unchanged (tables looked at), rejected (line is the table or the wall), problems, visible_without_a_door, seconds."""
        with nobody_context(read_only=True):
            problems, (looked_at, visible) = unwalled_tables(), open_tables()
        rejected = [{"line": "wall", "reason": problem} for problem in problems]
        rejected += [{"line": table, "reason": "rows show without a door"} for table in visible]
        found = {"tables": looked_at, "problems": problems, "visible_without_a_door": visible}
        return {"unchanged": looked_at, "rejected": rejected, **found}
