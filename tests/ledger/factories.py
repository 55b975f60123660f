"""Budgets and postings for tests; call them inside staff_context()."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from common.zones import now, today
from ledger import operations
from ledger.models import Budget, Limit, NetworkBudget, PartnerLimit, Transaction
from partners.models import FiscalYear, Partner, Quarter
from partners.operations import ensure_calendars

_claims = itertools.count(1)
YEAR_BUDGETS = ("incentive_total", "incentive_year")


def periods() -> tuple[str, str]:
    """Labels of the fiscal year and the quarter of today."""
    ensure_calendars(on=today())
    year: Any = FiscalYear.objects
    quarter: Any = Quarter.objects
    return year.holding(today()).label, quarter.holding(today()).label


def open_for(partner: Partner) -> tuple[str, str]:
    """Budgets of the network and of this partner; returns the labels of this year and quarter."""
    found = periods()
    operations.open_budgets(on=today(), at=now())
    operations.open_budgets(partner=partner, on=today(), at=now())
    return found


def post(operation: Any, partner: Partner, amount: str, year: str, **given: Any) -> Transaction:
    """An incentive posting about a new claim number, unless `reference` is given."""
    kind = {
        "reserve": "incentive_approved",
        "spend": "incentive_paid",
        "release": "incentive_canceled",
        "give_back": "incentive_returned",
    }
    accounts = {
        "reserve": ("AVAILABLE", "PAYABLE"),
        "spend": ("PAYABLE", "PAID"),
        "release": ("PAYABLE", "AVAILABLE"),
        "give_back": ("PAID", "RECOVERABLE"),
    }
    debit, credit = accounts[operation.__name__]
    facts = {
        "partner": partner,
        "amount": Decimal(amount),
        "kind": kind[operation.__name__],
        "reference": ("tests.claim", next(_claims)),
        "budgets": [(name, year) for name in YEAR_BUDGETS],
        "debit": debit,
        "credit": credit,
        "by": None,
        "at": now(),
        **given,
    }
    return operation(**facts)  # type: ignore[no-any-return]


def budget(partner: Partner, kind: str, period: str) -> Budget:
    """As it stands in the database now."""
    return Budget.objects.get(partner=partner, kind=kind, period=period)


def network_budget(kind: str, period: str) -> NetworkBudget:
    """As it stands in the database now."""
    return NetworkBudget.objects.get(kind=kind, period=period)


def set_limit(
    kind: str, amount: str, first: Any, *, partner: Partner | None = None, people: tuple[Any, Any], last: Any = None
) -> Limit | PartnerLimit:
    """Proposed by the first person and confirmed by the second."""
    made = operations.propose_limit(
        kind=kind, amount=Decimal(amount), periods=(first, last), partner=partner, reason="test", by=people[0], at=now()
    )
    return operations.confirm_limit(limit=made, by=people[1], at=now())  # type: ignore[return-value]
