"""The three calendars: fiscal years and their quarters (money), program years (metrics); rows, never arithmetic."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.db import models

from common.dated import in_force, never_overlapping, starts_before_end
from common.tenancy import DoorGrant
from common.tenancy.models import NetworkModel


class PeriodQuerySet[PeriodT: models.Model](models.QuerySet[PeriodT]):
    """Periods of one calendar."""

    def holding(self, on: dt.date) -> PeriodT:
        """The one period of this date (network zone). Raises DoesNotExist where the calendar ends before it."""
        return self.get(in_force(on, start="starts_on", end="ends_before"))

    def in_order(self) -> Self:
        """Oldest first."""
        return self.order_by("starts_on")


class CalendarPeriod(NetworkModel):
    """A half-open period of dates in the network's zone."""

    label = models.CharField(max_length=12, unique=True)
    starts_on = models.DateField()
    ends_before = models.DateField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    def holds(self, on: dt.date) -> bool:
        """True for a date of this period."""
        return self.starts_on <= on < self.ends_before

    @property
    def last_day(self) -> dt.date:
        """The last date of the period."""
        return self.ends_before - dt.timedelta(days=1)


class FiscalYearQuerySet(PeriodQuerySet["FiscalYear"]):
    """Fiscal years."""


class FiscalYear(CalendarPeriod):
    """A year of money; the calendar year [default] (architecture, "Time"). Label such as `FY2026`."""

    objects: ClassVar[models.Manager[FiscalYear]] = models.Manager.from_queryset(FiscalYearQuerySet)()

    class Meta:
        constraints = [
            never_overlapping(name="partners_fiscalyear_apart", start="starts_on", end="ends_before"),
            starts_before_end("partners_fiscalyear_period", start="starts_on", end="ends_before"),
            DoorGrant(name="partners_fiscalyear_review", role="rp_review"),
        ]


class QuarterQuerySet(PeriodQuerySet["Quarter"]):
    """Quarters of fiscal years."""


class Quarter(CalendarPeriod):
    """A quarter of a fiscal year; label such as `2026Q3`."""

    fiscal_year = models.ForeignKey(FiscalYear, on_delete=models.PROTECT, related_name="quarters")
    number = models.PositiveSmallIntegerField()

    objects: ClassVar[models.Manager[Quarter]] = models.Manager.from_queryset(QuarterQuerySet)()

    class Meta:
        constraints = [
            never_overlapping(name="partners_quarter_apart", start="starts_on", end="ends_before"),
            starts_before_end("partners_quarter_period", start="starts_on", end="ends_before"),
            models.UniqueConstraint("fiscal_year", "number", name="partners_quarter_number"),
            DoorGrant(name="partners_quarter_review", role="rp_review"),
        ]

    @property
    def title(self) -> str:
        """`Q3 2026`."""
        return f"Q{self.number} {self.fiscal_year_label}"

    @property
    def fiscal_year_label(self) -> str:
        """The year part of the label, such as `2026`."""
        return self.label.split("Q")[0]


class ProgramYearQuerySet(PeriodQuerySet["ProgramYear"]):
    """Program years."""


class ProgramYear(CalendarPeriod):
    """A year of metrics; 1 July to 30 June [default]. Label such as `2026-27`."""

    objects: ClassVar[models.Manager[ProgramYear]] = models.Manager.from_queryset(ProgramYearQuerySet)()

    class Meta:
        constraints = [
            never_overlapping(name="partners_programyear_apart", start="starts_on", end="ends_before"),
            starts_before_end("partners_programyear_period", start="starts_on", end="ends_before"),
        ]
