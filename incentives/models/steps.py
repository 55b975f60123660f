"""One row for each human step of a claim: who, when, why; never changed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.money import MoneyField
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy import AppendOnlyTable
from common.tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantOneToOne
from incentives.guards import ActsInPerson, HonestOverride, NotLifted, NotUnderOwnLimit
from incentives.models.catalog import RequiredEvidence
from incentives.models.claims import Claim
from ledger.walls import WithoutInterest

PERSON = settings.AUTH_USER_MODEL


class Step(TenantModel):
    """What all steps have."""

    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=1000, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} by {self.by_id}"


class Submission(Step):
    """The partner sent the claim, for the first time or again."""

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="submissions")

    objects: ClassVar[TenantManager[Submission]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="incentives_submission_append_only"),
            ActsInPerson(name="incentives_submission_in_person", side="partner"),
        ]
        indexes = [models.Index(fields=["claim"], name="incentives_submission_claim")]


class Withdrawal(Step):
    """The partner took the claim back."""

    claim = TenantOneToOne(Claim, on_delete=models.PROTECT, related_name="withdrawal")

    objects: ClassVar[TenantManager[Withdrawal]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="incentives_withdrawal_append_only"),
            ActsInPerson(name="incentives_withdrawal_in_person", side="partner"),
        ]


class Verification(Step):
    """The Outreach Manager looked at the evidence; `facts_hash` freezes what she saw."""

    class Outcome(models.TextChoices):
        VERIFIED = "verified", "Verified"
        RETURNED = "returned", "Returned"

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="verifications")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    facts_hash = models.CharField(max_length=64)

    objects: ClassVar[TenantManager[Verification]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="incentives_verification_append_only"),
            ActsInPerson(name="incentives_verification_in_person", side="code_org"),
            WithoutInterest(name="incentives_verification_interest", people={"by_id": "new.at"}),
            models.CheckConstraint(
                name="incentives_verification_reason", condition=Q(outcome="verified") | ~Q(reason="")
            ),
        ]
        indexes = [models.Index(fields=["claim"], name="incentives_verification_claim")]


class EvidenceCheck(TenantModel):
    """The verifier reached somebody who confirms one kind of evidence: whom, how, when (the valid confirmation, incentives 4.3)."""

    class How(models.TextChoices):
        PHONE = "phone", "By phone"
        VIDEO = "video", "By video call"
        MAIL = "mail", "By e-mail"
        VISIT = "visit", "In person"

    verification = TenantForeignKey(Verification, on_delete=models.PROTECT, related_name="checks")
    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence_checks")
    kind = models.ForeignKey(RequiredEvidence, on_delete=models.PROTECT, related_name="+")
    whom = models.CharField(max_length=160)
    how = models.CharField(max_length=5, choices=How.choices)
    reached_on = models.DateField()

    objects: ClassVar[TenantManager[EvidenceCheck]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="incentives_evidencecheck_append_only"),
            models.UniqueConstraint("verification", "kind", name="incentives_evidencecheck_once"),
            models.CheckConstraint(name="incentives_evidencecheck_whom", condition=~Q(whom="")),
        ]
        indexes = [models.Index(fields=["claim"], name="incentives_evidencecheck_claim")]

    def __str__(self) -> str:
        return f"{self.whom}, {self.get_how_display().lower()}"


class Rejection(Step):
    """The claim ended without money: by the verifier, or by an approver who looked at it."""

    claim = TenantOneToOne(Claim, on_delete=models.PROTECT, related_name="rejection")

    objects: ClassVar[TenantManager[Rejection]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="incentives_rejection_append_only"),
            ActsInPerson(name="incentives_rejection_in_person", side="code_org"),
            WithoutInterest(name="incentives_rejection_interest", people={"by_id": "new.at"}),
            models.CheckConstraint(name="incentives_rejection_reason", condition=~Q(reason="")),
        ]


class Approval(Step):
    """One approver's word: the first, and from the two-approver limit on the second. `amount` is what she approved, in dollars."""

    tenant_writers: ClassVar[str] = "staff"

    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="approvals")
    number = models.PositiveSmallIntegerField()
    amount = MoneyField()

    objects: ClassVar[TenantManager[Approval]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="incentives_approval_append_only"),
            ActsInPerson(name="incentives_approval_in_person", side="code_org"),
            WithoutInterest(name="incentives_approval_interest", people={"by_id": "new.at"}),
            NotLifted(name="incentives_approval_not_lifted"),
            NotUnderOwnLimit(name="incentives_approval_own_limit"),
            models.UniqueConstraint("claim", "number", name="incentives_approval_number"),
            models.UniqueConstraint("claim", "by", name="incentives_approval_person"),
            models.CheckConstraint(name="incentives_approval_two", condition=Q(number__in=[1, 2])),
            models.CheckConstraint(name="incentives_approval_amount", condition=Q(amount__gte=0)),
        ]


