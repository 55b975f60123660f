"""The partner's pages: claims, their facts, their files."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse

from activity.files import checked_file, download
from activity.models import LogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.exports import csv_response
from common.money import show_money
from common.pages import keyset
from common.views import SeeOther, page, post_only, posted, refuse, tried
from common.zones import now, today
from incentives import operations
from incentives.facts import TWO_FROM, WINDOW, figures_in, figures_on, year_figures
from incentives.forms import ClaimForm, EvidenceForm, ReasonForm
from incentives.models import Approval, Area, Claim, Evidence, EvidenceCheck, Outcome, Rejection, Rest, Verification
from incentives.operations.claiming import Typed, manager_of
from incentives.pages import (
    VIEWS,
    before_you_send,
    chosen_view,
    claimed_already,
    filtered,
    kinds_with_files,
    paces,
    track,
    who_has_it,
)
from partners.models import FiscalYear
from partners.settings import settings_on

PROMISES = ("incentives.verify_days", "incentives.approve_days", "incentives.pay_days")


def by_ref(request: ScopedRequest, ref: str) -> Any:
    """One claim with everything that its page names."""
    return Claim.objects.shown().filter(ref=ref)


COLUMNS = [
    "claim",
    "outcome",
    "title",
    "subject",
    "achieved_on",
    "fiscal_year",
    "state",
    "amount",
    "approved",
    "earned_unpaid",
    "sent_on",
    "paid_on",
]


@requires("incentives.see")
def claim_list(request: ScopedRequest) -> HttpResponse:
    """Claims of one partner by outcome date, newest first, with the room left this fiscal year."""
    shown = keyset(
        request, filtered(request, Claim.objects.filter(partner=request.partner).shown()), "-outcome_on", "-id"
    )
    years: Any = FiscalYear.objects
    year = years.holding(today())
    chosen = {"view": chosen_view(request), "year": request.GET.get("year", ""), "area": request.GET.get("area", "")}
    context = {
        "partner": request.partner,
        "page": shown,
        "views": [
            {"key": key, "words": words, "current": key == chosen["view"]} for key, (words, _states) in VIEWS.items()
        ],
        "chosen": chosen,
        "areas": Area.choices,
        "area_words": dict(Area.choices).get(chosen["area"], ""),
        "year": year,
        "figures": year_figures(request.partner, year.label),
        "paces": paces(Claim.objects.filter(partner=request.partner), settings_on(today(), *PROMISES), now()),
        "may_claim": request.user.has_perm("incentives.claim", request.partner),
    }
    return page(request, "incentives/claim_list.html", context)


@requires("incentives.claim")
def claim_export(request: ScopedRequest) -> HttpResponse:
    """The claims of the list's filters as CSV (POST)."""
    if request.method != "POST":
        return SeeOther(f"/partners/{request.partner.slug}/claims/")
    rows = filtered(request, Claim.objects.filter(partner=request.partner).shown()).order_by("-outcome_on", "-id")
    return csv_response(f"claims-{request.partner.slug}.csv", COLUMNS, (_exported(row) for row in rows))


def _exported(claim: Claim) -> list[Any]:
    sent, paid = claim.first_sent_on, claim.paid_at.date() if claim.paid_at else None
    earned = [claim.approved_amount, claim.rest_amount if claim.due is not None else None]
    facts = [
        claim.ref,
        claim.version.outcome.code,
        claim.version.title,
        claim.subject,
        claim.outcome_on,
        claim.fiscal_year.label,
    ]
    return [*facts, claim.get_state_display(), claim.version.amount, *earned, sent, paid]


@requires("incentives.claim")
def claim_new(request: ScopedRequest) -> HttpResponse:
    """Begin a claim on the outcome that the URL names; without one, the catalog.

    The key of the form stands in the address, so that Back finds the draft that the form became and makes no second one.
    """
    partner = request.partner
    outcome = Outcome.objects.filter(code=request.GET.get("outcome", "")[:6].replace("\0", "")).first()
    if outcome is None:
        return SeeOther(f"/partners/{partner.slug}/outcomes/")
    key = _key(request.GET.get("form", ""))
    if request.method != "POST" and (place := _place_of(request, outcome, key)):
        return SeeOther(place)
    initial = {"form_key": key} if key else None
    form = ClaimForm(posted(request), outcome=outcome, partner=partner, today=today(), initial=initial)
    if form.is_valid():
        try:
            made = operations.start_claim(partner=partner, **_typed(form), by=request.user, at=now())
        except operations.AlreadyStarted as started:
            return _edited(request, Claim.objects.shown().get(pk=started.claim.pk))
        except DomainError as error:
            refuse(form, error)
        else:
            messages.success(request, "The draft is saved. Add its evidence, then send it.")
            return SeeOther(f"/partners/{partner.slug}/claims/{made.ref}/")
    return page(request, "incentives/claim_form.html", _form_context(request, form), form=form)


