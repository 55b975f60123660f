"""What a proposal says, typed; parts that are missing are None or empty. Draft answers and frozen rows are two other shapes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from common.money import ZERO

LINES, OUTCOMES = "lines", "outcomes"


@dataclass(frozen=True)
class BudgetLine:
    """One line of the budget, dollars."""

    family: str
    what: str
    basis: str
    amount: Decimal | None


@dataclass(frozen=True)
class Promise:
    """One anticipated outcome: a number today, a number promised, by a date."""

    measure: str
    what: str
    baseline: int | None
    promised: int | None
    by: dt.date | None


@dataclass(frozen=True)
class Content:
    """The four parts that the proposal document asks for (C78), the ask in dollars, and when and where."""

    title: str = ""
    audience: str = ""
    audience_size: int | None = None
    audience_note: str = ""
    goals: tuple[str, ...] = ()
    objectives: str = ""
    ask: Decimal | None = None
    minimum: Decimal | None = None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    place: str = ""
    lines: tuple[BudgetLine, ...] = ()
    outcomes: tuple[Promise, ...] = ()

    @property
    def total(self) -> Decimal:
        """The sum of the budget lines."""
        return sum((line.amount or ZERO for line in self.lines), ZERO)


def answers_of(content: Content) -> dict[str, Any]:
    """The content as a draft keeps it: field name -> what would have been typed."""
    answers: dict[str, Any] = {
        "title": content.title,
        "audience": content.audience,
        "audience_size": _typed(content.audience_size),
        "audience_note": content.audience_note,
        "goals": list(content.goals),
        "objectives": content.objectives,
        "ask": _typed(content.ask),
        "minimum": _typed(content.minimum),
        "starts_on": _typed(content.starts_on),
        "ends_on": _typed(content.ends_on),
        "place": content.place,
    }
    answers |= _rows(
        LINES,
        ({"family": one.family, "what": one.what, "basis": one.basis, "amount": one.amount} for one in content.lines),
    )
    answers |= _rows(
        OUTCOMES,
        (
            {"measure": one.measure, "what": one.what, "baseline": one.baseline, "promised": one.promised, "by": one.by}
            for one in content.outcomes
        ),
    )
    return answers


def _rows(prefix: str, rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    found: dict[str, str] = {}
    number = 0
    for number, row in enumerate(rows, start=1):
        found |= {f"{prefix}-{number - 1}-{name}": _typed(value) for name, value in row.items()}
    return found | {f"{prefix}-TOTAL_FORMS": str(number), f"{prefix}-INITIAL_FORMS": "0"}


def _typed(value: Any) -> str:
    return "" if value is None else str(value)
