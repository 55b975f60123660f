"""The calendar of a cycle (product/grants.md 3.1): from the first day of its quarter back to its deadline; pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import holidays

from common.zones import UTC, network_zone

KEYS = ("grants.deadline_days", "grants.deadline_hour", "grants.review_days", "grants.slate_days")


@dataclass(frozen=True)
class Timetable:
    """Instants (UTC) of one cycle: intake closes, reviews are due, the slate is approved by."""

    closes_at: dt.datetime
    reviews_due_at: dt.datetime
    slate_due_at: dt.datetime


def timetable_of(quarter_starts_on: dt.date, figures: Mapping[str, Decimal]) -> Timetable:
    """Days count back from the quarter's first day; every instant is at the deadline's hour in the network's zone.

    The slate is due before the quarter begins, whatever the figures say.
    """
    hour = int(figures["grants.deadline_hour"])
    deadline = quarter_starts_on - dt.timedelta(days=int(figures["grants.deadline_days"]))
    reviews = deadline + dt.timedelta(days=int(figures["grants.review_days"]))
    slate = min(
        reviews + dt.timedelta(days=int(figures["grants.slate_days"])), quarter_starts_on - dt.timedelta(days=1)
    )
    return Timetable(*(_at(day, hour) for day in (deadline, reviews, slate)))


def _at(day: dt.date, hour: int) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), network_zone()).astimezone(UTC)


def working_days_later(on: dt.date, days: int) -> dt.date:
    """The date after so many working days; weekends and US federal holidays do not count."""
    closed = holidays.country_holidays("US")
    while days > 0:
        on += dt.timedelta(days=1)
        days -= on.weekday() < 5 and on not in closed
    return on
