"""What a home says: what changed only to who may know of it, a sentence of state, at most seven things to do."""

from __future__ import annotations

import datetime as dt
import html
from functools import partial

import pytest

from common.tenancy import staff_context
from common.zones import now, today
from grants.models import Proposal
from grants.operations import start_proposal
from impact.homes import do_next, partner_home_context, sentence_of
from impact.incentives_home import approvals_to_do
from impact.todos import Todo
from incentives.operations import approve_one
from partners.standing import standing_of
from tests import factories
from tests.grants.conftest import arena_of
from tests.grants.factories import open_network, sent
from tests.incentives import factories as make
from tests.workshops.factories import enroll, make_facilitator, make_teacher, make_workshop, some_facts
from tests.world import SignIn, World, facts
from workshops.operations import cancel_enrollment

pytestmark = pytest.mark.django_db
TEACHER = "Quintessa Abernathy-Vole"
PROPOSAL = "Breakfast at the Painted Kiva"
HOME = "/partners/home-mesa/"


@pytest.fixture
def busy(world: World) -> World:
    """A workshop whose teacher gave the seat back, and a proposal of the director."""
    with staff_context("arrange"):
        by = world.people["program_manager"]
        workshop = make_workshop(world.home, by)
        seat = enroll(workshop, by, teacher=make_teacher(world.home, by, name=TEACHER))
        cancel_enrollment(enrollment=seat, by=by, at=now())
        sent(world.home, world.people["director"], open_network(), at=now(), title=PROPOSAL)
    return world


@pytest.mark.parametrize(
    ("role", "url", "reads_teacher", "reads_proposal"),
    [
        ("director", HOME, True, True),
        ("program_manager", HOME, True, True),
        ("champion", HOME, False, False),
        ("facilitator", HOME, False, False),
        ("outreach_manager", HOME, False, True),
        ("outreach_manager", "/network/", False, True),
        ("staff", "/network/", False, True),
        ("finance", HOME, False, False),
        ("finance", "/network/", False, False),
        ("administrator", "/network/", False, False),
    ],
)
def test_what_changed_is_told_to_who_may_know(
    busy: World, signed_in: SignIn, role: str, url: str, reads_teacher: bool, reads_proposal: bool
) -> None:
    page = facts(signed_in(busy.people[role]).get(url))
    assert (TEACHER in page, PROPOSAL in page) == (reads_teacher, reads_proposal)


def test_who_leads_a_workshop_that_is_over_is_asked_to_end_it_and_no_other(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        by, her = world.people["program_manager"], make_facilitator("csp", user=world.people["facilitator"])
        own = make_workshop(world.home, by, facts=some_facts(facilitators=(her,)))
        other = make_workshop(world.home, by, facts=some_facts())
        begun = make_workshop(world.home, by, state="draft", facts=some_facts())
    ends = [f'href="{HOME}workshops/{row.ref}/end/"' for row in (own, other)]
    reads = {role: facts(signed_in(world.people[role]).get(HOME)) for role in ("facilitator", "champion")}
    assert [[end in page for end in ends] for page in reads.values()] == [[True, False], [False, False]]
    assert begun.ref not in reads["facilitator"]


def todo(tone: str = "", due: dt.datetime | None = None) -> Todo:
    return Todo(due, "Today", "", "Do it", "Because", "/", "Open", tone)


def test_the_sentence_of_state_counts_what_is_late_and_what_waits() -> None:
    sentences = [
        sentence_of([todo("late")] * late + [todo()] * rest) for late, rest in ((0, 0), (1, 0), (0, 1), (2, 3))
    ]
    assert sentences == [
        "Nothing waits for you.",
        "1 thing is late.",
        "1 thing waits for you.",
        "2 things are late, 3 more wait for you.",
    ]


def test_at_most_seven_things_stand_there_late_ones_first_and_the_rest_behind_them() -> None:
    soon, late = todo(due=now()), todo("late", due=now() + dt.timedelta(days=1))
    todos = [soon] * 8 + [late]
    assert do_next(todos, everything=False) == {"todos": [late, *[soon] * 6], "more": 2, "everything": False}
    assert do_next(todos, everything=True) == {"todos": [late, *[soon] * 8], "more": 0, "everything": True}
    assert len(do_next(todos * 30, everything=True)["todos"]) == 200
    assert do_next([soon] * 7, everything=False)["more"] == 0


@pytest.mark.parametrize(("role", "url"), [("program_manager", HOME), ("staff", "/network/")])
def test_a_home_with_more_than_seven_things_leads_to_all_of_them(
    world: World, signed_in: SignIn, role: str, url: str
) -> None:
    with staff_context("arrange"):
        cast = make.make_cast(world.home, outreach=world.people["outreach_manager"])
        for _ in range(9):
            make.draft(cast), factories.make_partner()
    client = signed_in(world.people[role])
    short, full = client.get(url), client.get(f"{url}?all=1")
    todos, more = full.context["todos"], short.context["more"]
    assert (len(short.context["todos"]), more) == (7, len(todos) - 7)
    assert short.context["todos"] == todos[:7]
    assert more >= 2
    assert f'href="?all=1#next">{more} more' in facts(short)
    assert [title for todo in todos if (title := html.escape(todo.title)) not in facts(full)] == []


def test_drafts_of_claims_and_proposals_are_told_apart(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        cast = make.make_cast(world.home, outreach=world.people["outreach_manager"])
        cast.manager = world.people["program_manager"]
        claims = [make.draft(cast) for _ in range(2)]
        at = arena.cycle.closes_at - dt.timedelta(days=1)
        for title in ("", "Breakfast at the Painted Kiva"):
            row = start_proposal(partner=world.home, by=cast.manager, at=at)
            Proposal.objects.filter(pk=row.pk).update(title=title)
        cast.manager.standing = standing_of(cast.manager, at.date())
        told = {todo.title for todo in partner_home_context(cast.manager, world.home, on=at.date(), at=at)["todos"]}
    assert {f"Send the claim on CS lead named, {claim.subject}, $2,000" for claim in claims} <= told
    assert {"Finish: Proposal without a title", "Finish: Breakfast at the Painted Kiva"} <= told


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


def test_staff_are_asked_for_what_they_can_approve_now_and_told_who_has_the_rest(world: World) -> None:
    with staff_context("arrange"):
        cast = make.make_cast(world.home, outreach=world.people["outreach_manager"])
        unpaid, mine = make.make_cast(payable=False, network=cast), world.people["staff"]
        mine.standing = standing_of(mine, today())
        ask = partial(approvals_to_do, user=mine, on=today(), at=now())
        make.verified(unpaid), make.verified(unpaid)
        assert ask() == []
        make.verified(cast)
        alone = ask()[0]
        large = make.verified(cast, "O2")
        approve_one(claim=large, expected=large.version.amount, by=mine, at=now())
        found = ask()[0]
    assert (alone.title, found.title) == ("Approve 1 verified claim, $2,000",) * 2
    assert alone.why.endswith(" 2 more wait for Finance.")
    assert found.why.endswith(" 2 more wait for Finance. 1 more waits for another approver.")
