"""The approver's pages: the queue, many at once on a page that repeats the numbers, and one by one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from activity.models import LogEntry
from common.access import ScopedRequest, requires
from common.exports import csv_response
from common.money import ZERO
from common.views import SeeOther, page, posted, tried
from common.zones import network_date, now, today
from incentives import operations
from incentives.facts import YEAR, figures_on, judged
from incentives.forms import ApprovalForm
from incentives.models import Claim, Override, State
from incentives.operations.closing import choice_for
from incentives.pages import Row, batch_words, kinds_with_files, queue, room_after, track
from incentives.promises import working_days_after
from incentives.views.claims import steps_of
from ledger.models import Budget
from partners.settings import setting_on

MOST = 200
CHOSEN = "claims_to_approve"
DAYS = "incentives.approve_days"
COLUMNS = [
    "claim",
    "partner",
    "outcome",
    "title",
    "subject",
    "achieved_on",
    "fiscal_year",
    "verified_on",
    "waits_days",
    "amount",
    "pays",
    "open_checks",
]


def read_queue(request: ScopedRequest) -> list[Row]:
    """The verified claims in the order in which they are paid, with this person's checks; three statements."""
    on = today()
    claims = list(judged(Claim.objects.to_approve(), request.user, on)[:MOST])
    return queue(claims, request.user, figures_on(on), today=on, approve_days=int(setting_on(on, DAYS)))


@requires("incentives.approve")
def approval_list(request: ScopedRequest) -> HttpResponse:
    """What needs a look on top, what is green below and chosen; the room that is left after it at the side."""
    rows = read_queue(request)
    large = figures_on(today()).two_approvers_from
    only_large = request.GET.get("view") == "large"
    shown = [row for row in rows if row.asked >= large] if only_large else rows
    green = [row for row in shown if row.is_green]
    keys = {(row.claim.partner_id, row.claim.fiscal_year.label) for row in green}
    budgets = Budget.objects.filter(
        kind=YEAR, partner__in={partner for partner, _label in keys}, period__in={label for _partner, label in keys}
    )
    context = {
        "amber": [row for row in shown if not row.is_green],
        "green": green,
        "total": sum((row.asked for row in green), ZERO),
        "partners": len({row.claim.partner_id for row in green}),
        "late": [row for row in rows if row.late],
        "count": len(rows),
        "large": large,
        "large_count": sum(row.asked >= large for row in rows),
        "only_large": only_large,
        "all_shown": not only_large,
        "rooms": room_after(green, {(budget.partner_id, budget.period): budget for budget in budgets}),
        "full": len(rows) == MOST,
    }
    return page(request, "incentives/approval_list.html", context)


@requires("incentives.approve", fresh=True)
def approval_batch(request: ScopedRequest) -> HttpResponse:
    """What was chosen (POST), its numbers once more (GET, so Back leads to a page), and the approval (POST `confirmed`): two clicks."""
    if request.method == "POST":
        chosen = request.POST.getlist("claim")[:MOST]
        if request.POST.get("confirmed"):
            return _approve(request, chosen)
        request.session[CHOSEN] = chosen
        return SeeOther("/network/approvals/batch/")
    chosen = request.session.get(CHOSEN, [])
    rows = [row for row in read_queue(request) if row.claim.ref in chosen]
    green = [row for row in rows if row.is_green]
    if not green:
        words = "What you chose is decided, or not green any more." if chosen else "Choose at least one green claim."
        messages.warning(request, words)
        return SeeOther("/network/approvals/")
    return page(request, "incentives/approval_batch.html", _batch_context(rows, green))


def _batch_context(rows: list[Row], green: list[Row]) -> dict[str, Any]:
    return {
        "rows": green,
        "left": [row for row in rows if not row.is_green],
        "total": sum((row.asked for row in green), ZERO),
        "partners": len({row.claim.partner_id for row in green}),
    }


def _approve(request: ScopedRequest, chosen: list[str]) -> HttpResponse:
    claims = list(Claim.objects.filter(ref__in=chosen).select_related("partner", "fiscal_year"))
    result = operations.approve_claims(claims=claims, by=request.user, at=now())
    if result.approved:
        messages.success(request, batch_words(result.approved, result.total))
    for claim, words in result.left[:5]:
        messages.warning(request, f"{claim.version.title}, {claim.subject} stays. {words}.")
    if len(result.left) > 5:
        messages.warning(request, f"{len(result.left) - 5} more stay; each says why in the queue.")
    return SeeOther("/network/approvals/")


@requires("incentives.approve")
def approval_export(request: ScopedRequest) -> HttpResponse:
    """The queue as CSV (POST)."""
    if request.method != "POST":
        return SeeOther("/network/approvals/")
    return csv_response("claims-to-approve.csv", COLUMNS, (_exported(row) for row in read_queue(request)))


def _exported(row: Row) -> list[Any]:
    claim, amber = row.claim, "; ".join(f"{check.title}: {check.words}" for check in row.open)
    facts = [
        claim.ref,
        claim.partner.name,
        claim.version.outcome.code,
        claim.version.title,
        claim.subject,
        claim.outcome_on,
        claim.fiscal_year.label,
    ]
    return [*facts, network_date(claim.verified_at) if claim.verified_at else "", row.days, row.asked, row.pays, amber]


@requires("incentives.approve", Claim, fresh=True)
def approval(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """One claim with all that an approver asks: evidence, who was reached, every check, what the cap leaves."""
    form = ApprovalForm(posted(request))
    if request.method == "POST" and form.is_valid() and (done := tried(form, lambda: _decide(request, claim, form))):
        messages.success(request, _words(done))
        return SeeOther("/network/approvals/")
    on = today()
    days = int(setting_on(on, DAYS))
    found = list(judged(Claim.objects.filter(pk=claim.pk), request.user, on))
    row = (
        queue(found, request.user, figures_on(on), today=on, approve_days=days)[0]
        if found[0].state == "verified"
        else None
    )
    overrides = list(
        Override.objects.filter(claim=claim, facts_hash=found[0].facts_hash, withdrawn_at=None)
        .select_related("proposed_by", "confirmed_by")
        .order_by("id")
    )
    context = {
        "claim": found[0],
        "partner": found[0].partner,
        "row": row,
        "kinds": kinds_with_files(found[0]),
        "track": track(found[0]),
        "budget": Budget.objects.filter(partner=claim.partner_id, kind=YEAR, period=found[0].fiscal_year.label).first(),
        "overrides": overrides,
        "is_proposed": any(one.is_open for one in overrides),
        "forfeits": choice_for(found[0].fiscal_year) == "forfeit",
        "due_by": working_days_after(network_date(found[0].verified_at), days) if found[0].verified_at else None,
        "timeline": list(LogEntry.objects.about(found[0])[:20]),
        **steps_of(found[0]),
    }
    return page(request, "incentives/approval.html", context, form=form)


def _decide(request: ScopedRequest, claim: Claim, form: ApprovalForm) -> Claim:
    data, by, at = form.cleaned_data, request.user, now()
    if data["decision"] == "rejected":
        return operations.reject_claim(claim=claim, stage=State.VERIFIED, reason=data["reason"], by=by, at=at)
    expected: Decimal = data["expected"] if data["expected"] is not None else Decimal(-1)
    return operations.approve_one(claim=claim, expected=expected, by=by, at=at, reason=data["reason"])


def _words(claim: Claim) -> str:
    if claim.state == "rejected":
        return "Rejected with your words."
    if claim.state == "verified":
        return "First of two approvals given. Another approver gives the second."
    return batch_words([claim], claim.approved_amount or ZERO)
