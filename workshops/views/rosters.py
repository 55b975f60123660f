"""The roster of a planned workshop: the same preview as in the form of a completed one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse

from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page
from common.zones import now
from workshops import operations
from workshops.entry import Entry, of_workshop
from workshops.models import Workshop
from workshops.sheet import Sheet
from workshops.views.drafts import roster_asked


@requires("workshops.edit", Workshop)
def workshop_roster(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Paste, upload or type people for a workshop that has not ended; correct rows in place; save all or nothing."""
    here = f"/partners/{request.partner.slug}/workshops/{workshop.ref}/"
    if not workshop.is_open or workshop.state == "draft":
        messages.info(
            request,
            "The people of this workshop do not change any more."
            if workshop.state != "draft"
            else "Save the workshop first.",
        )
        return SeeOther(here)
    entry = _entry(request, workshop)
    if request.method != "POST":
        return _show(request, entry, workshop)
    if entry.roster is not None and (changes := entry.row_changes()):
        operations.change_rows(roster=entry.roster, changes=changes)
    if request.headers.get("Accept") == "application/json":
        return JsonResponse(
            {"saved_at": now().isoformat(), "parts": _sheet(request, _entry(request, workshop)).parts()}
        )
    try:
        if roster_asked(request, entry, workshop, request.POST.get("do", "")):
            return SeeOther(f"{here}roster/#roster")
        if request.POST.get("do") != "save" or entry.roster is None:
            return SeeOther(f"{here}roster/")
        done = operations.confirm_roster(roster=entry.roster, consent=entry.consent.stated, by=request.user, at=now())
    except DomainError as error:
        form: Any = entry.consent if error.field in entry.consent.fields else entry.source
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _show(request, entry, workshop)
    messages.success(request, f"{done.created} new, {done.updated} known, {done.unchanged} rows with nothing new.")
    return SeeOther(here)


def _entry(request: ScopedRequest, workshop: Workshop) -> Entry:
    """The facts of the workshop, and what was posted of roster and consent."""
    stored = of_workshop(request.partner, workshop, kind="plan")
    if request.method != "POST":
        return stored
    data = stored.data.copy()
    for name, texts in request.POST.lists():
        data.setlist(name, texts)
    return Entry(request.partner, data, kind="plan", workshop=workshop, files=request.FILES)


def _sheet(request: ScopedRequest, entry: Entry) -> Sheet:
    number = {
        name: int(text) if (text := request.GET.get(name, "")).isdecimal() and len(text) < 7 else 0
        for name in ("after", "edit")
    }
    return Sheet(entry, view=request.GET.get("rows", "all"), after=number["after"], edited=number["edit"])


def _show(request: ScopedRequest, entry: Entry, workshop: Workshop) -> HttpResponse:
    refused = request.method == "POST"
    forms = [entry.consent, entry.source] if refused else []
    context = {
        "entry": entry,
        "sheet": _sheet(request, entry),
        "workshop": workshop,
        "partner": request.partner,
        "again": request.GET.get("roster") == "again",
        "forms": forms,
    }
    response = page(request, "workshops/roster.html", context)
    response.status_code = 422 if refused else 200
    return response
