"""Sharing money by water level: every rest takes the same, unless it asks for less; exact to the cent. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from common.money import CENT


def share(rests: Sequence[Decimal], room: Decimal) -> tuple[Decimal, list[Decimal]]:
    """The level and what each rest takes, in dollars and the order given: min(rest, level), as much of `room` as it goes.

    Cents that the level leaves over go, one each, to the first rests above it (incentives 4.4: verified-at, then number).
    """
    asked, left = [int(rest / CENT) for rest in rests], int(room / CENT)
    level, poured = 0, 0
    for place, rest in enumerate(sorted(asked)):
        drinkers = len(asked) - place
        if poured + drinkers * (rest - level) > left:
            level += (left - poured) // drinkers
            break
        poured, level = poured + drinkers * (rest - level), rest
    taken = [min(rest, level) for rest in asked]
    over = left - sum(taken)
    for place, rest in enumerate(asked):
        if over > 0 and rest > taken[place]:
            taken[place], over = taken[place] + 1, over - 1
    return level * CENT, [cents * CENT for cents in taken]
