"""After the end the partner asks, and the Outreach Manager confirms or declines: attendance, a missing person, facts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from activity.models import Notice
from common.errors import IllegalTransition
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from tests.workshops.factories import attend, enroll, make_facilitator, make_teacher, make_workshop, session, some_facts
from tests.world import SignIn, World
from workshops.facts import facts_of
from workshops.models import Attendance, Correction, Enrollment, Teacher, Workshop, WorkshopSession
from workshops.operations import (
    AlreadyEnrolled,
    Asking,
    CorrectionRefused,
    Missing,
    WorkshopFull,
    WorkshopRefused,
    ask_correction,
    ask_facts_correction,
    ask_person_correction,
    correct_teacher,
    decide_correction,
    end_workshop,
    withdraw_correction,
)
from workshops.operations.enrolling import PersonRefused

pytestmark = pytest.mark.django_db
HOME = "/partners/home-mesa/workshops/"
CONSENT = ("paper", dt.date(2026, 1, 5))


@pytest.fixture
def over(world: World) -> Any:
    """An ended workshop of two days with two people and 3 seats, inside the tenant door of home."""
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts(capacity=3))
        seats = [enroll(workshop, by), enroll(workshop, by)]
        sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    with tenant_context(world.home.pk):
        end_workshop(workshop=workshop, by=by, at=now())
        yield workshop, seats, sessions, by


def asking(by: Any, reason: str = "Sheet found") -> Asking:
    return Asking(reason, by, now())


def confirm(world: World, correction: Correction) -> Correction:
    return decide_correction(
        correction=correction, confirm=True, answer="", by=world.people["outreach_manager"], at=now()
    )


def the_facts(workshop: Workshop) -> Any:
    row = Workshop.objects.select_related("course", "subject").get(pk=workshop.pk)
    sessions = WorkshopSession.objects.filter(workshop=row).order_by("starts_at")
    return facts_of(row, sessions, [lead.facilitator for lead in row.leads.select_related("facilitator")])


def missing(*sessions: WorkshopSession, name: str = "Ana Ruiz") -> Missing:
    person = {"name": name, "email": "ana@x.example", "school": "Mesa Alta"}
    return Missing(person, tuple(one.ref for one in sessions), CONSENT)


def test_a_correction_takes_effect_only_when_another_person_confirms_it(world: World, over: Any) -> None:
    workshop, seats, sessions, by = over
    with staff_context("arrange"):
        attend(seats[0], sessions[0], by)
    wanted = {(seats[0].ref, sessions[0].ref): False, (seats[1].ref, sessions[1].ref): True}
    with pytest.raises(CorrectionRefused):
        ask_correction(workshop=workshop, cells=wanted, asking=asking(by, " "))
    with pytest.raises(CorrectionRefused, match="Nothing differs"):
        ask_correction(workshop=workshop, cells={}, asking=asking(by))
    asked = ask_correction(workshop=workshop, cells=wanted, asking=asking(by))
    with pytest.raises(CorrectionRefused, match="waits already"):
        ask_correction(workshop=workshop, cells=wanted, asking=asking(by, "Again"))
    assert list(Attendance.objects.values_list("enrollment", flat=True)) == [seats[0].pk]
    with pytest.raises(IllegalTransition):
        decide_correction(correction=asked, confirm=True, answer="", by=by, at=now())
    confirm(world, asked)
    assert list(Attendance.objects.values_list("enrollment", "session")) == [(seats[1].pk, sessions[1].pk)]
    with pytest.raises(IllegalTransition):
        confirm(world, asked)


def test_a_declined_correction_changes_nothing_and_gives_the_reason(world: World, over: Any) -> None:
    workshop, seats, sessions, by = over
    cells = {(seats[0].ref, sessions[0].ref): True}
    asked = ask_correction(workshop=workshop, cells=cells, asking=asking(by))
    outreach = world.people["outreach_manager"]
    with pytest.raises(CorrectionRefused):
        decide_correction(correction=asked, confirm=False, answer="", by=outreach, at=now())
    decide_correction(correction=asked, confirm=False, answer="No sheet", by=outreach, at=now())
    assert (Attendance.objects.count(), Correction.objects.get().answer) == (0, "No sheet")


def test_a_workshop_that_has_not_ended_needs_no_correction(world: World, over: Any) -> None:
    by = over[3]
    with staff_context("arrange"):
        open_one, facts = make_workshop(world.home, by), some_facts()
    with pytest.raises(IllegalTransition):
        ask_correction(workshop=open_one, cells={}, asking=asking(by))
    with pytest.raises(IllegalTransition):
        ask_person_correction(workshop=open_one, missing=missing(over[2][0]), asking=asking(by))
    with pytest.raises(IllegalTransition):
        ask_facts_correction(workshop=open_one, facts=facts, asking=asking(by))


def test_a_missing_person_gets_seat_and_attendance_when_it_is_confirmed(world: World, over: Any) -> None:
    workshop, _seats, sessions, by = over
    with pytest.raises(CorrectionRefused):
        ask_person_correction(workshop=workshop, missing=missing(), asking=asking(by))
    asked = ask_person_correction(workshop=workshop, missing=missing(sessions[1]), asking=asking(by))
    assert Enrollment.objects.count() == Teacher.objects.count() == 2
    assert [change[0] for change in asked.told] == ["Ana Ruiz"]
    done = confirm(world, asked)
    seat = Enrollment.objects.select_related("teacher").get(teacher__name="Ana Ruiz")
    assert list(Attendance.objects.values_list("enrollment", "session")) == [(seat.pk, sessions[1].pk)]
    assert (seat.teacher.email, Workshop.objects.get(pk=workshop.pk).enrolled) == ("ana@x.example", 3)
    assert done.person.keys() & {"email", "school"} == set()


def test_who_cannot_be_added_is_refused_when_it_is_asked(world: World, over: Any) -> None:
    workshop, seats, sessions, by = over
    twin = Missing({"name": "Ana", "email": seats[0].teacher.email, "school": ""}, (sessions[0].ref,), CONSENT)
    with pytest.raises(PersonRefused):
        ask_person_correction(workshop=workshop, missing=twin, asking=asking(by))
    twin.person["name"] = seats[0].teacher.name
    with pytest.raises(AlreadyEnrolled):
        ask_person_correction(workshop=workshop, missing=twin, asking=asking(by))
    with staff_context("arrange"):
        Workshop.objects.filter(pk=workshop.pk).update(capacity=2)
    with pytest.raises(WorkshopFull):
        ask_person_correction(workshop=workshop, missing=missing(sessions[0]), asking=asking(by))
    assert not Correction.objects.exists()


def test_facts_change_when_the_correction_is_confirmed(world: World, over: Any) -> None:
    workshop, _seats, sessions, by = over
    stored = the_facts(workshop)
    earlier = tuple(
        replace(one, starts_at=one.starts_at - dt.timedelta(days=1), ends_at=one.ends_at - dt.timedelta(days=1))
        for one in stored.sessions
    )
    asked = ask_facts_correction(
        workshop=workshop, facts=replace(stored, sessions=earlier, place="Alta Hall"), asking=asking(by)
    )
    assert [name for name, _before, _after in asked.told] == ["place", "session 1", "session 2"]
    assert Workshop.objects.get(pk=workshop.pk).place == "Mesa Hall, Farmington"
    confirm(world, asked)
    row = Workshop.objects.get(pk=workshop.pk)
    assert (row.place, row.first_on, row.state) == ("Alta Hall", earlier[0].on, "ended")
    assert set(WorkshopSession.objects.values_list("ref", flat=True)) == {one.ref for one in sessions}


def test_facts_that_cannot_be_are_refused_when_it_is_asked(world: World, over: Any) -> None:
    workshop, seats, sessions, by = over
    stored = the_facts(workshop)
    with staff_context("arrange"):
        stranger = make_facilitator("csd")
        attend(seats[0], sessions[0], by)
    other_days = tuple(session(today() - dt.timedelta(days=n)) for n in (4, 3))
    for wrong in (
        replace(stored, facilitators=(stranger,)),
        replace(stored, sessions=other_days),
        replace(stored, capacity=1),
        replace(stored, sessions=tuple(session(today() + dt.timedelta(days=n)) for n in (4, 5))),
    ):
        with pytest.raises(WorkshopRefused):
            ask_facts_correction(workshop=workshop, facts=wrong, asking=asking(by))
    with pytest.raises(CorrectionRefused, match="Nothing differs"):
        ask_facts_correction(workshop=workshop, facts=stored, asking=asking(by))
    assert the_facts(workshop) == stored


def test_a_name_is_corrected_but_never_made_another_person(world: World, over: Any) -> None:
    workshop, seats, _sessions, by = over
    with staff_context("arrange"):
        seat = enroll(workshop, by, teacher=make_teacher(world.home, by, name="Ana Ruis", email="ana@x.example"))
    typed = {"name": "Ana Ruiz", "email": "a.ruiz@x.example", "school": "Alta"}
    kept = correct_teacher(enrollment=seat, changes=typed, by=by, at=now())
    assert (kept.name, kept.email, kept.school_name) == ("Ana Ruiz", "a.ruiz@x.example", "Alta")
    for wrong in (
        {**typed, "name": "Bernd Kowalski", "email": ""},
        {**typed, "email": seats[0].teacher.email},
        {**typed, "name": "=1+1"},
        {**typed, "name": ""},
    ):
        with pytest.raises(PersonRefused):
            correct_teacher(enrollment=seat, changes=wrong, by=by, at=now())
    married = correct_teacher(enrollment=seat, changes={**typed, "name": "Ana Castellanos"}, by=by, at=now())
    assert married.name == "Ana Castellanos"


def ended_in_the_browser(world: World) -> tuple[Workshop, Enrollment, WorkshopSession]:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts())
        seat = enroll(workshop, by)
        mark = WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at")[0]
        Workshop.objects.filter(pk=workshop.pk).update(state="ended", ended_at=now())
    return workshop, seat, mark


def form_of(client: Client, url: str) -> dict[str, Any]:
    """The fields of a page's form as a browser would send them back."""
    entry: Any = client.get(url).context["entry"]
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in entry.data.lists() if texts}


