"""Cycle (a quarter's round of grants), its seed for ties, its policy, and the rubric."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from common.dated import DatedRow, in_force, never_overlapping, starts_before_end, two_people
from common.money import ExactField
from common.refs import RefField
from common.tenancy import AppendOnlyTable, DoorGrant, StaffTable
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import NetworkModel
from common.two_people import ConfirmedByAnother, FixedWithParent, InPerson
from grants.guards import BeforeScoresOpen, SeedCriteria
from partners.models import Quarter

PERSON = settings.AUTH_USER_MODEL
ALWAYS_PRESENT = ("alignment", "reach")


class Rubric(NetworkModel, DatedRow):
    """One version of the criteria that reviewers score; its weights sum to 100 (grants.md 3.4)."""

    ref = RefField("B")

    objects: ClassVar[models.Manager[Rubric]] = models.Manager()

    class Meta:
        constraints = [
            never_overlapping(name="grants_rubric_one_version", condition=Q(confirmed_at__isnull=False)),
            starts_before_end("grants_rubric_period"),
            two_people("grants_rubric_two_people"),
            ConfirmedByAnother(name="grants_rubric_kept", columns=[]),
            InPerson(name="grants_rubric_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            DoorGrant(name="grants_rubric_review", role="rp_review"),
        ]

    def __str__(self) -> str:
        return f"rubric of {self.valid_from}"

    @property
    def weights(self) -> dict[str, Decimal]:
        """Weight by criterion, in the rubric's order (use with prefetched criteria)."""
        return {one.key: one.weight for one in sorted(self.criteria.all(), key=lambda one: one.position)}


class Criterion(NetworkModel):
    """One criterion of a rubric with its weight and what the marks 1, 3 and 5 mean."""

    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="criteria")
    key = models.SlugField(max_length=30)
    label = models.CharField(max_length=80)
    weight = ExactField(max_digits=5, decimal_places=2)
    anchor_1 = models.CharField(max_length=200)
    anchor_3 = models.CharField(max_length=200)
    anchor_5 = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField()

    objects: ClassVar[models.Manager[Criterion]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("rubric", "key", name="grants_criterion_once"),
            models.CheckConstraint(name="grants_criterion_weight", condition=Q(weight__gte=0, weight__lte=100)),
            models.CheckConstraint(
                name="grants_criterion_never_zero", condition=~Q(key__in=ALWAYS_PRESENT) | Q(weight__gt=0)
            ),
            SeedCriteria(name="grants_criterion_always_present"),
            FixedWithParent(name="grants_criterion_kept", parent="grants_rubric", column="rubric_id"),
            DoorGrant(name="grants_criterion_review", role="rp_review"),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def anchors(self) -> str:
        """`1: no goal named · 3: … · 5: …`."""
        return f"1: {self.anchor_1} · 3: {self.anchor_3} · 5: {self.anchor_5}"


class CycleQuerySet(models.QuerySet["Cycle"]):
    """Cycles by time."""

    def open_at(self, at: dt.datetime) -> Cycle:
        """The one cycle whose intake is open at this instant. Raises DoesNotExist where the calendar ends before it."""
        return self.select_related("quarter").get(opens_at__lte=at, closes_at__gt=at)

    def in_order(self) -> Self:
        """Oldest first."""
        return self.order_by("opens_at")


CycleManager = models.Manager.from_queryset(CycleQuerySet)


class Cycle(NetworkModel):
    """The round of one quarter (C70): instants are UTC, intake is half-open, exactly one cycle is open at any time.

    `seed` is empty until the decision reveals it; `seed_sha256` stands here from the opening on.
    """

    ref = RefField("C")
    quarter = models.OneToOneField(Quarter, on_delete=models.PROTECT, related_name="cycle")
    rubric = models.ForeignKey(Rubric, on_delete=models.PROTECT, related_name="+")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    reviews_due_at = models.DateTimeField()
    slate_due_at = models.DateTimeField()
    seed_sha256 = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    scores_opened_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    waitlist_ended_at = models.DateTimeField(null=True)

    objects: ClassVar[CycleManager[Cycle]] = CycleManager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="grants_cycle_one_open",
                expressions=[
                    (
                        Func(
                            F("opens_at"),
                            F("closes_at"),
                            RangeBoundary(),
                            function="TSTZRANGE",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    )
                ],
            ),
            models.CheckConstraint(
                name="grants_cycle_order",
                condition=Q(
                    opens_at__lt=F("closes_at"),
                    closes_at__lt=F("reviews_due_at"),
                    reviews_due_at__lte=F("slate_due_at"),
                ),
            ),
            models.CheckConstraint(
                name="grants_cycle_seed_drawn", condition=Q(opened_at__isnull=True) | ~Q(seed_sha256="")
            ),
            models.CheckConstraint(name="grants_cycle_seed_kept", condition=Q(seed="") | Q(decided_at__isnull=False)),
            DoorGrant(name="grants_cycle_review", role="rp_review"),
        ]
        indexes = [models.Index(fields=["opens_at"], name="grants_cycle_opens")]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """`Q1 2027`, the quarter whose cap and envelope it uses."""
        return self.quarter.title

    def takes_at(self, at: dt.datetime) -> bool:
        """True while its intake is open: the deadline itself is too late (GI7)."""
        return self.opens_at <= at < self.closes_at

    def phase(self, at: dt.datetime) -> str:
        """Where it stands at this instant: one of PHASES."""
        if self.decided_at is not None:
            return "decided"
        if at < self.opens_at:
            return "upcoming"
        if at < self.closes_at:
            return "open"
        if self.scores_opened_at is not None:
            return "slate"
        return "review" if self.closed_at is not None else "closing"


