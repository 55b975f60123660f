"""`run_due [--as-of INSTANT] [--json]`: make and work on every period-keyed job that is due, in this process."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import CommandParser

from activity.models import Run
from activity.runs import complete, hurry, make_due, waiting
from common.commands import JsonCommand, instant
from common.tenancy import staff_context
from common.zones import now


class Command(JsonCommand):
    """What is done already stays done; with production settings an instant later than now is refused."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The instant."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", default=None, help="an ISO instant; now if none is given")

    def work(self, **options: Any) -> dict[str, Any]:
        """created (new runs), updated (runs brought to their end), unchanged, rejected (line is the run), seconds."""
        began, at = time.monotonic(), instant(options["as_of"])
        with staff_context("run_due"):
            known = Run.objects.filter(due_at__lte=at).count()
            created = make_due(at)
            hurry(at)
            due = waiting(at)
        done = [ident for ident in due if complete(run_id=ident, at=max(at, now()), seconds=3600)]
        with staff_context("run_due"):
            left = Run.objects.filter(pk__in=due).exclude(pk__in=done).order_by("due_at", "pk")
            rejected = [{"line": str(run), "reason": run.last_error or "somebody else works on it"} for run in left]
        return {
            "created": created,
            "updated": len(done),
            "unchanged": known + created - len(due),
            "rejected": rejected,
            "seconds": round(time.monotonic() - began, 3),
        }
