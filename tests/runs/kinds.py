"""Kinds of runs that only tests have; never due by themselves."""

from __future__ import annotations

import os
import signal

from activity.models import NetworkLogEntry, Run
from activity.operations import record
from activity.runs import Kind, in_chunks, register

COUNTED = 40


def count_items(run: Run) -> bool:
    """40 items, five a chunk; each leaves one timeline entry, so that an item done twice shows."""
    return in_chunks(
        run,
        [f"item {number:02}" for number in range(COUNTED)],
        lambda item: keep(record(run, verb="test.counted", text=item, by=None, at=run.as_of)),
        size=5,
    )


def keep(entry: object) -> None:
    """An item's work returns nothing."""
    assert isinstance(entry, NetworkLogEntry)


def refuse(run: Run) -> bool:
    """Fails each time."""
    raise ValueError(f"{run.period} cannot be done")


def kill_worker(run: Run) -> bool:
    """Kills the process that works on it, each time."""
    os.kill(os.getpid(), signal.SIGKILL)
    return True


def register_test_kinds() -> None:
    """Make them known in this process."""
    for name, work in (("test_count", count_items), ("test_refuse", refuse), ("test_poison", kill_worker)):
        register(Kind(name, due=lambda at: [], work=work))
