"""Facilitator (a person of the network), what she is accredited for, and her standing with its history (C9, C45)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from catalog.models import Course
from common.dated import in_force, never_overlapping, starts_before_end
from common.refs import RefField
from common.tenancy import StaffTable
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import NetworkModel

PERSON = settings.AUTH_USER_MODEL


class FacilitatorQuerySet(models.QuerySet["Facilitator"]):
    """Facilitators."""

    def accredited(self, course: Course, on: dt.date) -> Self:
        """Accredited for a course and in good standing on a date (network zone)."""
        accredited = Accreditation.objects.filter(in_force(on), course=course).values("facilitator")
        good = StandingPeriod.objects.filter(in_force(on), standing=Standing.GOOD).values("facilitator")
        return self.filter(pk__in=accredited).filter(pk__in=good)


FacilitatorManager = models.Manager.from_queryset(FacilitatorQuerySet)


class Facilitator(NetworkModel):
    """Somebody who leads workshops, for any partner; may have an account of her own."""

    ref = RefField("L")
    name = models.CharField(max_length=120)
    states = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    user = models.OneToOneField(PERSON, on_delete=models.PROTECT, related_name="facilitator", null=True, blank=True)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    added_at = models.DateTimeField()

    objects: ClassVar[FacilitatorManager[Facilitator]] = FacilitatorManager()

    class Meta:
        indexes = [models.Index(fields=["name", "id"], name="facilitators_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """State codes, such as `NM, CO`."""
        return ", ".join(self.states)


class FacilitatorContact(NetworkModel):
    """How staff reach a facilitator; partners do not see it without her consent (architecture, "Tenancy")."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    facilitator = models.OneToOneField(Facilitator, on_delete=models.PROTECT, related_name="contact")
    email = models.EmailField(max_length=254, unique=True)

    objects: ClassVar[models.Manager[FacilitatorContact]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="facilitators_contact_email_lower", condition=Q(email=Lower("email")))
        ]

    def __str__(self) -> str:
        return self.email


class Accreditation(NetworkModel):
    """A facilitator may lead a course from a date to a date; two for one course never overlap."""

    ref = RefField("Q")
    facilitator = models.ForeignKey(Facilitator, on_delete=models.PROTECT, related_name="accreditations")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_before = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    granted_at = models.DateTimeField()

    objects: ClassVar[models.Manager[Accreditation]] = models.Manager()

    class Meta:
        constraints = [
            never_overlapping("facilitator", "course", name="facilitators_accreditation_apart"),
            starts_before_end("facilitators_accreditation_period"),
        ]

    def __str__(self) -> str:
        return f"{self.facilitator_id} for {self.course_id}"

    def holds(self, on: dt.date) -> bool:
        """Valid on a date (network zone)."""
        return self.valid_from <= on and (self.valid_before is None or on < self.valid_before)

    @property
    def last_day(self) -> dt.date | None:
        """The last date; None where it is open."""
        return None if self.valid_before is None else self.valid_before - dt.timedelta(days=1)


class Standing(models.TextChoices):
    """What staff say of a facilitator; only Good may lead (C9, C45)."""

    GOOD = "good", "Good"
    PROBATION = "probation", "Probation"
    SUSPENDED = "suspended", "Suspended"
    RETIRED = "retired", "Retired"


class StandingPeriod(NetworkModel):
    """A standing from a date to the next; the reason stands in the staff's timeline, partners see only yes or no."""

    facilitator = models.ForeignKey(Facilitator, on_delete=models.PROTECT, related_name="standings")
    standing = models.CharField(max_length=10, choices=Standing.choices)
    valid_from = models.DateField()
    valid_before = models.DateField(null=True, blank=True)
    set_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    set_at = models.DateTimeField()

    objects: ClassVar[models.Manager[StandingPeriod]] = models.Manager()

    class Meta:
        constraints = [
            never_overlapping("facilitator", name="facilitators_standing_apart"),
            starts_before_end("facilitators_standing_period"),
        ]

    def __str__(self) -> str:
        return f"{self.facilitator_id}: {self.standing}"


def reasons_against(facilitators: Iterable[Facilitator], course: Course, days: Iterable[dt.date]) -> dict[int, str]:
    """Why a facilitator may not lead this course on these days, by id; who may is not in it. Two queries."""
    people, dates = list(facilitators), sorted(set(days))
    if not people or not dates:
        return {}
    periods: dict[str, dict[int, list[Any]]] = {"accredited": {}, "standing": {}}
    for accreditation in Accreditation.objects.filter(facilitator__in=people, course=course):
        periods["accredited"].setdefault(accreditation.facilitator_id, []).append(accreditation)
    for period in StandingPeriod.objects.filter(facilitator__in=people).order_by("valid_from"):
        periods["standing"].setdefault(period.facilitator_id, []).append(period)
    found = {
        person.pk: _against(
            person, course, dates, periods["accredited"].get(person.pk, []), periods["standing"].get(person.pk, [])
        )
        for person in people
    }
    return {pk: reason for pk, reason in found.items() if reason}


def _against(
    person: Facilitator, course: Course, dates: list[dt.date], accreditations: list[Any], standings: list[Any]
) -> str:
    for on in dates:
        if not any(_holds(row, on) for row in accreditations):
            return f"{person.name} is not accredited for {course.name} on {on:%b %-d, %Y}."
        current = next((row for row in standings if _holds(row, on)), None)
        if current is None or current.standing != Standing.GOOD:
            return f"{person.name} is not in good standing on {on:%b %-d, %Y}."
    return ""


def _holds(row: Any, on: dt.date) -> bool:
    return bool(row.valid_from <= on and (row.valid_before is None or on < row.valid_before))
