"""What grants ask of each role on its home: endorsements, returned drafts, deadlines, reviews, slates; the room left and the timetable."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import OuterRef, Subquery, Sum

from common.money import ZERO, show_short
from common.templatetags.rp import countdown, day, plural
from common.zones import network_date
from grants.access import review_load
from grants.listing import proposals_seen_by
from grants.models import Cycle, Proposal, Slate
from grants.models.cycles import PHASES
from grants.tracks import holder_of, track_of
from impact.todos import MOST, Todo
from ledger.models import Budget, NetworkBudget
from partners.models import Partner

FIRST_REMINDER = 14
FEW = 4


def grants_of_partner(
    *, user: Any, partner: Partner, on: dt.date, at: dt.datetime
) -> tuple[list[Todo], dict[str, Any] | None]:
    """What grants ask of this person at this partner, and the room left: the open cycle is read once for all of it."""
    if not user.has_perm("grants.draft", partner):
        return [], None
    cycle = open_cycle(at)
    asked = [*endorsements_to_do(user, partner, cycle), *drafts_to_do(user, partner, cycle, on)]
    return asked, room_panel(user, partner, cycle)


def endorsements_to_do(user: Any, partner: Partner, cycle: Cycle | None) -> list[Todo]:
    """Proposals that wait for this Director or employed Program Manager, with the deadline that they can still meet."""
    held = user.standing.at(partner.pk, "director") or user.standing.at(partner.pk, "program_manager", employed=True)
    if not held:
        return []
    rows = list(
        Proposal.objects.filter(partner=partner, state="pm_review")
        .exclude(author=user)
        .select_related("author")
        .order_by("saved_at")[:MOST]
    )
    return [
        Todo(
            due=cycle.closes_at if cycle else None,
            when=day(cycle.closes_at) if cycle else "Now",
            note=countdown(cycle.closes_at) if cycle else "",
            title=f"Decide on {row.author.name}’s proposal, {show_short(row.ask)}"
            if row.ask
            else f"Decide on {row.author.name}’s proposal",
            why=f"{row}. It is submitted when you endorse it.",
            url=f"/partners/{partner.slug}/grants/proposals/{row.ref}/endorsement/",
            action="Read proposal",
            tone="soon",
        )
        for row in rows
    ]


def drafts_to_do(user: Any, partner: Partner, cycle: Cycle | None, on: dt.date) -> list[Todo]:
    """Own drafts: returned ones at once, others from 14 days before the deadline on, with the countdown (T-14, -7, -2, -1)."""
    rows = list(
        Proposal.objects.filter(partner=partner, author=user, state="draft").with_returned().order_by("saved_at")[:MOST]
    )
    left = (network_date(cycle.closes_at) - on).days if cycle else None
    found = []
    for row in rows:
        if row.was_returned:  # type: ignore[attr-defined]
            found.append(
                _draft(
                    row, partner, cycle, "Change what was asked", "It came back with a note; fix it and send it again."
                )
            )
        elif left is not None and left <= FIRST_REMINDER:
            found.append(
                _draft(
                    row,
                    partner,
                    cycle,
                    "Finish",
                    f"The deadline of {cycle} is near; afterwards the next cycle takes it.",
                )
            )
    return found


def _draft(row: Proposal, partner: Partner, cycle: Cycle | None, verb: str, why: str) -> Todo:
    return Todo(
        due=cycle.closes_at if cycle else None,
        when=day(cycle.closes_at) if cycle else "Draft",
        note=countdown(cycle.closes_at) if cycle else "",
        title=f"{verb}: {row}",
        why=why,
        url=f"/partners/{partner.slug}/grants/proposals/{row.ref}/draft/",
        action="Open draft",
        tone="soon",
    )


def reviews_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Reviews of this person, with their due date; the declaration first."""
    if not user.has_perm("grants.review"):
        return []
    return [
        Todo(
            due=cycle.reviews_due_at,
            when="Overdue" if cycle.reviews_due_at < at else day(cycle.reviews_due_at),
            note=countdown(cycle.reviews_due_at),
            title=f"Score {plural(count, 'proposal')} of {cycle}" if signed else f"Sign the declaration for {cycle}",
            why="Two reviewers score each proposal."
            if signed
            else f"{plural(count, 'proposal waits,proposals wait')} behind it.",
            url="/network/grants/reviews/",
            action="Open queue",
            tone="late" if cycle.reviews_due_at < at else "soon",
        )
        for cycle, count, signed in review_load(user)
    ]


