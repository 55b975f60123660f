"""Program, Course, Subject, the dated rules of a subject, and the seasons with their wording (incumbent 1.4, C10, C11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.dated import DatedRow, in_force, never_overlapping, starts_before_end, two_people
from common.refs import RefField
from common.tenancy.models import NetworkModel
from common.two_people import ConfirmedByAnother, InPerson


class Format(models.TextChoices):
    """How a session is held."""

    IN_PERSON = "in_person", "In person"
    VIRTUAL = "virtual", "Virtual"


class Program(NetworkModel):
    """A part of what Code.org offers, such as K-12 professional learning."""

    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120)

    objects: ClassVar[models.Manager[Program]] = models.Manager()

    def __str__(self) -> str:
        return self.name


class CourseQuerySet(models.QuerySet["Course"]):
    """Courses."""

    def offered(self, on: dt.date) -> Self:
        """Offered on a date (network zone)."""
        return self.filter(in_force(on))


CourseManager = models.Manager.from_queryset(CourseQuerySet)


class Course(NetworkModel):
    """A course that workshops and accreditations name; archived by an end date, never deleted."""

    ref = RefField("K")
    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=120, unique=True)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="courses")
    valid_from = models.DateField()
    valid_before = models.DateField(null=True, blank=True)

    objects: ClassVar[CourseManager[Course]] = CourseManager()

    class Meta:
        constraints = [starts_before_end("catalog_course_period")]

    def __str__(self) -> str:
        return self.name


class SubjectQuerySet(models.QuerySet["Subject"]):
    """Subjects."""

    def offered(self, on: dt.date) -> Self:
        """Offered on a date (network zone), with a course that is."""
        return self.filter(in_force(on), in_force(on, start="course__valid_from", end="course__valid_before"))


SubjectManager = models.Manager.from_queryset(SubjectQuerySet)


class Subject(NetworkModel):
    """What a workshop of a course is about, such as Academic Year Workshop 1 + 2; a row with its years, never a string."""

    ref = RefField("Y")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="subjects")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_before = models.DateField(null=True, blank=True)

    objects: ClassVar[SubjectManager[Subject]] = SubjectManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("course", "key", name="catalog_subject_key"),
            starts_before_end("catalog_subject_period"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """`CS Principles · Academic Year Workshop 1 + 2`."""
        return f"{self.course.name} · {self.name}"


class SubjectRule(NetworkModel, DatedRow):
    """One version of a subject's rules: days it takes, hours that count at most, formats it may have."""

    ref = RefField("U")
    subject = models.ForeignKey(Subject, on_delete=models.PROTECT, related_name="rules")
    min_days = models.PositiveSmallIntegerField(null=True, blank=True)
    max_days = models.PositiveSmallIntegerField(null=True, blank=True)
    max_hours = models.DecimalField(max_digits=5, decimal_places=2, null=True, blank=True)
    formats = ArrayField(models.CharField(max_length=10, choices=Format.choices))
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[SubjectRule]] = models.Manager()

    class Meta:
        constraints = [
            never_overlapping("subject", name="catalog_rule_one_version", condition=Q(confirmed_at__isnull=False)),
            starts_before_end("catalog_rule_period"),
            two_people("catalog_rule_two_people"),
            ConfirmedByAnother(
                name="catalog_rule_kept", columns=["subject_id", "min_days", "max_days", "max_hours", "formats"]
            ),
            InPerson(name="catalog_rule_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            models.CheckConstraint(
                name="catalog_rule_withdrawn", condition=Q(withdrawn_at__isnull=True) | Q(confirmed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="catalog_rule_hours",  # NaN is more than any number
                condition=Q(max_hours__isnull=True) | Q(max_hours__gt=0, max_hours__lte=Decimal("999.99")),
            ),
            models.CheckConstraint(
                name="catalog_rule_days",
                condition=Q(min_days__isnull=True) | Q(max_days__isnull=True) | Q(min_days__lte=models.F("max_days")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} from {self.valid_from}"

    @property
    def sentence(self) -> str:
        """`2 days, 12 hours count at most`; empty where nothing is limited."""
        days = f"{self.max_days} {'day' if self.max_days == 1 else 'days'}" if self.max_days else ""
        hours = f"{self.max_hours.normalize():f} hours count at most" if self.max_hours is not None else ""
        return ", ".join(part for part in (days, hours) if part)

    @property
    def whole_sentence(self) -> str:
        """`2 to 3 days, 12 hours count at most, in person or virtual`."""
        low, high = self.min_days, self.max_days
        if low and high and low != high:
            days = f"{low} to {high} days"
        elif low and not high:
            days = f"{low} {'day' if low == 1 else 'days'} or more"
        else:
            days = f"{high} {'day' if high == 1 else 'days'}" if low else f"at most {high} days" if high else "any days"
        hours = (
            f"{self.max_hours.normalize():f} hours count at most" if self.max_hours is not None else "all hours count"
        )
        return f"{days}, {hours}, {self.formats_words}"

    @property
    def formats_words(self) -> str:
        """`in person or virtual`."""
        return " or ".join(label.lower() for value, label in Format.choices if value in self.formats)

    @property
    def is_open(self) -> bool:
        """Proposed, neither confirmed nor withdrawn."""
        return self.confirmed_at is None and self.withdrawn_at is None

    def counted(self, hours: Decimal) -> Decimal:
        """Hours that count of the hours attended."""
        return hours if self.max_hours is None else min(hours, self.max_hours)


def rules_on(on: dt.date, subjects: Iterable[int]) -> dict[int, SubjectRule]:
    """The rules in force on a date (network zone) by subject id, in one query."""
    rows = SubjectRule.objects.filter(in_force(on), subject__in=list(subjects), confirmed_at__isnull=False)
    return {row.subject_id: row for row in rows}


class Season(NetworkModel):
    """A season of workshops with the words of its agreement; each year is a new row, the old words stay (C10, C11)."""

    key = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=60)
    starts_on = models.DateField()
    ends_before = models.DateField()
    wording = models.CharField(max_length=600)
    formats = ArrayField(models.CharField(max_length=10, choices=Format.choices))

    objects: ClassVar[models.Manager[Season]] = models.Manager()

    class Meta:
        constraints = [starts_before_end("catalog_season_period", start="starts_on", end="ends_before")]

    def __str__(self) -> str:
        return self.name


class SeasonCourse(NetworkModel):
    """A course that a season names."""

    season = models.ForeignKey(Season, on_delete=models.PROTECT, related_name="courses")
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint("season", "course", name="catalog_seasoncourse_once")]

    def __str__(self) -> str:
        return f"{self.course_id} in {self.season_id}"
