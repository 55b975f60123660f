"""The slate and the waitlist: figures side by side, proposing, approving with a fresh sign-in."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.exports import csv_response
from common.money import show_short
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import now, today
from grants import operations
from grants.explanations import policy_word
from grants.figures import Figures, Result, figures_of
from grants.forms import OfferForm, ReasonForm
from grants.models import Award, Cycle, Decision, Proposal, ReviewScore, Slate, SlateLine, WaitlistOffer
from grants.operations.slates import slate_page
from grants.views.cycles import with_quarter
from ledger.operations import conflicted_partners
from partners.settings import settings_on

LINE_HEADER = (
    "Rank",
    "Score",
    "Reference",
    "Partner",
    "Title",
    "Ask (USD)",
    "Still useful from (USD)",
    "Award (USD)",
    "Result",
    "Waitlist",
    "Reason",
)


@requires("grants.run_cycle", Cycle)
@require_safe
def slate(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """The slate of a cycle as it stands now."""
    found = alive(cycle)
    if found is None:
        messages.info(request, "The slate is prepared once all scores are in.")
        return SeeOther(f"/network/grants/cycles/{cycle.ref}/")
    return page(request, "grants/slate.html", slate_context(request, found))


def alive(cycle: Cycle) -> Slate | None:
    """The slate that counts: prepared, proposed, approved, or returned and not yet replaced."""
    return (
        Slate.objects.filter(cycle=cycle)
        .exclude(state="replaced")
        .select_related("cycle__quarter__fiscal_year", "proposed_by", "approved_by", "returned_by")
        .first()
    )


def slate_context(request: ScopedRequest, found: Slate) -> dict[str, Any]:
    """Lines in rank order, one explained, figures of both policies, who decides."""
    lines = list(
        SlateLine.objects.filter(slate=found).select_related("proposal__partner", "proposal__version").order_by("rank")
    )
    conflicted = conflicted_partners_of(request)
    visible = [line for line in lines if line.partner_id not in conflicted]
    shown = next(
        (line for line in visible if line.proposal.ref == request.GET.get("why")), visible[0] if visible else None
    )
    limits = settings_on(found.cycle.quarter.starts_on, "grants.gap_points", "grants.gap_steps")
    return {
        "slate": found,
        "cycle": found.cycle,
        "lines": visible,
        "hidden": len(lines) - len(visible),
        "groups": groups_of(found, visible),
        "shown": shown,
        "asked": sum((line.ask for line in lines), Decimal(0)),
        "left": found.envelope - found.total,
        "funded": sum(line.amount > 0 for line in lines),
        "policies": policies_of(found, lines),
        "other": "P1" if found.policy == "P3" else "P3",
        "gaps": [
            line
            for line in visible
            if line.gap > limits["grants.gap_points"] or line.gap_step >= limits["grants.gap_steps"]
        ],
        "timeline": NetworkLogEntry.objects.filter(subject_type="grants.slate", subject_id=found.pk)
        .select_related("actor")
        .order_by("-at", "-id"),
        **acts_of(request, found),
    }


def conflicted_partners_of(request: ScopedRequest) -> set[int]:
    """Partners whose scores this person does not see."""
    return conflicted_partners(person=request.user, on=today())


def groups_of(found: Slate, lines: list[SlateLine]) -> list[dict[str, Any]]:
    """The table's parts: above the line, and below it."""
    above, below = (
        [line for line in lines if line.outcome != "decline"],
        [line for line in lines if line.outcome == "decline"],
    )
    words = f"{found.line.normalize():f} and above: {show_short(sum((line.amount for line in above), Decimal(0)))}"
    if found.level:
        words += f", up to {show_short(found.level)} each"
    groups = [{"words": words, "lines": above}] if above else []
    return (
        [*groups, {"words": f"Below {found.line.normalize():f}: no award in this cycle", "lines": below}]
        if below
        else groups
    )


