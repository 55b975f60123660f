"""One cycle from the first draft to the last award, told through the operations."""

from __future__ import annotations

from decimal import Decimal

import pytest

from grants import operations
from grants.models import Award, Cycle, Decision, Proposal, SlateLine
from ledger.models import Budget, NetworkBudget
from ledger.operations import verify_ledger
from tests.grants.conftest import Arena
from tests.grants.factories import close, scored, sent

pytestmark = pytest.mark.django_db


def test_a_cycle_from_intake_to_awards(arena: Arena) -> None:
    world, cycle = arena.world, arena.cycle
    champion = sent(world.home, world.people["champion"], cycle, ask="4000.00", minimum="2000.00")
    assert champion.state == "pm_review"
    champion = operations.endorse_proposal(
        proposal=champion,
        sha256=champion.version.sha256,
        note="Good",
        by=world.people["program_manager"],
        at=arena.during,
    )
    director = sent(world.home, world.people["director"], cycle, ask="3000.00", minimum="1000.00")
    weak = sent(world.away, world.away_people["director"], cycle, ask="1500.00", minimum="500.00")
    assert [row.state for row in (champion, director, weak)] == ["submitted"] * 3

    close(cycle)
    for row, mark in ((champion, 5), (director, 4), (weak, 2)):
        scored(row, mark, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
    slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=cycle.pk), by=None, at=arena.decided)
    lines = {line.proposal_id: line for line in SlateLine.objects.filter(slate=slate)}
    assert (lines[champion.pk].outcome, lines[champion.pk].amount) == ("full", Decimal("4000.00"))
    assert (lines[director.pk].outcome, lines[director.pk].amount) == ("partial", Decimal("1000.00"))
    assert (lines[weak.pk].outcome, lines[weak.pk].score) == ("decline", Decimal("25.00"))

    slate = operations.propose_slate(slate=slate, by=arena.staff[0], at=arena.decided)
    operations.approve_slate(slate=slate, by=arena.staff[1], at=arena.decided)
    states = {row.pk: row.state for row in Proposal.objects.all()}
    assert states == {champion.pk: "awarded", director.pk: "awarded", weak.pk: "declined"}
    assert all(decision.reason for decision in Decision.objects.all())
    assert sum(award.amount for award in Award.objects.all()) == Decimal("5000.00")
    quarter = cycle.quarter.label
    assert Budget.objects.get(partner=world.home, kind="grant_quarter", period=quarter).reserved == Decimal("5000.00")
    assert NetworkBudget.objects.get(kind="grant_envelope", period=quarter).reserved == Decimal("5000.00")
    assert NetworkBudget.objects.get(kind="grant_pool", period=cycle.quarter.fiscal_year.label).reserved == Decimal(
        "5000.00"
    )
    assert verify_ledger().differences == []
    assert Cycle.objects.get(pk=cycle.pk).seed != ""
