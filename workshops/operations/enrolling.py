"""Seats: taken under the lock of the workshop's row, counted by the database, never more than there are (6.1, defect 6)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, IllegalTransition, refusing
from common.zones import network_date
from workshops.checks import Person, check
from workshops.models import Attendance, Consent, Enrollment, Roster, RosterRow, Teacher, Workshop
from workshops.names import same_name
from workshops.operations.scheduling import locked

NO_CONSENT = "Say where the people agreed to our keeping their data, and when."


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
    return enroll(row, person, consent, by, at)


def enroll(
    row: Workshop, person: dict[str, str], consent: tuple[str, dt.date] | None, by: Any, at: dt.datetime
) -> Enrollment:
    """Give one person a seat in a locked workshop, whatever its state. Raises as enroll_teacher."""
    form, on = refuse_consent(consent, at)
    found = the_person(row, person)
    if found.enrollment is not None and found.enrollment.canceled_at is None:
        raise AlreadyEnrolled(f"{found.name} has a seat already.", field="email")
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
    return _seat(row, found, roster, by, at)


def the_person(workshop: Workshop, typed: dict[str, str], *, renamed: Teacher | None = None) -> Person:
    """Who is meant by `name`, `email`, `school`, judged as a roster row is. Raises PersonRefused at the field."""
    preview = check(workshop, [RosterRow(line=1, **typed)], 0, renamed=renamed)
    for checked in preview.rows:
        for name, wrong in checked.wrong.items():
            raise PersonRefused(wrong.message, field=name)
    if not preview.people:
        raise PersonRefused("The name is missing.", field="name")
    return preview.people[0]


def _seat(workshop: Workshop, person: Person, roster: Roster, by: Any, at: dt.datetime) -> Enrollment:
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


@transaction.atomic
def restore_enrollment(*, enrollment: Enrollment, by: Any, at: dt.datetime) -> Enrollment:
    """Give somebody the seat back that was freed. Locks the workshop. Raises WorkshopFull, IllegalTransition."""
    workshop = locked(enrollment.workshop)
    if workshop.state not in ("scheduled", "in_progress"):
        raise IllegalTransition(f"The people of a workshop that is {workshop.word} do not change.")
    row = Enrollment.objects.select_for_update(of=("self",)).select_related("teacher").get(pk=enrollment.pk)
    if row.canceled_at is not None:
        guard_seats(workshop, 1)
        row.canceled_at = None
        row.save(update_fields=["canceled_at"])
        text = f"{row.teacher.name} has the seat back"
        record(workshop, verb="workshop.enrollment_restored", text=text, by=by, at=at)
    return row


@transaction.atomic
def correct_teacher(*, enrollment: Enrollment, changes: dict[str, str], by: Any, at: dt.datetime) -> Teacher:
    """Correct name, address or school of somebody on the list; never make somebody else of her. Locks the workshop.

    Who keeps her address may take any name; with another address, or none, the name stays recognizable. It shows in every
    workshop of this person. Raises PersonRefused.
    """
    workshop = locked(enrollment.workshop)
    row = Teacher.objects.select_for_update(of=("self",)).get(pk=enrollment.teacher_id)
    found = the_person(workshop, changes, renamed=row)
    if not (row.email and row.email == found.email) and not same_name(row.name, found.name):
        raise PersonRefused(
            f"This is another name than {row.name}. Add the other person, and clear this one's attendance.",
            field="name",
        )
    before = {"name": row.name, "school": row.school_name}
    readdressed = row.email != found.email
    row.name, row.email, row.school = found.name, found.email, found.school_row
    row.school_name = found.school_row.name if found.school_row else found.school
    with refusing(workshops_teacher_email=PersonRefused("Another person of yours has this address.", field="email")):
        row.save(update_fields=["name", "email", "school", "school_name"])
    after = {"name": row.name, "school": row.school_name}
    if readdressed or before != after:
        text = f"What is kept of {row.name} was corrected{', the e-mail too' if readdressed else ''}"
        record(workshop, verb="workshop.person_corrected", text=text, by=by, at=at, before=before, after=after)
    return row


def guard_seats(workshop: Workshop, needed: int) -> None:
    """Raise WorkshopFull where the locked workshop has fewer seats left."""
    capacity = workshop.capacity or 0
    if workshop.enrolled + needed > capacity:
        word = "seat" if capacity == 1 else "seats"
        raise WorkshopFull(
            f"There {'is' if capacity == 1 else 'are'} {capacity} {word} for {workshop.enrolled + needed} people. Raise the seats, or leave people out.",
            field="capacity",
        )


def refuse_consent(consent: tuple[str, dt.date] | None, at: dt.datetime) -> tuple[str, dt.date]:
    """The consent as it will be kept. Raises ConsentMissing."""
    if consent is None or consent[0] not in Consent.values or consent[1] is None:
        raise ConsentMissing(NO_CONSENT, field="consent")
    if consent[1] > network_date(at) + dt.timedelta(days=1):
        raise ConsentMissing("The day of consent is in the future.", field="consent_on")
    return consent
