"""32 at once, on real connections: one slate is approved once, and no cap, envelope or pool is ever passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from common.errors import DomainError
from common.tenancy import staff_context
from grants import operations
from grants.models import Award, Cycle, Proposal, Review, Slate
from ledger.models import Budget, NetworkBudget
from ledger.operations import verify_ledger
from tests import factories
from tests.grants.conftest import Arena, arena_of
from tests.grants.factories import assigned, close, marked, scored, sent
from tests.ledger.factories import set_limit
from tests.server import Server, Visitor, server
from tests.world import World

__all__ = ["server"]
pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 32
LIMITS = ("grant_quarter", "grant_envelope", "grant_pool")
OVER_HTTP = [*(pytest.param(limit, marks=pytest.mark.full) for limit in LIMITS[:2]), LIMITS[2]]
ENOUGH_FOR_14 = Decimal("12300.00")  # one award of $5,000 and 14 of $500


def at_once(act: Callable[[int], Any]) -> Counter[str]:
    """Run it in 32 threads that start together; how often each answer came (a refusal by its code)."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> str:
        barrier.wait()
        try:
            return str(act(number) or "done")
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def proposed(world: World, count: int = 3) -> tuple[Arena, Slate]:
    """A proposed slate with some funded proposals of two partners."""
    with staff_context("arrange"):
        arena = arena_of(world)
        authors = [
            (world.home, world.people["director"]),
            (world.away, world.away_people["director"]),
            (world.home, world.people["program_manager"]),
        ]
        rows = [sent(*authors[number % 3], arena.cycle, ask="2000.00") for number in range(count)]
        close(arena.cycle)
        for row in rows:
            scored(row, 4, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
        slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=arena.cycle.pk), by=None, at=arena.decided)
        return arena, operations.propose_slate(slate=slate, by=arena.staff[0], at=arena.decided)


def waiting(world: World, limit: str) -> tuple[Arena, list[Proposal]]:
    """32 waitlisted proposals of one partner, each with an open offer of $500, of which `limit` has room for 14."""
    with staff_context("arrange"):
        arena = arena_of(world)
        quarter, year = arena.cycle.quarter, arena.cycle.quarter.fiscal_year
        raisers = (factories.make_code_org("staff"), factories.make_code_org("staff"))
        if limit == "grant_envelope":
            set_limit("grant_pool", str(ENOUGH_FOR_14 * (5 - quarter.number)), year, people=raisers)
        rows = [
            sent(world.home, world.people["director"], arena.cycle, ask="5000.00", minimum="500.00")
            for _ in range(AT_ONCE + 1)
        ]
        close(arena.cycle)
        for row in rows:
            scored(row, 4, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
        slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=arena.cycle.pk), by=None, at=arena.decided)
        slate = operations.propose_slate(slate=slate, by=arena.staff[0], at=arena.decided)
        operations.approve_slate(slate=slate, by=arena.staff[1], at=arena.decided)
        cap = str(ENOUGH_FOR_14) if limit == "grant_quarter" else "50000.00"
        set_limit("grant_quarter", cap, quarter, people=raisers)
        if limit == "grant_pool":
            set_limit("grant_pool", str(ENOUGH_FOR_14), year, people=raisers)
        left = list(Proposal.objects.filter(state="waitlisted").order_by("id"))
        places = {one.proposal_id: one.place for row in left for one in row.decisions.all()}
        for row in sorted(left, key=lambda one: places[one.pk] or 0):
            operations.offer_award(
                proposal=row, amount=Decimal("500.00"), reason="Raised cap", by=arena.staff[0], at=arena.decided
            )
        return arena, left


def counted(arena: Arena) -> dict[str, tuple[Decimal, Decimal]]:
    """Counted and limit of the partner-quarter, the envelope and the pool; and the ledger is right."""
    with staff_context("look"):
        assert verify_ledger().differences == []
        quarter = arena.cycle.quarter
        cap = Budget.objects.get(partner=arena.world.home, kind="grant_quarter", period=quarter.label)
        envelope = NetworkBudget.objects.get(kind="grant_envelope", period=quarter.label)
        pool = NetworkBudget.objects.get(kind="grant_pool", period=quarter.fiscal_year.label)
        return {row.kind: (row.counted, row.limit) for row in (cap, envelope, pool)}


def awarded() -> Decimal:
    """The sum of all awards."""
    with staff_context("look"):
        return sum((award.amount for award in Award.objects.all()), Decimal(0))


def visitors(server: Server, people: list[User]) -> list[Visitor]:
    """One signed-in browser for each of 32 threads."""
    return [Visitor(server.port).sign_in(people[number % len(people)].ref) for number in range(AT_ONCE)]


def test_a_slate_approved_32_times_at_once_is_approved_once(world: World) -> None:
    arena, slate = proposed(world)

    def approve(number: int) -> None:
        with staff_context("race"):
            operations.approve_slate(slate=slate, by=arena.staff[1 + number % 2], at=arena.decided)

    assert at_once(approve) == {"done": 1, "illegal_transition": 31}
    assert awarded() == Decimal("6000.00") == counted(arena)["grant_pool"][0]


def test_a_slate_approved_32_times_at_once_over_http_is_approved_once(world: World, server: Server) -> None:
    arena, slate = proposed(world)
    browsers = visitors(server, arena.staff[1:])
    answers = at_once(
        lambda number: browsers[number].request("POST", f"/network/grants/slates/{slate.ref}/approval/", {})[0]
    )
    assert answers == {"303": 32}
    assert awarded() == Decimal("6000.00") == counted(arena)["grant_envelope"][0]


@pytest.mark.parametrize("limit", LIMITS)
def test_32_awards_from_the_waitlist_at_once_never_pass_a_limit(world: World, limit: str) -> None:
    arena, rows = waiting(world, limit)

    def approve(number: int) -> None:
        with staff_context("race"):
            operations.approve_offer(proposal=rows[number], by=arena.staff[1 + number % 2], at=arena.decided)

    assert at_once(approve) == {"done": 14, "budget_exceeded": 18}
    assert awarded() == Decimal(12000)
    assert counted(arena)[limit] == (Decimal(12000), ENOUGH_FOR_14)


@pytest.mark.parametrize("limit", OVER_HTTP)
def test_32_awards_from_the_waitlist_at_once_over_http_never_pass_a_limit(
    world: World, server: Server, limit: str
) -> None:
    arena, rows = waiting(world, limit)
    browsers = visitors(server, arena.staff[1:])
    answers = at_once(
        lambda number: browsers[number].request(
            "POST", f"/network/grants/proposals/{rows[number].ref}/offer/approval/", {}
        )[0]
    )
    assert answers == {"303": 32}
    assert awarded() == Decimal(12000)
    assert counted(arena)[limit] == (Decimal(12000), ENOUGH_FOR_14)


def test_two_reviewers_who_end_at_the_same_moment_leave_a_scored_proposal(world: World) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        rows = [sent(world.home, world.people["director"], arena.cycle) for _ in range(AT_ONCE // 2)]
        close(arena.cycle)
        reviews = [assigned(row, person, arena.staff[0], arena.after) for row in rows for person in arena.reviewers]
        for review in reviews[::2]:
            marked(review, 3, at=arena.after)

    def end(number: int) -> None:
        with staff_context("race"):
            marked(reviews[number], 4, at=arena.after)

    answers = at_once(end)
    assert set(answers) <= {"done", "review_closed"}
    with staff_context("look"):
        assert {row.state for row in Proposal.objects.all()} == {"scored"}
        assert Review.objects.filter(released_at=None).count() == 0
