"""Budgets (a limit and what is used of it) and the dated limits behind them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from common.dated import DatedRow, starts_before_end, two_people
from common.money import MoneyField
from common.refs import RefField
from common.tenancy.models import NetworkModel, TenantManager, TenantModel, TenantQuerySet
from common.two_people import InPerson
from ledger.kinds import LimitKind, NetworkKind, PartnerKind
from ledger.walls import ByMovementOnly, ConfirmedLimit, TwoPeopleKeepIt, WithoutInterest
from partners.calendar import FiscalYear

ZERO = Decimal("0.00")


class Figures(models.Model):
    """Dollars: the limit, what waits to be paid (reserved) and what is paid (used). Changed by movements of the journal only."""

    period = models.CharField(max_length=12)
    limit = MoneyField()
    reserved = MoneyField(default=ZERO)
    used = MoneyField(default=ZERO)

    class Meta:
        abstract = True

    @property
    def room(self) -> Decimal:
        """What is left of the limit, in dollars."""
        room: Decimal = self.limit - self.reserved - self.used
        return room

    @property
    def counted(self) -> Decimal:
        """What counts against the limit, in dollars."""
        counted: Decimal = self.reserved + self.used
        return counted


def _within(table: str) -> list[models.BaseConstraint]:
    return [
        models.CheckConstraint(name=f"{table}_reserved_not_below_zero", condition=Q(reserved__gte=0)),
        models.CheckConstraint(name=f"{table}_used_not_below_zero", condition=Q(used__gte=0)),
        models.CheckConstraint(name=f"{table}_within_limit", condition=Q(limit__gte=F("reserved") + F("used"))),
    ]


class BudgetQuerySet(TenantQuerySet["Budget"]):
    """Budgets of partners."""


BudgetManager = TenantManager.from_queryset(BudgetQuerySet)


class Budget(Figures, TenantModel):
    """What one partner may get of one kind in one period: incentives in FY2026, grants in 2026Q4."""

    tenant_writers: ClassVar[str] = "staff"

    kind = models.CharField(max_length=20, choices=PartnerKind.choices)

    objects: ClassVar[BudgetManager[Budget]] = BudgetManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("partner", "kind", "period", name="ledger_budget_once"),
            models.CheckConstraint(name="ledger_budget_kind", condition=Q(kind__in=PartnerKind.values)),
            *_within("ledger_budget"),
            ByMovementOnly(name="ledger_budget_by_movement", of_partner=True),
            ConfirmedLimit(name="ledger_budget_confirmed_limit", of_partner=True),
        ]
        indexes = [models.Index(fields=["kind", "period"], name="ledger_budget_period")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"


class NetworkBudgetQuerySet(models.QuerySet["NetworkBudget"]):
    """Budgets of the network."""

    def pools_on(self, on: dt.date) -> Self:
        """The pool of the fiscal year that holds a day, and later ones that money is promised from; the earliest first."""
        years = FiscalYear.objects.filter(ends_before__gt=on)
        now = Q(period__in=years.filter(starts_on__lte=on).values("label"))
        ahead = Q(period__in=years.values("label")) & (Q(reserved__gt=0) | Q(used__gt=0))
        return self.filter(now | ahead, kind=NetworkKind.GRANT_POOL).order_by("period")


NetworkBudgetManager = models.Manager.from_queryset(NetworkBudgetQuerySet)


class NetworkBudget(Figures, NetworkModel):
    """What the whole network may spend of one kind in one period: the pool of FY2026, the envelope of 2026Q4."""

    kind = models.CharField(max_length=20, choices=NetworkKind.choices)

    objects: ClassVar[NetworkBudgetManager[NetworkBudget]] = NetworkBudgetManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "period", name="ledger_networkbudget_once"),
            models.CheckConstraint(name="ledger_networkbudget_kind", condition=Q(kind__in=NetworkKind.values)),
            *_within("ledger_networkbudget"),
            ByMovementOnly(name="ledger_networkbudget_by_movement"),
            ConfirmedLimit(name="ledger_networkbudget_confirmed_limit"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.period}"


class LimitVersion(DatedRow):
    """One version of one limit, in dollars. It holds for periods that begin on a date from `valid_from` to before `valid_before`.

    Versions lie in layers: for a period counts the version confirmed last among those that hold for it, a partner's own before
    the one for all. `replaces` is what was in force for the first period when the version was confirmed.
    """

    ref = RefField("L")
    kind = models.CharField(max_length=20, choices=LimitKind.choices)
    amount = MoneyField()
    replaces = MoneyField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_kind_display()} from {self.valid_from:%Y-%m-%d}"

    @property
    def is_open(self) -> bool:
        """Neither confirmed nor withdrawn."""
        return self.confirmed_at is None and self.withdrawn_at is None

    @property
    def is_raise(self) -> bool:
        """True where the version is confirmed and lets more money go than before."""
        return self.confirmed_at is not None and self.replaces is not None and self.amount > self.replaces


def _version(table: str) -> list[models.BaseConstraint]:
    return [
        two_people(f"{table}_two_people"),
        starts_before_end(f"{table}_dates"),
        models.CheckConstraint(name=f"{table}_not_below_zero", condition=Q(amount__gte=0)),
        models.CheckConstraint(
            name=f"{table}_one_end", condition=Q(confirmed_at__isnull=True) | Q(withdrawn_at__isnull=True)
        ),
        TwoPeopleKeepIt(name=f"{table}_kept"),
        InPerson(name=f"{table}_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
    ]


class Limit(LimitVersion, NetworkModel):
    """A limit for every partner, or for the network."""

    objects: ClassVar[models.Manager[Limit]] = models.Manager()

    class Meta:
        constraints = [
            *_version("ledger_limit"),
            models.CheckConstraint(name="ledger_limit_kind", condition=Q(kind__in=LimitKind.values)),
        ]
        indexes = [models.Index(fields=["kind", "-valid_from"], name="ledger_limit_kind")]


class PartnerLimitQuerySet(TenantQuerySet["PartnerLimit"]):
    """Limits of single partners."""


PartnerLimitManager = TenantManager.from_queryset(PartnerLimitQuerySet)


class PartnerLimit(LimitVersion, TenantModel):
    """A limit for one partner, which goes before the one for all."""

    tenant_writers: ClassVar[str] = "staff"

    objects: ClassVar[PartnerLimitManager[PartnerLimit]] = PartnerLimitManager()

    class Meta:
        constraints = [
            *_version("ledger_partnerlimit"),
            WithoutInterest(
                name="ledger_partnerlimit_interest",
                people={"proposed_by_id": "new.proposed_at", "confirmed_by_id": "new.confirmed_at"},
            ),
            models.CheckConstraint(name="ledger_partnerlimit_kind", condition=Q(kind__in=PartnerKind.values)),
        ]
        indexes = [models.Index(fields=["partner", "kind", "-valid_from"], name="ledger_partnerlimit_kind")]
