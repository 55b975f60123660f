"""What operations of every app do in their own transaction: record what happened, tell people, put mail in the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from activity.models import LogEntry, Mail, NetworkLogEntry, Notice, changes_of
from common.doorbell import ring
from common.standing import partner_of


def record(  # noqa: PLR0913  an entry has this many parts
    subject: Model,
    *,
    verb: str,
    text: str,
    by: Any,
    at: dt.datetime,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> LogEntry | NetworkLogEntry:
    """Write one timeline entry about a row. `by` is a User, or None for the system; `at` is an instant.

    A row of a partner gets a LogEntry of that partner; a row of the network a NetworkLogEntry (staff door only).
    """
    facts = {
        "subject_type": subject._meta.label_lower,
        "subject_id": subject.pk,
        "verb": verb,
        "text": text,
        "reason": reason,
        "changes": changes_of(dict(before or {}), dict(after or {})),
        "actor": by,
        "at": at,
    }
    partner_id = partner_of(subject)
    if partner_id is None:
        return NetworkLogEntry.objects.create(**facts)
    return LogEntry.objects.create(partner_id=partner_id, **facts)


@dataclass(frozen=True)
class Happening:
    """Something that happened to a row of the network, for `record_all`."""

    subject: Model
    verb: str
    text: str
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)


def record_all(happenings: Iterable[Happening], *, by: Any, at: dt.datetime) -> None:
    """Timeline entries about many rows of the network at once (staff door only)."""
    rows = [
        NetworkLogEntry(
            subject_type=one.subject._meta.label_lower,
            subject_id=one.subject.pk,
            verb=one.verb,
            text=one.text[:500],
            changes=changes_of(dict(one.before), dict(one.after)),
            actor=by,
            at=at,
        )
        for one in happenings
    ]
    NetworkLogEntry.objects.bulk_create(rows, batch_size=2_000)


def tell(
    people: Iterable[Any], *, kind: str, key: str, text: str, url: str, at: dt.datetime, partner_id: int | None = None
) -> None:
    """One in-app notice for each person, at most once per person and key. `url` is a path of this site."""
    rows = [
        Notice(user=person, partner_id=partner_id, kind=kind, key=key, text=text, url=url, at=at)
        for person in {person.pk: person for person in people}.values()
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)


def queue_mail(
    *, to: str, template: str, key: str, at: dt.datetime, context: Mapping[str, Any] | None = None, secret: str = ""
) -> None:
    """Put one mail in the outbox, at most once per key; it is sent after the commit (at once, or by the next sweep).

    `context["link"]` = {"purpose", "subject_type", "subject_id", "days"} has a fresh link made when the mail is sent.
    `secret` is text that must not stay in the database: it is emptied once the mail is sent.
    """
    mail = Mail(
        to=to, template=template, key=key, context=dict(context or {}), secret=secret, send_after=at, created_at=at
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
    ring("mail", mail.pk)


def mark_notices_read(*, person: Any, at: dt.datetime) -> int:
    """A person has seen her notices; how many were new."""
    return Notice.objects.of(person).unread().order_by().update(read_at=at)
