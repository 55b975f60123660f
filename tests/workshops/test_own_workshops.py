"""A facilitator plans and logs the workshops that she leads, and none of anybody else (roles.md, matrix)."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from common.errors import IllegalTransition
from common.tenancy import staff_context
from common.zones import now
from facilitators.models import Facilitator
from tests.workshops.factories import make_facilitator, make_workshop, some_facts
from tests.workshops.test_pages import HOME, LOG, body, typed
from tests.world import SignIn, World
from workshops.models import Workshop
from workshops.operations import WorkshopRefused, plan_workshop, save_draft
from workshops.operations.scheduling import Typing

pytestmark = pytest.mark.django_db
PLAN = f"{HOME}plan/W-00000000AB/"
THEIRS = "W-00000000AC"
TICK = "Tick yourself: you save the workshops that you lead."


@pytest.fixture
def her(world: World) -> Facilitator:
    """The record of home's facilitator, who works in a state that the partner is not in."""
    with staff_context("arrange"):
        return make_facilitator("csp", user=world.people["facilitator"], name="Ruth Abeyta", states=["ME"])


@pytest.fixture
def facilitator(world: World, her: Facilitator, signed_in: SignIn) -> Client:
    """Her browser."""
    return signed_in(world.people["facilitator"])


@pytest.fixture
def theirs(world: World) -> Workshop:
    """A draft that the Program Manager began."""
    with staff_context("arrange"):
        return draft_of(world, "program_manager")


def draft_of(world: World, role: str, place: str = "Their Hall") -> Workshop:
    by = world.people[role]
    facts = some_facts(place=place)
    typing = Typing({"place": [place]})
    return save_draft(partner=world.home, ref=THEIRS, kind="log", typing=typing, facts=facts, by=by, at=now())


def saved() -> list[tuple[str, list[str]]]:
    """State and facilitators of what is no draft."""
    with staff_context("assert"):
        rows = Workshop.objects.exclude(state="draft").order_by("id")
        return [(row.state, [lead.facilitator.name for lead in row.leads.all()]) for row in rows]


def test_her_form_has_her_ticked_and_saves_what_she_leads(facilitator: Client, her: Facilitator) -> None:
    box = re.search(rf'<input[^>]*value="{her.ref}"[^>]*>', body(facilitator.get(PLAN)))
    assert box is not None
    assert "checked" in box[0]
    answer = facilitator.post(PLAN, typed(do="save", facilitators=her.ref))
    assert answer.status_code == 303
    assert saved() == [("scheduled", ["Ruth Abeyta"])]
    assert facilitator.get(answer.headers["Location"]).status_code == 200


def test_she_logs_a_completed_one_with_its_roster(facilitator: Client, her: Facilitator) -> None:
    sent = typed(do="read", facilitators=her.ref, pasted="Name,Email\nAna Ruiz,ana@example.org\n")
    assert facilitator.post(LOG, sent).status_code == 303
    assert facilitator.post(LOG, typed(do="save", facilitators=her.ref)).status_code == 303
    assert saved() == [("ended", ["Ruth Abeyta"])]


@pytest.mark.parametrize("path", [LOG, PLAN])
def test_what_another_leads_alone_is_refused_at_its_field_with_everything_kept(
    facilitator: Client, her: Facilitator, path: str
) -> None:
    answer = facilitator.post(path, typed(do="save"))
    assert answer.status_code == 422
    assert TICK in body(answer)
    assert f'value="{her.ref}"' in body(answer)
    assert 'value="Mesa Hall"' in body(answer)
    assert saved() == []


def test_the_operation_refuses_it_too(world: World, her: Facilitator) -> None:
    by = world.people["facilitator"]
    with staff_context("arrange"):
        own = make_workshop(world.home, world.people["program_manager"], facts=some_facts(facilitators=(her,)))
        with pytest.raises(WorkshopRefused, match="Tick yourself") as refused:
            plan_workshop(workshop=own, facts=some_facts(), by=by, at=now())
    assert refused.value.field == "facilitators"


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", [f"log/{THEIRS}/", f"drafts/log/{THEIRS}/"])
def test_a_draft_of_another_is_not_there_for_her(facilitator: Client, theirs: Workshop, method: str, path: str) -> None:
    sent: dict[str, Any] = typed(do="draft") if method == "post" else {}
    answer = getattr(facilitator, method)(f"{HOME}{path}", sent)
    assert answer.status_code in ((404, 405) if method == "get" else (404,))
    assert "Their Hall" not in body(answer)
    with staff_context("assert"):
        assert Workshop.objects.get(pk=theirs.pk).version == 1


def test_the_operation_keeps_nothing_in_a_draft_of_another(world: World, her: Facilitator, theirs: Workshop) -> None:
    with staff_context("arrange"), pytest.raises(IllegalTransition, match="Somebody else began this draft"):
        draft_of(world, "facilitator", place="Her Hall")


def test_lists_and_home_show_her_own_drafts_only(world: World, facilitator: Client, theirs: Workshop) -> None:
    assert facilitator.post(PLAN, typed(do="draft", place="Her Hall")).status_code == 303
    shown = body(facilitator.get(f"{HOME}?view=drafts"))
    assert ("W-00000000AB" in shown, THEIRS in shown) == (True, False)
    home = body(facilitator.get("/partners/home-mesa/"))
    assert ("W-00000000AB" in home, THEIRS in home) == (True, False)
    assert facilitator.post(f"{HOME}W-00000000AB/removal/").status_code == 303
    assert facilitator.post(f"{HOME}{THEIRS}/removal/").status_code == 403


def test_a_keeper_finds_the_drafts_of_everybody(world: World, facilitator: Client, signed_in: SignIn) -> None:
    assert facilitator.post(PLAN, typed(do="draft", place="Her Hall")).status_code == 303
    manager = signed_in(world.people["program_manager"])
    assert "W-00000000AB" in body(manager.get(f"{HOME}?view=drafts"))
    assert "Her Hall" in body(manager.get(PLAN))
