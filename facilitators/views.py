"""Facilitators, their accreditations and standing: staff keep them, Outreach Managers read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Prefetch, Q
from django.http import HttpResponse

from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.dated import in_force
from common.pages import keyset
from common.views import SeeOther, page, posted, tried
from common.zones import now, today
from facilitators import operations
from facilitators.forms import AccreditationForm, EndForm, FacilitatorForm, StandingForm
from facilitators.models import Accreditation, Facilitator, FacilitatorContact, StandingPeriod

TONES = {"good": "good", "probation": "warn", "suspended": "bad", "retired": "idle"}


@requires("facilitators.list")
def facilitator_list(request: ScopedRequest) -> HttpResponse:
    """Every facilitator by name, with courses and standing of today."""
    on = today()
    words = request.GET.get("q", "").strip()[:100].replace("\0", "")
    rows = (
        Facilitator.objects.filter(Q(name__icontains=words) | Q(states__contains=[words.upper()]))
        if words
        else Facilitator.objects.all()
    )
    courses = Prefetch(
        "accreditations", Accreditation.objects.filter(in_force(on)).select_related("course").order_by("course__name")
    )
    standings = Prefetch("standings", StandingPeriod.objects.filter(in_force(on)))
    shown = keyset(request, rows.prefetch_related(courses, standings), "name", "id")
    people = [{"person": row, "standing": next(iter(row.standings.all()), None)} for row in shown.rows]
    return page(
        request,
        "facilitators/list.html",
        {
            "page": shown,
            "people": people,
            "q": words,
            "tones": TONES,
            "may_keep": request.user.has_perm("facilitators.keep"),
        },
    )


@requires("facilitators.keep")
def facilitator_new(request: ScopedRequest) -> HttpResponse:
    """Staff add a facilitator, in good standing from today."""
    form = FacilitatorForm(posted(request))
    if form.is_valid():
        made = tried(
            form, lambda: operations.add_facilitator(from_day=today(), by=request.user, at=now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(request, f"{made.name} is in the list. Accredit her or him for a course next.")
            return SeeOther(f"/network/facilitators/{made.ref}/")
    return page(
        request,
        "facilitators/form.html",
        {"title": "Add a facilitator", "person": None, "button": "Add the facilitator"},
        form=form,
    )


@requires("facilitators.keep", Facilitator)
def facilitator_detail(request: ScopedRequest, person: Facilitator) -> HttpResponse:
    """Accreditations, standing with its history, and what staff did."""
    on = today()
    standings = list(StandingPeriod.objects.filter(facilitator=person).select_related("set_by").order_by("-valid_from"))
    entries = (
        NetworkLogEntry.objects.filter(subject_type=person._meta.label_lower, subject_id=person.pk)
        .select_related("actor")
        .order_by("-at", "-id")
    )
    context = {
        "person": person,
        "contact": FacilitatorContact.objects.filter(facilitator=person).first(),
        "accreditations": list(
            Accreditation.objects.filter(facilitator=person)
            .select_related("course")
            .order_by("course__name", "valid_from")
        ),
        "standings": standings,
        "standing": next(
            (row for row in standings if row.valid_from <= on and (row.valid_before is None or on < row.valid_before)),
            None,
        ),
        "on": on,
        "timeline": list(entries[:30]),
    }
    return page(request, "facilitators/detail.html", context)


@requires("facilitators.keep", Facilitator)
def facilitator_edit(request: ScopedRequest, person: Facilitator) -> HttpResponse:
    """Correct name, address, states and account."""
    contact = FacilitatorContact.objects.filter(facilitator=person).first()
    initial = {
        "name": person.name,
        "email": contact.email if contact else "",
        "states": person.place,
        "user": person.user and person.user.ref,
    }
    form = FacilitatorForm(posted(request), initial=initial, linked=person.user)
    if form.is_valid() and _kept(
        form,
        lambda: operations.correct_facilitator(
            facilitator=person, changes=form.cleaned_data, by=request.user, at=now()
        ),
    ):
        return _back(request, person, f"{person.name} is corrected.")
    return page(
        request,
        "facilitators/form.html",
        {"title": f"Correct {person.name}", "person": person, "button": "Save"},
        form=form,
    )


@requires("facilitators.keep", Facilitator)
def accreditation_new(request: ScopedRequest, person: Facilitator) -> HttpResponse:
    """Accredit for a course."""
    form = AccreditationForm(posted(request), on=today(), initial={"first_day": today()})
    if form.is_valid():
        course = form.cleaned_data["course"]
        if _kept(
            form,
            lambda: operations.accredit_facilitator(
                facilitator=person, course=course, period=form.period, by=request.user, at=now()
            ),
        ):
            return _back(request, person, f"{person.name} is accredited for {course.name}.")
    return page(
        request,
        "facilitators/form.html",
        {"title": f"Accredit {person.name}", "person": person, "button": "Accredit"},
        form=form,
    )


@requires("facilitators.keep", Accreditation)
def accreditation_end(request: ScopedRequest, accreditation: Accreditation) -> HttpResponse:
    """End an accreditation after a day, with a reason."""
    person = accreditation.facilitator
    form = EndForm(posted(request), initial={"last_day": today()})
    if form.is_valid() and _kept(
        form,
        lambda: operations.end_accreditation(
            accreditation=accreditation, by=request.user, at=now(), **form.cleaned_data
        ),
    ):
        return _back(request, person, f"{person.name}: {accreditation.course.name} ends.")
    title = f"End {accreditation.course.name} of {person.name}"
    return page(
        request,
        "facilitators/form.html",
        {"title": title, "person": person, "button": "End the accreditation"},
        form=form,
    )


@requires("facilitators.keep", Facilitator)
def standing_new(request: ScopedRequest, person: Facilitator) -> HttpResponse:
    """Change the standing from a day, with a reason."""
    form = StandingForm(posted(request), initial={"from_day": today()})
    if form.is_valid() and _kept(
        form, lambda: operations.set_standing(facilitator=person, by=request.user, at=now(), **form.cleaned_data)
    ):
        return _back(request, person, f"The standing of {person.name} changes.")
    return page(
        request,
        "facilitators/form.html",
        {"title": f"Change the standing of {person.name}", "person": person, "button": "Change the standing"},
        form=form,
    )


def _kept(form: Any, operation: Any) -> bool:
    return tried(form, operation) is not None


def _back(request: ScopedRequest, person: Facilitator, words: str) -> HttpResponse:
    messages.success(request, words)
    return SeeOther(f"/network/facilitators/{person.ref}/")
