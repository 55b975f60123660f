"""`verify_ledger [--json]`: is the ledger right; exit code 1 with the differences where it is not."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common.tenancy import staff_context
from ledger.operations import verify_ledger


class Command(BaseCommand):
    """Asks the database everything that must be true of money; changes nothing."""

    help = "Check that entries sum to zero, budgets are what the journal says, chains are whole and nothing is over its limit."

    def add_arguments(self, parser: CommandParser) -> None:
        """--json."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what was found."""
        with staff_context("verify_ledger", read_only=True):
            found = verify_ledger()
        if options["json"]:
            self.stdout.write(json.dumps(found.as_json()))
        else:
            self.stdout.write(f"{found.transactions} transactions, {found.entries} entries, {found.budgets} budgets: {len(found.differences)} differences")
            for row in found.differences:
                self.stdout.write(f"{row['check']}: {row['subject']} ({row['found']})")
        if found.differences:
            raise SystemExit(1)