class Override(TenantModel):
    """Two people of staff lift one amber check of one verified claim, with a reason; administrators are told (incentives 4.3).

    It holds for the facts that were verified (`facts_hash`): a claim that is verified anew needs it anew. Who lifts approves nothing here.
    """

    class Liftable(models.TextChoices):
        CONFIRMATION = "confirmation", "Confirmation valid"
        UNCHANGED = "unchanged", "Unchanged since it was verified"
        WINDOW = "window", "Claimed in time"
        PAYEE = "payee", "Payee on file"

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("V")
    claim = TenantForeignKey(Claim, on_delete=models.PROTECT, related_name="overrides")
    check_name = models.CharField(max_length=12, choices=Liftable.choices)
    facts_hash = models.CharField(max_length=64)
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[TenantManager[Override]] = TenantManager()

    class Meta:
        constraints = [
            HonestOverride(name="incentives_override_honest"),
            WithoutInterest(
                name="incentives_override_interest",
                people={"proposed_by_id": "new.proposed_at", "confirmed_by_id": "new.confirmed_at"},
            ),
            models.CheckConstraint(name="incentives_override_two", condition=~Q(confirmed_by=F("proposed_by"))),
            models.CheckConstraint(
                name="incentives_override_confirmed",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(name="incentives_override_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="incentives_override_liftable",
                condition=Q(check_name__in=["confirmation", "unchanged", "window", "payee"]),
            ),
            models.UniqueConstraint(
                "claim",
                "check_name",
                "facts_hash",
                name="incentives_override_once",
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
        indexes = [models.Index(fields=["claim"], name="incentives_override_claim")]

    def __str__(self) -> str:
        return f"{self.get_check_name_display()} of {self.claim_id}"

    @property
    def is_open(self) -> bool:
        """It waits for the second person."""
        return self.confirmed_at is None and self.withdrawn_at is None


class Rest(StatefulModel, TenantModel):
    """What the cap left unpaid of one claim: kept for recognition, or paid later (incentives 4.4).

    `to_year` is the year whose money pays `deferred_amount`: the next one, or its own where a sweep shares what is left of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Earned, unpaid"
        FORFEITED = "forfeited", "Kept for recognition"
        DEFERRED = "deferred", "Waits for payment"
        IN_BATCH = "in_batch", "In payment"
        PAID = "paid", "Paid"

    TRANSITIONS: ClassVar[Transitions] = {
        "": ("waiting",),
        "waiting": ("forfeited", "deferred"),
        "deferred": ("in_batch",),
        "in_batch": ("paid",),
    }
    tenant_writers: ClassVar[str] = "staff"

    claim = TenantOneToOne(Claim, on_delete=models.PROTECT, related_name="rest")
    fiscal_year = models.ForeignKey("partners.FiscalYear", on_delete=models.PROTECT, related_name="+")
    amount = MoneyField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.WAITING)
    to_year = models.ForeignKey("partners.FiscalYear", on_delete=models.PROTECT, related_name="+", null=True)
    deferred_amount = MoneyField(null=True)
    settled_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)

    objects: ClassVar[TenantManager[Rest]] = TenantManager()

    class Meta:
        verbose_name = "rest"
        constraints = [
            StateTable(
                name="incentives_rest_states",
                steps={
                    "": ("waiting",),
                    "waiting": ("forfeited", "deferred"),
                    "deferred": ("in_batch",),
                    "in_batch": ("paid",),
                },
            ),
            models.CheckConstraint(name="incentives_rest_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="incentives_rest_deferred",
                condition=Q(state__in=["waiting", "forfeited"], deferred_amount__isnull=True, to_year__isnull=True)
                | Q(
                    state__in=["deferred", "in_batch", "paid"],
                    deferred_amount__gt=0,
                    deferred_amount__lte=F("amount"),
                    to_year__isnull=False,
                ),
            ),
        ]
        indexes = [models.Index(fields=["fiscal_year", "state"], name="incentives_rest_year")]

    def __str__(self) -> str:
        return f"{self.amount} of {self.claim_id}, {self.word}"
