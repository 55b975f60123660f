"""Who may not lead is refused with the reason; staff are asked from the form and let her lead, with a reason (C9)."""

from __future__ import annotations

import pytest

from activity.models import LogEntry, Notice
from common.tenancy import staff_context
from common.zones import now
from tests.workshops.factories import make_facilitator, make_workshop, some_facts
from tests.workshops.test_pages import HOME, LOG, body, typed
from tests.world import SignIn, World
from workshops.models import Workshop, WorkshopFacilitator
from workshops.operations import OverrideRefused, ask_override, override_facilitator

pytestmark = pytest.mark.django_db


def test_staff_are_asked_from_the_form_and_the_workshop_is_saved_then(world: World, signed_in: SignIn) -> None:
    manager, staff = signed_in(world.people["program_manager"]), signed_in(world.people["staff"])
    with staff_context("arrange"):
        person = make_facilitator("csd", name="Ruth Abeyta")
    sent = typed(facilitators=person.ref)
    manager.post(LOG, {**sent, "do": "read", "pasted": "Ana Ruiz\tana@x.example\n"})
    refused = manager.post(LOG, {**sent, "do": "save"})
    assert refused.status_code == 422
    assert "Ruth Abeyta is not accredited for CS Principles" in body(refused)
    assert 'value="ask"' in body(refused)
    for _click in (1, 2):
        assert "Code.org staff are asked about Ruth Abeyta." in body(manager.post(LOG, {**sent, "do": "ask"}))
    with staff_context("look"):
        notice = Notice.objects.of(world.people["staff"]).get(kind="workshop.override")
    opened = staff.get(notice.url)
    assert f'value="{person.ref}" selected' in body(opened)
    path = notice.url.partition("?")[0]
    assert staff.post(path, {"facilitator": person.ref, "reason": ""}).status_code == 422
    assert staff.post(path, {"facilitator": person.ref, "reason": "She retrains in May"}).status_code == 303
    assert manager.post(LOG, {**sent, "do": "save"}).status_code == 303
    with staff_context("look"):
        assert WorkshopFacilitator.objects.get().override_reason == "She retrains in May"
        assert Workshop.objects.get().state == "ended"
        assert LogEntry.objects.get(verb="workshop.override").reason == "She retrains in May"
        assert Notice.objects.of(world.people["program_manager"]).filter(kind="workshop.override").count() == 1


def test_nobody_is_asked_about_who_may_lead_and_no_override_is_without_a_reason(world: World) -> None:
    by = world.people["program_manager"]
    with staff_context("act"):
        facts = some_facts()
        workshop = make_workshop(world.home, by, facts=facts)
        with pytest.raises(OverrideRefused):
            ask_override(workshop=workshop, facts=facts, by=by, at=now())
        with pytest.raises(OverrideRefused):
            override_facilitator(
                workshop=workshop, facilitator=facts.facilitators[0], reason=" ", by=world.people["staff"], at=now()
            )


def test_a_change_asks_in_the_same_way(world: World, signed_in: SignIn) -> None:
    manager, by = signed_in(world.people["program_manager"]), world.people["program_manager"]
    with staff_context("arrange"):
        workshop, person = make_workshop(world.home, by), make_facilitator("csd")
    answer = manager.post(f"{HOME}{workshop.ref}/change/", typed(facilitators=person.ref, do="ask"))
    assert f"Code.org staff are asked about {person.name}." in body(answer)
