"""Seats: taken under the lock of the workshop's row, counted by the database, never more than there are (6.1, defect 6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, IllegalTransition, refusing
from common.zones import network_date
from workshops.checks import check
from workshops.models import Attendance, Consent, Enrollment, Roster, RosterRow, Teacher, Workshop
from workshops.operations.scheduling import locked


class WorkshopFull(DomainError):
    """There are fewer seats than people."""

    code = "workshop_full"


class AlreadyEnrolled(DomainError):
    """This person has a seat in this workshop."""

    code = "already_enrolled"


class PersonRefused(DomainError):
    """Name or address cannot be taken."""

    code = "person_refused"


class ConsentMissing(DomainError):
    """Nobody stated where the people agreed to our keeping their data (C12)."""

    code = "consent_missing"


@transaction.atomic
def enroll_teacher(
    *, workshop: Workshop, person: dict[str, str], consent: tuple[str, dt.date] | None, by: Any, at: dt.datetime
) -> Enrollment:
    """Give one person (`name`, `email`, `school`) a seat. Locks the workshop.

    Raises WorkshopFull, AlreadyEnrolled, PersonRefused, ConsentMissing, IllegalTransition.
    """
    row = locked(workshop)
    if row.state not in ("scheduled", "in_progress"):
        raise IllegalTransition(f"A workshop that is {row.word} takes nobody in.")
    form, on = refuse_consent(consent, at)
    preview = check(row, [RosterRow(line=1, **person)], 0)
    for checked in preview.rows:
        for name, wrong in checked.wrong.items():
            raise PersonRefused(wrong.message, field=name)
    if not preview.people:
        raise PersonRefused("The name is missing.", field="name")
    if not preview.seats_needed:
        raise AlreadyEnrolled(f"{preview.people[0].name} has a seat already.", field="email")
    guard_seats(row, 1)
    roster = Roster.objects.create(
        partner_id=row.partner_id,
        workshop=row,
        state="confirmed",
        source="typed",
        sha256="",
        consent=form,
        consent_on=on,
        made_by=by,
        made_at=at,
        settled_by=by,
        settled_at=at,
    )
    return _seat(row, preview.people[0], roster, by, at)


def _seat(workshop: Workshop, person: Any, roster: Roster, by: Any, at: dt.datetime) -> Enrollment:
    teacher = person.teacher or Teacher.objects.create(
        partner_id=workshop.partner_id,
        name=person.name,
        email=person.email,
        school=person.school_row,
        school_name=person.school_row.name if person.school_row else person.school,
        added_by=by,
        added_at=at,
    )
    full = WorkshopFull(f"All {workshop.capacity} seats are taken.", field="name")
    with refusing(workshops_workshop_seats=full):
        seat, _new = Enrollment.objects.update_or_create(
            workshop=workshop,
            teacher=teacher,
            defaults={"canceled_at": None, "roster": roster, "enrolled_by": by, "enrolled_at": at},
            create_defaults={"partner_id": workshop.partner_id, "roster": roster, "enrolled_by": by, "enrolled_at": at},
        )
    record(workshop, verb="workshop.enrolled", text=f"{teacher.name} was enrolled", by=by, at=at)
    return seat


@transaction.atomic
def cancel_enrollment(*, enrollment: Enrollment, by: Any, at: dt.datetime) -> Enrollment:
    """Free a seat; refused once the person has attended (her history would be lost). Locks the workshop."""
    workshop = locked(enrollment.workshop)
    if workshop.state not in ("scheduled", "in_progress"):
        raise IllegalTransition(f"The people of a workshop that is {workshop.word} do not change.")
    row = Enrollment.objects.select_for_update(of=("self",)).select_related("teacher").get(pk=enrollment.pk)
    if Attendance.objects.filter(enrollment=row).exists():
        raise AlreadyEnrolled(f"{row.teacher.name} has attended a session: clear the attendance first.")
    if row.canceled_at is None:
        row.canceled_at = at
        row.save(update_fields=["canceled_at"])
        record(
            workshop,
            verb="workshop.enrollment_canceled",
            text=f"The seat of {row.teacher.name} is free again",
            by=by,
            at=at,
        )
    return row


def guard_seats(workshop: Workshop, needed: int) -> None:
    """Raise WorkshopFull where the locked workshop has fewer seats left."""
    capacity = workshop.capacity or 0
    if workshop.enrolled + needed > capacity:
        word = "seat" if capacity == 1 else "seats"
        raise WorkshopFull(
            f"There are {capacity} {word} for {workshop.enrolled + needed} people. Raise the seats, or leave people out.",
            field="capacity",
        )


def refuse_consent(consent: tuple[str, dt.date] | None, at: dt.datetime) -> tuple[str, dt.date]:
    """The consent as it will be kept. Raises ConsentMissing."""
    if consent is None or consent[0] not in Consent.values or consent[1] is None:
        raise ConsentMissing("Say where the people agreed to our keeping their data, and when.", field="consent")
    if consent[1] > network_date(at) + dt.timedelta(days=1):
        raise ConsentMissing("The day of consent is in the future.", field="consent_on")
    return consent
