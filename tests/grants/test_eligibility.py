"""E1 to E6 by table: each check passes, fails or is unknown for a reason that says what to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from grants.content import BudgetLine, Content, Promise
from grants.eligibility import Circumstances, Result, check, highest_minimum, is_ready, months_later

AROUND = Circumstances(
    partner_is_active=True,
    deadline_on=dt.date(2026, 11, 17),
    may_apply=True,
    decision_on=dt.date(2026, 12, 22),
    room=Decimal("5000.00"),
    months=12,
    minimum_percent=Decimal(60),
)
LINE = BudgetLine("booth", "Banner", "quote", Decimal("1500.00"))
WHOLE = Content(
    title="Booth",
    audience="principals",
    audience_size=90,
    audience_note="Principals of the valley",
    goals=("teachers",),
    objectives="Each leaves with a date.",
    ask=Decimal("1500.00"),
    minimum=Decimal("900.00"),
    starts_on=dt.date(2027, 2, 11),
    ends_on=dt.date(2027, 2, 12),
    place="Gallup, NM",
    lines=(LINE,),
    outcomes=(Promise("principals", "", 0, 60, dt.date(2027, 2, 12)),),
)


def test_a_whole_proposal_is_ready() -> None:
    found = check(WHOLE, AROUND)
    assert [finding.result for finding in found] == [Result.PASS] * 7
    assert is_ready(found)


@pytest.mark.parametrize(
    ("change", "code", "result", "field"),
    [
        ({"title": ""}, "E3", Result.FAIL, "title"),
        ({"goals": ()}, "E3", Result.FAIL, "goals"),
        ({"objectives": ""}, "E3", Result.FAIL, "objectives"),
        ({"outcomes": ()}, "E3", Result.FAIL, "outcomes-0-measure"),
        ({"outcomes": (Promise("principals", "", 0, None, None),)}, "E3", Result.FAIL, "outcomes-0-promised"),
        ({"lines": (replace(LINE, family=""),)}, "E4", Result.FAIL, "lines-0-family"),
        ({"lines": (replace(LINE, family="other"),)}, "E4", Result.FAIL, "lines-0-family"),
        ({"lines": (replace(LINE, amount=Decimal("1499.99")),)}, "E4", Result.FAIL, "ask"),
        ({"ask": Decimal("1500.50")}, "E4", Result.FAIL, "ask"),
        ({"ask": None}, "E4", Result.UNKNOWN, "ask"),
        ({"minimum": Decimal("901")}, "E4", Result.FAIL, "minimum"),
        ({"minimum": Decimal("0")}, "E4", Result.FAIL, "minimum"),
        ({"minimum": None}, "E4", Result.UNKNOWN, "minimum"),
        ({"starts_on": dt.date(2026, 12, 22)}, "E5", Result.FAIL, "starts_on"),
        ({"ends_on": dt.date(2027, 2, 10)}, "E5", Result.FAIL, "ends_on"),
        ({"ends_on": dt.date(2027, 12, 23)}, "E5", Result.FAIL, "ends_on"),
        ({"starts_on": None}, "E5", Result.UNKNOWN, "starts_on"),
    ],
)
def test_what_is_missing_or_wrong_is_named_with_its_field(
    change: dict[str, Any], code: str, result: Result, field: str
) -> None:
    found = [finding for finding in check(replace(WHOLE, **change), AROUND) if finding.result != Result.PASS]
    assert (code, result, field) in [(finding.code, finding.result, finding.field) for finding in found]
    assert not is_ready(found)


@pytest.mark.parametrize(
    ("change", "code", "result"),
    [
        ({"partner_is_active": False}, "E1", Result.FAIL),
        ({"may_apply": False}, "E2", Result.FAIL),
        ({"room": Decimal("1499.99")}, "E6", Result.FAIL),
        ({"room": None}, "E6", Result.UNKNOWN),
    ],
)
def test_circumstances_count_as_well(change: dict[str, Any], code: str, result: Result) -> None:
    found = [
        (finding.code, finding.result)
        for finding in check(WHOLE, replace(AROUND, **change))
        if finding.result != Result.PASS
    ]
    assert found == [(code, result)]


def test_the_last_day_twelve_months_later_is_still_within() -> None:
    found = check(replace(WHOLE, ends_on=dt.date(2027, 12, 22)), AROUND)
    assert is_ready(found)


@pytest.mark.parametrize(("ask", "most"), [("2", "1"), ("100", "60"), ("5000", "3000"), ("1499", "899")])
def test_the_highest_minimum_is_whole_dollars_of_60_percent(ask: str, most: str) -> None:
    assert highest_minimum(Decimal(ask), Decimal(60)) == Decimal(most)


@pytest.mark.parametrize(
    ("on", "later"), [("2027-02-28", "2028-02-28"), ("2028-02-29", "2029-02-28"), ("2026-12-31", "2027-12-31")]
)
def test_months_later_stays_in_the_month(on: str, later: str) -> None:
    assert months_later(dt.date.fromisoformat(on), 12) == dt.date.fromisoformat(later)
