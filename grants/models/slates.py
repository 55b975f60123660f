"""Slate (proposed by one person, approved by another), decisions that the applicant reads, awards, offers from the waitlist."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.money import ExactField, MoneyField
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy import AppendOnlyTable
from common.tenancy.models import NetworkModel, TenantForeignKey, TenantManager, TenantModel, TenantOneToOne
from common.two_people import InPerson
from grants.guards import (
    AgreedAward,
    HiddenFromPartner,
    HonestAward,
    HonestOffer,
    HonestSlate,
    PreparedLine,
    WholeSlate,
)
from grants.models.cycles import Cycle
from grants.models.proposals import Proposal
from ledger.models import Transaction

PERSON = settings.AUTH_USER_MODEL
STEPS: Transitions = {
    "": ("prepared",),
    "prepared": ("proposed", "replaced"),
    "proposed": ("approved", "returned"),
    "returned": ("replaced",),
}


class Slate(StatefulModel, NetworkModel):
    """All results of a cycle under one policy. It reserves nothing until a second person approves it."""

    class State(models.TextChoices):
        PREPARED = "prepared", "Prepared"
        PROPOSED = "proposed", "Waits for approval"
        APPROVED = "approved", "Approved"
        RETURNED = "returned", "Returned"
        REPLACED = "replaced", "Replaced"

    TRANSITIONS: ClassVar[Transitions] = STEPS

    ref = RefField("L")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="slates")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PREPARED)
    policy = models.CharField(max_length=2)
    line = ExactField(max_digits=5, decimal_places=2)
    level = MoneyField(null=True)
    envelope = MoneyField()
    total = MoneyField()
    replay_sha256 = models.CharField(max_length=64)
    prepared_at = models.DateTimeField()
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    proposed_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    returned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    return_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[models.Manager[Slate]] = models.Manager()

    class Meta:
        constraints = [
            StateTable(name="grants_slate_states", steps=STEPS),
            HonestSlate(name="grants_slate_guard"),
            WholeSlate(name="grants_slate_whole"),
            InPerson(name="grants_slate_in_person", columns=["proposed_by_id", "approved_by_id", "returned_by_id"]),
            models.UniqueConstraint("cycle", "number", name="grants_slate_number"),
            models.UniqueConstraint(
                "cycle", name="grants_slate_one_alive", condition=Q(state__in=("prepared", "proposed", "approved"))
            ),
            models.CheckConstraint(
                name="grants_slate_two_people", condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by"))
            ),
            models.CheckConstraint(
                name="grants_slate_approved_whole",
                condition=~Q(state="approved")
                | Q(proposed_by__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
            ),
            models.CheckConstraint(name="grants_slate_balances", condition=Q(total__gte=0, total__lte=F("envelope"))),
        ]

    def __str__(self) -> str:
        return f"slate {self.number} of {self.cycle_id}"


class SlateLine(TenantModel):
    """One proposal on a slate: its place, what it gets, and the words that its applicant will read."""

    tenant_writers: ClassVar[str] = "staff"

    slate = models.ForeignKey(Slate, on_delete=models.PROTECT, related_name="lines")
    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()
    score = ExactField(max_digits=5, decimal_places=2)
    gap = ExactField(max_digits=5, decimal_places=2)
    gap_step = models.PositiveSmallIntegerField()
    ask = MoneyField()
    minimum = MoneyField()
    bound = MoneyField()
    amount = MoneyField()
    other_amount = MoneyField()
    outcome = models.CharField(
        max_length=8, choices=[("full", "Full"), ("partial", "Part"), ("waitlist", "Waitlist"), ("decline", "Decline")]
    )
    cause = models.CharField(max_length=20)
    place = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=1000)

    objects: ClassVar[TenantManager[SlateLine]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_slateline_append_only"),
            HiddenFromPartner(name="grants_slateline_hidden"),
            PreparedLine(name="grants_slateline_guard"),
            models.UniqueConstraint("slate", "proposal", name="grants_slateline_once"),
            models.CheckConstraint(
                name="grants_slateline_useful",
                condition=Q(amount=0) | Q(amount__gte=F("minimum"), amount__lte=F("ask")),
            ),
            models.CheckConstraint(name="grants_slateline_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.proposal_id}"


class Decision(TenantModel):
    """What was decided on a proposal, and why, in words that the applicant reads (GI12). A waitlisted one gets a second row."""

    class Outcome(models.TextChoices):
        FULL = "full", "Awarded in full"
        PARTIAL = "partial", "Awarded in part"
        WAITLIST = "waitlist", "Waitlisted"
        DECLINE = "decline", "Declined"

    tenant_writers: ClassVar[str] = "staff"

    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    amount = MoneyField()
    score = ExactField(max_digits=5, decimal_places=2)
    place = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=1000)
    comments = models.TextField(blank=True)
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField()

    objects: ClassVar[TenantManager[Decision]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_decision_append_only"),
            InPerson(name="grants_decision_in_person", columns=["decided_by_id"]),
            models.CheckConstraint(name="grants_decision_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="grants_decision_amount",
                condition=Q(outcome__in=("full", "partial"), amount__gt=0)
                | Q(outcome__in=("waitlist", "decline"), amount=0),
            ),
        ]
        indexes = [models.Index(fields=["partner", "proposal", "-decided_at"], name="grants_decision_proposal")]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.proposal_id}"


class Award(TenantModel):
    """Money promised to one proposal: whole dollars, reserved by the ledger transaction that it names."""

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("G")
    proposal = TenantOneToOne(Proposal, on_delete=models.PROTECT, related_name="award")
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    transaction = TenantOneToOne(Transaction, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    from_waitlist = models.BooleanField(default=False)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    approved_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField()

    objects: ClassVar[TenantManager[Award]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_award_append_only"),
            HonestAward(name="grants_award_guard"),
            AgreedAward(name="grants_award_agreed"),
            InPerson(name="grants_award_in_person", columns=["approved_by_id"]),
            models.CheckConstraint(name="grants_award_two_people", condition=~Q(approved_by=F("proposed_by"))),
            models.CheckConstraint(name="grants_award_amount", condition=Q(amount__gte=1)),
        ]

    def __str__(self) -> str:
        return f"award of {self.proposal_id}"


class WaitlistOffer(TenantModel):
    """Money that became free, offered to a waitlisted proposal by one staff person, approved or turned down by another."""

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("K")
    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="offers")
    amount = MoneyField()
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    dropped_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    dropped_at = models.DateTimeField(null=True)

    objects: ClassVar[TenantManager[WaitlistOffer]] = TenantManager()

    class Meta:
        constraints = [
            HiddenFromPartner(name="grants_waitlistoffer_hidden"),
            HonestOffer(name="grants_waitlistoffer_guard"),
            InPerson(
                name="grants_waitlistoffer_in_person", columns=["proposed_by_id", "approved_by_id", "dropped_by_id"]
            ),
            models.UniqueConstraint(
                "proposal",
                name="grants_waitlistoffer_one_open",
                condition=Q(approved_at__isnull=True, dropped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="grants_waitlistoffer_two_people",
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(name="grants_waitlistoffer_amount", condition=Q(amount__gte=1)),
        ]

    def __str__(self) -> str:
        return f"offer to {self.proposal_id}"
