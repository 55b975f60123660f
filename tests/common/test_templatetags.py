"""Money, dates, counted words, meters and error lists as people read them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django import forms

from common.templatetags import rp

NOON = dt.datetime(2026, 11, 17, 20, 0, tzinfo=dt.UTC)
MOUNTAIN = "America/Denver"


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("2500"), '<span class="money">$2,500<span class="c">.00</span></span>'),
        (Decimal("-750.5"), '<span class="money neg">−$750<span class="c">.50</span></span>'),
        (0, '<span class="money">$0<span class="c">.00</span></span>'),
        (Decimal("250000.07"), '<span class="money">$250,000<span class="c">.07</span></span>'),
        (None, ""),
        ("", ""),
    ],
)
def test_money_shows_cents_quietly_and_a_minus_sign(amount: Decimal | int | str | None, written: str) -> None:
    assert rp.money(amount) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [(Decimal("2500.00"), "$2,500"), (Decimal("2500.40"), "$2,500.40"), (Decimal("-180"), "−$180"), (None, "")],
)
def test_dollars_in_prose_leave_out_empty_cents(amount: Decimal | None, written: str) -> None:
    assert rp.dollars(amount) == written
    assert written in str(rp.money_short(amount))


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("value", "zone", "written"),
    [
        (dt.date(2026, 11, 21), None, "Sat, Nov 21"),
        (dt.date(2027, 1, 9), None, "Sat, Jan 9, 2027"),
        (dt.date(2028, 2, 29), None, "Tue, Feb 29, 2028"),
        (dt.datetime(2026, 11, 22, 6, 30, tzinfo=dt.UTC), None, "Sat, Nov 21"),
        (dt.datetime(2026, 11, 22, 6, 30, tzinfo=dt.UTC), "America/New_York", "Sun, Nov 22"),
        (None, None, ""),
    ],
)
def test_a_day_has_its_weekday_and_the_year_only_when_it_is_another(
    value: dt.date | None, zone: str | None, written: str
) -> None:
    assert rp.day(value, zone) == written


@time_machine.travel(dt.datetime(2027, 1, 1, 3, 0, tzinfo=dt.UTC), tick=False)
def test_this_year_is_the_one_of_the_zone() -> None:
    assert rp.day(dt.date(2026, 12, 31)) == "Thu, Dec 31"
    assert rp.day(dt.date(2026, 12, 31), "Europe/London") == "Thu, Dec 31, 2026"


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("instant", "zone", "written"),
    [
        (dt.datetime(2026, 11, 21, 15, 30, tzinfo=dt.UTC), MOUNTAIN, "Sat, Nov 21, 8:30 AM MST"),
        (dt.datetime(2026, 7, 11, 18, 0, tzinfo=dt.UTC), ZoneInfo(MOUNTAIN), "Sat, Jul 11, 12:00 PM MDT"),
        (dt.datetime(2026, 11, 21, 8, 5, tzinfo=dt.UTC), None, "Sat, Nov 21, 12:05 AM PST"),
        (dt.datetime(2026, 11, 1, 8, 59, tzinfo=dt.UTC), None, "Sun, Nov 1, 1:59 AM PDT"),
        (dt.datetime(2026, 11, 1, 9, 59, tzinfo=dt.UTC), None, "Sun, Nov 1, 1:59 AM PST"),
    ],
)
def test_a_moment_names_its_zone(instant: dt.datetime, zone: str | ZoneInfo | None, written: str) -> None:
    assert rp.moment(instant, zone) == written


def test_a_time_of_day_has_no_zone() -> None:
    assert [rp.clock(dt.time(hour, 5)) for hour in (0, 9, 12, 23)] == ["12:05 AM", "9:05 AM", "12:05 PM", "11:05 PM"]


@time_machine.travel(NOON, tick=False)
@pytest.mark.parametrize(
    ("deadline", "written"),
    [
        (dt.date(2026, 11, 17), "today"),
        (dt.date(2026, 11, 18), "tomorrow"),
        (dt.date(2026, 12, 1), "in 14 days"),
        (dt.date(2026, 11, 16), "by 1 day"),
        (dt.date(2026, 11, 15), "by 2 days"),
        (NOON + dt.timedelta(hours=4), "in 4 hours"),
        (NOON + dt.timedelta(minutes=1, seconds=30), "in 1 minute"),
        (NOON - dt.timedelta(minutes=90), "by 1 hour"),
        (NOON + dt.timedelta(hours=25), "tomorrow"),
        (NOON + dt.timedelta(days=30), "in 30 days"),
    ],
)
def test_a_countdown_says_how_far_the_deadline_is(deadline: dt.date, written: str) -> None:
    assert rp.countdown(deadline) == written


@pytest.mark.parametrize(
    ("count", "noun", "written"),
    [
        (1, "row", "1 row"),
        (0, "row", "0 rows"),
        (1204, "row", "1,204 rows"),
        (2, "person,people", "2 people"),
        (1, "person,people", "1 person"),
    ],
)
def test_plural_counts_with_its_noun(count: int, noun: str, written: str) -> None:
    assert rp.plural(count, noun) == written


def test_small_numbers_are_words() -> None:
    assert [rp.in_words(number) for number in (0, 1, 9, 10, 1500, -1)] == ["none", "one", "nine", "10", "1,500", "-1"]


def test_every_tone_has_an_icon_and_an_unknown_tone_fails() -> None:
    assert [rp.status_icon(tone) for tone in ("idle", "wait", "move", "good", "warn", "bad")] == [
        "draft",
        "wait",
        "move",
        "ok",
        "warn",
        "bad",
    ]
    with pytest.raises(KeyError):
        rp.status_icon("success")


@pytest.mark.parametrize(
    ("used", "waiting", "cap", "bar"),
    [
        (6950, 2800, 12000, rp.Bar("57.9%", "23.3%", Decimal(2250), over=False)),
        (10900, 1100, 12000, rp.Bar("90.8%", "9.2%", Decimal(0), over=False)),
        (10000, 4000, 12000, rp.Bar("83.3%", "16.7%", Decimal(0), over=True)),
        (13000, 0, 12000, rp.Bar("100.0%", "0.0%", Decimal(0), over=True)),
        (0, None, 0, rp.Bar("0.0%", "0.0%", Decimal(0), over=False)),
        (5, 0, 0, rp.Bar("100.0%", "0.0%", Decimal(0), over=True)),
    ],
)
def test_a_meter_never_draws_past_its_cap(used: int, waiting: int | None, cap: int, bar: rp.Bar) -> None:
    assert rp.meter_bar(used, waiting, cap) == bar


class SessionForm(forms.Form):
    """A row with one field and one rule of the whole row."""

    hours = forms.IntegerField(label="Hours")

    def clean(self) -> None:
        if self.cleaned_data.get("hours") == 25:
            raise forms.ValidationError("A day has 24 hours.")


def test_problems_name_the_row_and_lead_to_the_field() -> None:
    rows = forms.formset_factory(SessionForm)(
        {
            "form-TOTAL_FORMS": "3",
            "form-INITIAL_FORMS": "0",
            "form-0-hours": "7",
            "form-1-hours": "seven",
            "form-2-hours": "25",
        }
    )
    alone = SessionForm({"hours": ""}, prefix="alone")
    assert rp.problems([alone, rows]) == [
        rp.Problem("id_alone-hours", "Hours: This field is required."),
        rp.Problem("id_form-1-hours", "Row 2, Hours: Enter a whole number."),
        rp.Problem("", "Row 3: A day has 24 hours."),
    ]


def test_a_form_without_errors_has_no_problems() -> None:
    assert rp.problems(SessionForm({"hours": "7"})) == []
