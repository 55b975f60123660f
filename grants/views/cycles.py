"""Pages of Code.org staff: cycles, reviewers, policy."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import User
from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.exports import csv_response
from common.pages import keyset
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import now, today
from grants import operations
from grants.forms import PolicyForm, ReviewerForm
from grants.listing import STAGES, columns_of, of_cycle, shown_proposals
from grants.models import Cycle, PolicyChoice, Proposal, Review, ReviewScore
from grants.models.cycles import PHASES
from grants.operations.reviewers import PANEL
from ledger.models import NetworkBudget


def cycle_page(cycle: Cycle) -> str:
    """The path of a cycle."""
    return f"/network/grants/cycles/{cycle.ref}/"


@requires("grants.run_cycle")
@require_safe
def cycle_list(request: ScopedRequest) -> HttpResponse:
    """Every cycle, the latest first, with its dates, counts and envelope."""
    shown = keyset(request, Cycle.objects.select_related("quarter__fiscal_year"), "-opens_at", "-id", size=12)
    counts = {row["cycle"]: row for row in counts_of(shown.rows)}
    envelopes = {row.period: row for row in NetworkBudget.objects.filter(kind="grant_envelope")}
    at = now()
    rows = [
        {
            "cycle": cycle,
            "phase": PHASES[cycle.phase(at)],
            "counts": counts.get(cycle.pk),
            "envelope": envelopes.get(cycle.quarter.label),
        }
        for cycle in shown.rows
    ]
    pools = NetworkBudget.objects.pools_on(today())
    return page(request, "grants/cycle_list.html", {"page": shown, "rows": rows, "pools": pools})


def counts_of(cycles: list[Cycle]) -> Any:
    """Proposals taken in, open and awarded by cycle, in one query."""
    taken = Proposal.objects.filter(cycle__in=cycles).exclude(state__in=("draft", "withdrawn"))
    return taken.values("cycle").annotate(
        taken=Count("id"),
        waiting=Count("id", filter=Q(state__in=("submitted", "in_review"))),
        awarded=Count("id", filter=Q(state="awarded")),
    )


def with_quarter(request: ScopedRequest, ref: str) -> Any:
    """A cycle, its quarter and that quarter's year, in one query."""
    return Cycle.objects.filter(ref=ref).select_related("quarter__fiscal_year")


