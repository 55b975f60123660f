"""Claim: what a partner says it has achieved, about which subject, when; and the files that show it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import combinations
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from activity.models import Attachment
from common.money import ZERO, MoneyField
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantOneToOne, TenantQuerySet
from common.zones import network_date
from incentives.guards import ClaimFacts, ClaimSteps, EvidenceKept
from incentives.models.catalog import OutcomeVersion, RequiredEvidence, SubjectKind
from ledger.models import ConflictOfInterest, Payee
from ledger.walls import WithoutInterest

PERSON = settings.AUTH_USER_MODEL
FOUR_PEOPLE = ("claimant", "verifier", "approver", "second_approver", "payer", "paid_by")
SHOWN = (
    "partner",
    "version__outcome",
    "district",
    "school__district",
    "course",
    "workshop__course",
    "workshop__subject",
    "fiscal_year",
    "claimant",
    "verifier",
)
SUBJECT_COLUMNS = ["district_id", "school_id", "course_id", "workshop_id"]


class State(models.TextChoices):
    """States of a claim; the same words on pages, in mails and in exports."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    INFO_REQUESTED = "info_requested", "Returned"
    VERIFIED = "verified", "Verified"
    APPROVED = "approved", "Approved"
    IN_BATCH = "in_batch", "In payment"
    PAID = "paid", "Paid"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


LIVE = ("submitted", "info_requested", "verified", "approved", "in_batch", "paid")
DECIDED = ("approved", "in_batch", "paid")
STEPS: Transitions = {
    "": ("draft",),
    "draft": ("submitted", "withdrawn"),
    "submitted": ("info_requested", "verified", "rejected", "withdrawn"),
    "info_requested": ("submitted", "withdrawn"),
    "verified": ("approved", "rejected", "withdrawn"),
    "approved": ("in_batch",),
    "in_batch": ("paid",),
}


class ClaimQuerySet(TenantQuerySet["Claim"]):
    """Claims."""

    def shown(self) -> Self:
        """With everything that a list or a page names."""
        return self.select_related(*SHOWN)

    def live(self) -> Self:
        """Holding their outcome: sent and not ended."""
        return self.filter(state__in=LIVE)

    def to_verify(self) -> Self:
        """Waiting for the Outreach Manager, oldest first."""
        return self.filter(state=State.SUBMITTED).order_by("sent_at", "id")

    def with_interest_of(self, person: Any, on: dt.date) -> Self:
        """`has_conflict`: the person has declared an interest in the partner that holds on a date (network zone)."""
        declared = ConflictOfInterest.objects.in_force(on).filter(user=person, partner=OuterRef("partner"))
        return self.annotate(has_conflict=Exists(declared))

    def with_payee_on_file(self) -> Self:
        """`payee_on_file`: Finance has the partner's payee details."""
        return self.annotate(payee_on_file=Exists(Payee.objects.filter(partner=OuterRef("partner"), on_file=True)))

    def to_approve(self) -> Self:
        """Waiting for an approver, in the order in which they are paid: verified-at, then number (incentives 4.4)."""
        return self.filter(state=State.VERIFIED).order_by("verified_at", "id")

    def to_pay(self) -> Self:
        """Approved with something to pay, in no batch yet."""
        return self.filter(state=State.APPROVED, approved_amount__gt=0).order_by("approved_at", "id")


ClaimManager = TenantManager.from_queryset(ClaimQuerySet)


