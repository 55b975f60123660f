"""After the end: the partner asks for a correction with before and after, the Outreach Manager confirms or declines it (C6, 6.2).

Three kinds: attendance that was different, a person who is missing, and facts (dates, place, who led, seats, subject).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition, refusing
from workshops.facts import WorkshopFacts, as_stored, facts_of, from_stored
from workshops.models import Correction, Enrollment, Workshop, WorkshopSession
from workshops.operations.attendance import Cell, changes, write
from workshops.operations.enrolling import enroll, refuse_consent
from workshops.operations.scheduling import locked, rewrite


class CorrectionRefused(DomainError):
    """Nothing differs, no reason is given, or another correction waits."""

    code = "correction_refused"


@dataclass(frozen=True)
class Asking:
    """Who asks, why, and the Outreach Manager who is told."""

    reason: str
    by: Any
    at: dt.datetime
    tell_to: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Missing:
    """Somebody who was there and is not in the list: `name`, `email`, `school`; the refs of the sessions; the consent."""

    person: dict[str, str]
    sessions: tuple[str, ...]
    consent: tuple[str, dt.date] | None


@transaction.atomic
def ask_correction(*, workshop: Workshop, cells: Mapping[Cell, bool], asking: Asking) -> Correction:
    """Ask to change attendance of an ended workshop; nothing changes until it is confirmed. One open correction at a time.

    Locks the workshop. Raises CorrectionRefused, AttendanceRefused (a stranger's cell), IllegalTransition.
    """
    row = _ended(workshop, asking)
    added, gone = changes(row, cells)
    told = [
        _cell(seat, session, attended) for pairs, attended in ((added, True), (gone, False)) for seat, session in pairs
    ]
    return _ask(row, asking, cells=told)


@transaction.atomic
def ask_person_correction(*, workshop: Workshop, missing: Missing, asking: Asking) -> Correction:
    """Ask to add somebody to an ended workshop, with the sessions attended. Locks the workshop.

    Raises CorrectionRefused, PersonRefused, AlreadyEnrolled, WorkshopFull, ConsentMissing, IllegalTransition.
    """
    row = _ended(workshop, asking)
    form, on = refuse_consent(missing.consent, asking.at)
    sessions = [one for one in _sessions(row) if one.ref in missing.sessions]
    if not sessions:
        raise CorrectionRefused("Tick the sessions attended: who was at none needs no correction.", field="sessions")
    stored = {
        **missing.person,
        "sessions": [one.ref for one in sessions],
        "days": ", ".join(f"{one.on:%b %-d, %Y}" for one in sessions),
        "consent": [form, on.isoformat()],
    }
    _rehearse(lambda: _add(row, stored, asking.by, asking.at))
    return _ask(row, asking, person=stored)


@transaction.atomic
def ask_facts_correction(*, workshop: Workshop, facts: WorkshopFacts, asking: Asking) -> Correction:
    """Ask to change the facts of an ended workshop; they are judged as those of a completed one. Locks the workshop.

    Raises CorrectionRefused, WorkshopRefused, IllegalTransition.
    """
    row = _ended(workshop, asking)
    before, after = _facts(row).told(), facts.told()
    pairs = [(name, before.get(name, ""), after.get(name, "")) for name in {**before, **after}]
    differ = [[name, old, new] for name, old, new in pairs if old != new]
    if differ:
        _rehearse(lambda: rewrite(row, facts, by=asking.by, at=asking.at))
    return _ask(row, asking, facts={**as_stored(facts), "told": differ} if differ else {})


def _ended(workshop: Workshop, asking: Asking) -> Workshop:
    row = locked(workshop)
    if row.state != "ended":
        raise IllegalTransition("Only a workshop that has ended is corrected this way.")
    if not asking.reason.strip():
        raise CorrectionRefused("Say what was different, and how you know.", field="reason")
    return row


def _rehearse(step: Callable[[], Any]) -> None:
    """Do what the confirmation will do, and take it back: what would be refused then is refused now."""
    with transaction.atomic():
        step()
        transaction.set_rollback(True)


def _ask(row: Workshop, asking: Asking, **what: Any) -> Correction:
    if not any(what.values()):
        raise CorrectionRefused("Nothing differs from what is stored.")
    waits = CorrectionRefused("A correction of this workshop waits already for the Outreach Manager.")
    with refusing(workshops_correction_one_open=waits):
        made = Correction.objects.create(
            partner_id=row.partner_id,
            workshop=row,
            reason=asking.reason.strip()[:500],
            asked_by=asking.by,
            asked_at=asking.at,
            **what,
        )
    record(
        row,
        verb="workshop.correction_asked",
        text=f"A correction of {made.what} was asked",
        by=asking.by,
        at=asking.at,
        reason=asking.reason,
        before={name: before for name, before, _after in made.told},
        after={name: after for name, _before, after in made.told},
    )
    tell(
        asking.tell_to,
        kind="workshop.correction",
        key=f"correction:{made.ref}",
        text=f"{row.title}: {row.partner.name} asks for a correction",
        url=f"/partners/{row.partner.slug}/workshops/{row.ref}/",
        at=asking.at,
        partner_id=row.partner_id,
    )
    return made


def _cell(seat: Enrollment, session: WorkshopSession, attended: bool) -> dict[str, Any]:
    return {
        "enrollment": seat.ref,
        "session": session.ref,
        "name": seat.teacher.name,
        "day": f"{session.on:%b %-d, %Y}",
        "before": not attended,
        "after": attended,
    }


@transaction.atomic
def decide_correction(*, correction: Correction, confirm: bool, answer: str, by: Any, at: dt.datetime) -> Correction:
    """The Outreach Manager confirms (it takes effect) or declines with a reason; never who asked. Locks workshop, correction.

    Raises IllegalTransition, CorrectionRefused (no reason to decline), or what stands against it by now.
    """
    workshop = locked(correction.workshop)
    row = Correction.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=correction.pk)
    if row.asked_by_id == by.pk:
        raise IllegalTransition("You asked for this correction, so someone else confirms it.")
    if not confirm and not answer.strip():
        raise CorrectionRefused("Say why you decline it.", field="answer")
    row.move_to("confirmed" if confirm else "declined")
    if confirm:
        _apply(workshop, row, by, at)
    row.person = _without_contact(row.person)
    row.decided_by, row.decided_at, row.answer = by, at, answer.strip()[:500]
    row.save(update_fields=["state", "person", "decided_by", "decided_at", "answer"])
    _tell_decision(workshop, row)
    return row


@transaction.atomic
def withdraw_correction(
    *, correction: Correction, by: Any, at: dt.datetime, tell_to: tuple[Any, ...] = ()
) -> Correction:
    """The partner takes a waiting correction back; nothing of the workshop changes. Locks workshop, correction. Raises IllegalTransition."""
    workshop = locked(correction.workshop)
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    row.move_to("withdrawn")
    row.person = _without_contact(row.person)
    row.withdrawn_by, row.withdrawn_at = by, at
    row.save(update_fields=["state", "person", "withdrawn_by", "withdrawn_at"])
    text = f"The correction of {row.what} was withdrawn"
    record(workshop, verb="workshop.correction_withdrawn", text=text, by=by, at=at)
    tell(
        tell_to,
        kind="workshop.correction",
        key=f"correction:{row.ref}:withdrawn",
        text=f"{workshop.title}: {workshop.partner.name} took its correction back",
        url=f"/partners/{workshop.partner.slug}/workshops/{workshop.ref}/",
        at=at,
        partner_id=workshop.partner_id,
    )
    return row


def _without_contact(person: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name not in ("email", "school")}


def _apply(workshop: Workshop, row: Correction, by: Any, at: dt.datetime) -> None:
    if row.cells:
        cells = {(cell["enrollment"], cell["session"]): bool(cell["after"]) for cell in row.cells}
        write(workshop, *changes(workshop, cells), by, at)
    if row.person:
        _add(workshop, row.person, by, at)
    if row.facts:
        rewrite(workshop, from_stored(row.facts), by=by, at=at)


def _add(workshop: Workshop, stored: dict[str, Any], by: Any, at: dt.datetime) -> None:
    """A seat, and attendance of the sessions that still are there."""
    form, on = stored["consent"]
    person = {name: str(stored[name]) for name in ("name", "email", "school")}
    seat = enroll(workshop, person, (form, dt.date.fromisoformat(on)), by, at)
    chosen = [one for one in _sessions(workshop) if one.ref in stored["sessions"]]
    write(workshop, [(seat, one) for one in chosen], [], by, at)


def _tell_decision(workshop: Workshop, row: Correction) -> None:
    verb = row.state
    assert row.decided_at is not None
    record(
        workshop,
        verb=f"workshop.correction_{verb}",
        text=f"The correction of {row.what} was {verb}",
        by=row.decided_by,
        at=row.decided_at,
        reason=row.answer,
    )
    tell(
        [row.asked_by],
        kind="workshop.correction",
        key=f"correction:{row.ref}:{verb}",
        text=f"{workshop.title}: your correction was {verb}",
        url=f"/partners/{workshop.partner.slug}/workshops/{workshop.ref}/",
        at=row.decided_at,
        partner_id=workshop.partner_id,
    )


def _sessions(workshop: Workshop) -> list[WorkshopSession]:
    return list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))


def _facts(workshop: Workshop) -> WorkshopFacts:
    leads = workshop.leads.select_related("facilitator").order_by("facilitator__name")
    return facts_of(workshop, _sessions(workshop), [lead.facilitator for lead in leads])