def _place_of(request: ScopedRequest, outcome: Outcome, key: uuid.UUID | None) -> str:
    """Where a form without a key, or one that became a draft, is found; "" where it is this page."""
    if key is None:
        return f"{request.path}?outcome={outcome.code}&form={uuid.uuid4()}"
    kept = Claim.objects.filter(partner=request.partner, form_key=key).first()
    if kept is None:
        return ""
    return f"/partners/{request.partner.slug}/claims/{kept.ref}/{'facts/' if kept.is_editable else ''}"


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _typed(form: ClaimForm) -> dict[str, Any]:
    data = form.cleaned_data
    typed = Typed(data["words"], data["form_key"]) if data["form_key"] else Typed(data["words"])
    return {"version": form.version, "subject": form.subject(), "outcome_on": data["outcome_on"], "typed": typed}


def _form_context(request: ScopedRequest, form: ClaimForm, claim: Claim | None = None) -> dict[str, Any]:
    version = claim.version if claim else form.outcome.versions.confirmed().order_by("-valid_from").first()
    figures = figures_on(today())
    return {
        "partner": request.partner,
        "outcome": form.outcome,
        "version": version,
        "claim": claim,
        "window": figures.window_days,
        "taken": _taken(request, form, claim),
    }


def _taken(request: ScopedRequest, form: ClaimForm, claim: Claim | None) -> operations.AlreadyClaimed | None:
    """Whether what the form describes is claimed already; a form that is not finished is not judged."""
    if not form.is_bound:
        return operations.already_claimed(claim, request.user) if claim else None
    if not form.is_valid():
        return None
    facts = {"version": form.version, "subject": form.subject(), "outcome_on": form.cleaned_data["outcome_on"]}
    try:
        sketch = operations.sketched(partner=request.partner, **facts, at=now(), claim=claim)
    except operations.ClaimRefused:
        return None
    return operations.already_claimed(sketch, request.user)


@requires("incentives.claim")
@post_only
def claim_checks(request: ScopedRequest) -> HttpResponse:
    """Whether what is typed now is claimed already, for the place at its field; saves nothing."""
    partner, named = (
        request.partner,
        {name: request.POST.get(name, "")[:12].replace("\0", "") for name in ("claim", "outcome")},
    )
    outcome = Outcome.objects.filter(code=named["outcome"]).first()
    claim = Claim.objects.filter(partner=partner, ref=named["claim"]).first()
    form = ClaimForm(request.POST, outcome=outcome, partner=partner, today=today()) if outcome else None
    taken = _taken(request, form, claim) if form else None
    return page(request, "incentives/_taken.html", {"partner": partner, "taken": taken})


