"""`verify_ledger [--json]`: is the ledger right; exit code 1 with the differences where it is not."""

from __future__ import annotations

from typing import Any

from common.commands import JsonCommand
from common.tenancy import staff_context
from ledger.operations import verify_ledger


class Command(JsonCommand):
    """Asks the database everything that must be true of money; changes nothing."""

    help = __doc__

    rejected_is_failure = True

    def work(self, **options: Any) -> dict[str, Any]:
        """unchanged (transactions looked at), rejected (line is the check and its subject), ok, entries, budgets, differences, seconds."""
        with staff_context("verify_ledger", read_only=True):
            found = verify_ledger()
        rejected = [{"line": f"{row['check']}: {row['subject']}", "reason": row["found"]} for row in found.differences]
        return {"unchanged": found.transactions, "rejected": rejected, **found.as_json()}
