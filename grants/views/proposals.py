"""Pages of a partner's proposals: list, draft, sending, endorsement, context."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from activity.models import LogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.exports import csv_response
from common.money import ZERO, show_short
from common.pages import keyset
from common.templatetags.rp import moment
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import network_date, now, today
from grants import operations
from grants.eligibility import check, is_ready
from grants.forms import AnswerForm, ContextForm, ProposalPage, ReasonForm, asked_revision
from grants.listing import VIEWS, columns_of, proposals_seen_by, shown_proposals
from grants.models import ContextNote, Criterion, Cycle, Decision, Proposal
from grants.operations.endorsement import content_of
from grants.operations.sending import OPEN_TO_OBJECTION, cycle_at, last_answer, objection_until
from grants.people import applicant_of
from grants.reading import reading_of
from grants.tracks import holder_of, track_of
from ledger.models import Budget
from partners.models import Partner


def home_of(partner: Partner) -> str:
    """The path of a partner's list."""
    return f"/partners/{partner.slug}/grants/"


def own_page(proposal: Proposal, partner: Partner) -> str:
    """The path of one proposal."""
    return f"{home_of(partner)}proposals/{proposal.ref}/"


@requires("grants.list")
@require_safe
def proposal_list(request: ScopedRequest) -> HttpResponse:
    """Proposals of the partner that this person may see, last saved first, with the open cycle and the room left."""
    rows, filters = shown_proposals(request, proposals_seen_by(request.user, request.partner))
    cycle = Cycle.objects.select_related("quarter").filter(opens_at__lte=now(), closes_at__gt=now()).first()
    context = {
        "page": keyset(request, rows, "-saved_at", "-id"),
        "views": VIEWS,
        "filters": filters,
        "cycle": cycle,
        "budget": room_of(request.partner, cycle),
        "criteria": Criterion.objects.filter(rubric=cycle.rubric_id).order_by("position") if cycle else [],
        "partner": request.partner,
        "may_draft": request.user.has_perm("grants.draft", request.partner),
    }
    return page(request, "grants/proposal_list.html", context)


@requires("grants.list")
@post_only
def proposal_export(request: ScopedRequest) -> HttpResponse:
    """The filtered list as CSV."""
    rows, _filters = shown_proposals(request, proposals_seen_by(request.user, request.partner))
    header, lines = columns_of(rows.order_by("-saved_at", "-id"))
    return csv_response(f"proposals-{request.partner.slug}-{today()}.csv", header, lines)


def room_of(partner: Partner, cycle: Cycle | None) -> Budget | None:
    """The partner's budget of the quarter that the open cycle decides on."""
    if cycle is None:
        return None
    return Budget.objects.filter(partner=partner, kind="grant_quarter", period=cycle.quarter.label).first()


@requires("grants.draft")
def proposal_new(request: ScopedRequest) -> HttpResponse:
    """Begin a proposal: empty, or from an earlier one."""
    earlier = proposals_seen_by(request.user, request.partner).filter(version__isnull=False).order_by("-saved_at")
    if request.method == "POST":
        chosen = earlier.filter(ref=request.POST.get("copy", "")).first() if request.POST.get("copy") else None
        made = operations.start_proposal(partner=request.partner, by=request.user, at=now(), copy_of=chosen)
        return SeeOther(f"{own_page(made, request.partner)}draft/")
    return page(request, "grants/proposal_new.html", {"earlier": list(earlier[:5]), "partner": request.partner})


