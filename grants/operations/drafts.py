"""Drafts: begin one, perhaps from an earlier proposal, and keep whatever was typed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, IllegalTransition, Stale
from grants.models import Proposal
from partners.models import Partner


class NotYours(DomainError):
    """Somebody else wrote this proposal."""

    code = "not_yours"


class StaleDraft(Stale):
    """The draft was changed in another tab or on another device since this page was opened."""

    code = "stale_draft"


@transaction.atomic
def start_proposal(*, partner: Partner, by: Any, at: dt.datetime, copy_of: Proposal | None = None) -> Proposal:
    """Begin a draft: empty, or with the text of an earlier proposal without its dates (tenant door, or staff door of the demo)."""
    answers = {name: value for name, value in copy_of.answers.items() if not _is_date(name)} if copy_of else {}
    made = Proposal.objects.create(
        partner=partner,
        author=by,
        answers=answers,
        title=copy_of.title if copy_of else "",
        ask=copy_of.ask if copy_of else None,
        created_at=at,
        saved_at=at,
    )
    record(made, verb="proposal.started", text=f"{by.name} began a proposal", by=by, at=at)
    return made


@transaction.atomic
def save_draft(
    *,
    proposal: Proposal,
    answers: dict[str, Any],
    title: str,
    ask: Decimal | None,
    revision: int | None,
    by: Any,
    at: dt.datetime,
) -> Proposal:
    """Keep the draft word for word, valid or not; locks the proposal. `revision` is the one that the page was opened with.

    Raises NotYours, IllegalTransition (it is sent), StaleDraft; saving the same again changes nothing and is never stale.
    """
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    refuse_unless_own_draft(row, by)
    if row.answers == answers:
        return row
    if revision is not None and revision != row.revision:
        raise StaleDraft(
            "This draft was changed in another tab. Open it again; what you typed here is still on this page."
        )
    row.answers, row.title, row.ask = answers, title[:120], ask
    row.revision, row.saved_at = row.revision + 1, at
    row.save(update_fields=["answers", "title", "ask", "revision", "saved_at"])
    return row


def refuse_unless_own_draft(row: Proposal, by: Any) -> None:
    """Raises NotYours and IllegalTransition."""
    if row.author_id != by.pk:
        raise NotYours("Only the person who wrote this proposal changes it.")
    if row.state != Proposal.State.DRAFT:
        raise IllegalTransition(f"This proposal is {row.word}: it cannot be changed now.")


def _is_date(name: str) -> bool:
    return name in ("starts_on", "ends_on") or (name.startswith("outcomes-") and name.endswith("-by"))
