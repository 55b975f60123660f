"""Real Celery workers against the test database and the throw-away Valkey, killed and started again while a run goes on.

    @pytest.mark.django_db(transaction=True)
    def test_...(workers: Workers) -> None:
        ...arrange...
        workers.fire_and_kill("annual_cap", "FY2025", as_of=at, kills=4, flush_after=2)   # returns once the run is done

Compare what is in the database afterwards with what `activity.runs.complete` makes of the same rows without a kill.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import redis
from django.conf import settings
from django.db import connections

from activity.models import Run, RunItem
from activity.runs import fire
from common.tenancy import staff_context
from rp_network import embedded

CHECKOUT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
OPTIONS = (
    "--pool",
    "prefork",
    "--concurrency",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--beat",
    "--loglevel",
    "INFO",
)


class Workers:
    """Starts, kills and restarts one worker; its queue has a number of its own for each process of the tests."""

    def __init__(self, log: Path, *, pause: float = 0.3) -> None:
        number = 4 + 2 * int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", ""))) or 0)
        socket = embedded.run_folder(settings.VAR) / "valkey.sock"
        self.queue = redis.Redis(unix_socket_path=str(socket), db=number)
        self.log, self.pause, self.process = log, pause, None
        self.redis_url = f"unix://{quote(str(socket), safe='/')}?db={number}"

    process: subprocess.Popen[bytes] | None

    def start(self) -> None:
        """Start the worker; it sweeps at once."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tests.runs.worker", "worker", *OPTIONS],
                cwd=CHECKOUT,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        """The addresses of the test database and of this process's queue."""
        url = "postgresql:///{NAME}?host={HOST}&user={USER}"
        given = {alias: url.format(**connections[alias].settings_dict) for alias in ("default", "owner")}
        return {
            **os.environ,
            "RP_ENV": "test",
            "DATABASE_URL": given["default"].replace("user=rp_owner", "user=rp_app"),
            "OWNER_DATABASE_URL": given["owner"],
            "REDIS_URL": self.redis_url,
            "RP_TEST_PAUSE": str(self.pause),
        }

    def kill(self) -> None:
        """SIGKILL to the worker and its children at once: nothing is cleaned up, nothing is said."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def flush(self) -> None:
        """Redis loses everything."""
        self.queue.flushdb()

    def fire_and_kill(
        self, kind: str, period: str, *, as_of: dt.datetime, kills: int = 4, flush_after: int | None = None
    ) -> Run:
        """Fire the run and kill the worker in the middle of it, `kills` times; fire it once more and wait for its end.

        Redis is emptied after kill number `flush_after`. The first kill hits the first chunk, the others come after progress.
        """
        self.flush()
        for number in range(1, kills + 1):
            run = self.fire(kind, period, as_of)
            self.start()
            self.until_under_way(run, further=number > 1)
            self.kill()
            assert self.state_of(run) != Run.State.DONE, f"kill {number} came too late to prove anything"
            if number == flush_after:
                self.flush()
        run = self.fire(kind, period, as_of)
        self.start()
        try:
            self.until(lambda: self.state_of(run) == Run.State.DONE)
        finally:
            self.kill()
        with staff_context("look"):
            return Run.objects.get(pk=run.pk)

    def fire(self, kind: str, period: str, as_of: dt.datetime) -> Run:
        """As a command or the calendar does."""
        with staff_context("fire"):
            return fire(kind=kind, period=period, due_at=as_of, at=as_of)

    def until_under_way(self, run: Run, *, further: bool) -> None:
        """Wait until a worker holds the run; `further`: until it has finished more items than before, or has held it for 2 s."""
        before = self.items_of(run)
        self.until(lambda: self.is_held(run) or self.state_of(run) == Run.State.DONE)
        held = time.monotonic()
        if further:
            self.until(
                lambda: (
                    self.items_of(run) > before or self.state_of(run) == Run.State.DONE or time.monotonic() - held > 2
                )
            )

    def is_held(self, run: Run) -> bool:
        """A worker is inside a chunk."""
        with staff_context("look"):
            return not Run.objects.select_for_update(skip_locked=True).filter(pk=run.pk).exists()

    def items_of(self, run: Run) -> int:
        """How many items are finished."""
        with staff_context("look"):
            return RunItem.objects.filter(run=run).count()

    def state_of(self, run: Run) -> str:
        """As it is in the database."""
        with staff_context("look"):
            return str(Run.objects.values_list("state", flat=True).get(pk=run.pk))

    def told(self) -> str:
        """What the rows and the worker's log say, for a test that fails."""
        with staff_context("look"):
            rows = [
                f"{run} {run.state} {run.attempts} {run.run_after} {run.last_error}"
                for run in Run.objects.order_by("pk")
            ]
        return "\n".join([*rows, self.log.read_text()[-4000:]])

    def until(self, happened: Callable[[], bool]) -> None:
        """Wait for it; fails with the worker's log after a minute."""
        end = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < end, f"nothing happened for {PATIENCE:.0f} s:\n{self.told()}"
            time.sleep(0.02)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """Killed at the end, whatever happens."""
    made = Workers(tmp_path / "worker.log")
    made.flush()
    yield made
    made.kill()
