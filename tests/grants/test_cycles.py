"""Cycles by the calendar: the envelope of a quarter (grants.md 3.7), one open intake at any instant, the end of a waitlist."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from common.zones import now, today
from grants import operations
from grants.models import Cycle, Decision, Proposal, WaitlistOffer
from grants.operations.cycles import envelope_of
from ledger.models import NetworkBudget
from ledger.operations import confirm_setting, propose_setting, release, reserve, spend
from partners.models import Quarter
from tests import factories
from tests.grants.conftest import Arena
from tests.grants.factories import DAY, MINUTE, close, scored, sent
from tests.ledger.factories import post, set_limit

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


def two() -> tuple[Any, Any]:
    """Two of the staff."""
    return factories.make_code_org("staff"), factories.make_code_org("staff")


def quarter(arena: Arena, number: int) -> Quarter:
    """A quarter of a year of which nothing is promised yet."""
    year = max(Quarter.objects.values_list("fiscal_year__label", flat=True))
    return Quarter.objects.select_related("fiscal_year").get(fiscal_year__label=year, number=number)


def figure(key: str, value: str) -> None:
    """A figure from today on, by two people."""
    people = two()
    version = propose_setting(key=key, value=Decimal(value), from_day=today(), reason="test", by=people[0], at=now())
    confirm_setting(version=version, by=people[1], at=now())


def move(arena: Arena, operation: Any, amount: str, kind: str, accounts: tuple[str, str]) -> None:
    """One posting against the pool of that year."""
    label = quarter(arena, 1).fiscal_year.label
    debit, credit = accounts
    post(
        operation,
        arena.world.home,
        amount,
        label,
        kind=kind,
        budgets=[("grant_pool", label)],
        debit=debit,
        credit=credit,
    )


@pytest.mark.parametrize(("number", "envelope"), [(1, "62500.00"), (2, "83333.33"), (3, "125000.00"), (4, "250000.00")])
def test_the_envelope_is_the_pool_by_the_weights_of_the_quarters_left(arena: Arena, number: int, envelope: str) -> None:
    assert envelope_of(quarter(arena, number)) == Decimal(envelope)


def test_what_is_committed_leaves_the_envelopes_and_what_is_released_comes_back(arena: Arena) -> None:
    move(arena, reserve, "61800.00", "grant_awarded", ("AVAILABLE", "COMMITTED"))
    assert envelope_of(quarter(arena, 2)) == Decimal("62733.33")
    assert envelope_of(quarter(arena, 4)) == Decimal("188200.00")
    move(arena, spend, "1800.00", "grant_disbursed", ("COMMITTED", "DISBURSED"))
    assert envelope_of(quarter(arena, 4)) == Decimal("188200.00")
    move(arena, release, "10000.00", "grant_released", ("COMMITTED", "AVAILABLE"))
    assert envelope_of(quarter(arena, 4)) == Decimal("198200.00")


def test_weights_and_the_reserve_are_dated_figures(arena: Arena) -> None:
    for key, value in (("weight_q1", "20"), ("weight_q4", "30"), ("reserve_percent", "10")):
        figure(f"grants.{key}", value)
    assert envelope_of(quarter(arena, 1)) == Decimal("45000.00")
    assert envelope_of(quarter(arena, 4)) == Decimal("225000.00")


def test_an_envelope_starts_at_zero_and_is_fixed_when_the_intake_closes(arena: Arena) -> None:
    cycle, label = arena.cycle, arena.cycle.quarter.label
    assert NetworkBudget.objects.get(kind="grant_envelope", period=label).limit == 0
    with pytest.raises(operations.CycleRefused):
        operations.close_intake(cycle=cycle, by=None, at=cycle.closes_at - SECOND)
    expected = envelope_of(cycle.quarter)
    close(cycle)
    set_limit("grant_pool", "200000.00", cycle.quarter.fiscal_year, people=two())
    assert close(cycle).closed_at == cycle.closes_at + MINUTE
    assert NetworkBudget.objects.get(kind="grant_envelope", period=label).limit == expected


def test_exactly_one_intake_is_open_at_any_instant(arena: Arena) -> None:
    cycle = arena.cycle
    following = Cycle.objects.get(opens_at=cycle.closes_at)
    for at, found in (
        (cycle.closes_at - SECOND, cycle),
        (cycle.closes_at, following),
        (cycle.closes_at + SECOND, following),
    ):
        assert list(Cycle.objects.filter(opens_at__lte=at, closes_at__gt=at)) == [found] == [Cycle.objects.open_at(at)]
        assert (cycle.takes_at(at), following.takes_at(at)) == (found == cycle, found == following)


def test_a_waitlist_ends_at_the_instant_at_which_the_next_intake_closes(arena: Arena) -> None:
    far = arena.cycle.quarter.starts_on + 150 * DAY
    rows = [
        sent(
            arena.world.home,
            arena.world.people["director"],
            arena.cycle,
            ask=ask,
            minimum=minimum,
            starts_on=far,
            ends_on=far,
        )
        for ask, minimum in (("4000.00", "2400.00"), ("3000.00", "1500.00"))  # in whichever order they are drawn
    ]
    close(arena.cycle)
    for row in rows:
        scored(row, 4, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
    slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=arena.cycle.pk), by=None, at=arena.decided)
    slate = operations.propose_slate(slate=slate, by=arena.staff[0], at=arena.decided)
    operations.approve_slate(slate=slate, by=arena.staff[1], at=arena.decided)
    waiting = Proposal.objects.select_related("version").get(state="waitlisted")
    set_limit("grant_quarter", "9000.00", arena.cycle.quarter, people=two())
    given: Any = {"proposal": waiting, "by": arena.staff[0]}
    operations.offer_award(amount=waiting.version.minimum, reason="Raised", at=arena.decided, **given)
    following = Cycle.objects.get(opens_at=arena.cycle.closes_at)
    with pytest.raises(operations.OfferRefused, match="ended when the next intake closed"):
        operations.approve_offer(proposal=waiting, by=arena.staff[1], at=following.closes_at)
    close(following)
    waiting.refresh_from_db()
    last = Decision.objects.filter(proposal=waiting).latest("id")
    assert (waiting.state, last.outcome, "The waitlist of this cycle ended" in last.reason) == (
        "declined",
        "decline",
        True,
    )
    assert WaitlistOffer.objects.get().dropped_at == following.closes_at + MINUTE
