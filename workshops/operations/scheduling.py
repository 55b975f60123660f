"""Drafts, plans and completed workshops: facts are judged under the lock of the workshop's row, then written whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from activity.operations import record
from common.errors import DomainError, IllegalTransition, Stale, refusing
from common.zones import network_date
from partners.models import Membership, Role
from workshops.facts import SessionFacts, WorkshopFacts, judge
from workshops.models import Attendance, Roster, Workshop, WorkshopFacilitator, WorkshopSession

APART = "SET CONSTRAINTS workshops_session_apart IMMEDIATE"


class WorkshopRefused(DomainError):
    """Something stands against these facts; `field` says what."""

    code = "workshop_refused"


@dataclass(frozen=True)
class Typing:
    """What was typed into a form, from which page: `page` is a mark of one page load, `version` the draft it showed.

    `is_sent`: somebody sent the form; else it was kept while it was typed.
    """

    values: dict[str, Any]
    page: str = ""
    version: int = 0
    is_sent: bool = False

    def is_overtaken(self, draft: Workshop) -> bool:
        """Another page changed the draft since, or this page's own form was sent and what was kept on the way arrives late."""
        own = draft.typed.get("page") == self.page and (self.is_sent or not draft.typed.get("is_sent"))
        return draft.version > self.version and not own


@transaction.atomic
def save_draft(
    *, partner: Any, ref: str, kind: str, typing: Typing, facts: WorkshopFacts, by: Any, at: dt.datetime
) -> Workshop:
    """Keep what was typed, whatever it is, under the reference that the page got when it was opened: once, however often sent.

    Raises Stale where another page saved this draft since this one was opened, IllegalTransition where it is no draft any more, or
    where somebody else began the draft that a facilitator sends.
    """
    facts_now = _columns(facts)
    Workshop.objects.bulk_create(
        [Workshop(partner=partner, ref=ref, kind=kind, created_by=by, created_at=at, saved_at=at)],
        ignore_conflicts=True,
    )
    draft = Workshop.objects.select_for_update().filter(partner=partner, ref=ref).first()
    if draft is None or draft.state != "draft":
        raise IllegalTransition("This workshop is saved already.")
    if draft.created_by_id != by.pk and _keeps_own_only(by, draft, at):
        raise IllegalTransition("Somebody else began this draft.")
    if typing.is_overtaken(draft):
        raise Stale(
            "This draft was changed on another page since you opened it. What you typed stands here; saving it now replaces the other."
        )
    for name, value in facts_now.items():
        setattr(draft, name, value)
    draft.typed = {"values": typing.values, "page": typing.page, "is_sent": typing.is_sent}
    draft.version, draft.saved_at = draft.version + 1, at
    draft.save(update_fields=[*facts_now, "typed", "version", "saved_at"])
    if draft.version == 1:
        record(draft, verb="workshop.drafted", text=f"{draft.title} was begun", by=by, at=at)
    return draft


@transaction.atomic
def plan_workshop(*, workshop: Workshop, facts: WorkshopFacts, by: Any, at: dt.datetime) -> Workshop:
    """Schedule a draft, or change a workshop that has not ended. Locks it. Raises WorkshopRefused, IllegalTransition."""
    row = locked(workshop)
    if not row.is_open:
        raise IllegalTransition(f"A workshop that is {row.word} is changed by a correction.")
    was_draft, before = row.state == "draft", told(row)
    _write(row, facts, is_log=False, by=by, at=at)
    if was_draft:
        row.move_to("scheduled")
    row.typed = {}
    row.save()
    text = f"{row.title} is planned for {row.first_on:%b %-d, %Y}" if was_draft else f"{row.title} was changed"
    record(
        row,
        verb="workshop.planned" if was_draft else "workshop.changed",
        text=text,
        by=by,
        at=at,
        before={} if was_draft else before,
        after={} if was_draft else told(row),
    )
    return row


def rewrite(row: Workshop, facts: WorkshopFacts, *, by: Any, at: dt.datetime) -> None:
    """Give a locked workshop that has ended other facts, judged as those of a completed one. Raises WorkshopRefused."""
    _write(row, facts, is_log=True, by=by, at=at)
    row.save()


@transaction.atomic
def log_workshop(
    *,
    workshop: Workshop,
    facts: WorkshopFacts,
    roster: Roster | None,
    consent: tuple[str, dt.date] | None,
    by: Any,
    at: dt.datetime,
) -> Workshop:
    """Save a completed workshop with its roster and attendance as ended, whole or not at all.

    Locks the workshop. Raises WorkshopRefused, RosterRefused, WorkshopFull, IllegalTransition (saved already).
    """
    from workshops.operations.rosters import NO_ROSTER, RosterRefused, confirm_roster

    row = locked(workshop)
    if row.state != "draft":
        raise IllegalTransition("This workshop is saved already.")
    if roster is None:
        raise RosterRefused(NO_ROSTER, field="pasted")
    _write(row, facts, is_log=True, by=by, at=at)
    row.typed = {}
    row.save()
    confirm_roster(roster=roster, consent=consent, by=by, at=at)
    row.refresh_from_db(fields=["enrolled"])
    row.move_to("ended")
    row.started_at, row.ended_at = facts.in_order[0].starts_at, at
    row.save(update_fields=["state", "started_at", "ended_at"])
    record(row, verb="workshop.logged", text=f"{row.title} was logged with {row.enrolled} people", by=by, at=at)
    return row


