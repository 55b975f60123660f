"""Pages about territories: who holds what, give one, end one, and who serves a ZIP code."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse

from activity.models import LogEntry
from common.access import ScopedRequest, requires
from common.pages import keyset
from common.views import SeeOther, page, posted, pressed, tried
from common.zones import now, today
from impact.coverage.areas import AreaUnknown
from impact.coverage.forms import EndForm, ShareForm, TerritoryForm
from impact.coverage.lookup import find_partner
from partners.models import Level, Territory, TerritoryShare
from partners.operations import close_share, end_territory, hold_territory, propose_share

HOME = "/network/territories/"


def typed(request: ScopedRequest, name: str) -> str:
    """One filter of the address."""
    return " ".join(request.GET.get(name, "").replace("\0", "").split())[:80]


@requires("territories.list")
def territory_list(request: ScopedRequest) -> HttpResponse:
    """Territories of the network: held today or later, or all that ever were."""
    words, level, past = typed(request, "q"), typed(request, "level"), typed(request, "view") == "all"
    rows = Territory.objects.select_related("partner", "program")
    rows = rows if past else rows.ahead(today())
    if words:
        rows = rows.filter(Q(area_name__icontains=words) | Q(partner__name__icontains=words) | Q(area=words.upper()))
    if level in Level.values:
        rows = rows.filter(level=level)
    context = {
        "page": keyset(request, rows, "area_name", "id"),
        "q": words,
        "level": level,
        "levels": Level.choices,
        "past": past,
        "on": today(),
        "may_change": request.user.has_perm("territories.change"),
    }
    return page(request, "coverage/territory_list.html", context)


@requires("territories.change")
def territory_new(request: ScopedRequest) -> HttpResponse:
    """Staff give an area to a partner."""
    known = {name: typed(request, name) for name in ("partner", "area")}
    form = TerritoryForm(posted(request), initial={"valid_from": today(), **known})
    if form.is_valid():
        partner = form.cleaned_data["partner"]
        made = tried(form, lambda: hold_territory(partner=partner, holding=form.holding, by=request.user, at=now()))
        if made is not None:
            messages.success(request, f"{partner.name} holds {made.area_name}.")
            return SeeOther(f"{HOME}{made.ref}/")
    return page(request, "coverage/territory_form.html", {}, form=form)


@requires("territories.list", Territory)
def territory_detail(request: ScopedRequest, territory: Territory) -> HttpResponse:
    """One territory with its history; staff end it here."""
    return _detail(request, territory, EndForm(initial={"last_day": today()}))


def _detail(
    request: ScopedRequest, territory: Territory, form: EndForm | ShareForm, sharing: ShareForm | None = None
) -> HttpResponse:
    shares = TerritoryShare.objects.filter(level=territory.level, area=territory.area, program=territory.program)
    context: dict[str, Any] = {
        "ending": form if isinstance(form, EndForm) else EndForm(initial={"last_day": today()}),
        "sharing": sharing or ShareForm(initial={"valid_from": today()}, holder=territory.partner),
        "shares": list(shares.of(territory.partner).select_related("proposed_by").order_by("-id")[:20]),
        "territory": territory,
        "holder": territory.partner,
        "is_over": territory.last_day is not None and territory.last_day < today(),
        "may_change": request.user.has_perm("territories.change"),
        "timeline": list(LogEntry.objects.about(territory)[:50]),
    }
    return page(request, "coverage/territory_detail.html", context, form=form)


@requires("territories.change", Territory)
def territory_end(request: ScopedRequest, territory: Territory) -> HttpResponse:
    """The last day of a territory."""
    form = EndForm(posted(request), initial={"last_day": today()})
    if form.is_valid():
        data = form.cleaned_data
        if tried(form, lambda: end_territory(territory=territory, by=request.user, at=now(), **data)) is not None:
            messages.success(request, f"{territory.area_name} is held until {data['last_day']:%b %-d, %Y}.")
            return SeeOther(f"{HOME}{territory.ref}/")
    return _detail(request, territory, form)


@requires("territories.change", Territory)
def territory_share(request: ScopedRequest, territory: Territory) -> HttpResponse:
    """Staff propose that another partner serves it too."""
    form = ShareForm(posted(request), initial={"valid_from": today()}, holder=territory.partner)
    if form.is_valid():
        data = form.cleaned_data
        made = tried(form, lambda: propose_share(territory=territory, by=request.user, at=now(), **data))
        if made is not None:
            messages.success(request, f"Directors of {made.holder_name} and {made.other_name} are asked.")
            return SeeOther(f"{HOME}{territory.ref}/")
    return _detail(request, territory, form, sharing=form)


@requires("territories.change", Territory)
def share_withdrawal(request: ScopedRequest, territory: Territory) -> HttpResponse:
    """Staff take a proposed share back (POST)."""
    back = f"{HOME}{territory.ref}/"
    rows = TerritoryShare.objects.waiting().of(territory.partner).filter(area=territory.area, level=territory.level)
    share = rows.filter(ref=request.POST.get("share", "").replace("\0", "")).first()
    if share is None:
        return SeeOther(back)
    return pressed(
        request,
        lambda: close_share(share=share, reason="Code.org took the proposal back", by=request.user, at=now()),
        "The proposal is withdrawn; both partners are told.",
        back_to=back,
    )


@requires("territories.list")
def territory_lookup(request: ScopedRequest) -> HttpResponse:
    """Who serves a ZIP code today, and why."""
    words, found, wrong = typed(request, "zip"), None, ""
    if words:
        try:
            found = find_partner(words, on=today())
        except AreaUnknown as error:
            wrong = error.message
    response = page(request, "coverage/territory_lookup.html", {"zip": words, "found": found, "wrong": wrong})
    response.status_code = 422 if wrong else 200
    return response
