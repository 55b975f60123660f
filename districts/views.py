"""Pages about districts and schools, and the list of schools that forms pick from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.pages import Page, keyset
from common.tenancy import Door
from common.views import SeeOther, page, posted, tried
from common.zones import now
from districts import operations
from districts.forms import DistrictForm, SchoolForm, initial_of
from districts.models import District, School, State

OPTIONS = 20
BEST = 50


def wanted_of(request: ScopedRequest) -> str:
    """What was typed into the search field."""
    return " ".join(request.GET.get("q", "").replace("\0", "").split())[:60]


def listed(request: ScopedRequest, rows: Any) -> dict[str, Any]:
    """The page of a list: by name, or the 50 closest to what was typed; filtered by state."""
    wanted, state = wanted_of(request), request.GET.get("state", "").replace("\0", "")
    if state:
        rows = rows.filter(state__code=state)
    shown = Page(list(rows.named_like(wanted)[:BEST]), "", "") if wanted else keyset(request, rows, "name", "id")
    return {
        "page": shown,
        "q": wanted,
        "state": state,
        "states": list(State.objects.order_by("name")),
        "may_change": request.user.has_perm("districts.change"),
    }


@requires("districts.list")
def district_list(request: ScopedRequest) -> HttpResponse:
    """Districts with their NCES ids."""
    return page(request, "districts/district_list.html", listed(request, District.objects.select_related("state")))


@requires("districts.list")
def school_list(request: ScopedRequest) -> HttpResponse:
    """Schools with their districts and NCES ids."""
    return page(
        request, "districts/school_list.html", listed(request, School.objects.select_related("state", "district"))
    )


@requires("districts.pick")
def school_options(request: ScopedRequest) -> HttpResponse:
    """At most 20 open schools like what was typed: options for a picker (htmx), or a page to copy an id from."""
    wanted = wanted_of(request)
    rows = list(School.objects.pickable().named_like(wanted)[:OPTIONS]) if len(wanted) > 1 else []
    template = "districts/school_options.html"
    return page(
        request, f"{template}#options" if request.headers.get("HX-Request") else template, {"rows": rows, "q": wanted}
    )


@requires("districts.change")
def district_new(request: ScopedRequest) -> HttpResponse:
    """Staff add a district."""
    form = DistrictForm(posted(request))
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("nces_id", "name", "city", "state")}
        made = tried(form, lambda: operations.add_district(by=request.user, at=now(), **facts))
        if made is not None:
            messages.success(request, f"{made.name} is added.")
            return SeeOther(f"/network/districts/{made.ref}/")
    return page(request, "districts/place_form.html", {"what": "district", "row": None}, form=form)


@requires("districts.change", District)
def district_edit(request: ScopedRequest, district: District) -> HttpResponse:
    """Staff correct a district."""
    form = DistrictForm(posted(request), initial=initial_of(district))
    if form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if tried(
            form, lambda: operations.correct_district(district=district, changes=changes, by=request.user, at=now())
        ):
            messages.success(request, f"{form.cleaned_data['name']} is corrected.")
            return SeeOther(f"/network/districts/{district.ref}/")
    context = {"what": "district", "row": district, "timeline": timeline_of(request, district)}
    return page(request, "districts/place_form.html", context, form=form)


@requires("districts.change")
def school_new(request: ScopedRequest) -> HttpResponse:
    """Staff add a school."""
    form = SchoolForm(posted(request))
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in ("nces_id", "name", "city")}
        district = form.cleaned_data["district_id"]
        made = tried(form, lambda: operations.add_school(district=district, by=request.user, at=now(), **facts))
        if made is not None:
            messages.success(request, f"{made.name} is added.")
            return SeeOther(f"/network/schools/{made.ref}/")
    return page(request, "districts/place_form.html", {"what": "school", "row": None}, form=form)


@requires("districts.change", School)
def school_edit(request: ScopedRequest, school: School) -> HttpResponse:
    """Staff correct a school."""
    form = SchoolForm(posted(request), initial=initial_of(school))
    if form.is_valid():
        changes = {name.replace("district_id", "district"): form.cleaned_data[name] for name in form.changed_data}
        if tried(form, lambda: operations.correct_school(school=school, changes=changes, by=request.user, at=now())):
            messages.success(request, f"{form.cleaned_data['name']} is corrected.")
            return SeeOther(f"/network/schools/{school.ref}/")
    context = {"what": "school", "row": school, "timeline": timeline_of(request, school)}
    return page(request, "districts/place_form.html", context, form=form)


def timeline_of(request: ScopedRequest, row: District | School) -> list[NetworkLogEntry]:
    """What happened to a row of the network; only the staff door may read it."""
    if request.scope.door != Door.STAFF:
        return []
    about = NetworkLogEntry.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
    return list(about.select_related("actor").order_by("-at", "-id")[:50])
