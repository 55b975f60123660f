"""The Outreach Manager's pages: claims that wait, and the judgment on one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from activity.models import LogEntry
from common.access import ScopedRequest, requires
from common.pages import keyset
from common.views import SeeOther, page, posted, tried
from common.zones import network_date, now, today
from incentives import operations
from incentives.forms import VerificationForm
from incentives.models import Claim, State
from incentives.pages import kinds_with_files, track
from incentives.promises import working_days_after
from incentives.views.claims import by_ref, steps_of
from ledger.operations import conflicts
from partners.settings import setting_on

DAYS = "incentives.verify_days"


@requires("incentives.see_verifications")
def verification_list(request: ScopedRequest) -> HttpResponse:
    """Claims of her partners that wait, oldest first; those in whose partner she has an interest wait for somebody else."""
    days, on = int(setting_on(today(), DAYS)), today()
    mine = Claim.objects.filter(partner__in=request.user.standing.portfolio).shown().with_interest_of(request.user, on)
    shown = keyset(request, mine.filter(state="submitted"), "sent_at", "id")
    rows = [_row(claim, on, days) for claim in shown.rows]
    hers = [row for row in rows if not row["claim"].has_conflict]
    late = sum(row["by"] < on for row in hers)
    return page(
        request,
        "incentives/verification_list.html",
        {"page": shown, "rows": rows, "waiting": len(hers), "late": late, "today": on, "promise": days},
    )


def _row(claim: Any, on: dt.date, days: int) -> dict[str, Any]:
    sent = network_date(claim.sent_at)
    return {"claim": claim, "by": working_days_after(sent, days), "days": (on - sent).days}


@requires("incentives.verify", Claim, row=by_ref, fresh=True)
def verification(request: ScopedRequest, claim: Claim) -> HttpResponse:
    """The claim on the left, the judgment on the right."""
    kinds = kinds_with_files(claim)
    asked = [row["kind"] for row in kinds if row["kind"].confirmed]
    form = VerificationForm(posted(request), kinds=asked, today=today())
    if request.method == "POST" and form.is_valid() and tried(form, lambda: _decide(request, claim, form)):
        messages.success(
            request,
            {
                "verified": "Verified: Code.org staff approve it next.",
                "returned": "Returned with your words.",
                "rejected": "Rejected with your words.",
            }[form.cleaned_data["decision"]],
        )
        return SeeOther("/network/verifications/")
    context = {
        "claim": claim,
        "partner": claim.partner,
        "kinds": kinds,
        "track": track(claim),
        "conflict": conflicts(person=request.user, partner=claim.partner, on=today()),
        "timeline": list(LogEntry.objects.about(claim)[:20]),
        "earlier": list(claim.verifications.select_related("by").order_by("-at")),
        **steps_of(claim),
    }
    return page(request, "incentives/verification.html", context, form=form)


def _decide(request: ScopedRequest, claim: Claim, form: VerificationForm) -> Any:
    data, by, at = form.cleaned_data, request.user, now()
    if data["decision"] == "verified":
        return operations.verify_claim(claim=claim, reached=form.reached(), by=by, at=at, reason=data["reason"])
    if data["decision"] == "returned":
        return operations.return_claim(claim=claim, reason=data["reason"], by=by, at=at)
    return operations.reject_claim(claim=claim, stage=State.SUBMITTED, reason=data["reason"], by=by, at=at)
