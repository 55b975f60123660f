"""The annual-cap job, fired four times with the worker killed in between and Redis emptied once, equals an undisturbed run."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from activity.models import LogEntry, Notice, Run, RunItem
from activity.runs import complete, fire
from common.tenancy import staff_context
from common.zones import network_zone, today
from incentives import operations
from incentives.models import Rest
from ledger import operations as ledger
from ledger.models import Budget, Movement, NetworkBudget, Transaction
from ledger.operations import verify_ledger
from partners.models import FiscalYear, Partner
from tests.conftest import wipe
from tests.incentives import factories as make
from tests.runs.harness import Workers, workers

__all__ = ["workers"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]
PARTNERS = 22


def last_year() -> FiscalYear:
    """The fiscal year that has ended."""
    return FiscalYear.objects.get(label=f"FY{today().year - 1}")


def this_year() -> FiscalYear:
    """The fiscal year that takes what is deferred."""
    return FiscalYear.objects.get(label=f"FY{today().year}")


def limit(amount: str, first: FiscalYear, last: FiscalYear | None, people: tuple[Any, Any], at: dt.datetime) -> None:
    """A cap that two people fixed at an instant."""
    periods = (first, last)
    made = ledger.propose_limit(
        kind="incentive_year", amount=Decimal(amount), periods=periods, reason="test", by=people[0], at=at
    )
    ledger.confirm_limit(limit=made, by=people[1], at=at)


def arrange() -> dt.datetime:
    """22 partners at a cap of $500, each with a rest of $250 and one of $1,500; a quarter of this year's $2,000 takes $500."""
    with staff_context("arrange"):
        first = make.make_cast()
        casts = [first, *(make.make_cast(network=first) for _ in range(PARTNERS - 1))]
        before, within = (noon(last_year().starts_on, days) for days in (-5, 100))
        option = operations.propose_option(
            year=last_year(), choice="defer", reason="fair", by=first.approvers[0], at=before
        )
        operations.confirm_option(option=option, by=first.approvers[1], at=before)
        people = (first.finance[1], first.finance[2])
        limit("500.00", last_year(), last_year(), people, within)
        limit("2000.00", this_year(), None, people, within)
        ended, at = last_year().last_day, noon(this_year().starts_on, 9)
        for number, cast in enumerate(casts):
            Partner.objects.filter(pk=cast.partner.pk).update(ref=f"O-{number:010}", name=f"Capped {number:02}")
            for place, (code, fits) in enumerate((("O9", "500.00"), ("O17", "0.00"))):
                claim = make.verified(cast, code, on=ended, at=at + dt.timedelta(minutes=place))
                operations.approve_one(claim=claim, expected=Decimal(fits), by=cast.approvers[0], at=at)
        return noon(this_year().starts_on, 30)


def noon(day: dt.date, days: int) -> dt.datetime:
    """Noon some days later (network zone)."""
    return dt.datetime.combine(day + dt.timedelta(days=days), dt.time(12), network_zone())


def picture() -> dict[str, list[Any]]:
    """Everything that the job makes, without keys of rows and without the arranging's clock."""
    with staff_context("look"):
        assert verify_ledger().differences == []
        name, run = "partner__name", Run.objects.get(kind="annual_cap", period=last_year().label)
        budgets = Budget.objects.filter(kind="incentive_year", period=this_year().label)
        moved = Transaction.objects.filter(kind="incentive_deferred")
        return {
            "rests": list(
                Rest.objects.order_by(name, "amount").values_list(name, "amount", "state", "deferred_amount")
            ),
            "budgets": list(budgets.order_by(name).values_list(name, "reserved", "used", "limit")),
            "total": list(
                NetworkBudget.objects.filter(period=this_year().label, kind="incentive_total").values_list("reserved")
            ),
            "transactions": list(moved.order_by(name).values_list(name, "amount")),
            "movements": [Movement.objects.filter(transaction__kind="incentive_deferred").count()],
            "timeline": list(
                LogEntry.objects.filter(verb="claim.rest_settled").order_by(name, "text").values_list(name, "text")
            ),
            "notices": [Notice.objects.filter(kind="claim.rest_settled").count()],
            "items": list(RunItem.objects.filter(run=run).order_by("item").values_list("item", flat=True)),
            "run": [run.state, run.outcome],
        }


def test_the_annual_cap_killed_four_times_with_redis_emptied_equals_an_undisturbed_run(workers: Workers) -> None:
    at = arrange()
    with staff_context("fire"):
        run = fire(kind="annual_cap", period=last_year().label, due_at=at, at=at)
    assert complete(run_id=run.pk, at=at)
    expected = picture()
    assert len(expected["items"]) == PARTNERS
    assert len(expected["rests"]) == 2 * PARTNERS
    wipe()
    at = arrange()
    done = workers.fire_and_kill("annual_cap", f"FY{today().year - 1}", as_of=at, kills=4, flush_after=2)
    assert done.state == Run.State.DONE
    assert picture() == expected
