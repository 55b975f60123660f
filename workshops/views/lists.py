"""Lists of workshops, of one partner and of the network, and their exports."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse

from activity.operations import record
from common.access import ScopedRequest, requires
from common.exports import csv_response
from common.views import SeeOther, page, post_only
from common.zones import now, today
from workshops.forms import ListFilter
from workshops.listing import HEADER, SORTS, VIEWS, export_rows, in_view, listed, narrowed
from workshops.models import Workshop

MOST_EXPORTED = 10_000


def of_partner(request: ScopedRequest) -> QuerySet[Workshop]:
    """Workshops of the partner of the URL; drafts are for those who write them, a facilitator sees what is her own."""
    rows = Workshop.objects.filter(partner=request.partner)
    if not sees_all(request):
        return rows.own_of(request.user)
    return rows if may_log(request) else rows.exclude(state="draft")


def may_log(request: ScopedRequest) -> bool:
    """True for who logs and plans workshops here."""
    return bool(request.user.has_perm("workshops.log", request.partner))


def sees_all(request: ScopedRequest) -> bool:
    """True for everybody but a facilitator."""
    standing = request.user.standing
    return bool(standing.code_org or standing.at(request.partner.pk, "director", "program_manager"))


@requires("workshops.list")
def workshop_list(request: ScopedRequest) -> HttpResponse:
    """Workshops of one partner."""
    listing = listed(request, of_partner(request), today())
    context = {"listing": listing, "partner": request.partner, "may_log": may_log(request)}
    return page(request, "workshops/list.html", context)


@requires("workshops.list_network")
def workshop_network_list(request: ScopedRequest) -> HttpResponse:
    """Workshops of every partner that this person sees."""
    rows = Workshop.objects.exclude(state="draft")
    return page(request, "workshops/list.html", {"listing": listed(request, rows, today()), "partner": None})


@requires("workshops.export")
@post_only
def workshop_export(request: ScopedRequest) -> HttpResponse:
    """The list as filtered, as CSV; logged with its count."""
    asked = _asked(request, of_partner(request))
    if asked.count() > MOST_EXPORTED:
        return _too_many(request, f"/partners/{request.partner.slug}/workshops/")
    rows = export_rows(asked)
    record(
        request.partner,
        verb="workshops.exported",
        text=f"{_workshops(len(rows))} exported",
        by=request.user,
        at=now(),
    )
    return csv_response(f"workshops-{request.partner.slug}-{today():%Y-%m-%d}.csv", HEADER, rows)


@requires("workshops.export_network")
@post_only
def workshop_network_export(request: ScopedRequest) -> HttpResponse:
    """The network's list as CSV; logged for staff."""
    asked = _asked(request, Workshop.objects.exclude(state="draft"))
    if asked.count() > MOST_EXPORTED:
        return _too_many(request, "/network/workshops/")
    rows = export_rows(asked)
    record(
        request.user,
        verb="workshops.exported",
        text=f"{_workshops(len(rows))} exported from the network's list",
        by=request.user,
        at=now(),
    )
    return csv_response(f"workshops-network-{today():%Y-%m-%d}.csv", HEADER, rows)


def _too_many(request: ScopedRequest, back: str) -> HttpResponse:
    messages.error(request, f"More than {MOST_EXPORTED:,} workshops: narrow the list first.")
    return SeeOther(f"{back}?{request.GET.urlencode()}")


def _workshops(count: int) -> str:
    return "1 workshop was" if count == 1 else f"{count:,} workshops were"


def _asked(request: ScopedRequest, base: QuerySet[Workshop]) -> QuerySet[Workshop]:
    form = ListFilter(request.GET)
    form.is_valid()
    view = request.GET.get("view", "")
    rows = in_view(base, view if view in dict(VIEWS) else "all", today())
    order = SORTS.get(request.GET.get("sort", ""), SORTS["-date"])
    return narrowed(rows, form.cleaned_data).order_by(*order)[: MOST_EXPORTED + 1]