@requires("grants.edit", Proposal)
def proposal_draft(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """The proposal on one page. A POST saves it whatever it says; "Send" goes on to the page that repeats the numbers."""
    if request.method == "POST":
        return save_posted(request, proposal)
    if proposal.state != Proposal.State.DRAFT:
        messages.info(request, f"This proposal is {proposal.word}; it can be read here.")
        return SeeOther(own_page(proposal, request.partner))
    return draft_page(request, proposal, ProposalPage.of_answers(proposal.answers))


def save_posted(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Autosave, "Save draft" and "Send"."""
    shown = ProposalPage(request.POST)
    content, by_script = shown.content(), request.headers.get("X-Requested-With") == "fetch"
    revision = asked_revision(request.POST.get("revision", ""))
    opened = operations.OpenPage(request.POST.get("page", "")[:16], revision) if revision is not None else None
    try:
        saved = operations.save_draft(
            proposal=proposal,
            answers=shown.answers(),
            facts=(content.title, content.ask),
            by=request.user,
            at=now(),
            page=opened,
        )
    except DomainError as error:
        is_overtaken = isinstance(error, operations.StaleDraft)
        if by_script:
            link = {"link": request.path} if is_overtaken else {}
            return JsonResponse({"code": error.code, "message": error.message, **link}, status=409)
        shown.form.add_error(None, error.message)
        return draft_page(request, proposal, shown, status=409 if is_overtaken else 422)
    if by_script:
        wrong = {f"id_{finding.field}": finding.reason for finding in shown.unread()}
        return JsonResponse({"saved_at": saved.saved_at.isoformat(), "revision": saved.revision, "wrong": wrong})
    if "send" not in request.POST:
        messages.success(request, "Draft saved.")
        return SeeOther(f"{own_page(proposal, request.partner)}draft/")
    findings = findings_of(request, content)
    if shown.is_readable and is_ready(findings):
        return SeeOther(f"{own_page(proposal, request.partner)}submission/")
    shown.blame([finding for finding in findings if finding.result != "pass"])
    return draft_page(request, saved, shown, status=422)


def draft_page(request: ScopedRequest, proposal: Proposal, shown: ProposalPage, *, status: int = 200) -> HttpResponse:
    """The form with its checks."""
    answer = last_answer(proposal)
    context = {
        "proposal": proposal,
        "partner": request.partner,
        "shown": shown,
        "answer": answer if answer and answer.outcome == "returned" else None,
        "page_name": request.POST.get("page", "")[:16] or secrets.token_hex(8),
        "revision": proposal.revision if status == 409 else request.POST.get("revision") or proposal.revision,
        "refused": status != 200,
        "is_overtaken": status == 409,
        **checks_context(request, shown),
    }
    response = page(request, "grants/proposal_form.html", context)
    response.status_code = status
    return response


def checks_context(request: ScopedRequest, shown: ProposalPage) -> dict[str, Any]:
    """The list "Before you send"."""
    findings = findings_of(request, shown.content())
    cycle = cycle_at(now())
    return {
        "findings": [*shown.unread(), *findings],
        "ready": is_ready(findings) and shown.is_readable,
        "cycle": cycle,
    }


def findings_of(request: ScopedRequest, content: Any) -> list[Any]:
    """E1 to E6 for the cycle that is open now."""
    applicant = applicant_of(request.user, request.partner, today())
    return check(content, operations.circumstances_of(request.partner, applicant, cycle_at(now())))


@requires("grants.edit", Proposal)
@post_only
def proposal_checks(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """The list "Before you send" for what is typed now; saves nothing."""
    return page(request, "grants/_checks.html", checks_context(request, ProposalPage(request.POST)))


def with_all(request: ScopedRequest, ref: str) -> Any:
    """One proposal with everything that its page names, in one query."""
    return Proposal.objects.filter(ref=ref).select_related("author", "version", "cycle__quarter", "partner")


@requires("grants.view", Proposal, row=with_all)
@require_safe
def proposal_detail(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Where it is, what it says, what was decided and why."""
    return page(request, "grants/proposal_detail.html", detail_context(request, proposal))


def detail_context(request: ScopedRequest, proposal: Proposal) -> dict[str, Any]:
    """A proposal as it was last sent; a draft as it stands now, also where an earlier version came back."""
    user, at = request.user, now()
    version = None if proposal.state == Proposal.State.DRAFT else proposal.version
    content = content_of(version) if version is not None else ProposalPage.of_answers(proposal.answers).content()
    is_code_org = bool(user.standing.code_org)
    return {
        "proposal": proposal,
        "partner": request.partner,
        **reading_of(content, version),
        "steps": track_of(proposal),
        "holder": holder_of(proposal),
        "answer": last_answer(proposal) if proposal.version_id else None,
        "decisions": list(Decision.objects.filter(proposal=proposal).order_by("-decided_at", "-id")),
        "notes": ContextNote.objects.filter(proposal=proposal).order_by("-written_at", "-id") if is_code_org else [],
        "timeline": LogEntry.objects.about(proposal)[:30],
        **acts_of(request, proposal, at),
    }


def acts_of(request: ScopedRequest, proposal: Proposal, at: dt.datetime) -> dict[str, bool]:
    """Which buttons this person has."""
    user, state, is_mine = request.user, proposal.state, proposal.author_id == request.user.pk
    in_time = proposal.cycle is None or at < proposal.cycle.closes_at
    by_facilitator = (
        state in OPEN_TO_OBJECTION and proposal.version is not None and proposal.version.applicant == "facilitator"
    )
    leads = user.has_perm("grants.endorse", proposal)
    return {
        "may_edit": is_mine and state == "draft" and user.has_perm("grants.edit", proposal),
        "may_recall": is_mine and (state == "pm_review" or (state == "submitted" and in_time)),
        "may_withdraw": state in ("draft", "pm_review", "submitted") and user.has_perm("grants.withdraw", proposal),
        "may_endorse": state == "pm_review" and leads,
        "may_object": by_facilitator and leads and network_date(at) <= objection_until(proposal.submitted_at or at),
        "may_add_context": state in ("submitted", "in_review") and user.has_perm("grants.add_context", proposal),
        "may_run": user.has_perm("grants.run_cycle"),
    }


@requires("grants.withdraw", Proposal)
def withdrawal(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """End a proposal with a reason."""
    form = ReasonForm(posted(request))
    if form.is_valid():
        done = tried(
            form,
            lambda: operations.withdraw_proposal(proposal=proposal, by=request.user, at=now(), **form.cleaned_data),
        )
        if done is not None:
            messages.success(request, "Withdrawn. It stays in the list with its timeline.")
            return SeeOther(own_page(proposal, request.partner))
    return page(
        request,
        "grants/withdrawal.html",
        {"proposal": proposal, "partner": request.partner, "objection": False},
        form=form,
    )


@requires("grants.endorse", Proposal)
def objection(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Take back what a facilitator submitted, while the days to object last."""
    form = ReasonForm(posted(request))
    if form.is_valid():
        done = tried(
            form,
            lambda: operations.object_to_proposal(proposal=proposal, by=request.user, at=now(), **form.cleaned_data),
        )
        if done is not None:
            messages.success(request, "The proposal is withdrawn; its author reads your reason.")
            return SeeOther(own_page(proposal, request.partner))
    return page(
        request,
        "grants/withdrawal.html",
        {"proposal": proposal, "partner": request.partner, "objection": True},
        form=form,
    )


@requires("grants.endorse", Proposal)
def endorsement(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Read exactly this version; endorse it, or return it with a note."""
    version = proposal.version
    if request.method != "POST" and (version is None or proposal.state != Proposal.State.PM_REVIEW):
        messages.info(request, f"This proposal is {proposal.word}: nothing waits for you here.")
        return SeeOther(own_page(proposal, request.partner))
    form = AnswerForm(posted(request), initial={"sha256": version.sha256 if version else ""})
    if form.is_valid() and (answered := answer(request, proposal, form)) is not None:
        return answered
    cycle = cycle_at(now())
    context = {
        "proposal": proposal,
        "partner": request.partner,
        "cycle": cycle,
        "budget": room_of(request.partner, cycle),
    }
    reading = reading_of(content_of(version), version) if version else {}
    return page(request, "grants/endorsement.html", context | reading, form=form)


def passed_deadline(request: ScopedRequest) -> str:
    """A sentence where the cycle that the page named takes nothing any more; empty where it still does."""
    expected = Cycle.objects.select_related("quarter").filter(ref=request.POST.get("cycle", "")).first()
    if expected is None or expected.takes_at(now()):
        return ""
    return f"The deadline of {expected} passed at {moment(expected.closes_at)}."


def answer(request: ScopedRequest, proposal: Proposal, form: AnswerForm) -> HttpResponse | None:
    """Endorse or return; None where it was refused."""
    given = {
        "proposal": proposal,
        "sha256": form.cleaned_data["sha256"],
        "note": form.cleaned_data["note"],
        "by": request.user,
        "at": now(),
    }
    returned = form.cleaned_data["outcome"] == "returned"
    done = tried(form, lambda: (operations.return_proposal if returned else operations.endorse_proposal)(**given))
    if done is None:
        return None
    if returned:
        messages.success(request, f"Returned to {done.author.name} with your note.")
    elif passed := passed_deadline(request):
        messages.warning(request, f"{passed} Endorsed; the proposal is in the next cycle, {done.cycle}.")
    else:
        messages.success(request, f"Endorsed and submitted to the cycle {done.cycle}.")
    return SeeOther(own_page(proposal, request.partner))


@requires("grants.add_context", Proposal)
def context_note(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """The partner's Outreach Manager writes to the reviewers; no score."""
    form = ContextForm(posted(request))
    if form.is_valid():
        made = tried(
            form, lambda: operations.write_context(proposal=proposal, by=request.user, at=now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, "The reviewers see your note beside the proposal.")
            return SeeOther(own_page(proposal, request.partner))
    return page(
        request,
        "grants/context_note.html",
        {"proposal": proposal, "partner": request.partner, "ask": show_short(proposal.ask or ZERO)},
        form=form,
    )