def locked(workshop: Workshop) -> Workshop:
    """The workshop's row, locked until the end of the transaction: the one lock of everything about it."""
    return Workshop.objects.select_for_update(of=("self",)).select_related("course", "subject").get(pk=workshop.pk)


def told(row: Workshop) -> dict[str, Any]:
    """What a timeline entry compares."""
    return {
        "subject": row.title,
        "place": row.place,
        "seats": row.capacity,
        "first day": row.first_on,
        "last day": row.last_on,
        "notes": row.notes,
    }


def _keeps_own_only(by: Any, row: Workshop, at: dt.datetime) -> bool:
    """True for a facilitator who is neither Director nor Program Manager of this partner: she keeps what she leads (roles.md, matrix)."""
    held = Membership.objects.filter(partner=row.partner_id, user=by).in_force(network_date(at))
    roles = set(held.values_list("role", flat=True))
    return Role.FACILITATOR in roles and roles.isdisjoint({Role.DIRECTOR, Role.PROGRAM_MANAGER})


def _columns(facts: WorkshopFacts) -> dict[str, Any]:
    days = facts.days
    capacity = facts.capacity if facts.capacity is not None and 1 <= facts.capacity <= 9999 else None
    return {
        "course": facts.course,
        "subject": facts.subject,
        "capacity": capacity,
        "place": facts.place.strip()[:255],
        "notes": facts.notes.strip()[:2000],
        "format": facts.format,
        "first_on": days[0] if days else None,
        "last_on": days[-1] if days else None,
    }


def _write(row: Workshop, facts: WorkshopFacts, *, is_log: bool, by: Any, at: dt.datetime) -> None:
    """Judge, then set the columns (unsaved), sessions and leads."""
    overridden = (
        WorkshopFacilitator.objects.filter(workshop=row)
        .exclude(override_reason="")
        .values_list("facilitator", flat=True)
    )
    leader = by if _keeps_own_only(by, row, at) else None
    for finding in judge(facts, is_log=is_log, at=at, overridden=overridden, leader=leader).findings:
        raise WorkshopRefused(finding.message, field=finding.field)
    if facts.capacity is not None and facts.capacity < row.enrolled:
        raise WorkshopRefused(f"{row.enrolled} people are enrolled: seats cannot be fewer.", field="capacity")
    for name, value in _columns(facts).items():
        setattr(row, name, value)
    row.version, row.saved_at = row.version + 1, at
    _write_sessions(row, facts.in_order)
    _write_leads(row, facts, by, at)


def _write_sessions(row: Workshop, wanted: list[SessionFacts]) -> None:
    existing = {session.ref: session for session in WorkshopSession.objects.filter(workshop=row)}
    kept = {facts.ref for facts in wanted if facts.ref in existing}
    gone = [session.pk for ref, session in existing.items() if ref not in kept]
    if gone and Attendance.objects.filter(session__in=gone).exists():
        raise WorkshopRefused(
            "A session with attendance cannot be taken away: clear its attendance first.", field="sessions"
        )
    WorkshopSession.objects.filter(pk__in=gone).delete() if gone else None
    new: list[WorkshopSession] = []
    changed: list[WorkshopSession] = []
    for facts in wanted:
        session = existing.get(facts.ref) or WorkshopSession(partner_id=row.partner_id, workshop=row)
        session.starts_at, session.ends_at = facts.starts_at, facts.ends_at
        session.zone, session.format = facts.zone, facts.format
        (changed if facts.ref in existing else new).append(session)
    overlap = WorkshopRefused("Two sessions overlap: move one of them.", field="sessions")
    with refusing(workshops_session_apart=overlap), connection.cursor() as cursor:
        WorkshopSession.objects.bulk_update(changed, ["starts_at", "ends_at", "zone", "format"])
        WorkshopSession.objects.bulk_create(new)
        cursor.execute(APART)
    with connection.cursor() as cursor:
        cursor.execute(APART.replace("IMMEDIATE", "DEFERRED"))


def _write_leads(row: Workshop, facts: WorkshopFacts, by: Any, at: dt.datetime) -> None:
    wanted = {person.pk for person in facts.facilitators}
    existing = set(WorkshopFacilitator.objects.filter(workshop=row).values_list("facilitator", flat=True))
    if existing - wanted:
        WorkshopFacilitator.objects.filter(workshop=row, facilitator__in=existing - wanted).delete()
    WorkshopFacilitator.objects.bulk_create(
        WorkshopFacilitator(partner_id=row.partner_id, workshop=row, facilitator_id=pk, assigned_by=by, assigned_at=at)
        for pk in sorted(wanted - existing)
    )
