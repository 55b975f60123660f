"""Marks to scores: the formula, its rounding, and how far reviews lie apart."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grants.scoring import gap_of, score_of, so_far

WEIGHTS = {
    "alignment": Decimal(40),
    "reach": Decimal(30),
    "outcomes": Decimal(15),
    "budget": Decimal(10),
    "underserved": Decimal(5),
}


def marks(*values: int) -> dict[str, int]:
    """Marks in the order of the rubric."""
    return dict(zip(WEIGHTS, values, strict=True))


@pytest.mark.parametrize(
    ("reviews", "score"),
    [
        ([marks(1, 1, 1, 1, 1)], "0.00"),
        ([marks(5, 5, 5, 5, 5)], "100.00"),
        ([marks(3, 3, 3, 3, 3)], "50.00"),
        ([marks(5, 4, 3, 2, 1), marks(4, 4, 3, 2, 1)], "67.50"),
    ],
)
def test_the_score_is_the_weighted_mean_above_one_of_four(reviews: list[dict[str, int]], score: str) -> None:
    assert score_of(reviews, WEIGHTS) == Decimal(score)


def test_the_score_is_rounded_half_to_even() -> None:
    assert score_of([{"a": 2}], {"a": Decimal("0.10")}) == Decimal("0.02")
    assert score_of([{"a": 2}], {"a": Decimal("0.14")}) == Decimal("0.04")


def test_points_so_far_count_only_what_has_a_mark() -> None:
    assert so_far({"alignment": 5, "reach": 4}, WEIGHTS) == (Decimal("62.50"), Decimal(70))


def test_the_gap_is_in_points_and_in_steps_of_one_criterion() -> None:
    assert gap_of([marks(5, 3, 3, 3, 3), marks(2, 3, 3, 3, 4)], WEIGHTS) == (Decimal("28.75"), 3)
