"""Pages of staff who lift an amber check: propose, confirm, turn down (incentives 4.3)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from common.access import ScopedRequest, requires
from common.views import SeeOther, page, post_only, tried
from common.zones import now, today
from incentives import operations
from incentives.facts import figures_on, judged
from incentives.forms import OverrideForm
from incentives.models import Claim, Override
from incentives.pages import queue
from incentives.views.catalog import decided


def page_of(claim: Claim) -> str:
    """The page on which an approver opens a claim."""
    return f"/network/approvals/{claim.ref}/"


@requires("incentives.approve", Claim, fresh=True)
def override_new(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """Propose to lift one open check, with the reason that administrators read."""
    on = today()
    found = judged(Claim.objects.filter(pk=claim.pk), request.user, on).get()
    rows = queue([found], request.user, figures_on(on), today=on, approve_days=1) if found.state == "verified" else []
    liftable = [check for row in rows for check in row.liftable]
    posted = request.POST if request.method == "POST" else None
    form = OverrideForm(posted, checks=liftable, initial={"check": request.GET.get("check", "")})
    if form.is_valid() and tried(
        form,
        lambda: operations.propose_override(claim=claim, **form.cleaned_data, by=request.user, at=now()),
    ):
        messages.success(request, "Proposed. Another person of staff confirms it.")
        return SeeOther(page_of(claim))
    return page(request, "incentives/override_form.html", {"claim": found, "liftable": liftable}, form=form)


def with_claim(request: ScopedRequest, ref: str) -> Any:
    """An override and its claim, in one query."""
    return Override.objects.filter(ref=ref).select_related("claim")


@requires("incentives.approve", Override, row=with_claim, fresh=True)
@post_only
def override_confirmation(request: ScopedRequest, override: Override) -> HttpResponse:
    """Confirm what somebody else proposed (POST)."""
    step = lambda: operations.confirm_override(override=override, by=request.user, at=now())  # noqa: E731
    words = "Lifted. Administrators are told; somebody else approves the claim."
    return decided(request, step, words, page_of(override.claim))


@requires("incentives.approve", Override, row=with_claim)
@post_only
def override_withdrawal(request: ScopedRequest, override: Override) -> HttpResponse:
    """Turn a proposal down, or take one's own back (POST)."""
    step = lambda: operations.withdraw_override(override=override, by=request.user, at=now())  # noqa: E731
    return decided(request, step, "Turned down.", page_of(override.claim))
