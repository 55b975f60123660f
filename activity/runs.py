"""Period-keyed jobs: what is due comes from the calendar, each period runs once, and a run that was killed continues.

An app registers a kind in its AppConfig.ready():

    from activity.runs import Kind, register
    register(Kind("annual_cap", due=periods_due, work=close_chunk))

- `due(at)` yields every (period, due_at) that the calendar makes due at an instant, old ones too, as long as they may still be
  missing: rows are made once (kind and period are unique), so a beat that was down for a week catches up.
- `work(run)` does one chunk and says whether the whole run is done. It is called in the staff door, in a transaction of its own,
  with the run locked; it acts as of `run.as_of` (never the clock) and commits with what the engine writes. Work that is small is
  one chunk; larger work goes through `in_chunks`, which notes each finished item, so a run that continues skips it.
  What it puts into `run.outcome` (a dict of plain values) is kept and shown.
- An exception rolls the chunk back; after 5 tries without a finished chunk the run is dead, and staff see it with its error.

Postgres is the truth: `ring("run", pk)` only shortens the wait for the sweep. Commands call `fire` and `complete` in process.
"""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from activity.models import Run, RunItem
from common.doorbell import ring
from common.tenancy import staff_context

BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 25, 120, 600)]
MOST_ATTEMPTS = len(BACK_OFF)
OPEN = (Run.State.DUE, Run.State.RUNNING)
Period = tuple[str, dt.datetime]
"""(label, instant from which it is due)."""


@dataclass(frozen=True)
class Kind:
    """One kind of run: its name (as in Run.kind), what is due at an instant, and one chunk of its work."""

    name: str
    due: Callable[[dt.datetime], Iterable[Period]]
    work: Callable[[Run], bool]
    label: str = ""


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known; once, when the app is ready."""
    KINDS[kind.name] = kind


def fire(*, kind: str, period: str, due_at: dt.datetime, at: dt.datetime) -> Run:
    """The one run of this kind and period, made if it is missing, as of `at` (staff door). Fired again it is the same run.

    A run that waits for its next try does not wait any longer; one that is done stays done.
    """
    run, _made = Run.objects.get_or_create(
        kind=kind, period=period, defaults={"due_at": due_at, "as_of": at, "run_after": at}
    )
    Run.objects.filter(pk=run.pk, state__in=OPEN, run_after__gt=at).update(run_after=at)
    if run.state != Run.State.DONE:
        ring("run", run.pk)
    return run


def make_due(at: dt.datetime) -> int:
    """Rows for every period that the calendars make due at an instant (staff door); how many are new."""
    wanted = [
        Run(kind=kind.name, period=period, due_at=due_at, as_of=at, run_after=at)
        for kind in KINDS.values()
        for period, due_at in kind.due(at)
        if due_at <= at
    ]
    known = set(Run.objects.filter(kind__in=KINDS).values_list("kind", "period"))
    missing = [run for run in wanted if (run.kind, run.period) not in known]
    Run.objects.bulk_create(missing, ignore_conflicts=True)
    return len(missing)


def waiting(at: dt.datetime) -> list[int]:
    """Keys of runs that are open and whose time has come, oldest first (staff door)."""
    rows = Run.objects.filter(state__in=OPEN, run_after__lte=at, kind__in=KINDS)
    return list(rows.order_by("due_at", "pk").values_list("pk", flat=True))


def complete(*, run_id: int, at: dt.datetime, seconds: float = 40.0) -> bool:
    """Work on one run, chunk by chunk, each in its own transaction; True once the run is done.

    Enters the staff door itself: call it outside every transaction, or a kill would lose all chunks. Returns False where somebody
    else works on it, where it waits for its next try, or where the time (seconds) is over: then it rings for itself.
    """
    began = time.monotonic()
    if not _claim(run_id, at):
        return False
    while True:
        done = _next_chunk(run_id, at)
        if done is not None:
            return done
        if time.monotonic() - began > seconds:
            with staff_context("run goes on"):
                ring("run", run_id)
            return False


def in_chunks(run: Run, items: Sequence[str], do: Callable[[str], None], *, size: int = 20) -> bool:
    """Do up to `size` items that this run has not finished, in order, and note each; True once none is left.

    The same items must come at each call: read them from rows that the run itself does not change.
    """
    finished = set(RunItem.objects.filter(run=run).values_list("item", flat=True))
    left = [item for item in items if item not in finished]
    for item in left[:size]:
        do(item)
        RunItem.objects.create(run=run, item=item, done_at=run.as_of)
    return len(left) <= size


def _claim(run_id: int, at: dt.datetime) -> bool:
    """Note the try before anything is done, so that a run that kills its worker is counted too."""
    with staff_context("run claimed"):
        run = _locked(run_id, wait=False)
        if run is None or run.run_after > at:
            return False
        if run.attempts >= MOST_ATTEMPTS:
            run.last_error = run.last_error or "The worker was killed at each try."
            _start(run, at).move_to(Run.State.DEAD).save(update_fields=["state", "started_at", "last_error"])
            return False
        _start(run, at)
        run.run_after = at + (BACK_OFF[run.attempts - 1] if run.attempts else dt.timedelta())
        run.attempts += 1
        run.save(update_fields=["state", "started_at", "attempts", "run_after"])
        return True


def _start(run: Run, at: dt.datetime) -> Run:
    if run.state == Run.State.DUE:
        run.move_to(Run.State.RUNNING)
        run.started_at = run.started_at or at
        run.save(update_fields=["state", "started_at"])
    return run


def _next_chunk(run_id: int, at: dt.datetime) -> bool | None:
    """One chunk: True where the run is done, False where it is over or has failed, None where there is more."""
    try:
        with staff_context("run"):
            run = _locked(run_id, wait=True)
            if run is None:
                return False
            done = KINDS[run.kind].work(run)
            if done:
                run.move_to(Run.State.DONE)
                run.done_at = at
            run.attempts, run.run_after, run.last_error = 0, at, ""
            run.save(update_fields=["state", "done_at", "attempts", "run_after", "last_error", "outcome"])
    except Exception as error:  # the chunk is rolled back, whatever went wrong; the row keeps what people must know
        _note_failure(run_id, at, error)
        return False
    return True if done else None


def _note_failure(run_id: int, at: dt.datetime, error: Exception) -> None:
    with staff_context("run failed"):
        run = Run.objects.select_for_update().get(pk=run_id)
        run.last_error = f"{type(error).__name__}: {error}"[:500]
        if run.state == Run.State.RUNNING:
            run.attempts = max(run.attempts, 1)
            dead = run.attempts >= MOST_ATTEMPTS
            run.move_to(Run.State.DEAD if dead else Run.State.DUE)
            run.run_after = at + BACK_OFF[run.attempts - 1] * (1 + random.random() / 10)
        run.save(update_fields=["state", "last_error", "attempts", "run_after"])


def _locked(run_id: int, *, wait: bool) -> Run | None:
    """The open run, locked; None where it is over or, unless this waits, where somebody works on it at this moment."""
    return Run.objects.select_for_update(skip_locked=not wait).filter(pk=run_id, state__in=OPEN).first()


def hurry(at: dt.datetime) -> None:
    """A person asks for what is due now: open runs do not wait for their next try (staff door)."""
    Run.objects.filter(state__in=OPEN, run_after__gt=at, due_at__lte=at).update(run_after=at)
