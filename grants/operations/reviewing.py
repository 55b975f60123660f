"""Reviewing: the declaration, marks and comments, the end of a review, giving one back, and the context note."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.people import code_org_people
from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition
from common.tenancy import staff_context
from common.zones import network_date
from grants.models import ContextNote, Criterion, Cycle, Declaration, Proposal, Review, ReviewScore
from grants.operations.reviewers import PANEL, fill_places
from ledger.operations import conflicts, declare_conflict
from partners.models import OutreachAssignment


class MarksRefused(DomainError):
    """A mark is a whole number from 1 to 5 for a criterion of this rubric."""

    code = "marks_refused"


class ReviewClosed(DomainError):
    """All reviews are in, or this one was given back: nothing changes any more."""

    code = "review_closed"


@transaction.atomic
def sign_declaration(*, cycle: Cycle, by: Any, at: dt.datetime) -> Declaration:
    """A reviewer states, once for each cycle, that she has named every conflict she knows of (review door); twice is once."""
    signed = Declaration.objects.filter(cycle=cycle, person=by).first()
    return signed or Declaration.objects.create(cycle=cycle, person=by, signed_at=at)


@transaction.atomic
def save_review(
    *,
    review: Review,
    marks: Mapping[str, int],
    to_applicant: str,
    internal: str,
    by: Any,
    at: dt.datetime,
    finish: bool = False,
) -> Review:
    """Keep marks and comments of one's own review (review door); `finish` makes it count once every criterion has a mark.

    Locks the proposal, then the review: reviewers who end at the same moment wait for each other. Until all reviews of the proposal
    are in, a finished one can still be changed. Raises ReviewClosed, MarksRefused.
    """
    with staff_context("a review is kept", user=by.pk):
        Proposal.objects.select_for_update(of=("self",)).get(pk=review.proposal_id)
    row = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if row.reviewer_id != by.pk or row.state == Review.State.STOOD_DOWN or row.released_at is not None:
        raise ReviewClosed("This review is closed: all scores of the proposal are in.")
    was_done = row.state == Review.State.DONE
    if was_done:
        row.move_to(Review.State.ASSIGNED).save(update_fields=["state"])
    rubric = Cycle.objects.values_list("rubric_id", flat=True).get(pk=row.cycle_id)
    criteria = {one.key: one for one in Criterion.objects.filter(rubric=rubric)}
    if set(marks) - set(criteria) or not all(value in range(1, 6) for value in marks.values()):
        raise MarksRefused("A mark is a whole number from 1 to 5.")
    _keep_marks(row, {criteria[key]: value for key, value in marks.items()})
    row.to_applicant, row.internal, row.saved_at = to_applicant.strip(), internal.strip(), at
    given = ReviewScore.objects.filter(review=row).count()
    is_done = given == len(criteria) and (finish or was_done)
    if is_done:
        row.move_to(Review.State.DONE).done_at = at
    row.save(update_fields=["state", "to_applicant", "internal", "saved_at", "done_at"])
    if is_done:
        with staff_context("a review is in", user=by.pk):
            settle_reviews(proposal_id=row.proposal_id, at=at)
    return row


def _keep_marks(row: Review, marks: Mapping[Criterion, int]) -> None:
    known = {score.criterion_id: score for score in ReviewScore.objects.filter(review=row)}
    new = [
        ReviewScore(partner_id=row.partner_id, review=row, criterion=one, value=value)
        for one, value in marks.items()
        if one.pk not in known
    ]
    ReviewScore.objects.bulk_create(new)
    for one, value in marks.items():
        if one.pk in known and known[one.pk].value != value:
            ReviewScore.objects.filter(pk=known[one.pk].pk).update(value=value)


@transaction.atomic
def settle_reviews(*, proposal_id: int, at: dt.datetime) -> bool:
    """Once every review of a proposal is in: open them to each other and call the proposal scored (staff door).

    Locks the proposal, so two last reviews at the same time cannot both miss each other. True where it is scored now.
    """
    row = Proposal.objects.select_for_update(of=("self",)).select_related("cycle__quarter").get(pk=proposal_id)
    reviews = list(Review.objects.filter(proposal=row).standing())
    if (
        row.state != Proposal.State.IN_REVIEW
        or len(reviews) < PANEL
        or any(review.state != Review.State.DONE for review in reviews)
    ):
        return False
    Review.objects.filter(pk__in=[review.pk for review in reviews]).update(released_at=at)
    row.move_to(Proposal.State.SCORED)
    row.save(update_fields=["state"])
    record(row, verb="proposal.scored", text="Both reviews are in", by=None, at=at)
    assert row.cycle is not None
    if not Proposal.objects.filter(cycle=row.cycle, state__in=("submitted", "in_review")).exists():
        text = f"All scores of {row.cycle.title} are in: prepare its slate"
        people = code_org_people("staff", network_date(at))
        tell(
            people,
            kind="grant.scores",
            key=f"scored:{row.cycle.ref}",
            text=text,
            url=f"/network/grants/cycles/{row.cycle.ref}/",
            at=at,
        )
    return True


@transaction.atomic
def stand_down(*, review: Review, reason: str, is_conflict: bool, by: Any, at: dt.datetime) -> Review:
    """A reviewer gives a review back; a conflict goes into her own register and takes her other reviews of the partner along.

    Enters the staff door. Locks the proposals; others are proposed in her place. Raises ReviewClosed once all reviews are in.
    """
    with staff_context("a reviewer stands down", user=by.pk):
        row = Review.objects.select_related("proposal__partner", "cycle").get(pk=review.pk)
        partner, on = row.proposal.partner, network_date(at)
        if row.reviewer_id != by.pk or row.state == Review.State.STOOD_DOWN or row.released_at is not None:
            raise ReviewClosed("This review is closed: all scores of the proposal are in.")
        if is_conflict and not conflicts(person=by, partner=partner, on=on):
            declare_conflict(person=by, partner=partner, period=(on, None), reason=reason, at=at)
        own = Review.objects.filter(reviewer=by, cycle_id=row.cycle_id, released_at=None).standing()
        rows = own.filter(partner=partner) if is_conflict else own.filter(pk=row.pk)
        proposals = list(
            Proposal.objects.filter(pk__in=rows.values("proposal")).order_by("id").select_for_update(of=("self",))
        )
        rows.update(state="stood_down", stood_down_at=at, stood_down_reason=reason)
        for proposal in proposals:
            record(proposal, verb="proposal.reviewers", text="A reviewer gave it back", by=None, at=at)
            text = f"{by.name} gave back the review of {proposal.ref}"
            record(row.cycle, verb="cycle.reviewers", text=text, reason=reason, by=by, at=at)
        fill_places(proposals=proposals, at=at)
    return row


@transaction.atomic
def write_context(*, proposal: Proposal, text: str, by: Any, at: dt.datetime) -> ContextNote:
    """The partner's own Outreach Manager tells the reviewers what they should know; no score (tenant door).

    Raises IllegalTransition outside submission and review, ReviewClosed for anybody else.
    """
    row = Proposal.objects.select_for_update(of=("self",)).get(pk=proposal.pk)
    if row.state not in (Proposal.State.SUBMITTED, Proposal.State.IN_REVIEW):
        raise IllegalTransition(f"This proposal is {row.word}: reviewers read a note while they review.")
    if not OutreachAssignment.objects.filter(partner_id=row.partner_id, user=by).in_force(network_date(at)).exists():
        raise ReviewClosed("Only the partner’s own Outreach Manager writes the context note.")
    made = ContextNote.objects.create(
        partner_id=row.partner_id, proposal=row, text=text.strip(), written_by=by, author_name=by.name, written_at=at
    )
    record(row, verb="proposal.context", text="A context note was written", by=by, at=at)
    return made
