"""Filters and tags of every page: money, dates with their zone, counted words, bars of a meter and the list of form errors."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.forms import BaseForm, BaseFormSet
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from common.money import show_money, show_short

register = template.Library()

NETWORK_ZONE = ZoneInfo("America/Los_Angeles")
ISO_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
AMOUNTS = ("amount", "limit")
STATUS_ICONS = {"idle": "draft", "wait": "wait", "move": "move", "good": "ok", "warn": "warn", "bad": "bad"}
SMALL_NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@register.filter
def money(amount: Decimal | int | str | None) -> SafeString | str:
    """Dollars for ledgers and payments: `$2,500.00`, the cents quieter, `−` and its tone below zero. Nothing for no amount."""
    if amount is None or amount == "":
        return ""
    written = show_money(Decimal(amount))
    tone = " neg" if written.startswith("\u2212") else ""
    return format_html('<span class="money{}">{}<span class="c">{}</span></span>', tone, written[:-3], written[-3:])


@register.filter
def money_short(amount: Decimal | int | str | None) -> SafeString | str:
    """Dollars for prose and asks: `$2,500`; cents only where there are some. Nothing for no amount."""
    if amount is None or amount == "":
        return ""
    written = show_short(Decimal(amount))
    return format_html('<span class="money{}">{}</span>', " neg" if written.startswith("\u2212") else "", written)


@register.filter
def dollars(amount: Decimal | int | str | None) -> str:
    """The same as plain text, for labels and sentences that are attributes: `$2,500`."""
    return "" if amount is None or amount == "" else show_short(Decimal(amount))


@register.filter
def day(value: dt.date | dt.datetime | None, zone: str | ZoneInfo | None = None) -> str:
    """`Sat, Nov 21`, with the year when it is not this one. An instant is shown on the day of `zone`, by default the network's."""
    if value is None or value == "":
        return ""
    here = _zone(zone)
    on = value.astimezone(here).date() if isinstance(value, dt.datetime) else value
    year = "" if on.year == timezone.now().astimezone(here).year else f", {on.year}"
    return f"{on:%a}, {on:%b} {on.day}{year}"


@register.filter
def long_day(value: dt.date | None) -> str:
    """`Tuesday, November 17`, the title of a home page."""
    return "" if value is None or value == "" else f"{value:%A}, {value:%B} {value.day}"


@register.filter
def clock(value: dt.datetime | dt.time | None, zone: str | ZoneInfo | None = None) -> str:
    """`8:30 AM MST` for an instant in `zone` (by default the network's); `8:30 AM` for a time of day, which has no zone."""
    if value is None or value == "":
        return ""
    local = value.astimezone(_zone(zone)) if isinstance(value, dt.datetime) else value
    suffix = f" {local:%Z}" if isinstance(local, dt.datetime) else ""
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}{suffix}"


@register.filter
def moment(value: dt.datetime | None, zone: str | ZoneInfo | None = None) -> str:
    """`Sat, Nov 21, 8:30 AM MST`: an instant in `zone`, by default the network's."""
    return "" if value is None or value == "" else f"{day(value, zone)}, {clock(value, zone)}"


@register.filter
def countdown(value: dt.date | dt.datetime | None, zone: str | ZoneInfo | None = None) -> str:
    """How far a deadline is: `in 3 days`, `in 4 hours`, `today`, `tomorrow`, `by 2 days` when it has passed."""
    if value is None or value == "":
        return ""
    now, here = timezone.now(), _zone(zone)
    if isinstance(value, dt.datetime):
        seconds = (value - now).total_seconds()
        if abs(seconds) < 24 * 3600:
            return _near(seconds)
        value = value.astimezone(here).date()
    days = (value - now.astimezone(here).date()).days
    if days < 0:
        return f"by {plural(-days, 'day')}"
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


@register.filter
def plural(count: int, noun: str) -> str:
    """`1 row`, `3 rows`, `1,204 rows`; give both forms as `person,people` where an s is not enough."""
    one, _, many = noun.partition(",")
    return f"{count:,} {one if count == 1 else many or one + 's'}"


