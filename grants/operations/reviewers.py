"""Who reviews what: two people without a conflict of interest, proposed by load, changeable by staff until the first mark."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction

from accounts.people import code_org_people
from activity.operations import record, tell
from common.errors import DomainError, refusing
from common.zones import network_date
from grants.eligibility import months_later
from grants.models import Cycle, Endorsement, Proposal, ProposalVersion, Review, ReviewScore
from grants.timeline import record_all
from ledger.models import ConflictOfInterest
from partners.models import Membership, OutreachAssignment
from partners.settings import setting_on
from workshops.models import WorkshopFacilitator

PANEL = 2
EARLY = ("submitted", "in_review")
LATE = (*EARLY, "scored")
QUEUE = "/network/grants/reviews/"


class ReviewerRefused(DomainError):
    """The person cannot review this proposal, or the reviewers cannot be changed any more; the message says why."""

    code = "reviewer_refused"


class Conflicts:
    """Who may not review what, for many proposals in six queries (grants.md 3.5; the database asks again for each row)."""

    def __init__(self, proposals: Sequence[Proposal], on: dt.date) -> None:
        partners, ids = {row.partner_id for row in proposals}, [row.pk for row in proposals]
        since = months_later(on, -int(setting_on(on, "grants.conflict_months")))
        self.by_partner: dict[int, dict[int, str]] = defaultdict(dict)
        self.by_proposal: dict[int, dict[int, str]] = defaultdict(dict)
        declared = ConflictOfInterest.objects.filter(partner__in=partners).in_force(on)
        self._note(declared.values_list("partner_id", "user_id"), "declared an interest in this partner")
        worked = Membership.objects.filter(partner__in=partners).exclude(ends_before__lte=since)
        self._note(worked.values_list("partner_id", "user_id"), "worked for this partner")
        led = WorkshopFacilitator.objects.filter(
            partner__in=partners, facilitator__user__isnull=False, workshop__last_on__gt=since
        )
        self._note(led.values_list("partner_id", "facilitator__user_id"), "led workshops of this partner")
        managed = OutreachAssignment.objects.filter(partner__in=partners).in_force(on)
        self._note(managed.values_list("partner_id", "user_id"), "is the Outreach Manager of this partner")
        for proposal, person in ProposalVersion.objects.filter(proposal__in=ids).values_list(
            "proposal_id", "author_id"
        ):
            self.by_proposal[proposal][person] = "wrote this proposal"
        for proposal, person in Endorsement.objects.filter(version__proposal__in=ids).values_list(
            "version__proposal_id", "answered_by_id"
        ):
            self.by_proposal[proposal].setdefault(person, "endorsed this proposal")

    def _note(self, pairs: Iterable[tuple[int, int]], why: str) -> None:
        for partner, person in pairs:
            self.by_partner[partner][person] = why

    def of(self, person: Any, proposal: Proposal) -> str:
        """Why this person may not review this proposal; empty where nothing is known against it."""
        return self.by_proposal[proposal.pk].get(person.pk) or self.by_partner[proposal.partner_id].get(person.pk, "")


@transaction.atomic
def propose_reviewers(*, proposals: Sequence[Proposal], at: dt.datetime) -> int:
    """Give each submitted proposal two reviewers: clean Outreach Managers with the smallest load, staff where these do not
    suffice (staff door). Locks the proposals; those with two become "In review". Twice is once. How many reviews are new.
    """
    ids = [row.pk for row in proposals]
    rows = (
        Proposal.objects.filter(pk__in=ids, state="submitted")
        .order_by("id")
        .select_for_update(of=("self",))
        .select_related("cycle__quarter")
    )
    return fill_places(proposals=list(rows), at=at)


def fill_places(*, proposals: Sequence[Proposal], at: dt.datetime) -> int:
    """Fill the free places of locked proposals; how many reviews are new. The applicant reads no reviewer's name."""
    if not proposals:
        return 0
    panel = Panel(proposals, network_date(at))
    made = [review for row in proposals for review in panel.reviews_for(row, at)]
    Review.objects.bulk_create(made, batch_size=1000)
    full = [row.pk for row in proposals if len(panel.of(row)) >= PANEL]
    Proposal.objects.filter(pk__in=full, state="submitted").update(state="in_review")
    sentences = {True: "Two reviewers were proposed", False: "A reviewer without a conflict is still to be found"}
    told = ((row, sentences[len(panel.of(row)) >= PANEL]) for row in proposals)
    record_all(told, verb="proposal.reviewers", by=None, at=at)
    _tell_reviewers(made, at)
    short = [row for row in proposals if row.pk not in set(full)]
    if short:
        words = "proposal needs" if len(short) == 1 else "proposals need"
        tell(
            code_org_people("staff", network_date(at)),
            kind="grant.reviewers",
            key=f"short:{short[0].ref}:{at:%Y%m%d}",
            text=f"{len(short)} {words} a reviewer without a conflict",
            url="/network/grants/cycles/",
            at=at,
        )
    return len(made)


