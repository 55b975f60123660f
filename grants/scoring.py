"""From marks of 1 to 5 to a score of 0 to 100 (product/grants.md 3.4); pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

HUNDREDTH = Decimal("0.01")
Marks = Mapping[str, int]


def score_of(reviews: Sequence[Marks], weights: Mapping[str, Decimal]) -> Decimal:
    """Sum of weight x (mean - 1) / 4 over the criteria, two places, half to even. Every review has a mark for every criterion."""
    total = sum(
        (
            weight * (Decimal(sum(marks[key] for marks in reviews)) / len(reviews) - 1) / 4
            for key, weight in weights.items()
        ),
        Decimal(0),
    )
    return total.quantize(HUNDREDTH, rounding=ROUND_HALF_EVEN)


def so_far(marks: Marks, weights: Mapping[str, Decimal]) -> tuple[Decimal, Decimal]:
    """Points of the criteria that have a mark, and the most that these could give."""
    given = {key: weight for key, weight in weights.items() if key in marks}
    points = sum((weight * (marks[key] - 1) / 4 for key, weight in given.items()), Decimal(0))
    return points.quantize(HUNDREDTH, rounding=ROUND_HALF_EVEN), sum(given.values(), Decimal(0))


def gap_of(reviews: Sequence[Marks], weights: Mapping[str, Decimal]) -> tuple[Decimal, int]:
    """How far reviews lie apart: in total points, and at most in one criterion. Staff see it; nothing is corrected."""
    totals = [score_of([marks], weights) for marks in reviews]
    apart = [max(marks[key] for marks in reviews) - min(marks[key] for marks in reviews) for key in weights]
    return max(totals) - min(totals), max(apart, default=0)