class Claim(StatefulModel, TenantModel):
    """One claim of one outcome. The people of its steps stand here too, so that one CHECK keeps them apart (incentives 4.3)."""

    TRANSITIONS: ClassVar[Transitions] = STEPS

    ref = RefField("K")
    state = models.CharField(max_length=14, choices=State.choices, default=State.DRAFT)
    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="claims")
    family = models.CharField(max_length=40, editable=False, default="")
    subject_kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    subject_key = models.CharField(max_length=300, editable=False, default="")
    district = models.ForeignKey(
        "districts.District", on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    school = models.ForeignKey("districts.School", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    course = models.ForeignKey("catalog.Course", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    workshop = TenantForeignKey("workshops.Workshop", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=4, blank=True)
    outcome_on = models.DateField()
    held = DateRangeField(null=True)
    limit_key = models.CharField(max_length=60, blank=True)
    limit_slot = models.PositiveSmallIntegerField(null=True)
    fiscal_year = models.ForeignKey("partners.FiscalYear", on_delete=models.PROTECT, related_name="+")
    words = models.CharField(max_length=1000, blank=True)
    form_key = models.UUIDField(unique=True)
    edition = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    claimant = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    first_sent_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    verifier = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    verified_at = models.DateTimeField(null=True)
    facts_hash = models.CharField(max_length=64, blank=True)
    approver = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    second_approver = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    due = MoneyField(null=True)
    approved_amount = MoneyField(null=True)
    payer = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    paid_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    paid_at = models.DateTimeField(null=True)

    objects: ClassVar[ClaimManager[Claim]] = ClaimManager()

    class Meta:
        verbose_name = "claim"
        constraints = [
            StateTable(name="incentives_claim_states", steps=STEPS),
            ClaimFacts(name="incentives_claim_facts", columns=SUBJECT_COLUMNS, own_kinds=["coach_cohort", "coach"]),
            ClaimSteps(name="incentives_claim_step"),
            WithoutInterest(
                name="incentives_claim_interest", people={"payer_id": "now()", "paid_by_id": "new.paid_at"}
            ),
            ExclusionConstraint(
                name="incentives_claim_once",
                expressions=[
                    ("family", RangeOperators.EQUAL),
                    ("subject_key", RangeOperators.EQUAL),
                    ("held", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=LIVE),
            ),
            models.UniqueConstraint(
                "limit_key",
                "limit_slot",
                name="incentives_claim_limit",
                condition=Q(state__in=LIVE, limit_slot__isnull=False),
            ),
            *(
                models.CheckConstraint(name=f"incentives_claim_{one}_not_{other}", condition=~Q(**{one: F(other)}))
                for one, other in combinations(FOUR_PEOPLE, 2)
            ),
            models.CheckConstraint(
                name="incentives_claim_sent",
                condition=Q(state__in=["draft", "withdrawn"])
                | Q(claimant__isnull=False, first_sent_at__isnull=False, sent_at__isnull=False, held__isnull=False),
            ),
            models.CheckConstraint(
                name="incentives_claim_verified",
                condition=~Q(state__in=["verified", *DECIDED])
                | (Q(verifier__isnull=False, verified_at__isnull=False) & ~Q(facts_hash="")),
            ),
            models.CheckConstraint(
                name="incentives_claim_approved",
                condition=Q(due__isnull=True, approved_amount__isnull=True, approved_at__isnull=True)
                | Q(
                    due__gte=0,
                    approved_amount__gte=0,
                    approved_amount__lte=F("due"),
                    approver__isnull=False,
                    approved_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="incentives_claim_decided", condition=~Q(state__in=DECIDED) | Q(approved_amount__isnull=False)
            ),
            models.CheckConstraint(
                name="incentives_claim_paid",
                condition=~Q(state="paid")
                | Q(approved_amount__gt=0, payer__isnull=False, paid_by__isnull=False, paid_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-outcome_on", "-id"], name="incentives_claim_list"),
            models.Index(fields=["-outcome_on", "-id"], name="incentives_claim_all"),
            models.Index(fields=["sent_at", "id"], name="incentives_claim_verify", condition=Q(state="submitted")),
            models.Index(fields=["verified_at", "id"], name="incentives_claim_approve", condition=Q(state="verified")),
            models.Index(fields=["approved_at", "id"], name="incentives_claim_pay", condition=Q(state="approved")),
            models.Index(fields=["partner", "fiscal_year", "state"], name="incentives_claim_year"),
        ]

    def __str__(self) -> str:
        return f"{self.version.title}, {self.subject}"

    @property
    def subject(self) -> str:
        """What the claim is about, in words: `Alder Creek High, Pine Ridge ISD`."""
        if self.subject_kind == SubjectKind.DISTRICT_LEVEL:
            return f"{self.level}, {self.district}"
        if self.workshop is not None:
            return f"{self.workshop.title}, {self.workshop.first_on:%b %-d, %Y}"
        place = f"{self.school}, {self.school.district}" if self.school else str(self.district or "")
        return ", ".join(part for part in (self.name, str(self.course or ""), place) if part)

    @property
    def is_editable(self) -> bool:
        """The partner has it: draft or returned."""
        return self.state in (State.DRAFT, State.INFO_REQUESTED)

    @property
    def can_be_withdrawn(self) -> bool:
        """Nothing is approved yet."""
        return self.can_move_to(State.WITHDRAWN)

    @property
    def rest_amount(self) -> Decimal:
        """Earned and unpaid because of the cap."""
        return (self.due or ZERO) - (self.approved_amount or ZERO)

    @property
    def tone(self) -> str:
        """The tone of the state's badge (pages.md 6)."""
        return TONES[self.state]

    @property
    def first_sent_on(self) -> dt.date | None:
        """The date of the first submission (network zone)."""
        return network_date(self.first_sent_at) if self.first_sent_at else None

    def window_ends_on(self, days: int) -> dt.date:
        """The last day on which it can be sent for the first time (network zone)."""
        return self.outcome_on + dt.timedelta(days=days)


TONES: dict[str, str] = {
    "draft": "idle",
    "submitted": "wait",
    "info_requested": "warn",
    "verified": "good",
    "approved": "good",
    "in_batch": "move",
    "paid": "good",
    "rejected": "idle",
    "withdrawn": "idle",
}


class Evidence(TenantModel):
    """A file of a claim, of one of the kinds that its version asks for; removed only while nothing is approved (II12)."""

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    kind = models.ForeignKey(RequiredEvidence, on_delete=models.PROTECT, related_name="+")
    attachment = TenantOneToOne(Attachment, on_delete=models.PROTECT, related_name="evidence")

    objects: ClassVar[TenantManager[Evidence]] = TenantManager()

    class Meta:
        constraints = [EvidenceKept(name="incentives_evidence_kept")]
        indexes = [models.Index(fields=["claim", "kind"], name="incentives_evidence_claim")]

    def __str__(self) -> str:
        return f"{self.kind_id} of {self.claim_id}"

    @property
    def ref(self) -> Any:
        """The file's own reference."""
        return self.attachment.ref