def policies_of(found: Slate, lines: list[SlateLine]) -> list[dict[str, Any]]:
    """The chosen policy and the other one, in the order of their names."""
    before = Award.objects.filter(
        cycle__closes_at__lt=found.cycle.closes_at, partner__in={line.partner_id for line in lines}
    )
    last_four = (
        Cycle.objects.filter(closes_at__lt=found.cycle.closes_at)
        .order_by("-closes_at")
        .values_list("pk", flat=True)[:4]
    )
    trailing = dict(before.filter(cycle__in=list(last_four)).values_list("partner_id").annotate(total=Sum("amount")))
    other = "P1" if found.policy == "P3" else "P3"
    made: list[Figures] = []
    for name, amount in ((found.policy, "amount"), (other, "other_amount")):
        results = [
            Result(line.partner_id, tuple(line.proposal.partner.states), line.ask, getattr(line, amount), line.score)
            for line in lines
        ]
        made.append(figures_of(name, results, envelope=found.envelope, trailing=trailing))
    made.sort(key=lambda one: one.policy)
    return [{"figures": one, "word": policy_word(one.policy), "is_chosen": one.policy == found.policy} for one in made]


def acts_of(request: ScopedRequest, found: Slate) -> dict[str, Any]:
    """What this person can do with it, or why not."""
    user = request.user
    scored = ReviewScore.objects.filter(
        review__cycle=found.cycle_id, review__reviewer=user, review__stood_down_at=None
    ).exists()
    is_mine = found.proposed_by_id == user.pk
    waits = found.state == Slate.State.PROPOSED
    why_not = (
        "You proposed this slate, so somebody else approves it."
        if is_mine
        else "You scored in this cycle, so somebody else approves it."
        if scored
        else ""
    )
    return {
        "may_propose": found.state == Slate.State.PREPARED,
        "may_approve": waits and not is_mine and not scored,
        "why_not": why_not if waits else "",
        "may_return": waits and not is_mine,
        "may_prepare": found.state in (Slate.State.PREPARED, Slate.State.RETURNED),
    }


@requires("grants.run_cycle", Slate)
@post_only
def slate_export(request: ScopedRequest, slate: Slate) -> HttpResponse:
    """Every line of a slate as CSV."""
    rows = (
        SlateLine.objects.filter(slate=slate)
        .exclude(partner__in=conflicted_partners_of(request))
        .select_related("proposal__partner")
        .order_by("rank")
    )
    lines = [
        [
            one.rank,
            one.score,
            one.proposal.ref,
            one.proposal.partner.name,
            str(one.proposal),
            one.ask,
            one.minimum,
            one.amount,
            one.get_outcome_display(),
            one.place,
            one.reason,
        ]
        for one in rows
    ]
    return csv_response(f"slate-{slate.ref}-{today()}.csv", LINE_HEADER, lines)


@requires("grants.run_cycle", Slate)
def slate_proposal(request: ScopedRequest, slate: Slate) -> HttpResponse:
    """Propose a prepared slate."""
    if request.method == "POST":
        return done(
            request,
            slate,
            lambda: operations.propose_slate(slate=slate, by=request.user, at=now()),
            "Proposed. Another person approves it; nothing is reserved yet.",
        )
    return page(request, "grants/slate_confirm.html", confirm_context(slate, approval=False))


@requires("grants.decide", Slate, fresh=True)
def slate_approval(request: ScopedRequest, slate: Slate) -> HttpResponse:
    """Approve a slate that somebody else proposed: the money is reserved, every applicant is told."""
    if request.method == "POST":
        return done(
            request,
            slate,
            lambda: operations.approve_slate(slate=slate, by=request.user, at=now()),
            "Approved. The awards are reserved and every applicant is told.",
        )
    return page(request, "grants/slate_confirm.html", confirm_context(slate, approval=True))


@requires("grants.decide", Slate)
def slate_return(request: ScopedRequest, slate: Slate) -> HttpResponse:
    """Give a proposed slate back with a reason."""
    form = ReasonForm(posted(request))
    if form.is_valid():
        returned = tried(
            form, lambda: operations.return_slate(slate=slate, by=request.user, at=now(), **form.cleaned_data)
        )
        if returned is not None:
            messages.success(request, "Returned. It can be prepared anew.")
            return SeeOther(slate_page(slate.cycle))
    return page(request, "grants/slate_return.html", {"slate": slate, "cycle": slate.cycle}, form=form)