class Panel:
    """Everybody who could review, with the reviews that each has in the cycle already."""

    def __init__(self, rows: Sequence[Proposal], on: dt.date) -> None:
        self.on, self.conflicts = on, Conflicts(rows, on)
        self.managers = code_org_people("outreach_manager", on)
        known = {person.pk for person in self.managers}
        self.staff = [person for person in code_org_people("staff", on) if person.pk not in known]
        standing = Review.objects.filter(cycle__in={row.cycle_id for row in rows}).standing()
        self.load = Counter(standing.values_list("reviewer_id", flat=True))
        self.names: dict[int, list[str]] = defaultdict(list)
        self.taken: set[tuple[int, int]] = set()
        for proposal, person, name, state in Review.objects.filter(proposal__in=rows).values_list(
            "proposal_id", "reviewer_id", "reviewer_name", "state"
        ):
            self.taken.add((proposal, person))
            if state != "stood_down":
                self.names[proposal].append(name)

    def of(self, row: Proposal) -> list[str]:
        """Names of the reviewers that a proposal has."""
        return self.names[row.pk]

    def reviews_for(self, row: Proposal, at: dt.datetime) -> list[Review]:
        """The reviews that are missing, unsaved."""
        found = []
        while len(self.of(row)) < PANEL and (person := self.next_for(row)) is not None:
            self.names[row.pk].append(person.name)
            self.taken.add((row.pk, person.pk))
            self.load[person.pk] += 1
            found.append(_review(row, person, None, at))
        return found

    def next_for(self, row: Proposal) -> Any:
        """The clean person with the smallest load, then the lowest id; Outreach Managers before staff."""
        for group in (self.managers, self.staff):
            clean = [one for one in group if (row.pk, one.pk) not in self.taken and not self.conflicts.of(one, row)]
            if clean:
                return min(clean, key=lambda one: (self.load[one.pk], one.pk))
        return None


def clean_reviewers(proposal: Proposal, on: dt.date) -> list[Any]:
    """People whom staff may choose for a proposal, by name: Outreach Managers and staff without a conflict, not on it already."""
    panel = Panel([proposal], on)
    people = [
        one
        for one in (*panel.managers, *panel.staff)
        if (proposal.pk, one.pk) not in panel.taken and not panel.conflicts.of(one, proposal)
    ]
    return sorted(people, key=lambda one: (one.name, one.pk))


@transaction.atomic
def add_reviewer(*, proposal: Proposal, person: Any, by: Any, at: dt.datetime) -> Review:
    """Staff name a reviewer where one is missing (staff door). Locks the proposal. Raises ReviewerRefused."""
    row = _locked(proposal, EARLY)
    names = list(Review.objects.filter(proposal=row).standing().values_list("reviewer_name", flat=True))
    if len(names) >= PANEL:
        raise ReviewerRefused("This proposal has its two reviewers: change one of them.")
    made = _assign(row, person, by, at)
    if len(names) + 1 >= PANEL and row.state == Proposal.State.SUBMITTED:
        row.move_to(Proposal.State.IN_REVIEW)
        row.save(update_fields=["state"])
    _note(row, f"{person.name} was named as reviewer of {row.ref}", by, at)
    return made


