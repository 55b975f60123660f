"""What a home says: what changed only to who may know of it, a sentence of state, at most seven things to do."""

from __future__ import annotations

import datetime as dt

import pytest

from common.tenancy import staff_context
from common.zones import now
from impact.homes import ranked, sentence_of
from impact.todos import Todo
from tests.grants.conftest import arena_of
from tests.grants.factories import open_network, sent
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


def test_at_most_seven_things_stand_there_late_ones_first() -> None:
    soon, late = todo(due=now()), todo("late", due=now() + dt.timedelta(days=1))
    assert ranked([soon] * 8 + [late]) == [late, *[soon] * 6]


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