PHASES: dict[str, tuple[str, str]] = {
    "upcoming": ("Upcoming", "idle"),
    "open": ("Open", "move"),
    "closing": ("Closing", "wait"),
    "review": ("In review", "move"),
    "slate": ("Slate", "wait"),
    "decided": ("Decided", "good"),
}


class CycleSeed(NetworkModel):
    """The 32 random bytes that draw ties, drawn when the cycle opens; no page shows them before the decision."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    cycle = models.OneToOneField(Cycle, on_delete=models.PROTECT, related_name="secret")
    seed = models.BinaryField(max_length=32)
    drawn_at = models.DateTimeField()

    objects: ClassVar[models.Manager[CycleSeed]] = models.Manager()

    class Meta:
        constraints = [AppendOnlyTable(name="grants_cycleseed_append_only")]

    def __str__(self) -> str:
        return f"seed of {self.cycle_id}"


class PolicyChoice(NetworkModel):
    """Which policy shares the cycle's envelope, and its line; chosen before scores are opened, the latest row counts."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="policies")
    policy = models.CharField(max_length=2, choices=[("P1", "Rank and fill"), ("P3", "Equal awards")])
    line = ExactField(max_digits=5, decimal_places=2)
    reason = models.CharField(max_length=500)
    chosen_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    chosen_at = models.DateTimeField()

    objects: ClassVar[models.Manager[PolicyChoice]] = models.Manager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_policychoice_append_only"),
            BeforeScoresOpen(name="grants_policychoice_guard"),
            InPerson(name="grants_policychoice_in_person", columns=["chosen_by_id"]),
            models.CheckConstraint(name="grants_policychoice_known", condition=Q(policy__in=["P1", "P3"])),
            models.CheckConstraint(name="grants_policychoice_line", condition=Q(line__gte=0, line__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.policy} for {self.cycle_id}"


def rubric_on(on: dt.date) -> Rubric:
    """The rubric in force on a date (network zone). Raises DoesNotExist where there is none."""
    return Rubric.objects.get(in_force(on), confirmed_at__isnull=False)
