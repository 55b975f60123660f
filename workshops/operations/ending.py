"""Starting, ending and canceling workshops, and throwing drafts away."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, IllegalTransition
from workshops.models import Attendance, Roster, Workshop, WorkshopFacilitator, WorkshopSession
from workshops.operations.scheduling import locked


class EndRefused(DomainError):
    """The workshop is not over, or a roster still waits."""

    code = "end_refused"


@transaction.atomic
def start_workshop(*, workshop: Workshop, by: Any, at: dt.datetime) -> Workshop:
    """Put a scheduled workshop in progress on the day of its first session or later. Locks it. Raises EndRefused."""
    row = locked(workshop)
    first = WorkshopSession.objects.filter(workshop=row).order_by("starts_at").first()
    if first is not None and first.on > at.astimezone(first.local_start.tzinfo).date():
        raise EndRefused(f"The first session is on {first.on:%b %-d, %Y}.")
    row.move_to("in_progress")
    row.started_at = at
    row.save(update_fields=["state", "started_at"])
    record(row, verb="workshop.started", text=f"{row.title} is in progress", by=by, at=at)
    return row


@transaction.atomic
def end_workshop(*, workshop: Workshop, by: Any, at: dt.datetime) -> Workshop:
    """End a workshop after its last session; attendance is then final but for corrections. Ending twice changes nothing.

    Locks it. Raises EndRefused, IllegalTransition.
    """
    row = locked(workshop)
    if row.state == "ended":
        return row
    last = WorkshopSession.objects.filter(workshop=row).order_by("-ends_at").first()
    if last is not None and last.ends_at > at:
        raise EndRefused(f"The last session ends on {last.on:%b %-d, %Y} at {last.local_end:%-I:%M %p}.")
    if Roster.objects.filter(workshop=row, state="draft").exists():
        raise EndRefused("A roster preview waits: save it or discard it first.")
    if not WorkshopFacilitator.objects.filter(workshop=row).exists():
        raise EndRefused("Say who led it first.")
    row.move_to("ended")
    row.started_at, row.ended_at = row.started_at or at, at
    row.save(update_fields=["state", "started_at", "ended_at"])
    attended = Attendance.objects.filter(workshop=row).values("enrollment").distinct().count()
    record(
        row,
        verb="workshop.ended",
        text=f"{row.title} ended: {attended} of {row.enrolled} people attended",
        by=by,
        at=at,
    )
    return row


@transaction.atomic
def cancel_workshop(*, workshop: Workshop, reason: str, by: Any, at: dt.datetime) -> Workshop:
    """Cancel a workshop that has not ended, with a reason. Locks it. Raises EndRefused, IllegalTransition."""
    row = locked(workshop)
    if not reason.strip():
        raise EndRefused("Say why it is canceled.", field="reason")
    row.move_to("canceled")
    row.canceled_at, row.cancel_reason = at, reason.strip()[:500]
    row.save(update_fields=["state", "canceled_at", "cancel_reason"])
    record(row, verb="workshop.canceled", text=f"{row.title} was canceled", by=by, at=at, reason=reason)
    return row


@transaction.atomic
def discard_draft(*, workshop: Workshop, by: Any, at: dt.datetime) -> None:
    """Throw a draft and its roster away; the timeline of the partner keeps that it was. Raises IllegalTransition."""
    row = locked(workshop)
    if row.state != "draft":
        raise IllegalTransition("Only a draft can be thrown away.")
    record(row, verb="workshop.discarded", text=f"The draft of {row.title} was thrown away", by=by, at=at)
    for roster in Roster.objects.filter(workshop=row):
        roster.delete()
    row.delete()
