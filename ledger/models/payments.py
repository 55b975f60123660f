"""Payees (may a partner be paid) and payment batches with their lines."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.money import MoneyField
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy import StaffTable
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import NetworkModel, TenantManager, TenantModel, TenantQuerySet
from common.two_people import InPerson
from ledger.walls import ClosedBatch, PaidBatch

PERSON = settings.AUTH_USER_MODEL


class PayeeQuerySet(TenantQuerySet["Payee"]):
    """Payee statuses."""


PayeeManager = TenantManager.from_queryset(PayeeQuerySet)


class Payee(TenantModel):
    """Whether the W-9 and bank details of a partner are on file at Finance; no row means that they are not."""

    tenant_writers: ClassVar[str] = "staff"

    on_file = models.BooleanField()
    reason = models.CharField(max_length=500)
    changed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    objects: ClassVar[PayeeManager[Payee]] = PayeeManager()

    class Meta:
        constraints = [models.UniqueConstraint("partner", name="ledger_payee_once")]

    def __str__(self) -> str:
        return "on file" if self.on_file else "not on file"


BATCH_STEPS: Transitions = {"": ("open",), "open": ("exported",), "exported": ("paid",)}


class PaymentBatch(StatefulModel, NetworkModel):
    """Payments that go to the bank in one file: opened and exported by one person of Finance, marked paid by another."""

    class State(models.TextChoices):
        OPEN = "open", "Open"
        EXPORTED = "exported", "Exported"
        PAID = "paid", "Paid"

    TRANSITIONS: ClassVar[Transitions] = BATCH_STEPS
    wall: ClassVar[type[WallConstraint]] = StaffTable

    ref = RefField("B")
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    exported_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    exported_at = models.DateTimeField(null=True)
    line_count = models.PositiveIntegerField(null=True)
    total = MoneyField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    content = models.BinaryField(null=True)
    paid_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    paid_at = models.DateTimeField(null=True)
    paid_on = models.DateField(null=True)
    bank_reference = models.CharField(max_length=100, blank=True)

    objects: ClassVar[models.Manager[PaymentBatch]] = models.Manager()

    class Meta:
        constraints = [
            StateTable(name="ledger_paymentbatch_states", steps=BATCH_STEPS),
            models.CheckConstraint(
                name="ledger_paymentbatch_exported",
                condition=Q(state="open")
                | Q(
                    exported_by__isnull=False,
                    exported_at__isnull=False,
                    line_count__gt=0,
                    total__gt=0,
                    content__isnull=False,
                )
                & ~Q(sha256=""),
            ),
            models.CheckConstraint(
                name="ledger_paymentbatch_other_person",
                condition=~Q(state="paid")
                | Q(paid_by__isnull=False, paid_at__isnull=False, paid_on__isnull=False)
                & ~Q(bank_reference="")
                & ~Q(paid_by=F("created_by"))
                & ~Q(paid_by=F("exported_by")),
            ),
            PaidBatch(name="ledger_paymentbatch_kept"),
            InPerson(name="ledger_paymentbatch_in_person", columns=["created_by_id", "exported_by_id", "paid_by_id"]),
        ]
        indexes = [models.Index(fields=["-created_at", "-id"], name="ledger_paymentbatch_created")]

    def __str__(self) -> str:
        return f"Batch {self.ref}"


class PaymentLineQuerySet(TenantQuerySet["PaymentLine"]):
    """Lines of payment batches."""


PaymentLineManager = TenantManager.from_queryset(PaymentLineQuerySet)


class PaymentLine(TenantModel):
    """One payment of a batch, in dollars; what it pays is named by label and id and is in one batch only."""

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("Y")
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="lines")
    reference_type = models.CharField(max_length=60)
    reference_id = models.BigIntegerField()
    part = models.SmallIntegerField(default=0)
    amount = MoneyField()

    objects: ClassVar[PaymentLineManager[PaymentLine]] = PaymentLineManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "partner", "reference_type", "reference_id", "part", name="ledger_paymentline_once"
            ),
            models.CheckConstraint(name="ledger_paymentline_amount", condition=Q(amount__gt=0)),
            ClosedBatch(name="ledger_paymentline_open_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.reference_type} {self.reference_id}"