def done(request: ScopedRequest, slate: Slate, act: Any, said: str) -> HttpResponse:
    """Run one step of a slate; a refusal is told on its page."""
    try:
        act()
        messages.success(request, said)
    except DomainError as error:
        messages.error(request, error.message)
    return SeeOther(slate_page(slate.cycle))


def confirm_context(slate: Slate, *, approval: bool) -> dict[str, Any]:
    """The numbers once more."""
    lines = SlateLine.objects.filter(slate=slate)
    counts = {word: lines.filter(outcome=word).count() for word in ("full", "partial", "waitlist", "decline")}
    partners = lines.filter(amount__gt=0).values("partner").distinct().count()
    return {
        "slate": slate,
        "cycle": slate.cycle,
        "counts": counts,
        "partners": partners,
        "approval": approval,
        "left": slate.envelope - slate.total,
    }


@requires("grants.run_cycle", Cycle, row=with_quarter)
@require_safe
def waitlist(request: ScopedRequest, cycle: Cycle) -> HttpResponse:
    """Who waits, in order, what would fit now, and which offers wait for a second person."""
    rows = list(Proposal.objects.filter(cycle=cycle, state="waitlisted").select_related("partner", "version", "author"))
    places = dict(Decision.objects.filter(proposal__in=rows, outcome="waitlist").values_list("proposal_id", "place"))
    offers = {
        one.proposal_id: one
        for one in WaitlistOffer.objects.filter(proposal__in=rows, approved_at=None, dropped_at=None).select_related(
            "proposed_by"
        )
    }
    fits = operations.fitting(rows, cycle) if rows else {}
    shown: list[dict[str, Any]] = [
        {"proposal": row, "place": places.get(row.pk), "offer": offers.get(row.pk), "fits": fits[row.pk]}
        for row in rows
    ]
    shown.sort(key=lambda one: places.get(one["proposal"].pk) or 0)
    return page(request, "grants/waitlist.html", {"cycle": cycle, "rows": shown, "user": request.user})


@requires("grants.run_cycle", Proposal)
def offer(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Offer money that became free to a waitlisted proposal."""
    if proposal.state != Proposal.State.WAITLISTED or proposal.cycle is None:
        messages.info(request, f"This proposal is {proposal.word}: it is not on a waitlist.")
        return SeeOther("/network/grants/cycles/")
    fits = operations.largest_offer(proposal)
    form = OfferForm(posted(request), initial={"amount": Decimal(fits) if fits else None})
    if form.is_valid():
        made = tried(
            form, lambda: operations.offer_award(proposal=proposal, by=request.user, at=now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, "Offered. Another person approves it; nothing is reserved yet.")
            return SeeOther(f"/network/grants/cycles/{proposal.cycle.ref}/waitlist/")
    return page(request, "grants/offer.html", {"proposal": proposal, "cycle": proposal.cycle, "fits": fits}, form=form)


@requires("grants.decide", Proposal, fresh=True)
def offer_approval(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Approve or drop the open offer of a waitlisted proposal."""
    found = (
        WaitlistOffer.objects.filter(proposal=proposal, approved_at=None, dropped_at=None)
        .select_related("proposed_by")
        .first()
    )
    back = f"/network/grants/cycles/{proposal.cycle.ref}/waitlist/" if proposal.cycle else "/network/grants/cycles/"
    if request.method == "POST":
        return answered(request, proposal, back)
    if found is None:
        messages.info(request, "No offer to this proposal waits for approval.")
        return SeeOther(back)
    return page(
        request,
        "grants/offer_approval.html",
        {"proposal": proposal, "offer": found, "cycle": proposal.cycle, "back": back},
    )


def answered(request: ScopedRequest, proposal: Proposal, back: str) -> HttpResponse:
    """Approve, or drop where the form says so."""
    given = {"proposal": proposal, "by": request.user, "at": now()}
    try:
        if request.POST.get("answer") == "drop":
            operations.drop_offer(**given)
            messages.success(request, "The offer is dropped.")
        else:
            award = operations.approve_offer(**given)
            messages.success(request, f"{show_short(award.amount)} awarded; the applicant is told.")
    except DomainError as error:
        messages.error(request, error.message)
    return SeeOther(back)