def slates_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Slates that wait for this staff person: to propose, or to approve what somebody else proposed."""
    if not user.has_perm("grants.decide"):
        return []
    rows = (
        Slate.objects.filter(state__in=("prepared", "proposed", "returned"))
        .select_related("cycle__quarter", "proposed_by")
        .order_by("cycle__slate_due_at")
    )
    return [_slate(row, user, at) for row in rows if row.state != "proposed" or row.proposed_by_id != user.pk]


def _slate(row: Slate, user: Any, at: dt.datetime) -> Todo:
    late = row.cycle.slate_due_at < at
    waits = row.state == "proposed"
    worked_out = f"{show_short(row.total)} is worked out; a second person approves it."
    why = f"{row.proposed_by.name} proposed {show_short(row.total)}." if waits and row.proposed_by else worked_out
    return Todo(
        due=row.cycle.slate_due_at,
        when="Overdue" if late else day(row.cycle.slate_due_at),
        note=countdown(row.cycle.slate_due_at),
        title=f"{'Approve' if waits else 'Propose'} the slate of {row.cycle}",
        why=why,
        url=f"/network/grants/cycles/{row.cycle.ref}/slate/",
        action="Open slate",
        tone="late" if late else "soon",
    )


def cycles_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Cycles that need staff: a proposal without two reviewers, or scores that are in and no slate."""
    if not user.has_perm("grants.run_cycle"):
        return []
    rows = (
        Cycle.objects.filter(closed_at__isnull=False, decided_at=None, scores_opened_at=None)
        .select_related("quarter")
        .order_by("closes_at")
    )
    found = []
    for cycle in rows[:FEW]:
        states = list(Proposal.objects.in_cycle(cycle).values_list("state", flat=True))
        url = f"/network/grants/cycles/{cycle.ref}/"
        if "submitted" in states:
            count = states.count("submitted")
            title = f"Name reviewers for {plural(count, 'proposal')} of {cycle}"
            found.append(_cycle(cycle, title, "Nobody without a conflict was left to propose.", f"{url}?view=waiting"))
        elif states and "in_review" not in states:
            found.append(_cycle(cycle, f"Prepare the slate of {cycle}", "All scores are in.", url))
    return found


def _cycle(cycle: Cycle, title: str, why: str, url: str) -> Todo:
    return Todo(
        cycle.slate_due_at,
        day(cycle.slate_due_at),
        countdown(cycle.slate_due_at),
        title,
        why,
        url,
        "Open cycle",
        "soon",
    )


def champion_panel(*, user: Any, partner: Partner, on: dt.date, at: dt.datetime) -> dict[str, Any] | None:
    """A champion's or facilitator's own proposals as tracks."""
    leads = user.standing.at(partner.pk, "director", "program_manager")
    if leads or user.standing.code_org or not user.has_perm("grants.draft", partner):
        return None
    rows = (
        proposals_seen_by(user, partner)
        .select_related("version", "cycle__quarter")
        .with_returned()
        .order_by("-saved_at")[:FEW]
    )
    shown = [{"proposal": row, "steps": track_of(row), "holder": holder_of(row)} for row in rows]
    return {"template": "impact/proposals_panel.html", "rows": shown, "partner": partner}


def room_panel(user: Any, partner: Partner, cycle: Cycle | None) -> dict[str, Any] | None:
    """Grant room left in the quarter that the open cycle decides on; what waits is hatched."""
    if cycle is None or not user.standing.at(partner.pk, "director", "program_manager"):
        return None
    asks = (
        Proposal.objects.filter(partner=OuterRef("partner"), cycle=cycle)
        .exclude(state__in=("draft", "withdrawn", "awarded", "declined"))
        .values("partner")
        .annotate(total=Sum("ask"))
        .values("total")
    )
    budget: Any = (
        Budget.objects.filter(partner=partner, kind="grant_quarter", period=cycle.quarter.label)
        .annotate(waiting=Subquery(asks))
        .first()
    )
    if budget is None:
        return None
    return {
        "template": "impact/grant_room_panel.html",
        "place": "aside",
        "budget": budget,
        "cycle": cycle,
        "waiting": budget.waiting or ZERO,
        "partner": partner,
    }


def cycle_panel(*, user: Any, on: dt.date, at: dt.datetime) -> dict[str, Any] | None:
    """The pools that money is promised from and the cycles under way, for staff."""
    if not user.has_perm("grants.run_cycle"):
        return None
    cycles = Cycle.objects.filter(opens_at__lte=at, decided_at=None).select_related("quarter").order_by("-opens_at")[:3]
    rows = [{"cycle": cycle, "phase": PHASES[cycle.phase(at)]} for cycle in cycles if cycle.opened_at is not None]
    pools = NetworkBudget.objects.pools_on(on)
    return {"template": "impact/cycles_panel.html", "place": "aside", "rows": rows, "pools": pools}


def open_cycle(at: dt.datetime) -> Cycle | None:
    """The cycle whose intake is open."""
    return Cycle.objects.select_related("quarter").filter(opens_at__lte=at, closes_at__gt=at).first()
