"""A roster file for one workshop, all or nothing: behind `import_roster`."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.db import transaction

from common.errors import DomainError
from common.imports import read_upload
from workshops.checks import check
from workshops.models import Roster, RosterRow, Workshop, WorkshopSession
from workshops.operations.rosters import confirm_roster, discard_roster, read_roster


def import_roster(
    *, workshop: Workshop, file: tuple[str, bytes], consent: tuple[str, dt.date], by: Any, at: dt.datetime
) -> dict[str, Any]:
    """Read, check and confirm; a single wrong row and nothing is written. The same file again changes nothing.

    `rejected` names each wrong row by its line with the reason; line 0 is the file, or the workshop, as a whole.
    """
    began = time.monotonic()
    try:
        with transaction.atomic():
            return _taken(workshop, file, consent, (by, at), began)
    except DomainError as error:
        return _done((0, 0, 0), [{"line": 0, "reason": error.message}], began)


def _taken(
    workshop: Workshop,
    file: tuple[str, bytes],
    consent: tuple[str, dt.date],
    who: tuple[Any, dt.datetime],
    began: float,
) -> dict[str, Any]:
    by, at = who
    table = read_upload(*file)
    days = [session.on for session in WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at")]
    roster = read_roster(
        workshop=workshop, table=table, source=Roster.Source.COMMAND, days=days, by=by, at=at, file_name=file[0]
    )
    preview = check(workshop, RosterRow.objects.filter(roster=roster).order_by("line"), len(days))
    if preview.to_fix:
        discard_roster(roster=roster, by=by, at=at)
        rejected = [{"line": checked.row.line, "reason": checked.reason} for checked in preview.to_fix]
        return _done((0, 0, 0), rejected, began)
    taken = confirm_roster(roster=roster, consent=consent, by=by, at=at)
    return _done((taken.created, taken.updated, taken.unchanged), [], began, notice=table.notice)


def _done(
    counts: tuple[int, int, int], rejected: list[dict[str, Any]], began: float, notice: str = ""
) -> dict[str, Any]:
    created, updated, unchanged = counts
    return {
        "created": created,
        "updated": updated,
        "unchanged": unchanged,
        "rejected": rejected,
        "seconds": round(time.monotonic() - began, 3),
        **({"notice": notice} if notice else {}),
    }
