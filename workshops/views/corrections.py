"""After the end: the partner asks for other facts, the Outreach Manager decides on what was asked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse

from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page, post_only
from common.zones import now
from workshops import operations
from workshops.entry import Entry, of_workshop, one_more_session
from workshops.facts import Finding, judge
from workshops.forms import ReasonForm
from workshops.models import Correction, Workshop
from workshops.sheet import Sheet
from workshops.views.asking import ASKED, asking_of, outreach_managers
from workshops.views.details import done, home_of


@requires("workshops.edit", Workshop)
def workshop_correction(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Ask for other facts of a workshop that has ended: dates, place, who led, seats, subject."""
    if workshop.state != "ended":
        return SeeOther(home_of(workshop, request.partner.slug))
    if request.method != "POST":
        return _show(request, workshop, of_workshop(request.partner, workshop, kind="plan"), ReasonForm())
    if request.POST.get("do") == "more":
        entry = Entry(request.partner, one_more_session(request.POST), kind="plan", workshop=workshop, quiet=True)
        return _show(request, workshop, entry, ReasonForm(initial={"reason": request.POST.get("reason", "")}))
    entry, form = Entry(request.partner, request.POST, kind="plan", workshop=workshop), ReasonForm(request.POST)
    if _asked(request, workshop, entry, form):
        messages.success(request, ASKED)
        return SeeOther(home_of(workshop, request.partner.slug))
    return _show(request, workshop, entry, form)


def _asked(request: ScopedRequest, workshop: Workshop, entry: Entry, form: ReasonForm) -> bool:
    """True where it was taken; else the forms say everything that stands against it."""
    entry.refuse(judge(entry.facts, is_log=True, at=now(), overridden=entry.overridden).findings)
    if any(one.errors for one in (form, *entry.all_forms)):
        return False
    asking = asking_of(request, form.cleaned_data["reason"])
    try:
        operations.ask_facts_correction(workshop=workshop, facts=entry.facts, asking=asking)
    except DomainError as error:
        entry.refuse([Finding(error.field or "", error.message)])
        return False
    return True


def _show(request: ScopedRequest, workshop: Workshop, entry: Entry, form: ReasonForm) -> HttpResponse:
    refused = any(one.errors for one in (form, *entry.all_forms)) and request.method == "POST"
    context = {
        "partner": request.partner,
        "workshop": workshop,
        "entry": entry,
        "sheet": Sheet(entry),
        "form": form,
        "forms": [*entry.all_forms, form] if refused else [],
    }
    response = page(request, "workshops/correction.html", context)
    response.status_code = 422 if refused else 200
    return response


@requires("workshops.edit", Correction)
@post_only
def correction_withdrawal(request: ScopedRequest, correction: Correction) -> HttpResponse:
    """The partner takes what it asked back."""
    return done(
        request,
        correction.workshop,
        lambda: operations.withdraw_correction(
            correction=correction, by=request.user, at=now(), tell_to=outreach_managers(request)
        ),
        "stays as it was: the correction is withdrawn",
    )


@requires("workshops.confirm_correction", Correction)
@post_only
def correction_decision(request: ScopedRequest, correction: Correction) -> HttpResponse:
    """The Outreach Manager confirms or declines."""
    confirm = request.POST.get("decision") == "confirm"
    answer = request.POST.get("answer", "").replace("\0", "")[:500]
    words = "is corrected" if confirm else "stays as it was"
    return done(
        request,
        correction.workshop,
        lambda: operations.decide_correction(
            correction=correction, confirm=confirm, answer=answer, by=request.user, at=now()
        ),
        words,
    )
