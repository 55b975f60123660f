"""Valid and minimal workshops and the people around them; call them inside staff_context()."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any
from zoneinfo import ZoneInfo

from catalog.models import Course, Subject
from common.zones import now, today
from facilitators.models import Accreditation, Facilitator, FacilitatorContact, StandingPeriod
from partners.models import Partner
from workshops.facts import SessionFacts, WorkshopFacts
from workshops.models import Attendance, Enrollment, Teacher, Workshop, WorkshopFacilitator, WorkshopSession

_number = itertools.count(1)
ZONE = "America/Denver"
LONG_AGO = dt.date(2024, 1, 1)


def the_subject(key: str = "ayw-1-2", course: str = "csp") -> Subject:
    """A subject of the catalog."""
    return Subject.objects.select_related("course").get(course__key=course, key=key)


def make_facilitator(*courses: str, **given: Any) -> Facilitator:
    """Somebody in good standing, accredited for these courses since 2024."""
    n = next(_number)
    facts = {"name": f"Facilitator {n}", "states": ["NM"], "added_at": now(), **given}
    person = Facilitator.objects.create(**facts)
    FacilitatorContact.objects.create(facilitator=person, email=f"facilitator{n}@example.org")
    StandingPeriod.objects.create(facilitator=person, standing="good", valid_from=LONG_AGO, set_at=now())
    for key in courses:
        Accreditation.objects.create(
            facilitator=person, course=Course.objects.get(key=key), valid_from=LONG_AGO, granted_at=now()
        )
    return person


def session(on: dt.date, start: str = "08:30", end: str = "15:30", **given: Any) -> SessionFacts:
    """One session in Mountain Time."""
    zone = given.pop("zone", ZONE)
    begins, ends = (dt.datetime.combine(on, dt.time.fromisoformat(text), ZoneInfo(zone)) for text in (start, end))
    return SessionFacts(begins, ends, zone, given.pop("format", "in_person"), **given)


def some_facts(*days: dt.date, **given: Any) -> WorkshopFacts:
    """Two days of CS Principles · Academic Year Workshop 1 + 2 with one accredited facilitator."""
    subject = given.pop("subject", None) or the_subject()
    dates = days or (today() - dt.timedelta(days=15), today() - dt.timedelta(days=8))
    facts = {
        "course": subject.course,
        "subject": subject,
        "capacity": 30,
        "place": "Mesa Hall, Farmington",
        "sessions": tuple(session(on) for on in dates),
        **given,
    }
    if "facilitators" not in facts:
        facts["facilitators"] = (make_facilitator(subject.course.key),)
    return WorkshopFacts(**facts)


def make_workshop(
    partner: Partner, by: Any, *, state: str = "scheduled", facts: WorkshopFacts | None = None, **given: Any
) -> Workshop:
    """A workshop with sessions and facilitators; ends and reasons that its state asks for."""
    known = facts or some_facts(*(today() + dt.timedelta(days=n) for n in (7, 14)))
    at = now()
    by_state: dict[str, dict[str, Any]] = {
        "ended": {"ended_at": at},
        "canceled": {"canceled_at": at, "cancel_reason": "Snow"},
    }
    ends = by_state.get(state, {})
    row = Workshop.objects.create(
        partner=partner,
        kind="plan",
        course=known.course,
        subject=known.subject,
        capacity=known.capacity,
        place=known.place,
        format=known.format,
        first_on=known.days[0],
        last_on=known.days[-1],
        created_by=by,
        created_at=at,
        saved_at=at,
        **given,
    )
    for following in {
        "draft": [],
        "ended": ["ended"],
        "scheduled": ["scheduled"],
        "in_progress": ["scheduled", "in_progress"],
        "canceled": ["scheduled", "canceled"],
    }[state]:
        Workshop.objects.filter(pk=row.pk).update(state=following, **(ends if following == state else {}))
    for one in known.sessions:
        WorkshopSession.objects.create(
            partner=partner,
            workshop=row,
            starts_at=one.starts_at,
            ends_at=one.ends_at,
            zone=one.zone,
            format=one.format,
        )
    for person in known.facilitators:
        WorkshopFacilitator.objects.create(
            partner=partner, workshop=row, facilitator=person, assigned_by=by, assigned_at=at
        )
    row.refresh_from_db()
    return row


def make_teacher(partner: Partner, by: Any, **given: Any) -> Teacher:
    """A teacher with an address."""
    n = next(_number)
    facts = {
        "name": f"Teacher Number{n}",
        "email": f"teacher{n}@school.example",
        "school_name": "Mesa Alta Junior High",
        **given,
    }
    return Teacher.objects.create(partner=partner, added_by=by, added_at=now(), **facts)


def enroll(workshop: Workshop, by: Any, **given: Any) -> Enrollment:
    """A seat for a new teacher."""
    teacher = given.pop("teacher", None) or make_teacher(workshop.partner, by)
    row = Enrollment.objects.create(
        partner_id=workshop.partner_id, workshop=workshop, teacher=teacher, enrolled_by=by, enrolled_at=now(), **given
    )
    workshop.refresh_from_db()
    return row


def attend(seat: Enrollment, at: WorkshopSession, by: Any) -> None:
    """A mark of attendance."""
    Attendance.objects.create(
        partner_id=seat.partner_id,
        workshop_id=seat.workshop_id,
        enrollment=seat,
        session=at,
        marked_by=by,
        marked_at=now(),
    )
