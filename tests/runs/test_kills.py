"""A real worker is killed in the middle, and Redis is emptied: the run ends as one that nobody disturbed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from activity.models import Heartbeat, NetworkLogEntry, Run, RunItem
from activity.runs import complete, fire
from common.tenancy import staff_context
from ledger.models import Budget, NetworkBudget
from partners.models import FiscalYear, ProgramYear, Quarter
from tests import factories
from tests.conftest import wipe
from tests.runs.harness import Workers, workers
from tests.runs.kinds import COUNTED

__all__ = ["workers"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]
AT = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def arrange() -> None:
    """70 partners, so that the calendar job has several chunks."""
    with staff_context("arrange"):
        for number in range(70):
            factories.make_partner(name=f"Calendar {number}", slug=f"calendar-{number}", ref=f"O-{number:010}")


def picture() -> dict[str, list[Any]]:
    """Everything that the calendar job makes, without keys of rows."""
    with staff_context("look"):
        return {
            "years": list(FiscalYear.objects.order_by("label").values_list("label", "starts_on", "ends_before")),
            "quarters": list(Quarter.objects.order_by("label").values_list("label", "fiscal_year__label", "number")),
            "program years": list(ProgramYear.objects.order_by("label").values_list("label", flat=True)),
            "budgets": list(
                Budget.objects.order_by("partner__slug", "kind", "period").values_list(
                    "partner__slug", "kind", "period", "limit"
                )
            ),
            "network": list(
                NetworkBudget.objects.order_by("kind", "period").values_list("kind", "period", "limit", "used")
            ),
            "items": list(RunItem.objects.filter(run__kind="calendar").order_by("item").values_list("item", flat=True)),
            "outcome": list(Run.objects.filter(kind="calendar", period="2026-03").values_list("outcome", "state")),
        }


def undisturbed() -> dict[str, list[Any]]:
    """The same run without a kill, in this process."""
    arrange()
    with staff_context("fire"):
        run = fire(kind="calendar", period="2026-03", due_at=AT, at=AT)
    assert complete(run_id=run.pk, at=AT)
    found = picture()
    wipe()
    return found


def test_the_calendar_job_killed_four_times_with_redis_emptied_equals_an_undisturbed_one(workers: Workers) -> None:
    expected = undisturbed()
    assert len(expected["items"]) == 71
    arrange()
    run = workers.fire_and_kill("calendar", "2026-03", as_of=AT, kills=4, flush_after=2)
    assert run.state == Run.State.DONE
    assert picture() == expected


def test_no_item_is_done_twice_or_left_out_when_the_worker_is_killed(workers: Workers) -> None:
    workers.fire_and_kill("test_count", "once", as_of=AT, kills=4, flush_after=3)
    with staff_context("look"):
        assert NetworkLogEntry.objects.filter(verb="test.counted").count() == COUNTED
        assert RunItem.objects.filter(run__kind="test_count").count() == COUNTED
        assert set(Heartbeat.objects.values_list("name", flat=True)) == {"beat", "sweep", "worker"}
