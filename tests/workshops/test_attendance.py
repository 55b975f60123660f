"""Attendance, the end, cancellation, and corrections afterwards."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from common.errors import IllegalTransition, constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from tests.workshops.factories import ZONE, enroll, make_workshop, session, some_facts
from tests.world import World
from workshops.models import Attendance, Workshop, WorkshopSession
from workshops.operations import (
    AttendanceRefused,
    EndRefused,
    NeedsCorrection,
    cancel_workshop,
    end_workshop,
    mark_attendance,
)


@pytest.fixture
def over(world: World) -> Any:
    """A scheduled workshop whose two days are over, with two people."""
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts())
        seats = [enroll(workshop, by), enroll(workshop, by)]
        sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    with tenant_context(world.home.pk):
        yield workshop, seats, sessions, by


def mark(workshop: Workshop, by: Any, *cells: Any, present: bool = True) -> int:
    return mark_attendance(
        workshop=workshop, cells={(seat.ref, one.ref): present for seat, one in cells}, by=by, at=now()
    )


def test_mark_attendance_sets_and_clears_cells_and_starts_the_workshop(over: Any) -> None:
    workshop, seats, sessions, by = over
    assert mark(workshop, by, (seats[0], sessions[0]), (seats[1], sessions[0])) == 2
    assert mark(workshop, by, (seats[0], sessions[0])) == 0
    assert mark(workshop, by, (seats[1], sessions[0]), present=False) == 1
    assert list(Attendance.objects.values_list("enrollment", "session")) == [(seats[0].pk, sessions[0].pk)]
    assert Workshop.objects.get().state == "in_progress"


def test_mark_attendance_refuses_people_and_sessions_of_another_workshop(world: World, over: Any) -> None:
    workshop, _seats, sessions, by = over
    with staff_context("arrange"):
        other = make_workshop(world.home, by, facts=some_facts())
        stranger = enroll(other, by)
    with pytest.raises(AttendanceRefused):
        mark(workshop, by, (stranger, sessions[0]))


def test_the_database_refuses_attendance_across_workshops(world: World, over: Any) -> None:
    workshop, _seats, sessions, by = over
    with staff_context("direct SQL"):
        other = make_workshop(world.home, by, facts=some_facts())
        stranger = enroll(other, by)
        with pytest.raises(IntegrityError), transaction.atomic():
            Attendance.objects.create(
                partner=world.home,
                workshop=workshop,
                enrollment=stranger,
                session=sessions[0],
                marked_by=by,
                marked_at=now(),
            )
            connection.check_constraints()


def test_a_canceled_seat_has_no_attendance(over: Any) -> None:
    workshop, seats, sessions, by = over
    type(seats[0]).objects.filter(pk=seats[0].pk).update(canceled_at=now())
    with pytest.raises(AttendanceRefused):
        mark(workshop, by, (seats[0], sessions[0]))


def test_a_session_that_has_not_begun_has_no_attendance(world: World) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        days = (today() + dt.timedelta(days=2), today() + dt.timedelta(days=3))
        workshop = make_workshop(world.home, by, facts=some_facts(*days))
        seat = enroll(workshop, by)
        first = WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at")[0]
    with tenant_context(world.home.pk), pytest.raises(AttendanceRefused) as refused:
        mark(workshop, by, (seat, first))
    assert refused.value.message == f"The session on {days[0]:%b %-d} has not begun."


def test_end_workshop_is_final_and_ending_twice_changes_nothing(over: Any) -> None:
    workshop, seats, sessions, by = over
    ended = end_workshop(workshop=workshop, by=by, at=now())
    assert (ended.state, end_workshop(workshop=workshop, by=by, at=now()).ended_at) == ("ended", ended.ended_at)
    with pytest.raises(NeedsCorrection):
        mark(workshop, by, (seats[0], sessions[0]))


def test_end_workshop_refuses_before_the_last_session_is_over(world: World) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        facts = some_facts(today() - dt.timedelta(days=1), today() + dt.timedelta(days=1))
        workshop = make_workshop(world.home, by, facts=facts)
    with tenant_context(world.home.pk), pytest.raises(EndRefused):
        end_workshop(workshop=workshop, by=by, at=now())


def test_cancel_workshop_asks_a_reason_and_an_ended_one_is_never_canceled(over: Any) -> None:
    workshop, _seats, _sessions, by = over
    with pytest.raises(EndRefused):
        cancel_workshop(workshop=workshop, reason=" ", by=by, at=now())
    assert cancel_workshop(workshop=workshop, reason="Snow", by=by, at=now()).state == "canceled"
    with pytest.raises(IllegalTransition):
        end_workshop(workshop=workshop, by=by, at=now())


def test_the_database_knows_the_steps(over: Any) -> None:
    with staff_context("direct SQL"), pytest.raises(IntegrityError) as refused, transaction.atomic():
        Workshop.objects.update(state="draft")
    assert constraint_of(refused.value) == "workshops_workshop_states"


def test_the_database_refuses_overlapping_sessions_and_one_past_midnight(world: World, over: Any) -> None:
    workshop, _seats, sessions, _by = over
    with staff_context("direct SQL"):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            twin = session(sessions[0].on, "15:00", "16:00")
            WorkshopSession.objects.create(
                partner=world.home,
                workshop=workshop,
                starts_at=twin.starts_at,
                ends_at=twin.ends_at,
                zone=ZONE,
                format="virtual",
            )
            connection.check_constraints()
        assert constraint_of(refused.value) == "workshops_session_apart"
        with pytest.raises(IntegrityError) as late, transaction.atomic():
            begins = session(dt.date(2026, 5, 1), "23:00", "23:30").starts_at
            WorkshopSession.objects.create(
                partner=world.home,
                workshop=workshop,
                starts_at=begins,
                ends_at=begins + dt.timedelta(hours=2),
                zone=ZONE,
                format="virtual",
            )
        assert constraint_of(late.value) == "workshops_session_one_day"
