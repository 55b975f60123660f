"""Eligibility and completeness, E1 to E6 of product/grants.md 3.3: pass, fail or unknown, each with a plain reason; pure."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal

from common.money import show_short
from grants.content import BudgetLine, Content, Promise
from grants.words import Family


class Result(enum.StrEnum):
    """What a check says."""

    PASS = "pass"  # noqa: S105  a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One check: what it asks, what it found, why, and the field to go to; `missing` names each empty field in words."""

    code: str
    title: str
    result: Result
    reason: str
    field: str = ""
    missing: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Circumstances:
    """What the checks know besides the text: figures of the cycle that would take the proposal now."""

    partner_is_active: bool
    deadline_on: dt.date
    may_apply: bool
    decision_on: dt.date
    room: Decimal | None
    months: int
    minimum_percent: Decimal


def check(content: Content, around: Circumstances) -> list[Finding]:
    """Every finding, in the order of the form."""
    return [
        _partner(around),
        _applicant(around),
        _four_parts(content),
        _budget(content),
        _minimum(content, around),
        _dates(content, around),
        _room(content, around),
    ]


def is_ready(findings: list[Finding]) -> bool:
    """True where everything passes: unknown is not enough to send."""
    return all(finding.result == Result.PASS for finding in findings)


def highest_minimum(ask: Decimal, percent: Decimal) -> Decimal:
    """The most that a minimum useful amount may be: whole dollars, at least $1."""
    return max((ask * percent / 100).to_integral_value(rounding=ROUND_DOWN), Decimal(1))


def _partner(around: Circumstances) -> Finding:
    title = "Your partnership is active on the deadline"
    if around.partner_is_active:
        return Finding("E1", title, Result.PASS, "It is.")
    return Finding("E1", title, Result.FAIL, f"It is not active on {_day(around.deadline_on)}. Ask Code.org.")


def _applicant(around: Circumstances) -> Finding:
    title = "You may apply"
    if around.may_apply:
        return Finding("E2", title, Result.PASS, "Partner staff, facilitators and designated champions may.")
    return Finding("E2", title, Result.FAIL, "Your role at this partner has ended. Ask a Director to renew it.")


def _four_parts(content: Content) -> Finding:
    """Audience, objectives, budget, outcomes (C78); the title is how people will call it."""
    missing = tuple((field, words) for words, field, there in _parts(content) if not there)
    title = "All four parts are there"
    if missing:
        told = ", ".join(words for _field, words in missing)
        return Finding("E3", title, Result.FAIL, f"Still missing: {told}.", missing[0][0], missing)
    return Finding("E3", title, Result.PASS, "Audience, objectives, budget and outcomes.")


def _parts(content: Content) -> list[tuple[str, str, bool]]:
    return [
        ("title", "title", bool(content.title)),
        ("target audience", "audience", bool(content.audience)),
        ("size of the audience", "audience_size", content.audience_size is not None),
        ("who they are", "audience_note", bool(content.audience_note)),
        ("a goal", "goals", bool(content.goals)),
        ("objectives", "objectives", bool(content.objectives)),
        ("place", "place", bool(content.place)),
        ("a budget line", "lines-0-what", bool(content.lines)),
        ("an anticipated outcome", "outcomes-0-measure", bool(content.outcomes)),
        ("a number and date for each outcome", "outcomes-0-promised", all(_is_whole(one) for one in content.outcomes)),
    ]


def _is_whole(promise: Promise) -> bool:
    return bool(promise.measure) and None not in (promise.baseline, promise.promised, promise.by)


def _budget(content: Content) -> Finding:
    """Each line in exactly one family (C73); the lines sum to the ask, whole dollars from $2."""
    title = "The budget adds up, each line in a use case"
    for number, line in enumerate(content.lines, start=1):
        if missing := _missing_in(line):
            return Finding(
                "E4", title, Result.FAIL, f"Line {number} needs {missing[0]}.", f"lines-{number - 1}-{missing[1]}"
            )
    if content.ask is None or not content.lines:
        return Finding("E4", title, Result.UNKNOWN, "Enter the ask and its lines.", "ask")
    if content.ask < 2 or content.ask != content.ask.to_integral_value():
        return Finding("E4", title, Result.FAIL, "Ask for whole dollars, at least $2.", "ask")
    if content.total != content.ask:
        return Finding(
            "E4",
            title,
            Result.FAIL,
            f"The lines add up to {show_short(content.total)}; the ask is {show_short(content.ask)}.",
            "ask",
        )
    return Finding("E4", title, Result.PASS, f"The lines add up to {show_short(content.ask)}.")


def _missing_in(line: BudgetLine) -> tuple[str, str] | None:
    if line.family not in Family.values:
        return "a use case", "family"
    if not line.what:
        return "a few words", "what"
    return ("an amount above $0", "amount") if not line.amount or line.amount <= 0 else None


def _minimum(content: Content, around: Circumstances) -> Finding:
    title = f"Still useful from, at most {around.minimum_percent.normalize():f}% of the ask"
    if content.ask is None or content.minimum is None:
        return Finding("E4", title, Result.UNKNOWN, "Enter the least that would still be useful.", "minimum")
    most = highest_minimum(content.ask, around.minimum_percent)
    if not 1 <= content.minimum <= most or content.minimum != content.minimum.to_integral_value():
        return Finding("E4", title, Result.FAIL, f"Enter whole dollars from $1 to {show_short(most)}.", "minimum")
    return Finding("E4", title, Result.PASS, f"{show_short(content.minimum)} would still be useful.")


def _dates(content: Content, around: Circumstances) -> Finding:
    """Never fund the past."""
    title = f"The activity is after the decision, within {around.months} months"
    if content.starts_on is None or content.ends_on is None:
        return Finding("E5", title, Result.UNKNOWN, "Enter the first and last day.", "starts_on")
    last = months_later(around.decision_on, around.months)
    if content.starts_on <= around.decision_on:
        return Finding(
            "E5", title, Result.FAIL, f"Enter a date after {_day(around.decision_on)}, the decision date.", "starts_on"
        )
    if content.ends_on < content.starts_on:
        return Finding("E5", title, Result.FAIL, "The last day is before the first.", "ends_on")
    if content.ends_on > last:
        return Finding("E5", title, Result.FAIL, f"It ends after {_day(last)}.", "ends_on")
    until = "" if content.ends_on == content.starts_on else f" to {_day(content.ends_on)}"
    return Finding("E5", title, Result.PASS, f"{_day(content.starts_on)}{until}.")


def _room(content: Content, around: Circumstances) -> Finding:
    title = "The ask fits your partner’s room in the quarter"
    if content.ask is None or around.room is None:
        why = "Enter the ask." if content.ask is None else "The quarter’s cap is not set yet."
        return Finding("E6", title, Result.UNKNOWN, why, "ask")
    if content.ask > around.room:
        return Finding("E6", title, Result.FAIL, f"{show_short(around.room)} is left under the cap.", "ask")
    return Finding("E6", title, Result.PASS, f"{show_short(around.room)} is left under the cap.")


def months_later(on: dt.date, months: int) -> dt.date:
    """The same day some months later; the last day of the month where that day does not exist."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    following = dt.date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(dt.date(year, month + 1, 1) + dt.timedelta(days=on.day - 1), following - dt.timedelta(days=1))


def _day(on: dt.date) -> str:
    return f"{on:%b} {on.day}, {on.year}"
