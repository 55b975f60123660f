"""Staff keep facilitators, their accreditations and their standing; all through the staff door."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record
from catalog.models import Course
from common.errors import DomainError, refusing
from facilitators.models import Accreditation, Facilitator, FacilitatorContact, Standing, StandingPeriod


class EmailTaken(DomainError):
    """Another facilitator has this address."""

    code = "email_taken"


class AccreditationRefused(DomainError):
    """The dates overlap another accreditation for the course, or end before they begin."""

    code = "accreditation_refused"


class StandingRefused(DomainError):
    """A later standing stands already."""

    code = "standing_refused"


@transaction.atomic
def add_facilitator(
    *, name: str, email: str, states: list[str], from_day: dt.date, by: Any, at: dt.datetime, user: Any = None
) -> Facilitator:
    """Take a person into the list, in good standing from a date. Raises EmailTaken."""
    person = Facilitator.objects.create(name=name.strip(), states=states, user=user, added_by=by, added_at=at)
    with refusing(
        facilitators_facilitatorcontact_email_key=EmailTaken("Another facilitator has this address.", field="email"),
    ):
        FacilitatorContact.objects.create(facilitator=person, email=email.strip().lower())
    StandingPeriod.objects.create(facilitator=person, standing=Standing.GOOD, valid_from=from_day, set_by=by, set_at=at)
    record(person, verb="facilitator.added", text=f"{person.name} is a facilitator in good standing", by=by, at=at)
    return person


@transaction.atomic
def correct_facilitator(*, facilitator: Facilitator, changes: dict[str, Any], by: Any, at: dt.datetime) -> Facilitator:
    """Correct name, states, address or linked account. Raises EmailTaken."""
    contact = FacilitatorContact.objects.filter(facilitator=facilitator).first()
    before = {
        "name": facilitator.name,
        "states": facilitator.place,
        "email": contact.email if contact else "",
        "user": facilitator.user,
    }
    for field in changes.keys() & {"name", "states", "user"}:
        setattr(facilitator, field, changes[field])
    taken = EmailTaken("Another facilitator has this address.", field="email")
    linked = EmailTaken("This account belongs to another facilitator.", field="user")
    with refusing(facilitators_facilitatorcontact_email_key=taken, facilitators_facilitator_user_id_key=linked):
        facilitator.save(update_fields=["name", "states", "user"])
        if "email" in changes:
            FacilitatorContact.objects.update_or_create(
                facilitator=facilitator, defaults={"email": changes["email"].strip().lower()}
            )
    after = {name: facilitator.place if name == "states" else changes.get(name, before[name]) for name in before}
    record(
        facilitator,
        verb="facilitator.corrected",
        text=f"{facilitator.name} was corrected",
        by=by,
        at=at,
        before=before,
        after=after,
    )
    return facilitator


@transaction.atomic
def accredit_facilitator(
    *, facilitator: Facilitator, course: Course, period: tuple[dt.date, dt.date | None], by: Any, at: dt.datetime
) -> Accreditation:
    """Accredit for a course; `period` is the first day and the exclusive end, or None. Raises AccreditationRefused."""
    first, before = period
    if before is not None and before <= first:
        raise AccreditationRefused("The last day is before the first.", field="last_day")
    overlap = AccreditationRefused(
        f"{facilitator.name} is accredited for {course.name} on some of these days already.", field="first_day"
    )
    with refusing(facilitators_accreditation_apart=overlap):
        made = Accreditation.objects.create(
            facilitator=facilitator, course=course, valid_from=first, valid_before=before, granted_by=by, granted_at=at
        )
    text = f"{facilitator.name} is accredited for {course.name} from {first:%b %-d, %Y}"
    record(facilitator, verb="facilitator.accredited", text=text, by=by, at=at)
    return made


@transaction.atomic
def end_accreditation(
    *, accreditation: Accreditation, last_day: dt.date, reason: str, by: Any, at: dt.datetime
) -> Accreditation:
    """End an accreditation after a day. Raises AccreditationRefused where that is before its first."""
    end = last_day + dt.timedelta(days=1)
    if end <= accreditation.valid_from:
        raise AccreditationRefused("It begins after this day: choose a later one.", field="last_day")
    before = accreditation.last_day
    accreditation.valid_before = end
    overlap = AccreditationRefused("A later accreditation for this course begins before this day.", field="last_day")
    with refusing(facilitators_accreditation_apart=overlap):
        accreditation.save(update_fields=["valid_before"])
    person, course = accreditation.facilitator, accreditation.course
    text = f"The accreditation of {person.name} for {course.name} ends"
    changes: dict[str, Any] = {"before": {"last day": before}, "after": {"last day": last_day}}
    record(person, verb="facilitator.accreditation_ended", text=text, by=by, at=at, reason=reason, **changes)
    return accreditation


@transaction.atomic
def set_standing(
    *, facilitator: Facilitator, standing: str, from_day: dt.date, reason: str, by: Any, at: dt.datetime
) -> StandingPeriod:
    """Change the standing from a date, with a reason that only staff read. Locks the person. Raises StandingRefused."""
    Facilitator.objects.select_for_update().get(pk=facilitator.pk)
    current = StandingPeriod.objects.filter(facilitator=facilitator).order_by("-valid_from").first()
    if current is not None and current.valid_from >= from_day:
        raise StandingRefused(
            f"A standing begins on {current.valid_from:%b %-d, %Y}: choose a later day.", field="from_day"
        )
    if current is not None and current.standing == standing:
        raise StandingRefused(f"{facilitator.name} has this standing already.", field="standing")
    if current is not None:
        current.valid_before = from_day
        current.save(update_fields=["valid_before"])
    made = StandingPeriod.objects.create(
        facilitator=facilitator, standing=standing, valid_from=from_day, set_by=by, set_at=at
    )
    text = f"Standing of {facilitator.name} is {made.get_standing_display().lower()} from {from_day:%b %-d, %Y}"
    changes: dict[str, Any] = {
        "before": {"standing": current.standing if current else None},
        "after": {"standing": standing},
    }
    record(facilitator, verb="facilitator.standing", text=text, by=by, at=at, reason=reason, **changes)
    return made
