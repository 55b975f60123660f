"""The engine of period-keyed runs: once for each period, chunk by chunk, tried again and given up with its error."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections

from activity import runs
from activity.models import NetworkLogEntry, Run, RunItem
from common.tenancy import staff_context
from tests.runs import kinds

pytestmark = pytest.mark.django_db(transaction=True)
AT = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def test_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KINDS", dict(runs.KINDS))
    kinds.register_test_kinds()


def fired(kind: str, period: str = "2026-03") -> Run:
    with staff_context("fire"):
        return runs.fire(kind=kind, period=period, due_at=AT, at=AT)


def now_of(run: Run) -> Run:
    with staff_context("look"):
        return Run.objects.get(pk=run.pk)


def test_a_run_is_done_once_however_often_it_is_fired() -> None:
    first, second = fired("test_count"), fired("test_count")
    assert first.pk == second.pk
    assert [runs.complete(run_id=first.pk, at=AT) for _ in range(3)] == [True, False, False]
    with staff_context("look"):
        assert NetworkLogEntry.objects.filter(verb="test.counted").count() == kinds.COUNTED
        assert RunItem.objects.filter(run=first).count() == kinds.COUNTED
    assert now_of(first).state == Run.State.DONE


def test_a_run_continues_where_its_last_chunk_ended() -> None:
    run = fired("test_count")
    assert runs.complete(run_id=run.pk, at=AT, seconds=-1) is False
    with staff_context("look"):
        assert RunItem.objects.filter(run=run).count() == 5
    assert runs.complete(run_id=run.pk, at=AT) is True


def test_a_failing_run_waits_longer_each_time_and_is_given_up_after_five_tries() -> None:
    run, at, waits = fired("test_refuse"), AT, []
    for _attempt in range(5):
        assert runs.complete(run_id=run.pk, at=at) is False
        found = now_of(run)
        waits.append(int((found.run_after - at).total_seconds() // 60))
        assert runs.complete(run_id=run.pk, at=at) is False
        assert now_of(run).attempts == found.attempts
        at = found.run_after
    assert [low <= wait <= low * 1.1 for low, wait in zip((1, 5, 25, 120, 600), waits, strict=True)] == [True] * 5
    assert (found.state, found.attempts, found.last_error) == (Run.State.DEAD, 5, "ValueError: 2026-03 cannot be done")


def test_a_run_that_kills_its_worker_at_each_try_is_given_up() -> None:
    """The try is noted before the work, so a worker that dies in it (here: nothing comes after the claim) has used one up."""
    run, at = fired("test_count"), AT
    for attempt in range(1, 6):
        assert runs._claim(run.pk, at) is True
        found = now_of(run)
        assert (found.state, found.attempts) == (Run.State.RUNNING, attempt)
        at = found.run_after
    assert runs.complete(run_id=run.pk, at=at) is False
    found = now_of(run)
    assert (found.state, found.last_error) == (Run.State.DEAD, "The worker was killed at each try.")


def test_two_workers_at_once_do_each_item_once() -> None:
    run = fired("test_count")

    def work() -> None:
        try:
            for _try in range(50):
                runs.complete(run_id=run.pk, at=AT)
                time.sleep(0.001)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with staff_context("look"):
        assert NetworkLogEntry.objects.filter(verb="test.counted").count() == kinds.COUNTED
    assert now_of(run).state == Run.State.DONE


def test_a_run_that_somebody_works_on_is_left_alone() -> None:
    run, held, tried = fired("test_count"), threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with staff_context("another worker"):
                Run.objects.select_for_update().get(pk=run.pk)
                held.set()
                tried.wait(10)
        finally:
            connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    assert held.wait(10)
    assert runs.complete(run_id=run.pk, at=AT) is False
    tried.set()
    other.join()
    with staff_context("look"):
        assert RunItem.objects.filter(run=run).count() == 0


def run_due(*arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("run_due", "--json", *arguments, stdout=out)
    return dict(json.loads(out.getvalue()))


def test_run_due_makes_the_calendar_once_a_month(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KINDS", {"calendar": runs.KINDS["calendar"]})
    from ledger.models import NetworkBudget
    from partners.models import FiscalYear

    first = run_due("--as-of", "2026-03-15T12:00")
    again = run_due("--as-of", "2026-03-20T12:00")
    later = run_due("--as-of", "2026-04-01T00:00")
    assert [(row["created"], row["updated"], row["rejected"]) for row in (first, again, later)] == [
        (1, 1, []),
        (0, 0, []),
        (1, 1, []),
    ]
    with staff_context("look"):
        assert list(Run.objects.order_by("due_at").values_list("period", "state")) == [
            ("2026-03", "done"),
            ("2026-04", "done"),
        ]
        assert list(FiscalYear.objects.order_by("label").values_list("label", flat=True)) == [
            "FY2025",
            "FY2026",
            "FY2027",
        ]
        assert NetworkBudget.objects.filter(kind="grant_envelope").count() == 12


def test_run_due_names_a_run_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "KINDS", {"test_refuse": runs.KINDS["test_refuse"]})
    fired("test_refuse")
    found = run_due("--as-of", AT.isoformat())
    assert found["rejected"] == [{"line": "test_refuse 2026-03", "reason": "ValueError: 2026-03 cannot be done"}]


def test_run_due_refuses_the_future_with_production_settings(settings: Any) -> None:
    settings.PRODUCTION = True
    with time_machine.travel(AT, tick=False), pytest.raises(CommandError, match="in the future"):
        run_due("--as-of", "2026-03-02T12:00:01+00:00")
