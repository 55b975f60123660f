"""Rows that are in force for a time: half-open periods that never overlap, each with its reason."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q


class Period(Func):
    """The half-open date range of two columns; an empty end is "until further notice"."""

    function = "DATERANGE"
    output_field: Any = DateRangeField()


def in_force(on: dt.date, *, start: str = "valid_from", end: str = "valid_before") -> Q:
    """Rows whose half-open period holds this date."""
    return Q(**{f"{start}__lte": on}) & (Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": on}))


def never_overlapping(
    *columns: str, name: str, start: str = "valid_from", end: str = "valid_before", condition: Q | None = None
) -> ExclusionConstraint:
    """No two rows with the same columns are in force on one day."""
    period = Period(start, end, RangeBoundary())
    expressions: list[Any] = [(F(column), RangeOperators.EQUAL) for column in columns]
    return ExclusionConstraint(
        name=name, expressions=[*expressions, (period, RangeOperators.OVERLAPS)], condition=condition
    )


def starts_before_end(name: str, *, start: str = "valid_from", end: str = "valid_before") -> models.CheckConstraint:
    """A period has at least one day."""
    return models.CheckConstraint(name=name, condition=Q(**{f"{end}__isnull": True}) | Q(**{f"{end}__gt": F(start)}))


class DatedRow(models.Model):
    """A version of something that staff change: in force from a date, with reason, proposer and confirmer (two people)."""

    valid_from = models.DateField()
    valid_before = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def last_day(self) -> dt.date | None:
        """The last date on which this version is in force."""
        return self.valid_before - dt.timedelta(days=1) if self.valid_before else None

    @property
    def is_confirmed(self) -> bool:
        """True once a second person has agreed, or where the row came with the product (no proposer)."""
        return self.confirmed_at is not None

    def succeed(self, before: Self | None, *, by: Any, at: dt.datetime) -> None:
        """A second person has agreed: the version before ends on the day on which this one begins."""
        if before is not None:
            before.valid_before = self.valid_from
            before.save(update_fields=["valid_before"])
        self.confirmed_by, self.confirmed_at = by, at
        self.save(update_fields=["confirmed_by", "confirmed_at"])


def two_people(name: str) -> models.CheckConstraint:
    """Who confirms is not who proposed; a row without both is one that came with the product."""
    return models.CheckConstraint(
        name=name,
        condition=(Q(proposed_by__isnull=True, confirmed_by__isnull=True))
        | Q(proposed_by__isnull=False, confirmed_by__isnull=True, confirmed_at__isnull=True)
        | (
            Q(proposed_by__isnull=False, confirmed_by__isnull=False, confirmed_at__isnull=False)
            & ~Q(confirmed_by=F("proposed_by"))
        ),
    )
