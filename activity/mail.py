"""Sending what stands in the outbox: claim and commit, send, mark; a crash in between may send twice, never lose."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from activity.links import make_link
from activity.models import Mail
from common.tenancy import staff_context

BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 5, 25, 120, 600)]
LINK_PATHS = {"invitation": "/invitations/{token}/"}


def deliver_mail(*, mail_id: str, at: dt.datetime) -> bool:
    """Send one waiting mail that is due; five failures, and it is given up. True where it was sent now; False where somebody else has it or it is done."""
    message = _claim(mail_id, at)
    if message is None:
        return False
    try:
        message.send()
    except (OSError, ValueError) as error:  # no connection, refused by the server, or no mail that can be sent
        _note_failure(mail_id, str(error))
        return False
    with staff_context("mail sent"):
        Mail.objects.filter(pk=mail_id, state=Mail.State.WAITING).update(
            state=Mail.State.SENT, sent_at=at, secret="", last_error=""
        )
    return True


def due_mails(at: dt.datetime) -> list[str]:
    """Ids of waiting mails whose time has come, oldest first (staff door)."""
    waiting = Mail.objects.filter(state=Mail.State.WAITING, send_after__lte=at).order_by("send_after")
    return [str(ident) for ident in waiting.values_list("pk", flat=True)[:500]]


def _claim(mail_id: str, at: dt.datetime) -> EmailMessage | None:
    with staff_context("mail claimed"):
        mail = (
            Mail.objects.select_for_update(skip_locked=True)
            .filter(pk=mail_id, state=Mail.State.WAITING, send_after__lte=at)
            .first()
        )
        if mail is None:
            return None
        if mail.attempts >= len(BACK_OFF):  # the process died in the last attempt
            mail.move_to(Mail.State.DEAD).save(update_fields=["state"])
            return None
        mail.send_after = at + BACK_OFF[mail.attempts]
        mail.attempts += 1
        mail.save(update_fields=["attempts", "send_after"])
        return _message(mail, at)


def _note_failure(mail_id: str, words: str) -> None:
    with staff_context("mail failed"):
        mail = Mail.objects.select_for_update().get(pk=mail_id)
        mail.last_error = words[:500]
        if mail.attempts >= len(BACK_OFF):
            mail.move_to(Mail.State.DEAD)
        mail.save(update_fields=["last_error", "state"])


def _message(mail: Mail, at: dt.datetime) -> EmailMessage:
    context: dict[str, Any] = {**mail.context, "site": settings.SITE_URL, "secret": mail.secret}
    link = mail.context.get("link")
    if link:
        token = make_link(
            purpose=link["purpose"],
            subject_type=link["subject_type"],
            subject_id=link["subject_id"],
            email=mail.to,
            expires_at=dt.datetime.fromisoformat(link["expires_at"]),
            at=at,
        )
        context["url"] = settings.SITE_URL + LINK_PATHS[link["purpose"]].format(token=token)
    if mail.template == "account":
        subject, _, body = mail.secret.partition("\n")
    else:
        subject, _, body = render_to_string(f"mail/{mail.template}.txt", context).strip().partition("\n")
    return EmailMessage(subject=subject.removeprefix("Subject: ").strip(), body=body.strip() + "\n", to=[mail.to])