def test_the_partner_asks_for_other_facts_in_the_browser(world: World, signed_in: SignIn) -> None:
    workshop, _seat, _session = ended_in_the_browser(world)
    manager, url = signed_in(world.people["program_manager"]), f"{HOME}{workshop.ref}/correction/"
    sent = {**form_of(manager, url), "place": "Alta Hall"}
    for wrong in ({"reason": ""}, {"reason": "Typo", "capacity": "0"}, {"reason": "Typo", "sessions-0-end": "07:00"}):
        answer = manager.post(url, {**sent, **wrong})
        assert answer.status_code == 422, wrong
        assert 'value="Alta Hall"' in answer.content.decode()
    assert manager.post(url, {}).status_code == 422
    assert manager.post(url, {**sent, "do": "more"}).status_code == 200
    assert manager.post(url, {**sent, "reason": "Typo"}).status_code == 303
    outreach = world.people["outreach_manager"]
    with staff_context("look"):
        correction = Correction.objects.get()
    client = signed_in(outreach)
    assert f"Decide on a correction of {workshop.title}" in client.get("/", follow=True).content.decode()
    shown = client.get(f"{HOME}{workshop.ref}/").content.decode()
    assert "<del>Mesa Hall, Farmington</del> <ins>Alta Hall</ins>" in shown
    assert client.post(f"{HOME}corrections/{correction.ref}/decision/", {"decision": "confirm"}).status_code == 303
    with staff_context("look"):
        assert Workshop.objects.get(pk=workshop.pk).place == "Alta Hall"


