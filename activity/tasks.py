"""Tasks of the outbox and of period-keyed runs, and the sweep that finds what no bell has told."""

from __future__ import annotations

import datetime as dt
from typing import Any

from celery import shared_task
from celery.signals import worker_ready

from activity.mail import deliver_mail, due_mails
from activity.models import Heartbeat
from activity.runs import complete, make_due, waiting
from common.doorbell import ring
from common.tasks import ScopedTask
from common.tenancy import staff_context
from common.zones import now


@shared_task(base=ScopedTask, name="activity.mail")  # type: ignore[untyped-decorator]
def mail(*, ident: str) -> None:
    """Send one mail of the outbox."""
    deliver_mail(mail_id=ident, at=now())


@shared_task(base=ScopedTask, name="activity.run")  # type: ignore[untyped-decorator]
def run(*, ident: str) -> None:
    """Work on one run until it is done or 40 seconds are over."""
    complete(run_id=int(ident), at=now())


@shared_task(base=ScopedTask, name="activity.sweep")  # type: ignore[untyped-decorator]
def sweep(*, sent_by: str = "worker") -> None:
    """Every minute (from beat) and when a worker starts: whatever is due and nobody has heard of."""
    at = now()
    with staff_context("sweep"):
        note_heartbeats(sent_by, at=at)
        make_due(at)
        mails = due_mails(at)
        for key in waiting(at):
            ring("run", key)
    for ident in mails:
        deliver_mail(mail_id=ident, at=now())


def note_heartbeats(sent_by: str, *, at: dt.datetime) -> None:
    """The sweep runs, so a worker works; and beat does where beat has sent it."""
    names = {"worker", "sweep", sent_by}
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, at=at) for name in sorted(names)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["at"],
    )


@worker_ready.connect  # type: ignore[untyped-decorator]
def sweep_at_start(sender: Any = None, **kwargs: Any) -> None:
    """A worker that comes back looks at once for what was left."""
    sweep.apply_async(kwargs={"scope": "own", "sent_by": "worker"}, retry=False)
