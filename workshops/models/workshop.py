"""Workshop and its sessions (C6, C8; incumbent 1.4, 1.5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, Exists, F, Func, OuterRef, Q

from catalog.models import Course, Format, Subject
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet
from workshops.walls import OneLocalDay

PERSON = settings.AUTH_USER_MODEL
STEPS: Transitions = {
    "": ("draft",),
    "draft": ("scheduled", "ended"),
    "scheduled": ("in_progress", "ended", "canceled"),
    "in_progress": ("ended", "canceled"),
}


class WorkshopQuerySet(TenantQuerySet["Workshop"]):
    """Workshops of the scope."""

    def led_by(self, person: Any) -> Self:
        """Those that a person with an account leads."""
        from workshops.models.people import WorkshopFacilitator

        leads = WorkshopFacilitator.objects.filter(workshop=OuterRef("pk"), facilitator__user=person)
        return self.filter(Exists(leads))

    def own_of(self, person: Any) -> Self:
        """What a facilitator keeps: the workshops that she leads, and the drafts that she began."""
        return self.led_by(person) | self.filter(state="draft", created_by=person)

    def to_end(self, on: dt.date) -> Self:
        """Over by a date (network zone) and not ended."""
        return self.filter(state__in=("scheduled", "in_progress"), last_on__lt=on)

    def upcoming(self, on: dt.date) -> Self:
        """Scheduled, the last day not before a date (network zone)."""
        return self.filter(state="scheduled", last_on__gte=on)


WorkshopManager = TenantManager.from_queryset(WorkshopQuerySet)


class Workshop(StatefulModel, TenantModel):
    """A local workshop of one partner. A draft may lack anything; `typed` keeps what was typed into its form.

    `first_on` and `last_on` are the dates of the first and last session in the sessions' zones: lists are sorted and
    cut by them. `enrolled` is kept by the triggers of Enrollment; its CHECK holds the capacity (6.1, defect 6).
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SCHEDULED = "scheduled", "Scheduled"
        IN_PROGRESS = "in_progress", "In progress"
        ENDED = "ended", "Ended"
        CANCELED = "canceled", "Canceled"

    class Kind(models.TextChoices):
        PLAN = "plan", "Planned"
        LOG = "log", "Logged after it was over"

    TRANSITIONS: ClassVar[Transitions] = STEPS

    ref = RefField("W")
    state = models.CharField(max_length=11, choices=State.choices, default=State.DRAFT)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    place = models.CharField(max_length=255, blank=True)
    format = models.CharField(max_length=10, blank=True)
    capacity = models.PositiveSmallIntegerField(null=True, blank=True)
    enrolled = models.PositiveIntegerField(default=0, editable=False)
    notes = models.CharField(max_length=2000, blank=True)
    first_on = models.DateField(null=True, blank=True)
    last_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)
    typed = models.JSONField(default=dict)
    created_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    canceled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[WorkshopManager[Workshop]] = WorkshopManager()

    class Meta:
        constraints = [
            StateTable(name="workshops_workshop_states", steps=STEPS),
            models.CheckConstraint(
                name="workshops_workshop_capacity",
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1, capacity__lte=9999),
            ),
            models.CheckConstraint(
                name="workshops_workshop_seats", condition=Q(capacity__isnull=True) | Q(enrolled__lte=F("capacity"))
            ),
            models.CheckConstraint(
                name="workshops_workshop_whole",
                condition=Q(state="draft")
                | Q(
                    course__isnull=False,
                    subject__isnull=False,
                    capacity__isnull=False,
                    first_on__isnull=False,
                    last_on__isnull=False,
                )
                & ~Q(place=""),
            ),
            models.CheckConstraint(
                name="workshops_workshop_ended", condition=Q(ended_at__isnull=False) | ~Q(state="ended")
            ),
            models.CheckConstraint(
                name="workshops_workshop_canceled",
                condition=~Q(state="canceled") | Q(canceled_at__isnull=False) & ~Q(cancel_reason=""),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-first_on", "-id"], name="workshops_partner_date"),
            models.Index(fields=["-first_on", "-id"], name="workshops_date"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """`CS Principles · Academic Year Workshop 1 + 2`; a draft without a course has its kind."""
        if self.subject is not None:
            return f"{self.course} · {self.subject.name}" if self.course else self.subject.name
        return str(self.course) if self.course else "Workshop without a course"

    @property
    def is_open(self) -> bool:
        """Its facts, people and attendance may still be changed without a correction."""
        return self.state in ("draft", "scheduled", "in_progress")

    @property
    def seats_left(self) -> int:
        """Seats that are free."""
        return max((self.capacity or 0) - self.enrolled, 0)

    def status(self, on: dt.date) -> tuple[str, str]:
        """Tone and word on a date (network zone): one word a state, and Not ended where the last day is past."""
        if self.state in ("scheduled", "in_progress") and self.last_on is not None and self.last_on < on:
            return "bad", "Not ended"
        return {
            "draft": ("idle", "Draft"),
            "scheduled": ("wait", "Scheduled"),
            "in_progress": ("move", "In progress"),
            "ended": ("good", "Ended"),
            "canceled": ("idle", "Canceled"),
        }[self.state]


class WorkshopSession(TenantModel):
    """A dated part of a workshop, within one calendar day of its own zone; several a day, never overlapping (C8)."""

    ref = RefField("Z")
    workshop = TenantForeignKey(Workshop, on_delete=models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    zone = models.CharField(max_length=40)
    format = models.CharField(max_length=10, choices=Format.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint("workshop", "id", name="workshops_session_of_workshop"),
            models.CheckConstraint(name="workshops_session_order", condition=Q(ends_at__gt=F("starts_at"))),
            OneLocalDay(name="workshops_session_one_day"),
            ExclusionConstraint(
                name="workshops_session_apart",
                expressions=[
                    ("workshop", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "ends_at", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                deferrable=Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.local_start:%b %-d, %Y %-I:%M %p}"

    @property
    def local_start(self) -> dt.datetime:
        """The beginning in its own zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone))

    @property
    def local_end(self) -> dt.datetime:
        """The end in its own zone."""
        return self.ends_at.astimezone(ZoneInfo(self.zone))

    @property
    def on(self) -> dt.date:
        """Its calendar day, in its own zone."""
        return self.local_start.date()

    def has_come(self, at: dt.datetime) -> bool:
        """Its day has begun in its own zone: attendance can be taken."""
        return self.on <= at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def hours(self) -> Decimal:
        """How long it takes, in hours with two decimals."""
        return hours_between(self.starts_at, self.ends_at)

    @property
    def short(self) -> str:
        """`Sat 7`, for the head of a column."""
        return f"{self.local_start:%a %-d}"


def hours_between(start: dt.datetime, end: dt.datetime) -> Decimal:
    """Hours from one instant to another, with two decimals."""
    return (Decimal(int((end - start).total_seconds())) / 3600).quantize(Decimal("0.01"))
