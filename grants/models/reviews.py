"""Review and its marks, seen through the review door only; the declaration that a reviewer signs for each cycle."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy import AppendOnlyTable, DoorPolicy, GuardedTable
from common.tenancy.models import NetworkModel, TenantForeignKey, TenantManager, TenantModel, TenantQuerySet
from grants.guards import CleanReviewer, HiddenFromPartner, OwnMark
from grants.models.cycles import Criterion, Cycle
from grants.models.proposals import Proposal, ProposalVersion
from ledger.models import ConflictOfInterest

PERSON = settings.AUTH_USER_MODEL
MINE = "reviewer_id = (select app.person()) and proposal_id = any ((select app.reviews())::bigint[])"
SEEN = f"{MINE} or released_at is not null and proposal_id = any ((select app.reviews())::bigint[])"
OWN_OPEN = (
    "review_id in (select id from grants_review where reviewer_id = (select app.person()) and state = 'assigned')"
)
STEPS: Transitions = {"": ("assigned",), "assigned": ("done", "stood_down"), "done": ("assigned", "stood_down")}


class ReviewQuerySet(TenantQuerySet["Review"]):
    """Reviews."""

    def of(self, person: Any) -> Self:
        """This person's own."""
        return self.filter(reviewer=person)

    def standing(self) -> Self:
        """Not given back."""
        return self.exclude(state="stood_down")

    def conflicted(self, on: dt.date) -> Self:
        """Those whose reviewer has an interest in the partner on a date (network zone), declared after the assignment."""
        declared = ConflictOfInterest.objects.filter(user=OuterRef("reviewer"), partner=OuterRef("partner"))
        return self.filter(Exists(declared.in_force(on)))

    def of_cycle(self, cycle: Cycle) -> Self:
        """Of proposals of one cycle."""
        return self.filter(cycle=cycle)


ReviewManager = TenantManager.from_queryset(ReviewQuerySet)


class Review(StatefulModel, TenantModel):
    """One person's judgment of one frozen submission; `released_at` is set for all of a proposal once all are in."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", "Open"
        DONE = "done", "Scored"
        STOOD_DOWN = "stood_down", "Stood down"

    TRANSITIONS: ClassVar[Transitions] = STEPS
    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("R")
    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="reviews")
    version = TenantForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    reviewer_name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASSIGNED)
    assigned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    assigned_on = models.DateField()
    assigned_at = models.DateTimeField()
    to_applicant = models.CharField(max_length=2000, blank=True)
    internal = models.CharField(max_length=2000, blank=True)
    saved_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    stood_down_at = models.DateTimeField(null=True)
    stood_down_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[ReviewManager[Review]] = ReviewManager()

    class Meta:
        constraints = [
            StateTable(name="grants_review_states", steps=STEPS),
            HiddenFromPartner(name="grants_review_hidden"),
            CleanReviewer(name="grants_review_guard"),
            models.UniqueConstraint("proposal", "reviewer", name="grants_review_once"),
            models.CheckConstraint(
                name="grants_review_down_says_why", condition=~Q(state="stood_down") | ~Q(stood_down_reason="")
            ),
            DoorPolicy(name="grants_review_seen", role="rp_review", command="SELECT", using=SEEN),
            DoorPolicy(
                name="grants_review_written",
                role="rp_review",
                command="UPDATE",
                using=MINE,
                with_check="reviewer_id = (select app.person())",
            ),
        ]
        indexes = [
            models.Index(fields=["reviewer", "state"], name="grants_review_reviewer"),
            models.Index(fields=["cycle", "state"], name="grants_review_cycle"),
        ]

    def __str__(self) -> str:
        return f"review of {self.proposal_id} by {self.reviewer_name}"

    @property
    def marks(self) -> dict[str, int]:
        """Mark by criterion (use with prefetched scores and their criteria)."""
        return {score.criterion.key: score.value for score in self.scores.all()}


class ReviewScore(TenantModel):
    """The mark of one criterion, 1 to 5."""

    tenant_writers: ClassVar[str] = "staff"

    review = TenantForeignKey(Review, on_delete=models.PROTECT, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.PROTECT, related_name="+")
    value = models.PositiveSmallIntegerField()

    objects: ClassVar[TenantManager[ReviewScore]] = TenantManager()

    class Meta:
        constraints = [
            HiddenFromPartner(name="grants_reviewscore_hidden"),
            OwnMark(name="grants_reviewscore_guard"),
            models.UniqueConstraint("review", "criterion", name="grants_reviewscore_once"),
            models.CheckConstraint(name="grants_reviewscore_value", condition=Q(value__gte=1, value__lte=5)),
            DoorPolicy(
                name="grants_reviewscore_seen",
                role="rp_review",
                command="SELECT",
                using="review_id in (select id from grants_review)",
            ),
            DoorPolicy(name="grants_reviewscore_given", role="rp_review", command="INSERT", with_check=OWN_OPEN),
            DoorPolicy(
                name="grants_reviewscore_changed",
                role="rp_review",
                command="UPDATE",
                using=OWN_OPEN,
                with_check=OWN_OPEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.value} for {self.criterion_id}"


class Declaration(NetworkModel):
    """A reviewer's word, once for each cycle, that she has named every conflict she knows of; the list opens after it."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Declaration]] = models.Manager()

    class Meta:
        constraints = [
            GuardedTable(name="grants_declaration_guard"),
            AppendOnlyTable(name="grants_declaration_append_only"),
            models.UniqueConstraint("cycle", "person", name="grants_declaration_once"),
            DoorPolicy(
                name="grants_declaration_seen",
                role="rp_review",
                command="SELECT",
                using="person_id = (select app.person())",
            ),
            DoorPolicy(
                name="grants_declaration_signed",
                role="rp_review",
                command="INSERT",
                with_check="person_id = (select app.person())",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} for {self.cycle_id}"
