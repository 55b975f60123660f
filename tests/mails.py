"""What stands in the outbox, sent and read as its receiver would."""

from __future__ import annotations

import re

from django.core import mail
from django.core.mail import EmailMessage

from activity.mail import deliver_mail, due_mails
from common.tenancy import staff_context
from common.zones import now


def receive() -> list[EmailMessage]:
    """Send every mail that is due; the newly sent ones, oldest first."""
    before = len(mail.outbox)
    with staff_context("due mails"):
        waiting = due_mails(now())
    for ident in waiting:
        deliver_mail(mail_id=ident, at=now())
    sent: list[EmailMessage] = mail.outbox[before:]
    return sent


def path_in(message: EmailMessage) -> str:
    """The path of the one link of a mail."""
    (found,) = re.findall(r"https?://[^/\s]+(/\S+)", str(message.body))
    return str(found)
