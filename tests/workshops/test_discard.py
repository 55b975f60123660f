"""A draft is thrown away by who may keep it, from its form and from the list, after a second look and without scripts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from common.tenancy import staff_context
from tests.workshops.factories import make_facilitator, make_workshop
from tests.workshops.test_pages import HOME, body, typed
from tests.world import SignIn, World
from workshops.models import Workshop

pytestmark = pytest.mark.django_db
PLAN = f"{HOME}plan/W-00000000AB/"
REMOVAL = f"{HOME}W-00000000AB/removal/"


@pytest.fixture
def facilitator(world: World, signed_in: SignIn) -> Client:
    """The browser of home's facilitator."""
    with staff_context("arrange"):
        make_facilitator("csp", user=world.people["facilitator"], name="Ruth Abeyta")
    return signed_in(world.people["facilitator"])


@pytest.mark.parametrize(
    ("page", "button"),
    [(PLAN, rf'formaction="{REMOVAL}"'), (f"{HOME}?view=drafts", rf'<form [^>]*action="{REMOVAL}"')],
)
def test_a_draft_is_discarded_where_it_stands(facilitator: Client, page: str, button: str) -> None:
    assert re.search(button, body(facilitator.get(page))) is None
    facilitator.post(PLAN, typed(do="draft"))
    shown = re.search(rf"<details[^>]*><summary[^>]*>Discard.*?{button}", body(facilitator.get(page)), re.DOTALL)
    assert shown is not None
    gone = body(facilitator.post(REMOVAL, typed(), follow=True))
    assert ("The draft is gone." in gone, "W-00000000AB" in gone) == (True, False)
    with staff_context("assert"):
        assert not Workshop.objects.exists()


def test_the_button_comes_with_the_first_autosave_and_never_for_what_is_saved(world: World, signed_in: SignIn) -> None:
    manager = signed_in(world.people["program_manager"])
    parts = manager.post(f"{HOME}drafts/plan/W-00000000AB/", typed()).json()["parts"]
    assert REMOVAL in parts["discard-draft"]
    with staff_context("arrange"):
        by = world.people["program_manager"]
        saved = make_workshop(world.home, by)
    assert "removal/" not in body(manager.get(f"{HOME}{saved.ref}/change/"))


def test_the_list_says_who_is_ticked_in_a_draft(world: World, signed_in: SignIn) -> None:
    manager = signed_in(world.people["program_manager"])
    with staff_context("arrange"):
        ruth = make_facilitator("csp", name="Ruth Abeyta")
    manager.post(PLAN, typed(do="draft", facilitators=ruth.ref))
    manager.post(f"{HOME}plan/W-00000000AC/", typed(do="draft", facilitators=""))
    listed = body(manager.get(f"{HOME}?view=drafts"))
    leads = re.findall(r'data-label="Led by">(?:<span[^>]*>)?([^<]*)', listed)
    assert leads == ["none yet", "Ruth Abeyta"]
