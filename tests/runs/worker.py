"""A real Celery worker for tests: `celery -A tests.runs.worker worker`; each chunk pauses before it commits, so that kills hit it.

RP_TEST_PAUSE is the pause in seconds (0.3). Its beat sweeps every second, as a killed worker's lock may outlive it a moment.
Kinds of tests only are registered here and by the tests themselves.
"""

from __future__ import annotations

import dataclasses
import os
import time

import django

django.setup()

from activity import runs  # noqa: E402  the apps must be ready
from activity.models import Run  # noqa: E402
from rp_network.celery import app  # noqa: E402
from tests.runs.kinds import register_test_kinds  # noqa: E402

__all__ = ["app"]
PAUSE = float(os.environ.get("RP_TEST_PAUSE", "0.3"))


def pausing(kind: runs.Kind) -> runs.Kind:
    """The same kind, which is never due by itself; the row is locked and the chunk is not committed while it pauses."""

    def work(run: Run) -> bool:
        done = kind.work(run)
        time.sleep(PAUSE)
        return done

    return dataclasses.replace(kind, due=lambda at: [], work=work)


app.conf.beat_schedule["sweep"]["schedule"] = 1.0
register_test_kinds()
for _name in list(runs.KINDS):
    runs.KINDS[_name] = pausing(runs.KINDS[_name])
