"""Figures beside each other: by hand for small slates."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grants.figures import Result, figures_of, gini


@pytest.mark.parametrize(
    ("amounts", "value"), [([1, 1, 1], "0"), ([0, 0, 0, 4], "0.75"), ([], "0"), ([0, 0], "0"), ([1, 3], "0.25")]
)
def test_gini_is_zero_for_equal_amounts_and_grows_with_inequality(amounts: list[int], value: str) -> None:
    assert gini([Decimal(one) for one in amounts]) == Decimal(value)


def test_figures_count_partners_states_newcomers_and_what_is_left() -> None:
    results = [
        Result(1, ("NM",), Decimal(4000), Decimal(3000), Decimal(80)),
        Result(2, ("NM", "AZ"), Decimal(2000), Decimal(1000), Decimal(60)),
        Result(3, ("ND",), Decimal(2000), Decimal(0), Decimal(61)),
    ]
    found = figures_of("P3", results, envelope=Decimal("4500.50"), trailing={1: Decimal(500)})
    assert (found.partners, found.states, found.asks_met, found.to_newcomers) == (2, 2, Decimal(50), Decimal(1000))
    assert (found.mean_score, found.total, found.left) == (Decimal(75), Decimal(4000), Decimal("500.50"))
