"""The outcome catalog: outcomes, their dated versions, the evidence each asks for, and the choice for unpaid rests of a year."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from common.dated import DatedRow, in_force, never_overlapping, starts_before_end, two_people
from common.money import MoneyField
from common.refs import RefField
from common.tenancy import StaffTable
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import NetworkModel
from common.two_people import ConfirmedByAnother, FixedWithParent, InPerson
from incentives.guards import AmountRange, ConfirmedSweep, FixedBeforeYear
from partners.models import FiscalYear


class Area(models.TextChoices):
    """The five outcome areas of the seed (C63)."""

    ONBOARDING = "onboarding", "District Program onboarding"
    PLANNING = "planning", "Strategic planning completion"
    MILESTONES = "milestones", "Implementation milestones"
    TEACHERS = "teachers", "Teacher implementation metrics"
    COACHES = "coaches", "Managing regional coach cohorts"


class SubjectKind(models.TextChoices):
    """What an outcome is about; it says which columns of a claim name the subject."""

    DISTRICT = "district", "A district"
    DISTRICT_LEVEL = "district_level", "A grade level of a district"
    POLICY = "policy", "A policy of a district"
    SCHOOL = "school", "A school"
    SCHOOL_COURSE = "school_course", "A course at a school"
    COHORT = "cohort", "The cohort of a workshop"
    COACH_COHORT = "coach_cohort", "A coach cohort"
    COACH = "coach", "A coach"


class Once(models.TextChoices):
    """How often one subject earns an outcome."""

    EVER = "ever", "Once"
    YEAR = "year", "Once per fiscal year"
    MONTHS = "months", "Once per number of months"


class Outcome(NetworkModel):
    """An outcome such as O7, whatever its versions say. Outcomes of one `family` exclude each other for one subject."""

    ref = RefField("Q")
    code = models.CharField(max_length=6, unique=True)
    area = models.CharField(max_length=12, choices=Area.choices)
    subject_kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    family = models.CharField(max_length=40)
    tops_up = models.OneToOneField("self", on_delete=models.PROTECT, related_name="topped_up_by", null=True, blank=True)
    position = models.PositiveSmallIntegerField()

    objects: ClassVar[models.Manager[Outcome]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="incentives_outcome_area", condition=Q(area__in=Area.values)),
            models.CheckConstraint(name="incentives_outcome_subject", condition=Q(subject_kind__in=SubjectKind.values)),
        ]

    def __str__(self) -> str:
        return self.code


class OutcomeVersionQuerySet(models.QuerySet["OutcomeVersion"]):
    """Versions of the catalog."""

    def confirmed(self) -> Self:
        """Agreed by two people, or part of the product."""
        return self.filter(confirmed_at__isnull=False)

    def on(self, day: dt.date) -> Self:
        """Versions in force on an outcome date (network zone), in the order of the catalog."""
        return (
            self.confirmed()
            .filter(in_force(day))
            .select_related("outcome")
            .order_by("outcome__position", "outcome__code")
        )

    def proposed(self) -> Self:
        """Waiting for a second person."""
        return self.filter(confirmed_at__isnull=True, withdrawn_at__isnull=True)


OutcomeVersionManager = models.Manager.from_queryset(OutcomeVersionQuerySet)


class OutcomeVersion(NetworkModel, DatedRow):
    """What an outcome pays and asks for from a date on; claims keep the version of their outcome date (II8, C64)."""

    ref = RefField("V")
    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="versions")
    title = models.CharField(max_length=120)
    rule = models.CharField(max_length=500)
    amount = MoneyField()
    once = models.CharField(max_length=8, choices=Once.choices)
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    yearly_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[OutcomeVersionManager[OutcomeVersion]] = OutcomeVersionManager()

    class Meta:
        constraints = [
            AmountRange(name="incentives_version_amount"),
            never_overlapping("outcome", name="incentives_version_one", condition=Q(confirmed_at__isnull=False)),
            starts_before_end("incentives_version_period"),
            two_people("incentives_version_two_people"),
            ConfirmedByAnother(
                name="incentives_version_kept",
                columns=["outcome_id", "amount", "title", "rule", "once", "months", "yearly_limit"],
            ),
            InPerson(name="incentives_version_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            models.CheckConstraint(
                name="incentives_version_months",
                condition=Q(once="months", months__gt=0) | (~Q(once="months") & Q(months__isnull=True)),
            ),
            models.CheckConstraint(
                name="incentives_version_withdrawn",
                condition=Q(withdrawn_at__isnull=True) | Q(confirmed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome.code} {self.title}"

    @property
    def once_words(self) -> str:
        """How often one subject earns it, for people."""
        words = f"Once in {self.months} months" if self.once == Once.MONTHS else str(Once(self.once).label)
        return f"{words}, at most {self.yearly_limit} per district and fiscal year" if self.yearly_limit else words

    def held_for(self, outcome_on: dt.date, year: FiscalYear) -> tuple[dt.date | None, dt.date | None]:
        """The half-open days in which a second claim on the same subject would be the same outcome again."""
        if self.once == Once.YEAR:
            return year.starts_on, year.ends_before
        if self.once == Once.MONTHS:
            return outcome_on, months_later(outcome_on, self.months or 0)
        return None, None


class RequiredEvidence(NetworkModel):
    """One kind of evidence that a version asks for. `confirmed`: the verifier reaches somebody who confirms it."""

    ref = RefField("E")
    version = models.ForeignKey(OutcomeVersion, on_delete=models.PROTECT, related_name="evidence_kinds")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=160)
    confirmed = models.BooleanField(default=False)

    objects: ClassVar[models.Manager[RequiredEvidence]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("version", "position", name="incentives_requiredevidence_position"),
            FixedWithParent(
                name="incentives_requiredevidence_kept", parent="incentives_outcomeversion", column="version_id"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FiscalOption(NetworkModel):
    """What becomes of rests that the cap left unpaid in a year: fixed by two people before the year opens (incentives 4.4)."""

    class Choice(models.TextChoices):
        FORFEIT = "forfeit", "Kept for recognition only"
        DEFER = "defer", "Paid from the next year, as far as its share allows"
        SWEEP = "sweep", "Paid from what the network has left, shared by a sweep after the year"

    ref = RefField("Y")
    fiscal_year = models.ForeignKey(FiscalYear, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=8, choices=Choice.choices)
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[FiscalOption]] = models.Manager()

    class Meta:
        constraints = [
            FixedBeforeYear(name="incentives_fiscaloption_fixed"),
            ConfirmedByAnother(name="incentives_fiscaloption_kept", columns=["fiscal_year_id", "choice"], dated=False),
            InPerson(name="incentives_fiscaloption_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            models.UniqueConstraint(
                "fiscal_year", name="incentives_fiscaloption_one", condition=Q(confirmed_at__isnull=False)
            ),
            models.CheckConstraint(name="incentives_fiscaloption_two", condition=~Q(confirmed_by=F("proposed_by"))),
            models.CheckConstraint(
                name="incentives_fiscaloption_confirmed",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="incentives_fiscaloption_choice", condition=Q(choice__in=["forfeit", "defer", "sweep"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fiscal_year}: {self.get_choice_display()}"


class Sweep(NetworkModel):
    """What the network has left of an ended year, shared among unpaid rests by water level (incentives 4.4, option c).

    `room` is what there is to share, `shared` what the rests take of it, `level` the most that one rest takes, all in dollars.
    One person proposes it; a proposal that is made again takes the place of the one before; another person confirms it, once.
    """

    wall: ClassVar[type[WallConstraint]] = StaffTable

    ref = RefField("U")
    fiscal_year = models.OneToOneField(FiscalYear, on_delete=models.PROTECT, related_name="sweep")
    room = MoneyField()
    shared = MoneyField()
    level = MoneyField()
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Sweep]] = models.Manager()

    class Meta:
        constraints = [
            ConfirmedSweep(name="incentives_sweep_kept"),
            InPerson(name="incentives_sweep_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            models.CheckConstraint(name="incentives_sweep_two", condition=~Q(confirmed_by=F("proposed_by"))),
            models.CheckConstraint(
                name="incentives_sweep_confirmed",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(name="incentives_sweep_fits", condition=Q(shared__gte=0, shared__lte=F("room"))),
        ]

    def __str__(self) -> str:
        return f"sweep of {self.fiscal_year}"


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month; the first of the month after where that month has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    try:
        return day.replace(year=year, month=month)
    except ValueError:
        return dt.date(year + month // 12, month % 12 + 1, 1)
