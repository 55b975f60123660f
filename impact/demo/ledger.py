"""Money of the demo network: budgets, payee status, registers of conflicts, one limit raised and one that waits."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from common.tenancy import staff_context
from impact.demo.network import DemoNetwork
from ledger import operations
from partners.models import FiscalYear

MISSING = (
    "The W-9 names another legal entity; a new one is asked for.",
    "Bank details changed and wait for a call back.",
)


def load(network: DemoNetwork) -> None:
    """After partners and people; claims and awards need what is made here."""
    operations.open_budgets(on=network.on, at=network.at)
    _payees(network)
    _conflicts(network)
    _limits(network)


def _payees(network: DemoNetwork) -> None:
    finance = network.code_org["finance"]
    since = network.on - dt.timedelta(days=400)
    for number, partner in enumerate(network.partners):
        if number % 15 == 14:
            continue
        by = finance[number % len(finance)]
        reason = "W-9 and bank details received and checked."
        operations.set_payee_status(partner=partner, on_file=True, reason=reason, by=by, at=network.instant(since))
        if number % 11 == 10:
            at = network.instant(network.on - dt.timedelta(days=9 + number % 5))
            operations.set_payee_status(partner=partner, on_file=False, reason=MISSING[number % 2], by=by, at=at)


def _conflicts(network: DemoNetwork) -> None:
    people = [network.code_org["outreach_manager"][-1], network.code_org["staff"][-1]]
    reasons = ("Worked there until two years ago.", "A family member is on its board.")
    since = network.on - dt.timedelta(days=200)
    for person, reason, partner in zip(people, reasons, network.partners[-2:], strict=True):
        with staff_context("load_demo", user=person.pk):
            operations.declare_conflict(
                person=person, partner=partner, period=(since, None), reason=reason, at=network.instant(since)
            )


def _limits(network: DemoNetwork) -> None:
    first, second = network.code_org["staff"][:2]
    years = list(FiscalYear.objects.filter(ends_before__gt=network.on).order_by("starts_on"))
    asked, agreed = (network.instant(network.on - dt.timedelta(days=days)) for days in (40, 38))
    raised = operations.propose_limit(
        kind="incentive_year",
        amount=Decimal("15000.00"),
        periods=(years[-1], years[-1]),
        partner=network.partners[0],
        reason="Takes over two districts of a neighbor that left the network.",
        by=first,
        at=asked,
    )
    operations.confirm_limit(limit=raised, by=second, at=agreed)
    operations.propose_limit(
        kind="grant_pool",
        amount=Decimal("275000.00"),
        periods=(years[-1], None),
        reason="The board has approved a larger fund for next year.",
        by=second,
        at=network.instant(network.on - dt.timedelta(days=3)),
    )
