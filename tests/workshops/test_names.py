"""Which spellings may be one person's, and which are two people with one address."""

from __future__ import annotations

import pytest

from common.tenancy import staff_context
from tests.workshops.factories import make_teacher, make_workshop
from tests.world import World
from workshops.checks import check
from workshops.models import RosterRow, Workshop
from workshops.names import same_name

ONE_PERSON = [
    ("Aida Lopez", "aida  LOPEZ"),
    ("Aida Lopez", "A\u00edda L\u00f3pez"),
    ("Aida Lopez", "Lopez, Aida"),
    ("Aida Lopez", "Lopez Aida"),
    ("Aida Lopez", "A. Lopez"),
    ("Aida Lopez", "Aida L."),
    ("Aida Lopez", "Aida M. Lopez"),
    ("Aida Maria Lopez", "Aida M Lopez"),
    ("Aida Lopez", "Aida Lopes"),
    ("Aida Lopez", "Aida Lopez-Ruiz"),
    ("Aida Lopez Ruiz", "Aida Lopez"),
    ("Bob Begaye", "Robert Begaye"),
    ("Kate O\u2019Brien", "Katherine OBrien"),
    ("Mike Neal", "Michael Nela"),
    ("\u7530\u4e2d \u592a\u90ce", "\u7530\u4e2d \u592a\u90ce"),
]
TWO_PEOPLE = [
    ("Aida Lopez", "Javier Lopez"),
    ("Javier Lopez", "Xavier Lopez"),
    ("Maria Lopez", "Mario Lopez"),
    ("Daniel Lopez", "Daniela Lopez"),
    ("Christopher Lopez", "Christina Lopez"),
    ("A. Lopez", "Javier Lopez"),
    ("Jose Luis Garcia", "Jose Miguel Garcia"),
    ("Lopez, Aida", "Lopez, Javier"),
    ("Aida Lopez", "Aida Castellanos"),
    ("Ana Ruiz", "Bernd Kowalski"),
    ("", "Aida Lopez"),
    ("\u7530\u4e2d \u592a\u90ce", "\u7530\u4e2d \u82b1\u5b50"),
]


@pytest.mark.parametrize(
    ("one", "other", "same"), [(*pair, True) for pair in ONE_PERSON] + [(*pair, False) for pair in TWO_PEOPLE]
)
def test_only_a_spelling_of_the_same_name_is_the_same_person(one: str, other: str, same: bool) -> None:
    assert (same_name(one, other), same_name(other, one)) == (same, same)


@pytest.mark.django_db
def test_two_people_with_one_address_are_a_row_to_fix(world: World) -> None:
    names = ("Aida Lopez", "Javier Lopez", "Lopez, Aida")
    rows = [RosterRow(line=n, name=name, email="lopez@x.example") for n, name in enumerate(names, start=2)]
    with staff_context("look"):
        preview = check(Workshop(partner=world.home), rows, 0)
    assert [checked.verdict for checked in preview.rows] == ["twice", "fix", "twice"]
    assert preview.rows[1].reason == "Row 2, Aida Lopez, has this address too."


@pytest.mark.django_db
def test_the_address_of_a_stored_teacher_under_another_name_is_a_row_to_fix(world: World) -> None:
    names = ("A. Lopez", "Javier Lopez")
    with staff_context("arrange"):
        stored = make_teacher(world.home, world.people["director"], name="Aida Lopez", email="lopez@x.example")
        workshop = make_workshop(world.home, world.people["program_manager"])
        previews = [check(workshop, [RosterRow(line=2, name=name, email="lopez@x.example")], 0) for name in names]
    assert [preview.rows[0].verdict for preview in previews] == ["known", "fix"]
    assert previews[0].people[0].teacher == stored
    assert (previews[1].people, previews[1].seats_needed) == ([], 0)
    wrong = previews[1].rows[0].wrong["name"]
    assert (wrong.message, wrong.suggestion) == (
        "This address is Aida Lopez's. Take that name, or type another address.",
        "Aida Lopez",
    )
