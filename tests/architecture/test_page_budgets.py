"""Growing pages that no app's own test counts, the homes of every role, and the list of where each list page is counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from common.tenancy import staff_context
from common.zones import now
from grants import operations
from grants.models import Cycle, Proposal
from incentives.operations import export_payout, open_payout
from tests.architecture.test_authorization import OURS
from tests.architecture.test_list_budgets import more_code_org, more_partners, more_people
from tests.grants.conftest import Arena, arena_of
from tests.grants.factories import DAY, close, scored, sent
from tests.incentives import factories as make
from tests.queries import DETAIL, LIST, statements_of
from tests.workshops.factories import make_workshop
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db
TESTS = Path(__file__).resolve().parent.parent
HERE = "architecture/test_page_budgets.py"
COUNTED = {
    "account_list": "architecture/test_list_budgets.py",
    "approval_list": "incentives/test_pages.py",
    "claim_list": "incentives/test_pages.py",
    "conflict_list": "ledger/test_pages.py",
    "course_list": HERE,
    "cycle_detail": "grants/test_pages.py",
    "cycle_list": "grants/test_pages.py",
    "district_list": "ledger/test_pages.py",
    "facilitator_list": "facilitators/test_standing.py",
    "job_list": "ledger/test_pages.py",
    "network_home": HERE,
    "notices": "architecture/test_list_budgets.py",
    "outcome_list": "incentives/test_pages.py",
    "partner_choice": "architecture/test_list_budgets.py",
    "partner_home": HERE,
    "partner_list": "architecture/test_list_budgets.py",
    "partner_outcomes": "incentives/test_pages.py",
    "payee_list": "ledger/test_pages.py",
    "payout": HERE,
    "payout_list": "incentives/test_pages.py",
    "people": "architecture/test_list_budgets.py",
    "proposal_list": "grants/test_pages.py",
    "review_queue": "grants/test_pages.py",
    "rules_and_settings": "ledger/test_pages.py",
    "school_list": "ledger/test_pages.py",
    "school_options": "ledger/test_pages.py",
    "slate": HERE,
    "token_list": "architecture/test_list_budgets.py",
    "territory_list": "architecture/test_list_budgets.py",
    "verification_list": "incentives/test_pages.py",
    "waitlist": HERE,
    "workshop_list": "workshops/test_pages.py",
    "workshop_network_list": "workshops/test_pages.py",
}


def test_every_list_page_is_counted_somewhere() -> None:
    lists = {name for name in OURS if name.endswith(("_list", "_queue", "_home", "_options"))}
    assert lists - set(COUNTED) == set()
    assert set(COUNTED) - set(OURS) == set()
    for file in set(COUNTED.values()):
        assert "statements_of(" in (TESTS / file).read_text(), file


def decided_cycle(arena: Arena, cycle: Cycle, waiting: int) -> Cycle:
    """A cycle with one award and so many proposals on its waitlist."""
    world, after = arena.world, cycle.closes_at + DAY
    for _ in range(waiting + 1):
        sent(world.home, world.people["director"], cycle, ask="5000.00", minimum="3000.00")
    close(cycle)
    for row in Proposal.objects.in_cycle(cycle):
        scored(row, 5, reviewers=arena.reviewers, by=arena.staff[0], at=after)
    slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=cycle.pk), by=None, at=cycle.slate_due_at)
    operations.propose_slate(slate=slate, by=arena.staff[0], at=cycle.slate_due_at)
    operations.approve_slate(slate=slate, by=arena.staff[1], at=cycle.slate_due_at)
    return Cycle.objects.get(pk=cycle.pk)


def test_slate_and_waitlist_cost_the_same_with_one_and_with_three_rows(world: World, signed_in: SignIn) -> None:
    client, found = signed_in(world.people["staff"]), []
    with staff_context("arrange"):
        arena = arena_of(world)
        close(arena.cycle)
        following = Cycle.objects.get(opens_at=arena.cycle.closes_at)
        third = Cycle.objects.get(opens_at=following.closes_at)
        cycles = [decided_cycle(arena, following, 1)]
    for page in ("slate", "waitlist"):
        found.append(len(statements_of(client, f"/network/grants/cycles/{cycles[0].ref}/{page}/")))
    with staff_context("arrange"):
        cycles.append(decided_cycle(arena, third, 3))
        assert Proposal.objects.filter(cycle=third, state="waitlisted").count() == 3
    for number, page in enumerate(("slate", "waitlist")):
        more = statements_of(client, f"/network/grants/cycles/{cycles[1].ref}/{page}/")
        assert len(more) == found[number], "\n".join(more)
        assert len(more) <= (DETAIL if page == "slate" else LIST), "\n".join(more)


def test_a_batch_costs_the_same_with_one_and_with_three_lines(world: World, signed_in: SignIn) -> None:
    client, found = signed_in(world.people["finance"]), []
    with staff_context("arrange"):
        cast = make.make_cast(world.home, outreach=world.people["outreach_manager"])
    for lines in (1, 3):
        with staff_context("arrange"):
            for _ in range(lines):
                make.approved(cast, "O17")
            batch = open_payout(by=cast.finance[0], at=now()).batch
        found.append(statements_of(client, f"/network/payouts/{batch.ref}/"))
        with staff_context("arrange"):
            export_payout(batch=batch, by=cast.finance[0], at=now())
    assert len(found[0]) == len(found[1]) <= DETAIL, "\n".join(found[1])


def test_the_catalog_of_courses_costs_the_same_whatever_it_holds(world: World, signed_in: SignIn) -> None:
    assert len(statements_of(signed_in(world.people["staff"]), "/network/courses/")) <= LIST


def more_of_everything(world: World, number: int) -> None:
    """Workshops, claims and proposals of the home partner in several states, people and partners."""
    more_people(world, number)
    more_partners(world, number)
    more_code_org(world, number)
    for _ in range(number):
        cast = make.Cast(world.home, world.people["program_manager"], world.people["outreach_manager"])
        cast.approvers, cast.finance = [world.people["staff"]], [world.people["finance"]]
        make.draft(cast), make.submitted(cast), make.verified(cast, "O15")
        leader = None
        for state in ("draft", "scheduled", "in_progress", "ended"):
            leader = make_workshop(world.home, world.people["program_manager"], state=state)
        assert leader is not None
        cycle = Cycle.objects.open_at(now())
        sent(world.home, world.people["director"], cycle, at=now())
        sent(world.home, world.people["champion"], cycle, at=now())


HOMES: list[tuple[str, tuple[str, ...], Callable[[World, int], None]]] = [
    ("/partners/home-mesa/", ("director", "program_manager", "facilitator", "champion"), more_of_everything),
    ("/network/", ("outreach_manager", "staff", "finance", "administrator"), more_of_everything),
]


@pytest.mark.parametrize(("url", "roles", "more"), HOMES)
def test_the_home_of_every_role_costs_no_more_than_a_detail_page(
    url: str, roles: tuple[str, ...], more: Callable[[World, int], None], world: World, signed_in: SignIn
) -> None:
    clients = {role: signed_in(world.people[role]) for role in roles}
    with staff_context("arrange"):
        arena_of(world)
        make.make_cast(world.home, outreach=world.people["outreach_manager"])
    costs: dict[str, list[Any]] = {role: [] for role in roles}
    for added in (1, 2):
        with staff_context("arrange"):
            more(world, added)
        for role, client in clients.items():
            costs[role].append(statements_of(client, url))
    found = {role: (len(one), len(three)) for role, (one, three) in costs.items()}
    assert {role: pair for role, pair in found.items() if pair[0] != pair[1] or pair[1] > DETAIL} == {}
