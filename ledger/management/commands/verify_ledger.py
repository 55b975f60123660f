"""`verify_ledger [--json]`: is the ledger right; exit code 1 with the differences where it is not."""

from __future__ import annotations

from typing import Any

from common.commands import JsonCommand
from common.tenancy import staff_context
from ledger.operations import verify_ledger


class Command(JsonCommand):
    """Asks the database everything that must be true of money; changes nothing."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found, and end with exit code 1 where something is wrong."""
        self.sound = True
        super().handle(*args, **options)
        if not self.sound:
            raise SystemExit(1)

    def work(self, **options: Any) -> dict[str, Any]:
        """ok, transactions, entries, budgets, differences (check, subject, found), seconds."""
        with staff_context("verify_ledger", read_only=True):
            found = verify_ledger()
        self.sound = not found.differences
        return found.as_json()
