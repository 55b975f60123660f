"""What partners are promised: working days to verify and approve, days to pay; and how late something is."""

from __future__ import annotations

import datetime as dt
import functools

import holidays


@functools.lru_cache(maxsize=64)
def _federal(year: int) -> frozenset[dt.date]:
    return frozenset(holidays.country_holidays("US", years=year))


def is_working_day(day: dt.date) -> bool:
    """Monday to Friday, no US federal holiday."""
    return day.weekday() < 5 and day not in _federal(day.year)


def working_days_after(day: dt.date, count: int) -> dt.date:
    """The last working day that keeps a promise of `count` working days."""
    while count > 0:
        day += dt.timedelta(days=1)
        count -= is_working_day(day)
    return day


def working_days_between(first: dt.date, last: dt.date) -> int:
    """Working days after `first` up to `last`: what a promise of working days is measured by."""
    return sum(is_working_day(first + dt.timedelta(days=step)) for step in range(1, (last - first).days + 1))
