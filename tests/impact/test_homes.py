"""Homes: nobody reads there about records that her role does not open."""

from __future__ import annotations

import pytest

from common.tenancy import staff_context
from tests.grants.conftest import arena_of
from tests.grants.factories import sent
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("who", "reads"),
    [("program_manager", {"3000", "2000"}), ("facilitator", {"2000"}), ("champion", set())],
)
def test_a_champion_or_facilitator_reads_about_own_records_only(
    world: World, signed_in: SignIn, who: str, reads: set[str]
) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        sent(world.home, world.people["director"], arena.cycle, ask="3000.00")
        sent(world.home, world.people["facilitator"], arena.cycle, ask="2000.00")
    page = facts(signed_in(world.people[who]).get("/partners/home-mesa/"))
    assert {ask for ask in ("3000", "2000") if f"asking ${int(ask):,}" in page} == reads
