"""Figures of a slate under each policy, side by side (product/grants.md 3.6, simulator); pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Result:
    """One proposal under one policy: dollars, and what the figures need."""

    partner: int
    states: tuple[str, ...]
    ask: Decimal
    amount: Decimal
    score: Decimal


@dataclass(frozen=True)
class Figures:
    """What one policy does with the envelope."""

    policy: str
    partners: int
    states: int
    asks_met: Decimal
    to_newcomers: Decimal
    mean_score: Decimal | None
    gini: Decimal
    total: Decimal
    left: Decimal


def figures_of(
    policy: str, results: Sequence[Result], *, envelope: Decimal, trailing: Mapping[int, Decimal]
) -> Figures:
    """`trailing` is what each asking partner was awarded in the four quarters before, dollars."""
    total = sum((one.amount for one in results), Decimal(0))
    asked = sum((one.ask for one in results), Decimal(0))
    by_partner: dict[int, Decimal] = defaultdict(
        Decimal, {one.partner: trailing.get(one.partner, Decimal(0)) for one in results}
    )
    for one in results:
        by_partner[one.partner] += one.amount
    funded = [one for one in results if one.amount]
    return Figures(
        policy=policy,
        partners=len({one.partner for one in funded}),
        states=len({state for one in funded for state in one.states}),
        asks_met=_share(total, asked),
        to_newcomers=sum((one.amount for one in funded if not trailing.get(one.partner)), Decimal(0)),
        mean_score=sum((one.amount * one.score for one in funded), Decimal(0)) / total if total else None,
        gini=gini(by_partner.values()),
        total=total,
        left=envelope - total,
    )


def gini(amounts: Iterable[Decimal]) -> Decimal:
    """0 where all have the same, towards 1 where one has all."""
    ordered = sorted(amounts)
    count, total = len(ordered), sum(ordered, Decimal(0))
    if not total:
        return Decimal(0)
    weighted = sum((place * amount for place, amount in enumerate(ordered, start=1)), Decimal(0))
    return 2 * weighted / (count * total) - Decimal(count + 1) / count


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return part * 100 / whole if whole else Decimal(0)