def test_a_missing_person_is_asked_for_in_the_browser_and_the_address_stays_with_the_partner(
    world: World, signed_in: SignIn
) -> None:
    workshop, seat, mark = ended_in_the_browser(world)
    manager, url = signed_in(world.people["program_manager"]), f"{HOME}{workshop.ref}/person/"
    typed = {"name": "Ana Ruiz", "email": "ana@x.example", "consent": "paper", "consent_on": "2026-01-05"}
    assert manager.post(url, {}).status_code == 422
    assert manager.post(url, {**typed, "reason": "On the sheet"}).status_code == 422
    assert manager.post(url, {**typed, "reason": "On the sheet", "sessions": [mark.ref]}).status_code == 303
    shown = signed_in(world.people["outreach_manager"]).get(f"{HOME}{workshop.ref}/").content.decode()
    assert ("Ana Ruiz" in shown, "ana@x.example" in shown) == (True, False)
    person = f"{HOME}enrollments/{seat.ref}/person/"
    assert manager.post(person, {}).status_code == 422
    changed = {"name": seat.teacher.name, "email": seat.teacher.email, "school": "Alta High"}
    assert manager.post(person, changed).status_code == 303
    assert "Alta High" in manager.get(f"{HOME}{workshop.ref}/").content.decode()


def test_the_partner_takes_a_waiting_correction_back_and_asks_another(world: World, over: Any) -> None:
    workshop, _seats, sessions, by = over
    asked = ask_person_correction(workshop=workshop, missing=missing(*sessions), asking=asking(by))
    outreach = world.people["outreach_manager"]
    withdraw_correction(correction=asked, by=by, at=now(), tell_to=(outreach,))
    row = Correction.objects.get()
    assert (row.state, row.withdrawn_by, row.person["name"]) == ("withdrawn", by, "Ana Ruiz")
    assert row.person.keys().isdisjoint({"email", "school"})
    assert Enrollment.objects.filter(workshop=workshop).count() == 2
    with pytest.raises(IllegalTransition):
        confirm(world, asked)
    with pytest.raises(IllegalTransition):
        withdraw_correction(correction=asked, by=by, at=now())
    ask_person_correction(workshop=workshop, missing=missing(*sessions), asking=asking(by))
    with staff_context("assert"):
        told = Notice.objects.of(outreach).first()
        assert told is not None
        assert "took its correction back" in told.text


def test_the_pages_of_both_sides_show_a_withdrawal(world: World, over: Any, signed_in: SignIn) -> None:
    workshop, _seats, sessions, by = over
    asked = ask_person_correction(workshop=workshop, missing=missing(*sessions), asking=asking(by))
    manager, outreach = signed_in(by), signed_in(world.people["outreach_manager"])
    assert "Withdraw correction" in manager.get(f"{HOME}{workshop.ref}/").content.decode()
    assert "Withdraw correction" not in outreach.get(f"{HOME}{workshop.ref}/").content.decode()
    path = f"{HOME}corrections/{asked.ref}/withdrawal/"
    assert manager.post(path).status_code == 303
    for client in (manager, outreach):
        shown = client.get(f"{HOME}{workshop.ref}/").content.decode()
        assert ("Withdrawn" in shown, "Correction asked" in shown) == (True, False)
    assert manager.post(path).status_code == 303
