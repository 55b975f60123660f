"""Rows of budgets: made for every period of the calendars, a year ahead; the envelope of a quarter is fixed once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import DecimalField, Func, Value

from activity.operations import record
from common.errors import DomainError, refusing
from common.money import ZERO, show_money
from common.zones import network_date
from ledger.kinds import KINDS, NetworkKind, PartnerKind
from ledger.models import Budget, NetworkBudget
from ledger.operations.posting import BudgetMissing
from partners.models import FiscalYear, Partner, Quarter


class EnvelopeRefused(DomainError):
    """An envelope is fixed once, at an amount that is not below zero."""

    code = "envelope_refused"


class LimitOf(Func):
    """The confirmed limit in force for (kind, partner, period), in dollars, asked in the database."""

    function = "app.ledger_limit"
    output_field: Any = DecimalField(max_digits=12, decimal_places=2)


@transaction.atomic
def open_budgets(*, partner: Partner | None = None, on: dt.date, at: dt.datetime) -> int:
    """Make the budgets that are missing for every period of the calendars (staff door); how many are new. Twice is once.

    For one partner its own, from the periods in which it joined on; without one those of the network and of every partner
    that is in partnership on the date (network zone). Limits are those in force; an envelope begins at $0.00.
    """
    if partner is not None:
        return _open_for_partners([partner])
    return open_network_budgets() + _open_for_partners(list(Partner.objects.active(on).order_by("pk")))


@transaction.atomic
def open_network_budgets() -> int:
    """Make what is missing of totals, pools and envelopes for every period of the calendars (staff door); how many are new."""
    known = set(NetworkBudget.objects.values_list("kind", "period"))
    rows = [
        NetworkBudget(
            kind=kind,
            period=label,
            limit=ZERO if kind == NetworkKind.GRANT_ENVELOPE else LimitOf(Value(kind), Value(None), Value(label)),
        )
        for kind, label, _ends in _periods(NetworkKind.values)
        if (kind, label) not in known
    ]
    NetworkBudget.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def open_on_joining(*, partner: Partner, at: dt.datetime) -> None:
    """What add_partner asks for (partners.operations.network.ON_JOINING)."""
    open_budgets(partner=partner, on=network_date(at), at=at)


@transaction.atomic
def fix_envelope(*, quarter: str, amount: Decimal, by: Any, at: dt.datetime) -> NetworkBudget:
    """Fix the envelope of a quarter (label such as 2026Q4), in dollars, when its intake closes; the same amount again changes nothing.

    Locks the envelope. Raises BudgetMissing, EnvelopeRefused.
    """
    row = NetworkBudget.objects.select_for_update().filter(kind=NetworkKind.GRANT_ENVELOPE, period=quarter).first()
    if row is None:
        raise BudgetMissing(f"There is no envelope for {quarter}: the calendar job makes it a year ahead.")
    if row.limit == amount:
        return row
    if amount < 0:
        raise EnvelopeRefused("An envelope is not below $0.00.", field="amount")
    fixed = EnvelopeRefused(f"The envelope of {quarter} is fixed at {show_money(row.limit)}.", field="amount")
    with refusing(ledger_networkbudget_confirmed_limit=fixed):
        NetworkBudget.objects.filter(pk=row.pk).update(limit=amount)
    text = f"The envelope of {quarter} is {show_money(amount)}"
    record(row, verb="envelope.fixed", text=text, by=by, at=at, before={"limit": row.limit}, after={"limit": amount})
    row.limit = amount
    return row


def _open_for_partners(partners: list[Partner]) -> int:
    known = set(Budget.objects.filter(partner__in=partners).values_list("partner_id", "kind", "period"))
    periods = _periods(PartnerKind.values)
    rows = [
        Budget(partner=one, kind=kind, period=label, limit=LimitOf(Value(kind), Value(one.pk), Value(label)))
        for one in partners
        for kind, label, ends in periods
        if ends > one.started_on and (one.pk, kind, label) not in known
    ]
    Budget.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    return len(rows)


def _periods(kinds: Iterable[str]) -> list[tuple[str, str, dt.date]]:
    """(kind, label of a period, first day after it) for every period that the calendars have."""
    calendars: dict[str, list[tuple[str, dt.date]]] = {
        "year": list(FiscalYear.objects.values_list("label", "ends_before")),
        "quarter": list(Quarter.objects.values_list("label", "ends_before")),
    }
    return [(kind, label, ends) for kind in kinds for label, ends in calendars[KINDS[kind].calendar]]