@transaction.atomic
def change_reviewer(*, review: Review, person: Any, by: Any, at: dt.datetime) -> Review:
    """Staff give a review to somebody else, until the proposal has its first mark (staff door). Locks the proposal.

    A reviewer who has declared an interest since is replaced at any time before the slate is proposed, and her marks count no more (GI6).
    Raises ReviewerRefused.
    """
    row = _locked(review.proposal, LATE)
    old = Review.objects.select_related("reviewer").get(pk=review.pk)
    if old.state == Review.State.STOOD_DOWN:
        raise ReviewerRefused("This review has been given back already.")
    if Review.objects.filter(pk=old.pk).conflicted(network_date(at)).exists():
        _set_aside(row, old, at)
    elif row.state == Proposal.State.SCORED or has_mark(row):
        raise ReviewerRefused("This proposal has its first mark: its reviewers stay.")
    else:
        old.delete()
    made = _assign(row, person, by, at)
    _note(row, f"{person.name} was named as reviewer of {row.ref} in place of {old.reviewer_name}", by, at)
    return made


def has_mark(proposal: Proposal) -> bool:
    """True once a standing review of a proposal has a mark: its reviewers stay."""
    return ReviewScore.objects.filter(review__proposal=proposal, review__stood_down_at=None).exists()


def _set_aside(row: Proposal, old: Review, at: dt.datetime) -> None:
    """The other review is closed to others again until the new one is in."""
    reason = "Declared an interest in the partner after the assignment."
    Review.objects.filter(pk=old.pk).update(state="stood_down", stood_down_at=at, stood_down_reason=reason)
    Review.objects.filter(proposal=row).update(released_at=None)
    if row.state == Proposal.State.SCORED:
        row.move_to(Proposal.State.IN_REVIEW)
        row.save(update_fields=["state"])


def _assign(row: Proposal, person: Any, by: Any, at: dt.datetime) -> Review:
    why = Conflicts([row], network_date(at)).of(person, row)
    if why:
        raise ReviewerRefused(f"{person.name} {why}, so somebody else reviews it.", field="person")
    refusals = {
        "grants_review_guard": ReviewerRefused(f"{person.name} has a conflict of interest.", field="person"),
        "grants_review_once": ReviewerRefused(
            f"{person.name} has, or has given back, a review of this proposal.", field="person"
        ),
    }
    with refusing(**refusals):
        made = _review(row, person, by, at)
        made.save(force_insert=True)
    _tell_reviewers([made], at)
    return made


def _review(row: Proposal, person: Any, by: Any, at: dt.datetime) -> Review:
    assert row.version_id is not None and row.cycle_id is not None
    return Review(
        partner_id=row.partner_id,
        proposal=row,
        version_id=row.version_id,
        cycle_id=row.cycle_id,
        reviewer=person,
        reviewer_name=person.name,
        assigned_by=by,
        assigned_on=network_date(at),
        assigned_at=at,
    )


def _locked(proposal: Proposal, states: tuple[str, ...]) -> Proposal:
    row = Proposal.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=proposal.pk)
    if row.state not in states or row.cycle is None or row.cycle.closed_at is None:
        raise ReviewerRefused(
            f"This proposal is {row.word}, or its intake is still open: it has no reviewers to change."
        )
    return row


def _note(row: Proposal, text: str, by: Any, at: dt.datetime) -> None:
    """The applicant reads that something changed, only staff who reviews."""
    record(row, verb="proposal.reviewers", text="The reviewers were changed", by=None, at=at)
    assert row.cycle is not None
    record(row.cycle, verb="cycle.reviewers", text=text, by=by, at=at)


def _tell_reviewers(made: Sequence[Review], at: dt.datetime) -> None:
    counts = Counter(review.reviewer_id for review in made)
    people = {review.reviewer_id: review.reviewer for review in made}
    due = {cycle.pk: cycle for cycle in Cycle.objects.filter(pk__in={review.cycle_id for review in made})}
    for review in {review.reviewer_id: review for review in made}.values():
        count = counts[review.reviewer_id]
        text = f"{count} grant {'proposal is' if count == 1 else 'proposals are'} yours to review, due {due[review.cycle_id].reviews_due_at:%b %-d}"
        tell([people[review.reviewer_id]], kind="grant.review", key=f"review:{review.ref}", text=text, url=QUEUE, at=at)