@register.filter
def in_words(count: int) -> str:
    """Small counts in prose: `one` to `nine`, `none` for 0, digits from 10 up."""
    return SMALL_NUMBERS[count] if 0 <= count < len(SMALL_NUMBERS) else f"{count:,}"


@register.filter
def as_words(name: str) -> str:
    """A column's name as people read it: `ends_before` is "ends before"."""
    return name.replace("_", " ")


@register.filter
def stored(text: Any, name: str) -> str:
    """A value of a record's history as people read it: an amount is money, each ISO date in it `Wed, Nov 25`."""
    try:
        return show_short(Decimal(str(text))) if name in AMOUNTS else us_dates(text)
    except InvalidOperation:
        return str(text)


@register.filter
def us_dates(text: Any) -> str:
    """A stored value as people read it: each ISO date in it becomes `Wed, Nov 25`."""
    return ISO_DATE.sub(lambda found: _readable_date(found[0]), str(text))


def _readable_date(written: str) -> str:
    try:
        return day(dt.date.fromisoformat(written))
    except ValueError:
        return written


@register.filter
def status_icon(tone: str) -> str:
    """The icon of a status tone; an unknown tone is an error of the page's author."""
    return STATUS_ICONS[tone]


@register.filter
def helped(field: Any, words: str) -> Any:
    """The bound field with these words below it, where there are any; the control names them in aria-describedby."""
    if words:
        field.help_text = conditional_escape(words)
    return field


@dataclass(frozen=True)
class Bar:
    """The parts of a meter as SVG percentages, and what is left of the cap (never below zero)."""

    used: str
    wait: str
    left: Decimal
    over: bool


@register.simple_tag
def meter_bar(used: Any, waiting: Any, cap: Any) -> Bar:
    """Widths for `<c-meter>`: used, then waiting, cut at the cap. Amounts or counts of one unit; a cap of 0 is full at once."""
    solid, hatched, limit = (Decimal(number or 0) for number in (used, waiting, cap))
    share = min(solid / limit, Decimal(1)) if limit > 0 else Decimal(solid > 0)
    rest = min(hatched / limit, 1 - share) if limit > 0 else Decimal(0)
    return Bar(
        used=f"{share:.1%}",
        wait=f"{rest:.1%}",
        left=max(limit - solid - hatched, Decimal(0)),
        over=solid + hatched > limit,
    )


@dataclass(frozen=True)
class Problem:
    """One error of a form: the id to go to (empty for an error of the whole form) and the sentence."""

    anchor: str
    text: str


@register.filter
def problems(forms: Any) -> list[Problem]:
    """Every error of a form, a formset, or a list of both, in reading order; a formset's row is named `Row 3`."""
    return list(_problems(forms))


def _problems(subject: Any) -> Iterator[Problem]:
    if isinstance(subject, BaseFormSet):
        for message in subject.non_form_errors():
            yield Problem("", str(message))
        for number, form in enumerate(subject.forms, start=1):
            yield from _form_problems(form, f"Row {number}")
    elif isinstance(subject, BaseForm):
        yield from _form_problems(subject, "")
    elif isinstance(subject, Iterable) and not isinstance(subject, str):
        for part in subject:
            yield from _problems(part)


def _form_problems(form: BaseForm, row: str) -> Iterator[Problem]:
    for message in form.non_field_errors():
        yield Problem("", f"{row}: {message}" if row else str(message))
    for bound in form:
        for message in bound.errors:
            name = ", ".join(part for part in (row, str(bound.label)) if part)
            yield Problem(bound.auto_id, f"{name}: {message}")


def _near(seconds: float) -> str:
    minutes = int(abs(seconds) // 60)
    amount = plural(minutes // 60, "hour") if minutes >= 60 else plural(max(minutes, 1), "minute")
    return f"in {amount}" if seconds >= 0 else f"by {amount}"


def _zone(zone: str | ZoneInfo | None) -> ZoneInfo:
    return NETWORK_ZONE if zone is None or zone == "" else zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)
