"""Attendance of people who hold a seat, a cell at a time; after the end it is changed by a correction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError
from workshops.models import Attendance, Enrollment, Workshop, WorkshopSession
from workshops.operations.scheduling import locked

Cell = tuple[str, str]


class AttendanceRefused(DomainError):
    """The session has not begun, or the person or session is not of this workshop."""

    code = "attendance_refused"


class NeedsCorrection(DomainError):
    """The workshop has ended: a correction is asked, and the Outreach Manager confirms it."""

    code = "needs_correction"


@transaction.atomic
def mark_attendance(*, workshop: Workshop, cells: Mapping[Cell, bool], by: Any, at: dt.datetime) -> int:
    """Set cells (enrollment ref, session ref) to attended or not; how many changed. Starts a scheduled workshop.

    Only people who hold a seat, only sessions whose day has come. Locks the workshop.
    Raises NeedsCorrection, AttendanceRefused.
    """
    row = locked(workshop)
    if row.state == "ended":
        raise NeedsCorrection("The workshop has ended: ask for a correction, and say why.")
    if row.state not in ("scheduled", "in_progress"):
        raise AttendanceRefused(f"A workshop that is {row.word} has no attendance.")
    added, gone = changes(row, cells)
    early = next((session for _seat, session in added if not session.has_come(at)), None)
    if early is not None:
        raise AttendanceRefused(f"The session on {early.on:%b %-d} has not begun.")
    write(row, added, gone, by, at)
    if added and row.state == "scheduled":
        row.move_to("in_progress")
        row.started_at = at
        row.save(update_fields=["state", "started_at"])
        record(row, verb="workshop.started", text=f"{row.title} is in progress", by=by, at=at)
    return len(added) + len(gone)


def changes(
    workshop: Workshop, cells: Mapping[Cell, bool]
) -> tuple[list[tuple[Enrollment, WorkshopSession]], list[tuple[Enrollment, WorkshopSession]]]:
    """Cells that differ from what is stored: to add, to take away. Raises AttendanceRefused for a stranger's cell."""
    seats = {row.ref: row for row in Enrollment.objects.holding().filter(workshop=workshop).select_related("teacher")}
    sessions = {row.ref: row for row in WorkshopSession.objects.filter(workshop=workshop)}
    there = set(Attendance.objects.filter(workshop=workshop).values_list("enrollment", "session"))
    added, gone = [], []
    for (seat_ref, session_ref), present in cells.items():
        seat, session = seats.get(seat_ref), sessions.get(session_ref)
        if seat is None or session is None:
            raise AttendanceRefused("Somebody changed the people or sessions of this workshop: open the page again.")
        stored = (seat.pk, session.pk) in there
        if present and not stored:
            added.append((seat, session))
        elif stored and not present:
            gone.append((seat, session))
    return added, gone


def write(
    workshop: Workshop,
    added: list[tuple[Enrollment, WorkshopSession]],
    gone: list[tuple[Enrollment, WorkshopSession]],
    by: Any,
    at: dt.datetime,
) -> None:
    """Insert and delete these cells, one statement each."""
    Attendance.objects.bulk_create(
        Attendance(
            partner_id=workshop.partner_id,
            workshop=workshop,
            enrollment=seat,
            session=session,
            marked_by=by,
            marked_at=at,
        )
        for seat, session in added
    )
    if gone:
        pairs = {(seat.pk, session.pk) for seat, session in gone}
        rows = Attendance.objects.filter(workshop=workshop, enrollment__in={seat for seat, _session in pairs})
        Attendance.objects.filter(
            pk__in=[row.pk for row in rows if (row.enrollment_id, row.session_id) in pairs]
        ).delete()