@requires("incentives.claim", Claim, row=by_ref)
def claim_edit(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """Correct the facts of a draft or returned claim."""
    return _edited(request, claim)


def _edited(request: ScopedRequest, claim: Claim) -> HttpResponse:
    outcome = claim.version.outcome
    form = ClaimForm(posted(request), outcome=outcome, partner=request.partner, today=today(), claim=claim)
    if form.is_valid() and tried(form, lambda: _corrected(request, claim, form)):
        messages.success(request, "The claim is corrected.")
        return SeeOther(f"/partners/{request.partner.slug}/claims/{claim.ref}/")
    context = _form_context(request, form, claim)
    if form.is_bound and form.cleaned_data.get("edition") != claim.edition:
        form.data = {**{name: form.data.get(name) for name in form.data}, "edition": claim.edition}
        context["meanwhile"] = claim
    return page(request, "incentives/claim_form.html", context, form=form)


def _corrected(request: ScopedRequest, claim: Claim, form: ClaimForm) -> Claim:
    data = form.cleaned_data
    facts = {"subject": form.subject(), "outcome_on": data["outcome_on"], "words": data["words"]}
    return operations.change_claim(claim=claim, **facts, edition=data["edition"] or 0, by=request.user, at=now())


@requires("incentives.see", Claim, row=by_ref)
def claim_detail(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """One claim: where it is, its facts and files, what is missing, what happened."""
    return page(request, "incentives/claim_detail.html", detail(request, claim))


def detail(
    request: ScopedRequest, claim: Claim, *, refused: EvidenceForm | None = None, form: Any = None
) -> dict[str, Any]:
    """What the page of a claim shows; `refused` is an upload that was not taken, `form` a step that was not."""
    kinds, editable = kinds_with_files(claim), claim.is_editable and request.user.has_perm("incentives.claim", claim)
    for row in kinds if editable else []:
        is_refused = refused is not None and refused.data.get("kind") == row["kind"].ref
        row["form"] = refused if is_refused else EvidenceForm(claim=claim, kind=row["kind"])
    taken = claimed_already(operations.already_claimed(claim, request.user), claim.partner) if editable else []
    manager, found = manager_of(claim), settings_on(today(), *PROMISES, TWO_FROM, WINDOW)
    figures = year_figures(claim.partner, claim.fiscal_year.label)
    return {
        "claim": claim,
        "partner": claim.partner,
        "kinds": kinds,
        "editable": editable,
        "form": form,
        "refused": refused,
        "manager": manager,
        "track": track(claim),
        "who": who_has_it(claim, found, manager),
        "findings": [*taken, *before_you_send(claim, figures_in(found), kinds, today(), figures["left"])]
        if editable
        else [],
        "figures": figures,
        "timeline": list(LogEntry.objects.about(claim)[:40]),
        "may_withdraw": claim.can_be_withdrawn and request.user.has_perm("incentives.claim", claim),
        "may_verify": claim.state == "submitted" and request.user.has_perm("incentives.verify", claim),
        **steps_of(claim),
    }


def steps_of(claim: Claim) -> dict[str, Any]:
    """Rows that people's steps left: why it came back, who was reached, what was approved, what the cap left."""
    is_returned, is_rejected = claim.state == "info_requested", claim.state == "rejected"
    returned = Verification.objects.filter(claim=claim, outcome="returned").select_related("by").order_by("-at")
    reached = EvidenceCheck.objects.filter(claim=claim).select_related("kind", "verification__by").order_by("id")
    approvals = Approval.objects.filter(claim=claim).select_related("by").order_by("number")
    return {
        "returned": returned.first() if is_returned else None,
        "rejection": Rejection.objects.filter(claim=claim).select_related("by").first() if is_rejected else None,
        "reached": list(reached) if claim.verifier_id else [],
        "approvals": list(approvals) if claim.approver_id else [],
        "rest": Rest.objects.filter(claim=claim).select_related("to_year").first() if claim.rest_amount else None,
    }


@requires("incentives.claim", Claim, row=by_ref)
def evidence_new(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """Add a file to a claim (POST)."""
    back = f"/partners/{request.partner.slug}/claims/{claim.ref}/"
    if request.method != "POST":
        return SeeOther(back)
    form = EvidenceForm(request.POST, request.FILES, claim=claim)
    if form.is_valid() and tried(form, lambda: _added(request, claim, form)):
        return SeeOther(f"{back}#kind-{form.cleaned_data['kind'].ref}")
    form.auto_id = f"id_{form.data.get('kind', '')}_%s"
    return page(request, "incentives/claim_detail.html", detail(request, claim, refused=form), form=form)


def _added(request: ScopedRequest, claim: Claim, form: EvidenceForm) -> Evidence:
    file, kind = checked_file(form.cleaned_data["file"]), form.cleaned_data["kind"]
    return operations.add_evidence(claim=claim, kind=kind, file=file, by=request.user, at=now())


def _by_file(request: ScopedRequest, ref: str) -> Any:
    rows = Evidence.objects.filter(attachment__ref=ref)
    return rows.select_related("attachment__content", "claim__partner", "claim__version__outcome", "kind")


@requires("incentives.see", Evidence, row=_by_file)
def evidence_file(request: ScopedRequest, evidence: Evidence) -> HttpResponse:
    """A file of a claim, as a download; access to it is access to its claim."""
    if not evidence.attachment.is_released:
        raise Http404
    return download(evidence.attachment)


@requires("incentives.claim", Evidence, row=_by_file)
def evidence_removal(request: ScopedRequest, evidence: Evidence) -> HttpResponse:
    """Take a file off a claim that the partner has (POST)."""
    if request.method == "POST":
        _said(
            request,
            lambda: operations.remove_evidence(evidence=evidence, by=request.user, at=now()),
            f"{evidence.attachment.name} is removed.",
        )
    return SeeOther(f"/partners/{request.partner.slug}/claims/{evidence.claim.ref}/#kind-{evidence.kind.ref}")


@requires("incentives.claim", Claim, row=by_ref)
def submission(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """Send the claim to the Outreach Manager (POST)."""
    back = f"/partners/{request.partner.slug}/claims/{claim.ref}/"
    if request.method != "POST":
        return SeeOther(back)
    form = ReasonForm(request.POST)
    if form.is_valid() and tried(form, lambda: operations.submit_claim(claim=claim, by=request.user, at=now())):
        manager = manager_of(claim)
        messages.success(
            request,
            f"{show_money(claim.version.amount)} claimed. It is with {manager.name if manager else 'Code.org'} now.",
        )
        return SeeOther(back)
    return page(request, "incentives/claim_detail.html", detail(request, claim, form=form), form=form)


@requires("incentives.claim", Claim, row=by_ref)
def withdrawal(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """Ask, then take the claim back."""
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if tried(form, lambda: operations.withdraw_claim(claim=claim, reason=reason, by=request.user, at=now())):
            messages.success(request, "The claim is withdrawn. Its outcome can be claimed again while its days last.")
            return SeeOther(f"/partners/{request.partner.slug}/claims/{claim.ref}/")
    return page(request, "incentives/withdrawal.html", {"claim": claim, "partner": request.partner}, form=form)


def _said(request: ScopedRequest, operation: Any, words: str) -> None:
    try:
        operation()
        messages.success(request, words)
    except DomainError as error:
        messages.error(request, error.message)
