"""Pages of staff for the year-end sweep of a fiscal year (incentives 4.4, option c)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page, post_only
from common.zones import now
from incentives import operations
from incentives.models import FiscalOption, Sweep
from incentives.views.catalog import decided


def with_year(request: ScopedRequest, ref: str) -> Any:
    """A choice and its fiscal year, in one query."""
    return FiscalOption.objects.filter(ref=ref).select_related("fiscal_year")


@requires("incentives.change_catalog", FiscalOption, row=with_year)
def sweep(request: ScopedRequest, option: FiscalOption) -> HttpResponse:
    """What a sweep of this year would do now, or has done; POST proposes it."""
    year, at = option.fiscal_year, now()
    if request.method == "POST":
        try:
            operations.propose_sweep(year=year, by=request.user, at=at)
        except DomainError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, "Proposed. Another person of staff confirms it.")
        return SeeOther(reverse("sweep", args=[option.ref]))
    made = Sweep.objects.filter(fiscal_year=year).select_related("proposed_by", "confirmed_by").first()
    is_over = made is not None and made.confirmed_at is not None
    plan = operations.swept(year) if is_over else operations.plan_of(year)
    changed = made is not None and (made.room, made.shared, made.level) != (plan.room, plan.shared, plan.level)
    context = {
        "option": option,
        "year": year,
        "sweep": made,
        "is_over": is_over,
        "is_stale": changed and not is_over,
        "plan": plan,
        "why_not": "" if is_over else operations.why_not(year, at),
    }
    return page(request, "incentives/sweep.html", context)


@requires("incentives.change_catalog", FiscalOption, row=with_year, fresh=True)
@post_only
def sweep_confirmation(request: ScopedRequest, option: FiscalOption) -> HttpResponse:
    """Confirm what somebody else proposed (POST)."""
    back = reverse("sweep", args=[option.ref])
    made = Sweep.objects.filter(fiscal_year=option.fiscal_year).first()
    if made is None:
        messages.error(request, "Nobody has proposed this sweep.")
        return SeeOther(back)
    step = lambda: operations.confirm_sweep(sweep=made, by=request.user, at=now())  # noqa: E731
    return decided(request, step, "Confirmed. Finance pays the rests with the next batch.", back)
