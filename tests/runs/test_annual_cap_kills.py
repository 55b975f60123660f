"""The annual-cap job, fired four times with the worker killed in between and Redis emptied once, equals an undisturbed run."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from activity.models import LogEntry, Notice, Run, RunItem
from activity.runs import complete, fire
from common.tenancy import staff_context
from common.zones import now
from incentives import operations
from incentives.models import Rest
from ledger.models import Budget, Movement, NetworkBudget, Transaction
from ledger.operations import verify_ledger
from tests.conftest import wipe
from tests.incentives import factories as make
from tests.incentives.test_close_fiscal_year import after_the_year, option, year
from tests.ledger.factories import set_limit
from tests.runs.harness import Workers, workers

__all__ = ["workers"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]
PARTNERS = 22


def arrange() -> dt.datetime:
    """22 partners at a cap of $500, each with one rest of $250 and one of $1,500; half of a $2,000 cap is room next year."""
    with staff_context("arrange"):
        first = make.make_cast()
        option(first, "defer")
        raisers = (first.finance[1], first.finance[2])
        casts = [first, *(make.make_cast(network=first) for _ in range(PARTNERS - 1))]
        set_limit("incentive_year", "500.00", year(), people=raisers, last=year())
        set_limit("incentive_year", "2000.00", year(1), people=raisers)
        for number, cast in enumerate(casts):
            type(cast.partner).objects.filter(pk=cast.partner.pk).update(
                ref=f"O-{number:010}", name=f"Capped {number:02}"
            )
            for code, fits in (("O9", "500.00"), ("O17", "0.00")):
                claim = make.verified(cast, code)
                operations.approve_one(claim=claim, expected=Decimal(fits), by=cast.approvers[0], at=now())
        return after_the_year()


def picture() -> dict[str, list[Any]]:
    """Everything that the job makes, without keys of rows and without the arranging's clock."""
    with staff_context("look"):
        assert verify_ledger().differences == []
        name, run = "partner__name", Run.objects.get(kind="annual_cap", period=year().label)
        budgets = Budget.objects.filter(kind="incentive_year", period=year(1).label)
        moved = Transaction.objects.filter(kind="incentive_deferred")
        return {
            "rests": list(
                Rest.objects.order_by(name, "amount").values_list(name, "amount", "state", "deferred_amount")
            ),
            "budgets": list(budgets.order_by(name).values_list(name, "reserved", "used", "limit")),
            "total": list(
                NetworkBudget.objects.filter(period=year(1).label, kind="incentive_total").values_list("reserved")
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
        run = fire(kind="annual_cap", period=year().label, due_at=at, at=at)
    assert complete(run_id=run.pk, at=at)
    expected = picture()
    assert len(expected["items"]) == PARTNERS
    assert len(expected["rests"]) == 2 * PARTNERS
    wipe()
    at = arrange()
    done = workers.fire_and_kill("annual_cap", f"FY{now().year}", as_of=at, kills=4, flush_after=2)
    assert done.state == Run.State.DONE
    assert picture() == expected
