"""Sending a draft and taking it back: the page that repeats the numbers, and what is said afterwards."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page, post_only
from common.zones import now, today
from grants import operations
from grants.eligibility import is_ready
from grants.forms import ProposalPage, asked_revision
from grants.models import Cycle, Proposal
from grants.operations.sending import cycle_at, objection_until
from grants.people import applicant_of
from grants.views.proposals import findings_of, own_page, passed_deadline


@requires("grants.edit", Proposal)
def submission(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Repeat the numbers and say which cycle takes it; the POST freezes and sends exactly what was read."""
    if proposal.state != Proposal.State.DRAFT:
        return SeeOther(own_page(proposal, request.partner))
    shown = ProposalPage.of_answers(proposal.answers)
    content = shown.content()
    if not shown.is_readable or (request.method != "POST" and not is_ready(findings_of(request, content))):
        messages.warning(request, "Not ready to be sent: the list beside the draft says what is missing.")
        return SeeOther(f"{own_page(proposal, request.partner)}draft/")
    if request.method == "POST":
        return send(request, proposal, content)
    return page(request, "grants/submission.html", submission_context(request, proposal, content))


def send(request: ScopedRequest, proposal: Proposal, content: Any) -> HttpResponse:
    """Send the revision that the page showed; a draft that was changed meanwhile is shown again first."""
    asked = asked_revision(request.POST.get("revision", ""))
    revision, own = proposal.revision if asked is None else asked, own_page(proposal, request.partner)
    try:
        sent = operations.send_proposal(
            proposal=proposal, content=content, by=request.user, at=now(), revision=revision
        )
    except operations.StaleDraft as error:
        messages.warning(request, error.message)
        return SeeOther(f"{own}submission/")
    except DomainError as error:
        messages.error(request, f"{passed_deadline(request)} {error.message}".strip())
        return SeeOther(f"{own}draft/")
    say_where(request, sent)
    return SeeOther(own)


def submission_context(request: ScopedRequest, proposal: Proposal, content: Any) -> dict[str, Any]:
    """What the confirmation repeats."""
    cycle = cycle_at(now())
    following = Cycle.objects.select_related("quarter").filter(opens_at=cycle.closes_at).first()
    applicant = applicant_of(request.user, request.partner, today())
    return {
        "proposal": proposal,
        "content": content,
        "cycle": cycle,
        "following": following,
        "applicant": applicant,
        "objection_until": objection_until(now()),
        "partner": request.partner,
    }


def say_where(request: ScopedRequest, sent: Proposal) -> None:
    """After sending: who has it; and where the deadline passed meanwhile, that it is in the next cycle."""
    if sent.state == Proposal.State.PM_REVIEW:
        messages.success(
            request, "Sent to your Director and Program Manager. It is submitted once one of them endorses it."
        )
    elif passed := passed_deadline(request):
        messages.warning(request, f"{passed} Your proposal is in the next cycle, {sent.cycle}.")
    else:
        messages.success(request, f"Submitted. Your proposal is in the cycle {sent.cycle}.")


@requires("grants.edit", Proposal)
@post_only
def recall(request: ScopedRequest, proposal: Proposal) -> HttpResponse:
    """Take it back to the draft."""
    try:
        operations.recall_proposal(proposal=proposal, by=request.user, at=now())
        messages.success(request, "Recalled. It is a draft again; sending it picks the cycle that is open then.")
        return SeeOther(f"{own_page(proposal, request.partner)}draft/")
    except DomainError as error:
        messages.error(request, error.message)
    return SeeOther(own_page(proposal, request.partner))
