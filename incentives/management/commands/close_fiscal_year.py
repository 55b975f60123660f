"""`close_fiscal_year YEAR [--as-of INSTANT] [--json]`: settle what the caps of an ended fiscal year left unpaid."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from activity.models import Run
from activity.runs import complete, fire
from common.commands import JsonCommand, instant
from common.errors import DomainError
from common.tenancy import staff_context
from common.zones import now
from incentives.models import Rest
from incentives.operations import refuse_running_year
from incentives.operations.closing import KIND
from incentives.runs import due_at
from partners.models import FiscalYear


class Command(JsonCommand):
    """The same run as the calendar's: fired again it changes nothing."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The year, such as FY2026 or 2026, and the instant."""
        super().add_arguments(parser)
        parser.add_argument("year", help="fiscal year, such as 2026 or FY2026")
        parser.add_argument("--as-of", default=None, help="an ISO instant; now if none is given")

    def work(self, **options: Any) -> dict[str, Any]:
        """created (rests moved to the next year), updated (rests settled now), unchanged, rejected (line is the run), seconds."""
        began, at = time.monotonic(), instant(options["as_of"])
        with staff_context("close_fiscal_year"):
            year = ended_year(options["year"], at)
            waiting = Rest.objects.filter(fiscal_year=year, state=Rest.State.WAITING).count()
            run = fire(kind=KIND, period=year.label, due_at=due_at(year), at=at)
        if run.state != Run.State.DONE:
            complete(run_id=run.pk, at=max(at, now()), seconds=3600)
        with staff_context("close_fiscal_year"):
            run.refresh_from_db()
            rests = Rest.objects.filter(fiscal_year=year)
            settled = waiting - rests.filter(state=Rest.State.WAITING).count()
            moved = rests.filter(to_year__isnull=False, settled_at=run.as_of).count() if settled else 0
            reason = run.last_error or "somebody else works on it"
            return {
                "created": moved,
                "updated": settled,
                "unchanged": rests.count() - settled,
                "rejected": [] if run.state == Run.State.DONE else [{"line": str(run), "reason": reason}],
                "seconds": round(time.monotonic() - began, 3),
            }


def ended_year(text: str, at: dt.datetime) -> FiscalYear:
    """The fiscal year of a label, ended at an instant. Raises CommandError."""
    label = f"FY{text.upper().removeprefix('FY')}"
    year = FiscalYear.objects.filter(label=label).first()
    if year is None:
        raise CommandError(f"There is no fiscal year {text!r}: write a year of the calendar, such as 2026.")
    try:
        refuse_running_year(year, at)
    except DomainError as error:
        raise CommandError(error.message) from error
    return year
