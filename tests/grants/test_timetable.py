"""Dates of a cycle: counted back from the quarter, at 17:00 in the network's zone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from grants.timetable import timetable_of

FIGURES = {
    "grants.deadline_days": Decimal(45),
    "grants.deadline_hour": Decimal(17),
    "grants.review_days": Decimal(21),
    "grants.slate_days": Decimal(14),
}


@pytest.mark.parametrize(
    ("starts_on", "closes", "reviews", "slate"),
    [
        ("2027-01-01", "2026-11-18T01:00:00Z", "2026-12-09T01:00:00Z", "2026-12-23T01:00:00Z"),
        ("2027-04-01", "2027-02-16T01:00:00Z", "2027-03-09T01:00:00Z", "2027-03-23T00:00:00Z"),
        ("2028-04-01", "2028-02-17T01:00:00Z", "2028-03-09T01:00:00Z", "2028-03-23T00:00:00Z"),
        ("2026-10-01", "2026-08-18T00:00:00Z", "2026-09-08T00:00:00Z", "2026-09-22T00:00:00Z"),
    ],
    ids=["winter", "daylight saving begins", "leap day", "summer"],
)
def test_the_timetable_counts_days_back_from_the_quarter(starts_on: str, closes: str, reviews: str, slate: str) -> None:
    found = timetable_of(dt.date.fromisoformat(starts_on), FIGURES)
    assert [found.closes_at, found.reviews_due_at, found.slate_due_at] == [
        dt.datetime.fromisoformat(one) for one in (closes, reviews, slate)
    ]


def test_the_slate_is_due_before_the_quarter_begins() -> None:
    found = timetable_of(dt.date(2027, 1, 1), {**FIGURES, "grants.slate_days": Decimal(60)})
    assert found.slate_due_at == dt.datetime(2027, 1, 1, 1, tzinfo=dt.UTC)
