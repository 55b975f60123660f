"""What an Administrator does about jobs and mails that have stopped: try again, and see how old each thing is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.models import Heartbeat, Mail, Run
from activity.operations import record
from common.doorbell import ring
from common.errors import DomainError

LATE = {"beat": dt.timedelta(minutes=3), "worker": dt.timedelta(minutes=3), "sweep": dt.timedelta(minutes=3)}


class NothingToRetry(DomainError):
    """Only what has stopped, or waits for its next try, is tried again."""

    code = "nothing_to_retry"


@transaction.atomic
def retry_run(*, run: Run, by: Any, at: dt.datetime) -> Run:
    """Try a stopped or waiting run again now, with five new tries (staff door); locks the row. Raises NothingToRetry."""
    row = Run.objects.select_for_update(skip_locked=True).filter(pk=run.pk).first()
    if row is None:
        raise NothingToRetry("Somebody works on this run at this moment.")
    if row.state == Run.State.DONE:
        raise NothingToRetry("This run is done.")
    if row.state == Run.State.DEAD:
        row.move_to(Run.State.DUE)
    row.attempts, row.run_after = 0, at
    row.save(update_fields=["state", "attempts", "run_after"])
    record(row, verb="run.retried", text=f"{row} is tried again", by=by, at=at, reason=row.last_error)
    ring("run", row.pk)
    return row


@transaction.atomic
def resend_mail(*, key: str, by: Any, at: dt.datetime) -> Mail:
    """Send a mail now that waits or was given up, with five new tries (staff door); locks the row. Raises NothingToRetry."""
    row = Mail.objects.select_for_update(skip_locked=True).filter(key=key).exclude(state=Mail.State.SENT).first()
    if row is None:
        raise NothingToRetry("This mail has been sent, or is being sent at this moment.")
    if row.state == Mail.State.DEAD:
        row.move_to(Mail.State.WAITING)
    row.attempts, row.send_after = 0, at
    row.save(update_fields=["state", "attempts", "send_after"])
    ring("mail", row.pk)
    return row


def heartbeats(at: dt.datetime) -> list[dict[str, Any]]:
    """Beat, worker and sweep: when each was last seen, and whether that is too long ago."""
    seen = {row.name: row.at for row in Heartbeat.objects.all()}
    words = {"beat": "Clock (beat)", "worker": "Worker", "sweep": "Sweep of what is due"}
    return [
        {"label": words[name], "at": seen.get(name), "late": name not in seen or at - seen[name] > age}
        for name, age in LATE.items()
    ]
