"""What pages say of a workshop before and after its days, in words that fit its people and its dates."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.test import Client

from common.tenancy import staff_context
from common.zones import today
from tests.workshops.factories import enroll, make_workshop, some_facts
from tests.workshops.test_pages import HOME, body, typed
from tests.world import SignIn, World
from workshops.models import Workshop

pytestmark = pytest.mark.django_db
EMPTY = "Nobody is enrolled: bring the roster, or cancel it."


@pytest.fixture
def manager(world: World, signed_in: SignIn) -> Client:
    """The Program Manager's browser."""
    return signed_in(world.people["program_manager"])


def test_nobody_is_promised_hours_where_nobody_is_enrolled(world: World, manager: Client) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts())
    pages = ("/partners/home-mesa/", f"{HOME}{workshop.ref}/")
    assert [EMPTY in body(manager.get(page)) for page in pages] == [True, True]
    with staff_context("arrange"):
        enroll(workshop, by)
    assert [EMPTY in body(manager.get(page)) for page in pages] == [False, False]
    assert "1 person gets the hours when you end it." in body(manager.get(pages[0]))


def test_attendance_of_a_day_to_come_is_not_yet(world: World, manager: Client) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        days = (today() - dt.timedelta(days=2), today() + dt.timedelta(days=5))
        workshop = make_workshop(world.home, by, facts=some_facts(*days))
        enroll(workshop, by)
    cells = re.findall(r'<td class="half".*?</td>', body(manager.get(f"{HOME}{workshop.ref}/")))
    assert [("not yet" in cell, ">no<" in cell) for cell in cells] == [(False, True), (True, False)]


def test_a_plan_for_a_day_that_is_over_is_hinted_at_and_saved(manager: Client) -> None:
    hint = f"{today() - dt.timedelta(days=15):%a, %b %-d, %Y} is over. Is it the right day?"
    sent = manager.post(f"{HOME}drafts/plan/W-00000000AB/", typed()).json()["parts"]
    assert (hint in sent["before-you-save"], "to do" in sent["save-words"]) == (True, False)
    assert "Is it the right day?" not in body(manager.post(f"{HOME}drafts/log/W-00000000AC/", typed()))
    assert manager.post(f"{HOME}plan/W-00000000AB/", typed(do="save")).status_code == 303
    with staff_context("assert"):
        saved = Workshop.objects.get(state="scheduled")
    assert "Is it the right day?" not in body(manager.get(f"{HOME}{saved.ref}/change/"))
