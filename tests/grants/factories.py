"""Cycles, proposals and reviews for tests, made through the operations; call them inside staff_context()."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from accounts.models import User
from common.tenancy import review_context
from common.zones import now, today
from grants import operations
from grants.content import BudgetLine, Content, Promise, answers_of
from grants.models import Cycle, Proposal, Review, ReviewScore
from ledger.operations import open_budgets
from partners.models import Partner
from partners.operations import ensure_calendars

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
CRITERIA = ("alignment", "reach", "outcomes", "budget", "underserved")


def open_network(at: dt.datetime | None = None) -> Cycle:
    """Calendars, budgets and cycles; the cycle that is open at `at`, by default now."""
    at = at or now()
    ensure_calendars(on=today())
    open_budgets(on=today(), at=at)
    operations.ensure_cycles(at=at)
    return Cycle.objects.open_at(at)


def content(cycle: Cycle, ask: str = "3000.00", minimum: str = "1000.00", **given: Any) -> Content:
    """A whole proposal whose activity lies after the decision of this cycle."""
    first = cycle.quarter.starts_on + 20 * DAY
    return replace(
        Content(
            title="Principals’ breakfast",
            audience="principals",
            audience_size=90,
            audience_note="Principals of the valley’s 40 middle schools.",
            goals=("implementation",),
            objectives="Each principal leaves with a date for a planning talk.",
            ask=Decimal(ask),
            minimum=Decimal(minimum),
            starts_on=first,
            ends_on=first + DAY,
            place="Gallup, NM",
            lines=(BudgetLine("event", "Room and breakfast", "quote", Decimal(ask)),),
            outcomes=(Promise("principals", "", 0, 60, first + DAY),),
        ),
        **given,
    )


def draft(
    partner: Partner, author: User, cycle: Cycle, *, at: dt.datetime | None = None, **given: Any
) -> tuple[Proposal, Content]:
    """A draft that is ready to be sent, and what it says."""
    at = at or cycle.opens_at + DAY
    said = content(cycle, **given)
    row = operations.start_proposal(partner=partner, by=author, at=at)
    row = operations.save_draft(proposal=row, answers=answers_of(said), facts=(said.title, said.ask), by=author, at=at)
    return row, said


def sent(partner: Partner, author: User, cycle: Cycle, *, at: dt.datetime | None = None, **given: Any) -> Proposal:
    """A proposal that its author has sent."""
    at = at or cycle.opens_at + DAY
    row, said = draft(partner, author, cycle, at=at, **given)
    return operations.send_proposal(proposal=row, content=said, by=author, at=at)


def close(cycle: Cycle, at: dt.datetime | None = None) -> Cycle:
    """The intake of a cycle, closed a minute after its deadline."""
    return operations.close_intake(cycle=cycle, by=None, at=at or cycle.closes_at + MINUTE)


def assigned(proposal: Proposal, reviewer: User, by: User, at: dt.datetime) -> Review:
    """A reviewer named by staff."""
    return operations.add_reviewer(proposal=proposal, person=reviewer, by=by, at=at)


def marked(
    review: Review, marks: Mapping[str, int] | int, *, at: dt.datetime, finish: bool = True, said: str = ""
) -> Review:
    """Marks given through the review door; one number means that mark everywhere."""
    given = dict.fromkeys(CRITERIA, marks) if isinstance(marks, int) else dict(marks)
    with review_context(review.proposal_id, user=review.reviewer_id):
        return operations.save_review(
            review=review, marks=given, to_applicant=said, internal="", by=review.reviewer, at=at, finish=finish
        )


def scored(
    proposal: Proposal, marks: Mapping[str, int] | int, *, reviewers: tuple[User, User], by: User, at: dt.datetime
) -> Proposal:
    """A proposal with two finished reviews of the same marks."""
    for reviewer in reviewers:
        marked(assigned(proposal, reviewer, by, at), marks, at=at)
    return Proposal.objects.get(pk=proposal.pk)


def marks_of(proposal: Proposal) -> int:
    """How many marks a proposal has."""
    return ReviewScore.objects.filter(review__proposal=proposal).count()
