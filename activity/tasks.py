"""Tasks of the outbox and of period-keyed runs."""

from __future__ import annotations

from celery import shared_task

from activity.mail import deliver_mail, due_mails
from common.tasks import ScopedTask
from common.tenancy import staff_context
from common.zones import now


@shared_task(base=ScopedTask, name="activity.mail")  # type: ignore[untyped-decorator]
def mail(*, ident: str) -> None:
    """Send one mail of the outbox."""
    deliver_mail(mail_id=ident, at=now())


@shared_task(base=ScopedTask, name="activity.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Every minute and at start: whatever is due and nobody has heard of."""
    with staff_context("sweep"):
        waiting = due_mails(now())
    for ident in waiting:
        deliver_mail(mail_id=ident, at=now())
