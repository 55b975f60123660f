"""`run_grant_cycle QUARTER [--as-of INSTANT] [--json]`: close a cycle, propose its reviewers and, when scores are in, prepare its slate."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

from django.core.management.base import CommandError, CommandParser

from activity.models import Run
from activity.runs import complete, fire
from common.commands import JsonCommand, instant
from common.tenancy import staff_context
from common.zones import now
from grants.models import Cycle, Proposal, Review
from grants.runs import SLATE, slate_if_scored

KIND = "grant_cycle"


class Command(JsonCommand):
    """People decide: this proposes no slate and awards nothing. What is done already stays done."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The quarter, such as 2027Q1, and the instant."""
        super().add_arguments(parser)
        parser.add_argument("quarter", help="label of the quarter, such as 2027Q1")
        parser.add_argument("--as-of", default=None, help="an ISO instant; now if none is given")

    def work(self, **options: Any) -> dict[str, Any]:
        """created (new reviews), updated (proposals of the cycle), unchanged, rejected (line is the run), seconds, slate."""
        began, at = time.monotonic(), instant(options["as_of"])
        with staff_context("run_grant_cycle"):
            cycle = ended_cycle(options["quarter"], at)
            before = Review.objects.filter(cycle=cycle).count()
        rejected = [finding for period, due_at in periods_of(cycle, at) if (finding := run_now(period, due_at, at))]
        with staff_context("run_grant_cycle"):
            cycle.refresh_from_db()
            slate = slate_if_scored(cycle, at=at) if not rejected and cycle.closed_at else "not prepared"
            reviews, taken = Review.objects.filter(cycle=cycle).count(), Proposal.objects.in_cycle(cycle).count()
        made = reviews - before
        return {
            "created": made,
            "updated": taken if made else 0,
            "unchanged": 0 if made else taken,
            "rejected": rejected,
            "slate": slate,
            "seconds": round(time.monotonic() - began, 3),
        }


def ended_cycle(quarter: str, at: dt.datetime) -> Cycle:
    """The cycle whose intake has ended at an instant; a cycle that still takes proposals is never closed, here or in production."""
    cycle = Cycle.objects.select_related("quarter").filter(quarter__label=quarter).first()
    if cycle is None:
        raise CommandError(f"There is no cycle of {quarter!r}: write a quarter of the calendar, such as 2027Q1.")
    if at < cycle.closes_at:
        raise CommandError(
            f"The intake of {cycle.title} ends at {cycle.closes_at.isoformat()}: it is not closed before."
        )
    return cycle


def periods_of(cycle: Cycle, at: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """The runs of this cycle that are due."""
    label = cycle.quarter.label
    slate = [(f"{label} {SLATE}", cycle.reviews_due_at)] if cycle.reviews_due_at <= at else []
    return [(label, cycle.closes_at), *slate]


def run_now(period: str, due_at: dt.datetime, at: dt.datetime) -> dict[str, Any] | None:
    """Fire and finish one run in this process; what went wrong, or None."""
    with staff_context("run_grant_cycle"):
        run = fire(kind=KIND, period=period, due_at=due_at, at=at)
    if run.state == Run.State.DONE or complete(run_id=run.pk, at=max(at, now()), seconds=3600):
        return None
    with staff_context("run_grant_cycle"):
        run.refresh_from_db()
        return (
            None
            if run.state == Run.State.DONE
            else {"line": str(run), "reason": run.last_error or "somebody else works on it"}
        )
