"""A roster comes in as rows, is corrected row by row, and is confirmed whole: every row is taken, known, or left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, IllegalTransition
from common.imports import Table, storable
from workshops.checks import Checked, Person, Preview, check
from workshops.columns import Typed, rows_of
from workshops.models import Attendance, Enrollment, Roster, RosterRow, Teacher, Workshop, WorkshopSession
from workshops.operations.enrolling import guard_seats, refuse_consent
from workshops.operations.scheduling import locked

BATCH = 2_000
NO_ROSTER = "A completed workshop has a roster: paste it, upload it or type it."


class RosterRefused(DomainError):
    """The roster cannot be taken as it stands."""

    code = "roster_refused"


@dataclass(frozen=True)
class Imported:
    """What a confirmed roster did: people new to the partner, people whose seat or attendance is new, people with nothing new."""

    created: int
    updated: int
    unchanged: int
    preview: Preview


@transaction.atomic
def read_roster(
    *, workshop: Workshop, table: Table, source: str, days: list[dt.date], by: Any, at: dt.datetime, file_name: str = ""
) -> Roster:
    """Keep a table as the workshop's draft roster, in the place of the one before; the same table twice is one draft.

    `days` are the dates of the sessions in order, for tables with a column a day. Raises RosterRefused for no rows.
    """
    row = locked(workshop)
    if not row.is_open:
        raise IllegalTransition(f"A workshop that is {row.word} takes no roster.")
    current = Roster.objects.filter(workshop=row, state="draft").first()
    if current is not None and current.sha256 == table.sha256 and current.source == source != Roster.Source.TYPED:
        return current
    typed = rows_of(table, days, is_over=row.kind == Workshop.Kind.LOG)
    if not typed and source != Roster.Source.TYPED:
        raise RosterRefused("There is no row in it.", field="file" if source == Roster.Source.UPLOADED else "pasted")
    if current is not None:
        _settle(current, "discarded", by, at)
    made = Roster.objects.create(
        partner_id=row.partner_id,
        workshop=row,
        source=source,
        file_name=storable(file_name)[-120:],
        sha256=table.sha256,
        notice=table.notice,
        made_by=by,
        made_at=at,
    )
    RosterRow.objects.bulk_create([_row(made, line) for line in typed], batch_size=BATCH)
    return made


def _row(roster: Roster, typed: Typed) -> RosterRow:
    return RosterRow(
        partner_id=roster.partner_id,
        roster=roster,
        line=typed.line,
        name=typed.name,
        email=typed.email,
        school=typed.school,
        attended=list(typed.attended),
    )


@transaction.atomic
def change_rows(*, roster: Roster, changes: Mapping[int, Mapping[str, Any]], add: int = 0) -> Roster:
    """Correct rows in place (line -> fields) and append blank ones; whatever is typed is kept and judged later.

    Locks the roster. Raises IllegalTransition where it is no draft any more.
    """
    row = Roster.objects.select_for_update().get(pk=roster.pk)
    if row.state != "draft":
        raise IllegalTransition("This roster is settled already.")
    rows = list(RosterRow.objects.filter(roster=row, line__in=changes.keys()))
    changed = [one for one in rows if one.take(changes[one.line])]
    RosterRow.objects.bulk_update(changed, ["name", "email", "school", "attended", "left_out"], batch_size=BATCH)
    if add:
        last = RosterRow.objects.filter(roster=row).order_by("-line").values_list("line", flat=True).first() or 0
        everybody = [0] if row.workshop.kind == Workshop.Kind.LOG else []
        RosterRow.objects.bulk_create(
            RosterRow(partner_id=row.partner_id, roster=row, line=last + n, attended=everybody)
            for n in range(1, add + 1)
        )
    return row


@transaction.atomic
def discard_roster(*, roster: Roster, by: Any, at: dt.datetime) -> None:
    """Throw a draft away; a settled one stays."""
    row = Roster.objects.select_for_update().get(pk=roster.pk)
    if row.state == "draft":
        _settle(row, "discarded", by, at)


@transaction.atomic
def confirm_roster(*, roster: Roster, consent: tuple[str, dt.date] | None, by: Any, at: dt.datetime) -> Imported:
    """Take every row that is not left out: teachers, seats and attendance, all or nothing (ux.md 2).

    `consent` is where and when the people agreed (C12). Locks the workshop. Raises RosterRefused (rows to fix, no
    consent, nobody), WorkshopFull, IllegalTransition (confirmed already).
    """
    workshop = locked(roster.workshop)
    draft = Roster.objects.select_for_update().get(pk=roster.pk)
    if draft.state != "draft" or not workshop.is_open:
        raise IllegalTransition("This roster is settled already.")
    form, on = refuse_consent(consent, at)
    sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    preview = check(workshop, RosterRow.objects.filter(roster=draft).order_by("line"), len(sessions))
    if preview.to_fix:
        raise RosterRefused(rows_to_fix(preview.to_fix), field="roster")
    if not preview.people:
        raise RosterRefused("Nobody is on the roster.", field="roster")
    guard_seats(workshop, preview.seats_needed)
    draft.consent, draft.consent_on = form, on
    _settle(draft, "confirmed", by, at)
    done = _take(workshop, draft, preview, sessions)
    text = f"{len(preview.people)} people from {len(preview.rows)} rows were {draft.get_source_display()}"
    record(
        workshop,
        verb="workshop.roster",
        text=text,
        by=by,
        at=at,
        after={"consent": f"{draft.get_consent_display()}, {on:%Y-%m-%d}"},
    )
    return done


def rows_to_fix(rows: list[Checked]) -> str:
    """`3 roster rows to fix: 4, 11, 19.`"""
    shown = ", ".join(str(checked.row.line) for checked in rows[:10])
    count = f"{len(rows)} roster {'row' if len(rows) == 1 else 'rows'} to fix"
    return f"{count}: {shown}{' and more' if len(rows) > 10 else ''}."


def _settle(roster: Roster, state: str, by: Any, at: dt.datetime) -> None:
    roster.move_to(state)
    roster.settled_by, roster.settled_at = by, at
    roster.save(update_fields=["state", "settled_by", "settled_at", "consent", "consent_on"])


def _take(workshop: Workshop, roster: Roster, preview: Preview, sessions: list[WorkshopSession]) -> Imported:
    by, at = roster.settled_by, roster.settled_at
    assert by is not None and at is not None
    created = _teachers(workshop, preview.people, by, at)
    seated = _seats(workshop, roster, preview.people, by, at)
    marked = _marks(workshop, preview.people, sessions, by, at)
    touched = {id(person) for person in [*seated, *marked]}
    updated = sum(id(person) in touched for person in preview.people) - created
    rows = sum(checked.verdict != "left_out" for checked in preview.rows)
    return Imported(created, updated, rows - created - updated, preview)


def _teachers(workshop: Workshop, people: list[Person], by: Any, at: dt.datetime) -> int:
    """Make those who are new; give a known one the school that was missing."""
    new = [person for person in people if person.teacher is None]
    made = [
        Teacher(
            partner_id=workshop.partner_id,
            name=person.name,
            email=person.email,
            school=person.school_row,
            school_name=_school_name(person),
            added_by=by,
            added_at=at,
        )
        for person in new
    ]
    for person, teacher in zip(new, Teacher.objects.bulk_create(made, batch_size=BATCH), strict=True):
        person.teacher = teacher
    filled = []
    for person in people:
        if person.teacher is not None and person.school and not person.teacher.school_name and person.teacher.email:
            person.teacher.school, person.teacher.school_name = person.school_row, _school_name(person)
            filled.append(person.teacher)
    Teacher.objects.bulk_update(filled, ["school", "school_name"], batch_size=BATCH)
    return len(new)


def _school_name(person: Person) -> str:
    """The name of the school that was picked, or what was typed."""
    return person.school_row.name if person.school_row else person.school


def _seats(workshop: Workshop, roster: Roster, people: list[Person], by: Any, at: dt.datetime) -> list[Person]:
    """Seat those who have none; a canceled seat is taken again."""
    new = [person for person in people if person.enrollment is None]
    rows = [
        Enrollment(
            partner_id=workshop.partner_id,
            workshop=workshop,
            teacher=person.teacher,
            roster=roster,
            enrolled_by=by,
            enrolled_at=at,
        )
        for person in new
    ]
    for person, row in zip(new, Enrollment.objects.bulk_create(rows, batch_size=BATCH), strict=True):
        person.enrollment = row
    back = [person for person in people if person.enrollment is not None and person.enrollment.canceled_at is not None]
    if back:
        ids = [person.enrollment.pk for person in back if person.enrollment]
        Enrollment.objects.filter(pk__in=ids).update(canceled_at=None, roster=roster, enrolled_by=by, enrolled_at=at)
    return [*new, *back]


def _marks(
    workshop: Workshop, people: list[Person], sessions: list[WorkshopSession], by: Any, at: dt.datetime
) -> list[Person]:
    """Attendance that is ticked and not there yet; a roster never takes attendance away."""
    there = set(Attendance.objects.filter(workshop=workshop).values_list("enrollment", "session"))
    rows, marked = [], []
    for person in people:
        assert person.enrollment is not None
        for number in sorted(person.attended):
            session = sessions[number - 1]
            if (person.enrollment.pk, session.pk) not in there and session.starts_at <= at:
                rows.append(
                    Attendance(
                        partner_id=workshop.partner_id,
                        workshop=workshop,
                        enrollment=person.enrollment,
                        session=session,
                        marked_by=by,
                        marked_at=at,
                    )
                )
                marked.append(person)
    Attendance.objects.bulk_create(rows, batch_size=BATCH)
    return marked
