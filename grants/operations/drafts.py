"""Drafts: begin one, perhaps from an earlier proposal, and keep whatever was typed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
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
    record(made, verb="proposal.started", text="A proposal was begun", by=by, at=at)
    return made


@dataclass(frozen=True)
class OpenPage:
    """The page that a draft is saved from: its own name, and the revision that it was opened with."""

    name: str
    revision: int


@transaction.atomic
def save_draft(
    *,
    proposal: Proposal,
    answers: dict[str, Any],
    facts: tuple[str, Decimal | None],
    by: Any,
    at: dt.datetime,
    page: OpenPage | None = None,
) -> Proposal:
    """Keep the draft word for word, valid or not; locks the proposal. `facts` are its title and ask as far as they can be read.

    Raises NotYours, IllegalTransition (it is sent), StaleDraft (another page saved since this one was opened);
    saving the same again changes nothing and is never stale.
    """
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    refuse_unless_own_draft(row, by)
    if row.answers == answers:
        return row
    if page is not None and row.revision > page.revision and row.saved_from != page.name:
        raise StaleDraft(
            "This draft was changed in another tab. What you typed stands here; save it again to replace the other."
        )
    row.answers, row.title, row.ask = answers, facts[0][:120], facts[1]
    row.revision, row.saved_at, row.saved_from = row.revision + 1, at, page.name if page else ""
    row.save(update_fields=["answers", "title", "ask", "revision", "saved_at", "saved_from"])
    return row


def refuse_unless_own_draft(row: Proposal, by: Any) -> None:
    """Raises NotYours and IllegalTransition."""
    if row.author_id != by.pk:
        raise NotYours("Only the person who wrote this proposal changes it.")
    if row.state != Proposal.State.DRAFT:
        raise IllegalTransition(f"This proposal is {row.word}: it cannot be changed now.")


def _is_date(name: str) -> bool:
    return name in ("starts_on", "ends_on") or (name.startswith("outcomes-") and name.endswith("-by"))
