"""The journal: transactions whose entries sum to zero, and the movements of budgets that come with them. Rows are only ever added."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.money import MoneyField
from common.refs import RefField
from common.tenancy import AppendOnlyTable
from common.tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantOneToOne, TenantQuerySet
from ledger.kinds import FAMILIES, KINDS, AccountName
from ledger.walls import ByEntryOnly, Chained, MovesBudget, ZeroSum

PERSON = settings.AUTH_USER_MODEL
FAMILY = Q(kind__startswith="incentive_") | Q(kind__startswith="grant_")


class TransactionQuerySet(TenantQuerySet["Transaction"]):
    """Transactions of the journal."""


TransactionManager = TenantManager.from_queryset(TransactionQuerySet)


class Transaction(TenantModel):
    """One thing that happened to money, named by what it is about: kind and reference are unique, so nothing is posted twice.

    `kind` begins with `incentive_` or `grant_`; `part` tells several postings of one kind about one record apart.
    """

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("T")
    kind = models.CharField(max_length=40)
    reference_type = models.CharField(max_length=60)
    reference_id = models.BigIntegerField()
    part = models.SmallIntegerField(default=0)
    amount = MoneyField()
    key = models.CharField(max_length=100, blank=True)
    reverses = TenantOneToOne("self", on_delete=models.PROTECT, related_name="reversed_by", null=True)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    objects: ClassVar[TransactionManager[Transaction]] = TransactionManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "partner", "kind", "reference_type", "reference_id", "part", name="ledger_transaction_once"
            ),
            models.UniqueConstraint("partner", "key", name="ledger_transaction_key_once", condition=~Q(key="")),
            models.CheckConstraint(name="ledger_transaction_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="ledger_transaction_family", condition=FAMILY),
            AppendOnlyTable(name="ledger_transaction_append_only"),
            ZeroSum(name="ledger_transaction_zero_sum", column="id"),
        ]
        indexes = [
            models.Index(fields=["partner", "-at", "-id"], name="ledger_transaction_partner"),
            models.Index(fields=["-at", "-id"], name="ledger_transaction_at"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference_type} {self.reference_id}"

    @property
    def family(self) -> str:
        """`incentive` or `grant`."""
        return self.kind.split("_", 1)[0]


class Movement(TenantModel):
    """What one transaction changes in one budget, in dollars; written, it changes the budget by itself (a trigger)."""

    tenant_writers: ClassVar[str] = "staff"

    transaction = TenantForeignKey(Transaction, on_delete=models.PROTECT, related_name="movements")
    kind = models.CharField(max_length=20)
    period = models.CharField(max_length=12)
    reserved = MoneyField()
    used = MoneyField()

    class Meta:
        constraints = [
            models.UniqueConstraint("transaction", "kind", "period", name="ledger_movement_once"),
            models.CheckConstraint(name="ledger_movement_kind", condition=Q(kind__in=list(KINDS))),
            models.CheckConstraint(name="ledger_movement_moves", condition=~Q(reserved=0, used=0)),
            AppendOnlyTable(name="ledger_movement_append_only"),
            MovesBudget(name="ledger_movement_moves_budget"),
        ]
        indexes = [models.Index(fields=["kind", "period", "partner"], name="ledger_movement_budget")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period} of {self.transaction_id}"


class Account(TenantModel):
    """The balance of one account of one partner, in dollars, and how many entries made it; kept by the entries (a trigger)."""

    tenant_writers: ClassVar[str] = "staff"

    family = models.CharField(max_length=10)
    name = models.CharField(max_length=20, choices=AccountName.choices)
    balance = MoneyField()
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "family", "name"], name="ledger_account_once"),
            ByEntryOnly(name="ledger_account_by_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.family} {self.name}"


class Entry(TenantModel):
    """One leg of a transaction, in dollars: less than zero where the money leaves the account."""

    tenant_writers: ClassVar[str] = "staff"

    transaction = TenantForeignKey(Transaction, on_delete=models.PROTECT, related_name="entries")
    family = models.CharField(max_length=10)
    account = models.CharField(max_length=20, choices=AccountName.choices)
    amount = MoneyField()
    balance_after = MoneyField()
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint("partner", "family", "account", "version", name="ledger_entry_chain"),
            models.CheckConstraint(name="ledger_entry_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(name="ledger_entry_account", condition=Q(account__in=AccountName.values)),
            models.CheckConstraint(name="ledger_entry_family", condition=Q(family__in=list(FAMILIES))),
            AppendOnlyTable(name="ledger_entry_append_only"),
            Chained(name="ledger_entry_chained"),
            ZeroSum(name="ledger_entry_zero_sum", column="transaction_id"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