@requires("grants.run_cycle", Cycle, row=with_quarter)
@require_safe
def cycle_detail(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """One cycle: timetable, what is next, proposals with their reviewers, policy, seed."""
    rows, filters = shown_proposals(request, of_cycle(cycle), STAGES)
    shown = keyset(request, rows, "-submitted_at", "-id")
    stats = next(iter(counts_of([cycle])), {"taken": 0, "waiting": 0, "awarded": 0})
    policy = PolicyChoice.objects.filter(cycle=cycle).select_related("chosen_by").order_by("-chosen_at", "-id").first()
    context = {
        "cycle": cycle,
        "page": shown,
        "filters": filters,
        "views": STAGES,
        "counts": stats,
        "policy": policy,
        "envelope": NetworkBudget.objects.filter(kind="grant_envelope", period=cycle.quarter.label).first(),
        "timeline": NetworkLogEntry.objects.filter(subject_type="grants.cycle", subject_id=cycle.pk)
        .select_related("actor")
        .order_by("-at", "-id")[:12],
        **phase_context(cycle, stats),
    }
    return page(request, "grants/cycle_detail.html", context)


def phase_context(cycle: Cycle, stats: Any) -> dict[str, Any]:
    """Where the cycle stands, as steps and as one sentence with one act."""
    at = now()
    phase = cycle.phase(at)
    order = ["open", "review", "slate", "decided"]
    here = {"upcoming": -1, "closing": 1}.get(phase, order.index(phase) if phase in order else 0)
    notes = [cycle.closes_at, cycle.reviews_due_at, cycle.slate_due_at, cycle.decided_at]
    words = ["Intake", "Review", "Slate", "Decided"]
    steps = [
        {
            "word": word,
            "at": note,
            "state": "done" if number < here or phase == "decided" else "now" if number == here else "",
        }
        for number, (word, note) in enumerate(zip(words, notes, strict=True))
    ]
    may_prepare = cycle.closed_at is not None and not stats["waiting"] and phase in ("review", "slate")
    return {
        "phase": phase,
        "phase_word": PHASES[phase],
        "steps": steps,
        "may_prepare": may_prepare,
        "scores_closed": cycle.scores_opened_at is None,
    }


@requires("grants.run_cycle", Cycle)
@post_only
def cycle_export(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """The filtered proposals of a cycle as CSV."""
    rows, _filters = shown_proposals(request, of_cycle(cycle), STAGES)
    header, lines = columns_of(rows.order_by("-submitted_at", "-id"))
    return csv_response(f"grants-{cycle.quarter.label}-{today()}.csv", header, lines)


@requires("grants.run_cycle", Cycle)
def policy(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """Choose how the envelope is shared, before scores are opened."""
    chosen = PolicyChoice.objects.filter(cycle=cycle).order_by("-chosen_at", "-id").first()
    initial = {"policy": chosen.policy, "line": chosen.line} if chosen else {}
    form = PolicyForm(posted(request), initial=initial)
    if form.is_valid():
        made = tried(
            form, lambda: operations.choose_policy(cycle=cycle, by=request.user, at=now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, f"{made.policy} {made.get_policy_display()} shares the envelope of {cycle}.")
            return SeeOther(cycle_page(cycle))
    return page(request, "grants/policy_form.html", {"cycle": cycle, "chosen": chosen}, form=form)


@requires("grants.run_cycle", Proposal)
def reviewers(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Who reviews a proposal; staff name or change somebody until the first mark."""
    people = operations.clean_reviewers(proposal, today())
    queryset = User.objects.filter(pk__in=[person.pk for person in people]).order_by("name")
    form = ReviewerForm(posted(request), people=queryset)
    panel = list(
        Review.objects.filter(proposal=proposal).order_by("id").select_related("reviewer").prefetch_related("scores")
    )
    standing = [row for row in panel if row.state != "stood_down"]
    if form.is_valid() and name_reviewer(request, proposal, form, standing):
        messages.success(request, f"{form.cleaned_data['person'].name} reviews {proposal} now.")
        return SeeOther(f"/network/grants/proposals/{proposal.ref}/reviewers/")
    context = {
        "proposal": proposal,
        "partner": proposal.partner,
        "panel": panel,
        "is_full": len(standing) >= PANEL,
        "has_mark": ReviewScore.objects.filter(review__in=standing).exists(),
        "conflicted": {row.pk for row in Review.objects.filter(proposal=proposal).standing().conflicted(today())},
    }
    return page(request, "grants/reviewers.html", context, form=form)


def name_reviewer(request: ScopedRequest, proposal: Proposal, form: ReviewerForm, standing: list[Review]) -> Any:
    """Add somebody, or put somebody in the place of the review named by `instead`; None where it was refused."""
    person, old = (
        form.cleaned_data["person"],
        next((row for row in standing if row.ref == request.POST.get("instead")), None),
    )
    if old is not None:
        return tried(form, lambda: operations.change_reviewer(review=old, person=person, by=request.user, at=now()))
    return tried(form, lambda: operations.add_reviewer(proposal=proposal, person=person, by=request.user, at=now()))


@requires("grants.run_cycle", Cycle)
@post_only
def preparation(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """Open the scores and prepare the slate."""
    try:
        operations.prepare_slate(cycle=cycle, by=request.user, at=now())
    except DomainError as error:
        messages.error(request, error.message)
        return SeeOther(cycle_page(cycle))
    return SeeOther(f"{cycle_page(cycle)}slate/")
