"""Jobs of grants: cycles a year ahead (daily), and the quarterly job that closes a cycle and, three weeks later, prepares its slate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from accounts.people import code_org_people
from activity.models import Run
from activity.operations import tell
from activity.runs import Kind, Period, in_chunks
from common.zones import network_date, network_zone
from grants.models import Cycle, Proposal, Review
from grants.operations import close_intake, end_empty_cycle, ensure_cycles, prepare_slate, propose_reviewers
from ledger.operations import open_network_budgets
from partners.operations import ensure_calendars

MOST_BATCHES = 64
SMALLEST_BATCH = 4
CLOSE, REVIEWERS, SLATE = "close", "reviewers", "slate"


def days_due(at: dt.datetime) -> list[Period]:
    """The day of this instant (network zone), due from its first moment."""
    on = network_date(at)
    return [(f"{on:%Y-%m-%d}", dt.datetime.combine(on, dt.time(), network_zone()))]


def extend_cycles(run: Run) -> bool:
    """Quarters, budgets and cycles that are missing; the cycle whose time it is opens."""
    ensure_calendars(on=network_date(run.as_of))
    open_network_budgets()
    run.outcome["cycles"] = ensure_cycles(at=run.as_of)
    return True


def cycles_due(at: dt.datetime) -> list[Period]:
    """Each cycle that was open here twice: `2027Q1` when its intake has ended, `2027Q1 slate` when its reviews are due."""
    ended = (
        Cycle.objects.filter(closes_at__lte=at, opened_at__isnull=False, decided_at=None)
        .select_related("quarter")
        .in_order()
    )
    closing = [(cycle.quarter.label, cycle.closes_at) for cycle in ended]
    return closing + [
        (f"{cycle.quarter.label} {SLATE}", cycle.reviews_due_at) for cycle in ended if cycle.reviews_due_at <= at
    ]


def run_cycle(run: Run) -> bool:
    """`2027Q1`: close the intake, open the next, propose reviewers batch by batch. `2027Q1 slate`: prepare it where all scores are in.

    People decide: nothing is proposed, approved or awarded here.
    """
    label, _, later = run.period.partition(" ")
    cycle = Cycle.objects.select_related("quarter").get(quarter__label=label)
    if later == SLATE:
        run.outcome["slate"] = slate_if_scored(cycle, at=run.as_of)
        return True
    batches = batches_of(cycle)

    def do(item: str) -> None:
        if item == CLOSE:
            close_intake(cycle=cycle, by=None, at=run.as_of)
        elif item == SLATE:
            run.outcome["slate"] = slate_if_scored(cycle, at=run.as_of) if not batches else "waits for scores"
        else:
            rows = batches[int(item.removeprefix(REVIEWERS))]
            run.outcome["reviews"] = run.outcome.get("reviews", 0) + propose_reviewers(proposals=rows, at=run.as_of)

    return in_chunks(run, [CLOSE, *(f"{REVIEWERS}{number}" for number in range(len(batches))), SLATE], do, size=1)


def batches_of(cycle: Cycle) -> list[Sequence[Proposal]]:
    """The cycle's proposals by id in at most 64 batches; after the deadline the list does not change."""
    rows = list(Proposal.objects.filter(cycle=cycle).exclude(state="draft").order_by("id"))
    size = max(SMALLEST_BATCH, -(-len(rows) // MOST_BATCHES))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def slate_if_scored(cycle: Cycle, *, at: dt.datetime) -> str:
    """Prepare the slate of a closed cycle unless it exists or scores are missing; staff are told. What happened, in words."""
    if cycle.slates.exists() or cycle.decided_at is not None:
        return "exists"
    if not Proposal.objects.in_cycle(cycle).exists():
        end_empty_cycle(cycle=cycle, at=at)
        return "nothing to decide"
    standing = Review.objects.of_cycle(cycle).standing()
    late = (standing.filter(state="assigned") | standing.conflicted(network_date(at))).count()
    if late or Proposal.objects.filter(cycle=cycle, state__in=("submitted", "in_review")).exists():
        text = (
            f"{late} {'review' if late == 1 else 'reviews'} of {cycle.title} {'is' if late == 1 else 'are'} not in yet"
        )
        url = f"/network/grants/cycles/{cycle.ref}/?view=review"
        tell(
            code_org_people("staff", network_date(at)),
            kind="grant.late",
            key=f"late:{cycle.ref}",
            text=text,
            url=url,
            at=at,
        )
        return "waits for scores"
    prepare_slate(cycle=cycle, by=None, at=at)
    return "prepared"


CALENDAR = Kind("grant_calendar", due=days_due, work=extend_cycles, label="Grant cycles a year ahead")
CYCLE = Kind("grant_cycle", due=cycles_due, work=run_cycle, label="Quarterly grant review")
