"""The outcome catalog: read by many, proposed and confirmed by staff; the choice for unpaid rests beside it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page, posted, tried
from common.zones import now, today
from incentives import operations
from incentives.facts import figures_on, year_figures
from incentives.forms import OptionForm, OutcomeForm, TermsForm
from incentives.models import Area, Claim, FiscalOption, Outcome, OutcomeVersion
from partners.models import FiscalYear

LIST = "/network/outcomes/"


def in_areas(versions: list[OutcomeVersion]) -> list[tuple[str, list[OutcomeVersion]]]:
    """Versions below the words of their areas."""
    return [
        (words, found)
        for area, words in Area.choices
        if (found := [row for row in versions if row.outcome.area == area])
    ]


@requires("incentives.see_catalog")
def partner_outcomes(request: ScopedRequest) -> HttpResponse:
    """What a partner can claim today, what it pays, and what shows it."""
    versions = list(OutcomeVersion.objects.on(today()).prefetch_related("evidence_kinds"))
    years: Any = FiscalYear.objects
    year = years.holding(today())
    context = {
        "partner": request.partner,
        "areas": in_areas(versions),
        "window": figures_on(today()).window_days,
        "year": year,
        "figures": year_figures(request.partner, year.label),
        "may_claim": request.user.has_perm("incentives.claim", request.partner),
        "may_see": request.user.has_perm("incentives.see", request.partner),
    }
    return page(request, "incentives/partner_outcomes.html", context)


@requires("incentives.see_catalog")
def outcome_list(request: ScopedRequest) -> HttpResponse:
    """The catalog as Code.org sees it: versions in force, versions to come, proposals."""
    versions = list(OutcomeVersion.objects.on(today()).prefetch_related("evidence_kinds"))
    coming = (
        OutcomeVersion.objects.confirmed()
        .filter(valid_from__gt=today())
        .select_related("outcome")
        .order_by("valid_from")
    )
    proposed = OutcomeVersion.objects.proposed().select_related("outcome", "proposed_by").order_by("proposed_at")
    context = {
        "areas": in_areas(versions),
        "count": len(versions),
        "coming": list(coming),
        "proposed": list(proposed),
        "options": list(
            FiscalOption.objects.select_related("fiscal_year", "proposed_by", "confirmed_by").order_by(
                "-fiscal_year__starts_on", "-id"
            )[:6]
        ),
        "may_change": request.user.has_perm("incentives.change_catalog"),
    }
    return page(request, "incentives/outcome_list.html", context)


@requires("incentives.change_catalog")
def outcome_new(request: ScopedRequest) -> HttpResponse:
    """Propose an outcome that the catalog does not have."""
    form = OutcomeForm(posted(request))
    if form.is_valid():
        area, kind = form.cleaned_data["area"], form.cleaned_data["subject_kind"]
        made = tried(
            form,
            lambda: operations.propose_outcome(
                area=area, subject_kind=kind, terms=form.terms(), dates=form.dates(), by=request.user, at=now()
            ),
        )
        if made is not None:
            messages.success(request, f"{made.outcome.code} is proposed. Another person of staff confirms it.")
            return SeeOther(f"{LIST}{made.ref}/")
    return page(request, "incentives/outcome_form.html", {"outcome": None}, form=form)


@requires("incentives.change_catalog", Outcome)
def version_new(request: ScopedRequest, outcome: Outcome) -> HttpResponse:
    """Propose a new version of an outcome, from the terms of the last one."""
    last = outcome.versions.confirmed().order_by("-valid_from").prefetch_related("evidence_kinds").first()
    form = TermsForm(posted(request), initial=_terms_of(last))
    if form.is_valid():
        made = tried(
            form,
            lambda: operations.propose_version(
                outcome=outcome, terms=form.terms(), dates=form.dates(), by=request.user, at=now()
            ),
        )
        if made is not None:
            messages.success(request, "The version is proposed. Another person of staff confirms it.")
            return SeeOther(f"{LIST}{made.ref}/")
    return page(request, "incentives/outcome_form.html", {"outcome": outcome, "last": last}, form=form)


def _terms_of(version: OutcomeVersion | None) -> dict[str, Any]:
    if version is None:
        return {}
    kinds = sorted(version.evidence_kinds.all(), key=lambda kind: kind.position)
    lines = "\n".join(f"{kind.title}{'*' if kind.confirmed else ''}" for kind in kinds)
    same = {name: getattr(version, name) for name in ("title", "amount", "rule", "once", "months", "yearly_limit")}
    return {**same, "evidence": lines}


@requires(
    "incentives.see_catalog",
    OutcomeVersion,
    row=lambda request, ref: OutcomeVersion.objects.filter(ref=ref).select_related(
        "outcome", "proposed_by", "confirmed_by"
    ),
)
def version(request: ScopedRequest, version: OutcomeVersion) -> HttpResponse:
    """One version: its terms, who proposed and confirmed it, and how many open claims keep the version before."""
    others = version.outcome.versions.select_related("proposed_by", "confirmed_by").order_by("-valid_from", "-id")
    context = {
        "version": version,
        "kinds": list(version.evidence_kinds.order_by("position")),
        "others": list(others),
        "open_claims": _open_claims(request, version),
        "may_change": request.user.has_perm("incentives.change_catalog"),
        "is_open": version.confirmed_at is None and version.withdrawn_at is None,
        "is_mine": version.proposed_by_id == request.user.pk,
        "timeline": _timeline(request, version),
    }
    return page(request, "incentives/version.html", context)


def _open_claims(request: ScopedRequest, version: OutcomeVersion) -> int:
    return Claim.objects.filter(
        version__outcome=version.outcome_id, state__in=("draft", "submitted", "info_requested", "verified")
    ).count()


def _timeline(request: ScopedRequest, version: OutcomeVersion) -> list[NetworkLogEntry]:
    if not request.scope.sees_all:
        return []
    rows = NetworkLogEntry.objects.filter(subject_type="incentives.outcome", subject_id=version.outcome_id)
    return list(rows.select_related("actor").order_by("-at", "-id")[:20])


def decided(request: ScopedRequest, operation: Any, words: str, back: str) -> HttpResponse:
    """Run one POST without fields; its refusal becomes a message."""
    if request.method == "POST":
        try:
            operation()
            messages.success(request, words)
        except DomainError as error:
            messages.error(request, error.message)
    return SeeOther(back)


@requires("incentives.change_catalog", OutcomeVersion, fresh=True)
def version_confirmation(request: ScopedRequest, version: OutcomeVersion) -> HttpResponse:
    """Confirm what somebody else proposed (POST)."""
    step = lambda: operations.confirm_version(version=version, by=request.user, at=now())  # noqa: E731
    return decided(request, step, f"Confirmed: it holds from {version.valid_from:%b %-d, %Y}.", f"{LIST}{version.ref}/")


@requires("incentives.change_catalog", OutcomeVersion)
def version_withdrawal(request: ScopedRequest, version: OutcomeVersion) -> HttpResponse:
    """Take a proposal back (POST)."""
    step = lambda: operations.withdraw_version(version=version, by=request.user, at=now())  # noqa: E731
    return decided(request, step, "The proposal is withdrawn.", LIST)


@requires("incentives.change_catalog")
def option_new(request: ScopedRequest) -> HttpResponse:
    """Propose what becomes of the rests that the cap of a coming year leaves unpaid."""
    form = OptionForm(posted(request), today=today())
    if form.is_valid() and tried(
        form, lambda: operations.propose_option(**form.cleaned_data, by=request.user, at=now())
    ):
        messages.success(request, "Proposed. Another person of staff confirms it before the year begins.")
        return SeeOther(LIST)
    return page(request, "incentives/option_form.html", {}, form=form)


@requires("incentives.change_catalog", FiscalOption, fresh=True)
def option_confirmation(request: ScopedRequest, option: FiscalOption) -> HttpResponse:
    """Confirm the choice for a year (POST)."""
    step = lambda: operations.confirm_option(option=option, by=request.user, at=now())  # noqa: E731
    return decided(request, step, "Confirmed. It is fixed from now on.", LIST)
