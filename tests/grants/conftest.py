"""The arena: two partners, three staff, three Outreach Managers, cycles and budgets around a fixed open cycle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from accounts.models import User
from common.tenancy import staff_context
from grants import operations
from grants.models import Cycle, Slate
from tests import factories
from tests.grants.factories import DAY, close, open_network, scored, sent
from tests.world import World


@dataclass
class Arena:
    """`cycle` is open now; `during` lies in its intake, `after` behind its deadline, `decided` on the day of its slate."""

    world: World
    cycle: Cycle
    staff: list[User]
    reviewers: tuple[User, User]
    during: dt.datetime
    after: dt.datetime
    decided: dt.datetime
    more: dict[str, Any] = field(default_factory=dict)


def arena_of(world: World, at: dt.datetime | None = None) -> Arena:
    """Built inside the staff door, around the cycle that is open at `at`, by default now."""
    cycle = open_network(at)
    staff = [world.people["staff"], *(factories.make_code_org("staff", name=f"Staff {n}") for n in (2, 3))]
    reviewers = tuple(factories.make_code_org("outreach_manager", name=f"Reviewer {n}") for n in (1, 2))
    return Arena(
        world,
        cycle,
        staff,
        (reviewers[0], reviewers[1]),
        during=cycle.opens_at + DAY,
        after=cycle.closes_at + DAY,
        decided=cycle.slate_due_at,
    )


def proposed_slate(arena: Arena) -> Slate:
    """One proposal, scored, on a proposed slate."""
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    close(arena.cycle)
    scored(row, 5, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
    slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=arena.cycle.pk), by=None, at=arena.decided)
    return operations.propose_slate(slate=slate, by=arena.staff[0], at=arena.decided)


@pytest.fixture
def arena(world: World) -> Iterator[Arena]:
    """The arena, with the staff door open for the whole test."""
    with staff_context("test"):
        yield arena_of(world)
