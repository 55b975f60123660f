"""After the end: the partner asks for changed attendance, the Outreach Manager confirms or declines it (C6, 6.2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from activity.operations import record, tell
from common.errors import IllegalTransition, refusing
from workshops.models import Correction, Enrollment, Workshop, WorkshopSession
from workshops.operations.attendance import AttendanceRefused, Cell, changes, write
from workshops.operations.scheduling import locked


@transaction.atomic
def ask_correction(
    *,
    workshop: Workshop,
    cells: Mapping[Cell, bool],
    reason: str,
    by: Any,
    at: dt.datetime,
    tell_to: list[Any] | None = None,
) -> Correction:
    """Ask to change attendance of an ended workshop; nothing changes until it is confirmed. One open correction at a time.

    Locks the workshop. Raises AttendanceRefused (no reason, nothing changed, one is open already), IllegalTransition.
    """
    row = locked(workshop)
    if row.state != "ended":
        raise IllegalTransition("Only a workshop that has ended is corrected this way.")
    if not reason.strip():
        raise AttendanceRefused("Say why the attendance was different.", field="reason")
    added, gone = changes(row, cells)
    if not added and not gone:
        raise AttendanceRefused("No cell differs from what is stored.")
    told = [
        _cell(seat, session, attended) for pairs, attended in ((added, True), (gone, False)) for seat, session in pairs
    ]
    open_one = AttendanceRefused("A correction of this workshop waits already for the Outreach Manager.")
    with refusing(workshops_correction_one_open=open_one):
        made = Correction.objects.create(
            partner_id=row.partner_id, workshop=row, cells=told, reason=reason.strip()[:500], asked_by=by, asked_at=at
        )
    before = {f"{cell['name']}, {cell['day']}": "absent" if cell["after"] else "attended" for cell in told}
    after = {f"{cell['name']}, {cell['day']}": "attended" if cell["after"] else "absent" for cell in told}
    record(
        row,
        verb="workshop.correction_asked",
        text=f"A correction of {len(told)} attendance cells was asked",
        by=by,
        at=at,
        reason=reason,
        before=before,
        after=after,
    )
    url = f"/partners/{row.partner.slug}/workshops/{row.ref}/"
    tell(
        tell_to or [],
        kind="workshop.correction",
        key=f"correction:{made.ref}",
        text=f"{row.title}: {row.partner.name} asks for a correction",
        url=url,
        at=at,
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
    """The Outreach Manager confirms (the cells change) or declines with a reason; never who asked. Locks workshop, correction."""
    workshop = locked(correction.workshop)
    row = Correction.objects.select_for_update(of=("self",)).select_related("asked_by").get(pk=correction.pk)
    if row.asked_by_id == by.pk:
        raise IllegalTransition("You asked for this correction, so someone else confirms it.")
    if not confirm and not answer.strip():
        raise AttendanceRefused("Say why you decline it.", field="answer")
    row.move_to("confirmed" if confirm else "declined")
    if confirm:
        cells = {(cell["enrollment"], cell["session"]): bool(cell["after"]) for cell in row.cells}
        write(workshop, *changes(workshop, cells), by, at)
    row.decided_by, row.decided_at, row.answer = by, at, answer.strip()[:500]
    row.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    verb = "confirmed" if confirm else "declined"
    record(
        workshop,
        verb=f"workshop.correction_{verb}",
        text=f"The correction of {len(row.cells)} attendance cells was {verb}",
        by=by,
        at=at,
        reason=answer,
    )
    url = f"/partners/{workshop.partner.slug}/workshops/{workshop.ref}/"
    text = f"{workshop.title}: your correction was {verb}"
    tell(
        [row.asked_by],
        kind="workshop.correction",
        key=f"correction:{row.ref}:{verb}",
        text=text,
        url=url,
        at=at,
        partner_id=workshop.partner_id,
    )
    return row
