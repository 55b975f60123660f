"""Logging a completed workshop: facts, roster and attendance are saved whole, or nothing is."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from common.errors import IllegalTransition, Stale
from common.imports import read_pasted
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from facilitators.operations import set_standing
from tests.workshops.factories import make_facilitator, session, some_facts, the_subject
from tests.world import World
from workshops.models import Attendance, Enrollment, Roster, Teacher, Workshop
from workshops.operations import (
    RosterRefused,
    WorkshopFull,
    WorkshopRefused,
    change_rows,
    confirm_roster,
    log_workshop,
    read_roster,
    save_draft,
)
from workshops.operations.enrolling import ConsentMissing
from workshops.operations.scheduling import Typing

CONSENT = ("registration", dt.date(2026, 1, 5))
ROSTER = "Angela Sisneros\tasisneros@mesa.example\tMesa Alta\nRobert Begaye\trbegaye@chuska.example\tChuska View\n"


def a_draft(world: World, facts: Any, ref: str = "W-0000000001") -> Workshop:
    return save_draft(
        partner=world.home,
        ref=ref,
        kind="log",
        typing=Typing({}),
        facts=facts,
        by=world.people["program_manager"],
        at=now(),
    )


def a_roster(world: World, workshop: Workshop, text: str = ROSTER, source: str = "pasted") -> Roster:
    by = world.people["program_manager"]
    return read_roster(workshop=workshop, table=read_pasted(text), source=source, days=[], by=by, at=now())


def log(world: World, workshop: Workshop, facts: Any, roster: Roster | None, consent: Any = CONSENT) -> Workshop:
    return log_workshop(
        workshop=workshop, facts=facts, roster=roster, consent=consent, by=world.people["program_manager"], at=now()
    )


@pytest.fixture
def at_home(world: World) -> Any:
    """Facts of a two-day workshop that is over, inside the tenant door of home."""
    with staff_context("arrange"):
        facts = some_facts()
    with tenant_context(world.home.pk):
        yield facts


def test_log_workshop_saves_people_seats_and_attendance_of_both_days(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    saved = log(world, draft, at_home, a_roster(world, draft))
    assert (saved.state, saved.enrolled) == ("ended", 2)
    assert Teacher.objects.count() == 2
    assert Attendance.objects.filter(workshop=saved).count() == 4


def test_log_workshop_twice_is_refused_and_makes_no_doubles(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    roster = a_roster(world, draft)
    log(world, draft, at_home, roster)
    with pytest.raises(IllegalTransition):
        log(world, draft, at_home, roster)
    assert Enrollment.objects.count() == 2


def test_log_workshop_with_a_wrong_row_changes_nothing(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    roster = a_roster(world, draft, ROSTER + "Dolores\tdmontoya@piedra.example\tPiedra\n")
    with pytest.raises(RosterRefused) as refused:
        log(world, draft, at_home, roster)
    assert refused.value.message == "1 roster row to fix: 3."
    assert (Teacher.objects.count(), Enrollment.objects.count(), Workshop.objects.get().state) == (0, 0, "draft")


def test_a_wrong_row_is_corrected_in_place_or_left_out(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    roster = a_roster(world, draft, ROSTER + "Dolores\tdmontoya@piedra.example\tPiedra\nNobody\t\t\n")
    change_rows(roster=roster, changes={3: {"name": "Dolores Montoya"}, 4: {"left_out": True}})
    assert log(world, draft, at_home, roster).enrolled == 3


def test_one_person_three_times_takes_one_seat_and_keeps_all_days(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    text = "Name,Email,Day 1,Day 2\nAna Ruiz,ana@x.example,x,\nAna Ruiz,ANA@x.example,,x\nAna  Ruiz,ana@x.example,,\n"
    days = at_home.days
    roster = read_roster(
        workshop=draft,
        table=read_pasted(text),
        source="pasted",
        days=days,
        by=world.people["program_manager"],
        at=now(),
    )
    saved = log(world, draft, at_home, roster)
    assert (saved.enrolled, Attendance.objects.count()) == (1, 2)


def test_another_name_at_the_same_address_is_wrong(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    roster = a_roster(world, draft, "Ana Ruiz\tana@x.example\nBernd Kowalski\tana@x.example\n")
    with pytest.raises(RosterRefused):
        log(world, draft, at_home, roster)


def test_more_people_than_seats_are_refused_whole(world: World, at_home: Any) -> None:
    facts = some_facts(capacity=1, facilitators=at_home.facilitators)
    draft = a_draft(world, facts)
    with pytest.raises(WorkshopFull) as refused:
        log(world, draft, facts, a_roster(world, draft))
    assert refused.value.field == "capacity"
    assert Teacher.objects.count() == 0


def test_a_roster_needs_the_statement_of_consent(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    roster = a_roster(world, draft)
    for consent in (None, ("", dt.date(2026, 1, 5)), ("registration", today() + dt.timedelta(days=9))):
        with pytest.raises(ConsentMissing):
            log(world, draft, at_home, roster, consent)


def test_the_same_paste_twice_is_one_roster(world: World, at_home: Any) -> None:
    draft = a_draft(world, at_home)
    assert a_roster(world, draft).pk == a_roster(world, draft).pk
    a_roster(world, draft, ROSTER + "Patricia Holm\tpholm@mesa.example\n")
    assert sorted(Roster.objects.values_list("state", flat=True)) == ["discarded", "draft"]


def test_a_known_teacher_is_not_made_again(world: World, at_home: Any) -> None:
    first, second = a_draft(world, at_home), a_draft(world, at_home, "W-0000000002")
    log(world, first, at_home, a_roster(world, first))
    log(world, second, at_home, a_roster(world, second))
    assert (Teacher.objects.count(), Enrollment.objects.count()) == (2, 4)


def test_confirming_the_same_people_again_changes_nothing(world: World, at_home: Any) -> None:
    from tests.workshops.factories import make_workshop

    workshop = make_workshop(world.home, world.people["program_manager"], facts=at_home)
    by = world.people["program_manager"]
    done = confirm_roster(roster=a_roster(world, workshop), consent=CONSENT, by=by, at=now())
    again = confirm_roster(roster=a_roster(world, workshop), consent=CONSENT, by=by, at=now())
    assert (done.created, done.updated, done.unchanged) == (2, 0, 0)
    assert (again.created, again.updated, again.unchanged) == (0, 0, 2)


@pytest.mark.parametrize("standing", ["probation", "suspended", "retired"])
def test_a_facilitator_out_of_good_standing_is_refused_with_the_reason(world: World, standing: str) -> None:
    with staff_context("arrange"):
        person = make_facilitator("csp", name="Ruth Abeyta")
        staff = world.people["staff"]
        set_standing(
            facilitator=person,
            standing=standing,
            from_day=today() - dt.timedelta(days=10),
            reason="x",
            by=staff,
            at=now(),
        )
        facts = some_facts(facilitators=(person,))
    with tenant_context(world.home.pk):
        draft = a_draft(world, facts)
        with pytest.raises(WorkshopRefused) as refused:
            log(world, draft, facts, a_roster(world, draft))
    assert refused.value.message == f"Ruth Abeyta is not in good standing on {facts.days[1]:%b %-d, %Y}."


def test_a_facilitator_accredited_for_another_course_is_refused(world: World) -> None:
    with staff_context("arrange"):
        facts = some_facts(facilitators=(make_facilitator("csd", name="Joel Nakai"),))
    with tenant_context(world.home.pk):
        draft = a_draft(world, facts)
        with pytest.raises(WorkshopRefused) as refused:
            log(world, draft, facts, a_roster(world, draft))
    assert refused.value.field == "facilitators"
    assert refused.value.message == f"Joel Nakai is not accredited for CS Principles on {facts.days[0]:%b %-d, %Y}."


PAST = dt.date(2026, 3, 7)
CASES = {
    "overlapping": (
        (session(PAST), session(PAST, "15:00", "16:00")),
        "Two sessions on Mar 7 overlap: move one of them.",
    ),
    "backwards": (
        (session(PAST, "15:00", "08:00"), session(PAST + dt.timedelta(days=1))),
        "The session on Mar 7 ends before it starts; one that runs past midnight is two sessions.",
    ),
    "one day of two": ((session(PAST),), "Academic Year Workshop 1 + 2 takes 2 days; these sessions are on 1 day."),
    "none": ((), "Give at least one session: date, start and end."),
}


@pytest.mark.parametrize("case", CASES)
def test_sessions_that_cannot_be_are_refused(world: World, at_home: Any, case: str) -> None:
    sessions, message = CASES[case]
    facts = some_facts(sessions=sessions, facilitators=at_home.facilitators)
    draft = a_draft(world, facts)
    with pytest.raises(WorkshopRefused) as refused:
        log(world, draft, facts, a_roster(world, draft))
    assert refused.value.message == message


def test_several_sessions_a_day_are_fine(world: World, at_home: Any) -> None:
    sessions = (session(PAST, "08:00", "12:00"), session(PAST, "12:00", "16:00"), session(PAST + dt.timedelta(days=1)))
    facts = some_facts(sessions=sessions, facilitators=at_home.facilitators)
    draft = a_draft(world, facts)
    log(world, draft, facts, a_roster(world, draft))
    assert Attendance.objects.count() == 6


def test_a_subject_of_another_course_and_a_format_that_is_not_allowed_are_refused(world: World, at_home: Any) -> None:
    course = at_home.course
    for subject, field in ((the_subject("ayw-1-2", "csd"), "subject"), (the_subject("kickoff"), "sessions")):
        facts = some_facts(subject=subject, course=course, facilitators=at_home.facilitators)
        draft = a_draft(world, facts)
        with pytest.raises(WorkshopRefused) as refused:
            log(world, draft, facts, a_roster(world, draft))
        assert refused.value.field == field


def test_what_is_not_over_yet_is_planned_not_logged(world: World, at_home: Any) -> None:
    facts = some_facts(
        today() - dt.timedelta(days=1), today() + dt.timedelta(days=1), facilitators=at_home.facilitators
    )
    draft = a_draft(world, facts)
    with pytest.raises(WorkshopRefused) as refused:
        log(world, draft, facts, a_roster(world, draft))
    assert refused.value.message.startswith("The last session is not over yet")


def test_save_draft_keeps_one_draft_however_often_it_is_sent_and_refuses_another_pages_older_text(
    world: World, at_home: Any
) -> None:
    by, at = world.people["program_manager"], now()

    def save(page: str, version: int) -> Workshop:
        typing = Typing({"place": page}, page, version)
        return save_draft(
            partner=world.home, ref="W-000000000A", kind="log", typing=typing, facts=at_home, by=by, at=at
        )

    save("one", 0)
    assert save("one", 0).version == 2
    with pytest.raises(Stale):
        save("two", 1)
    assert save("two", 2).typed["values"] == {"place": "two"}
    assert Workshop.objects.count() == 1


def test_what_was_kept_on_the_way_and_comes_after_the_form_itself_is_refused(world: World, at_home: Any) -> None:
    by, at = world.people["program_manager"], now()

    def save(page: str, version: int, *, is_sent: bool = False) -> Workshop:
        typing = Typing({"place": page}, page, version, is_sent)
        return save_draft(
            partner=world.home, ref="W-000000000A", kind="log", typing=typing, facts=at_home, by=by, at=at
        )

    save("one", 0)
    assert save("one", 0, is_sent=True).version == 2
    with pytest.raises(Stale):
        save("one", 1)
    assert save("two", 2).version == 3
    assert save("two", 2, is_sent=True).version == 4
    assert save("two", 2, is_sent=True).version == 5
