"""One workshop: its page, people, attendance, end, cancellation and corrections."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse

from activity.operations import record
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.pages import keyset
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import network_date, now, today
from workshops import operations
from workshops.attended import figures_of, rule_of, seats_of
from workshops.forms import DecisionForm, OverrideForm, ReasonForm
from workshops.models import Correction, Enrollment, Roster, Workshop, WorkshopFacilitator, WorkshopSession
from workshops.timeline import entries_of
from workshops.views.asking import ASKED, asking_of

TRACK = (("draft", "Draft"), ("scheduled", "Scheduled"), ("in_progress", "In progress"), ("ended", "Ended"))
ROWS = 100


def home_of(workshop: Workshop, slug: str) -> str:
    """The workshop's page."""
    return f"/partners/{slug}/workshops/{workshop.ref}/"


@requires("workshops.view", Workshop)
def workshop_detail(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """The workshop; who may not see its people sees their number."""
    if workshop.state == "draft":
        may = request.user.has_perm("workshops.keep_draft", workshop)
        return SeeOther(
            f"/partners/{request.partner.slug}/workshops/" + (f"{workshop.kind}/{workshop.ref}/" if may else "")
        )
    return page(
        request,
        "workshops/detail.html",
        detail(request, workshop, sees_people=request.user.has_perm("workshops.see_contacts", workshop)),
    )


def detail(request: ScopedRequest, workshop: Workshop, *, sees_people: bool) -> dict[str, Any]:
    """Everything of the page; at most 12 statements."""
    sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    rule = rule_of(workshop)
    user = request.user
    corrections = list(
        Correction.objects.filter(workshop=workshop)
        .select_related("asked_by", "decided_by", "withdrawn_by")
        .order_by("-asked_at")
    )
    asked = next((row for row in corrections if row.state == "asked"), None)
    confirms = user.has_perm("workshops.confirm_correction", workshop)
    context: dict[str, Any] = {
        "partner": request.partner,
        "workshop": workshop,
        "sessions": sessions,
        "rule": rule,
        "leads": list(
            WorkshopFacilitator.objects.filter(workshop=workshop)
            .select_related("facilitator", "overridden_by")
            .order_by("facilitator__name")
        ),
        "figures": figures_of(workshop, sessions, rule),
        "status": workshop.status(today()),
        "steps": steps_of(workshop),
        "timeline": list(entries_of(workshop, sees_people=sees_people, confirms=confirms)[:30]),
        "corrections": corrections,
        "has_come": any(one.has_come(now()) for one in sessions),
        "early": {one.pk for one in sessions if not one.has_come(now())},
        "waiting_roster": Roster.objects.filter(workshop=workshop, state="draft").exists(),
        "sees_people": sees_people,
        "may_edit": user.has_perm("workshops.edit", workshop),
        "may_correct": workshop.state == "ended" and not asked and user.has_perm("workshops.edit", workshop),
        "may_confirm": confirms,
        "may_override": user.has_perm("workshops.override", workshop),
        "may_read_people": not sees_people and user.has_perm("workshops.see_contacts_with_reason", workshop),
        "is_over": workshop.last_on is not None and workshop.last_on <= today(),
        "asked": asked,
        "decision": DecisionForm(),
    }
    if sees_people:
        people = keyset(
            request,
            Enrollment.objects.holding().filter(workshop=workshop).select_related("teacher"),
            "teacher__name",
            "id",
            size=ROWS,
        )
        context |= {"people": people, "seats": seats_of(workshop, people.rows, sessions, rule)}
        if workshop.is_open:
            freed = Enrollment.objects.filter(workshop=workshop, canceled_at__isnull=False)
            context["freed"] = list(freed.select_related("teacher").order_by("teacher__name", "id")[:ROWS])
    return context


def steps_of(workshop: Workshop) -> list[dict[str, str]]:
    """The path of a workshop for the status track."""
    order = [state for state, _word in TRACK]
    if workshop.state == "canceled":
        return [
            {"word": "Scheduled", "note": "", "state": "done"},
            {"word": "Canceled", "note": _day(workshop.canceled_at), "state": "stop"},
        ]
    here = order.index(workshop.state)
    notes = {"scheduled": workshop.first_on, "in_progress": workshop.started_at, "ended": workshop.ended_at}
    steps = []
    for number, (state, word) in enumerate(TRACK):
        place = "done" if number < here or workshop.state == "ended" else "now" if number == here else ""
        steps.append({"word": word, "note": _day(notes.get(state)) if number <= here else "", "state": place})
    return steps


def _day(at: dt.date | dt.datetime | None) -> str:
    """`Nov 7`; of an instant, the date in the network's zone."""
    on = network_date(at) if isinstance(at, dt.datetime) else at
    return f"{on:%b %-d}" if on else ""


@requires("workshops.see_contacts_with_reason", Workshop)
def workshop_people(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Staff read a partner's teachers with a reason, which the partner finds in the timeline."""
    form = ReasonForm(posted(request))
    if form.is_valid():
        record(
            workshop,
            verb="workshop.people_read",
            text="Code.org staff read the people of this workshop",
            by=request.user,
            at=now(),
            reason=form.cleaned_data["reason"],
        )
        return page(request, "workshops/detail.html", detail(request, workshop, sees_people=True))
    return page(
        request,
        "workshops/reason.html",
        {
            "partner": request.partner,
            "workshop": workshop,
            "title": "Read the people of this workshop",
            "why": "Name, e-mail and school of each person are shown once. The partner sees who read them, when and why.",
            "button": "Show the people",
        },
        form=form,
    )


@requires("workshops.edit", Workshop)
def workshop_attendance(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """The attendance grid: a cell is saved when it is ticked; without script by the button; after the end as a correction.

    JSON, of a tick that is saved: `hours` that count for its person now, as `12`; of one that is refused: 409, `code`, `message`.
    """
    if request.method == "POST" and request.headers.get("Accept") == "application/json":
        return _cell(request, workshop)
    form = ReasonForm(posted(request))
    if request.method == "POST" and _attendance_sent(request, workshop, form):
        return SeeOther(request.get_full_path() if workshop.is_open else home_of(workshop, request.partner.slug))
    sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    people = keyset(
        request,
        Enrollment.objects.holding().filter(workshop=workshop).select_related("teacher"),
        "teacher__name",
        "id",
        size=ROWS,
    )
    rule = rule_of(workshop)
    seats = seats_of(workshop, people.rows, sessions, rule)
    if request.method == "POST":
        sent = cells_of(request)
        for seat in seats:
            seat.sent = sent
    context = {
        "partner": request.partner,
        "workshop": workshop,
        "sessions": sessions,
        "people": people,
        "seats": seats,
        "rule": rule,
        "early": {one.pk for one in sessions if not one.has_come(now())},
    }
    return page(request, "workshops/attendance.html", context, form=form)


def _attendance_sent(request: ScopedRequest, workshop: Workshop, form: ReasonForm) -> bool:
    """The whole form was sent. True where it was taken; else the form says why not."""
    cells = cells_of(request)
    if workshop.state != "ended":
        form.errors.clear()
        done = tried(
            form, lambda: operations.mark_attendance(workshop=workshop, cells=cells, by=request.user, at=now())
        )
        if done is not None:
            messages.success(request, "Attendance is saved." if done else "Nothing changed.")
        return done is not None
    if not form.is_valid():
        return False
    asking = asking_of(request, form.cleaned_data["reason"])
    if tried(form, lambda: operations.ask_correction(workshop=workshop, cells=cells, asking=asking)):
        messages.success(request, ASKED)
        return True
    return False


def cells_of(request: ScopedRequest) -> dict[tuple[str, str], bool]:
    """Cells that differ from what the page showed, so that an older page takes nothing back that it did not touch."""
    shown = {tuple(name.split("/", 1)) for name in request.POST.getlist("shown") if name.count("/") == 1}
    was = {tuple(name.split("/", 1)) for name in request.POST.getlist("was") if name.count("/") == 1}
    now_ticked = {tuple(name.split("/", 1)) for name in request.POST.getlist("cell") if name.count("/") == 1}
    return {
        (cell[0], cell[1]): cell in now_ticked for cell in shown | now_ticked if (cell in now_ticked) != (cell in was)
    }


def _cell(request: ScopedRequest, workshop: Workshop) -> JsonResponse:
    seat, _slash, session = request.POST.get("cell", "").partition("/")
    cells = {(seat, session): request.POST.get("present") == "yes"}
    try:
        operations.mark_attendance(workshop=workshop, cells=cells, by=request.user, at=now())
    except DomainError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=409)
    sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    rows = list(Enrollment.objects.filter(workshop=workshop, ref=seat))
    hours = [one.hours_words for one in seats_of(workshop, rows, sessions, rule_of(workshop))]
    return JsonResponse({"hours": hours[0]})


@requires("workshops.edit", Workshop)
@post_only
def workshop_start(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Put it in progress."""
    return done(
        request,
        workshop,
        lambda: operations.start_workshop(workshop=workshop, by=request.user, at=now()),
        "is in progress",
    )


@requires("workshops.edit", Workshop)
def workshop_end(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """A page that repeats the numbers, and the end."""
    if request.method == "POST":
        return done(
            request,
            workshop,
            lambda: operations.end_workshop(workshop=workshop, by=request.user, at=now()),
            "has ended",
        )
    if workshop.state not in ("scheduled", "in_progress"):
        messages.info(request, f"This workshop is {workshop.word.lower()}: there is nothing to end.")
        return SeeOther(home_of(workshop, request.partner.slug))
    sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    rule = rule_of(workshop)
    return page(
        request,
        "workshops/end.html",
        {
            "partner": request.partner,
            "workshop": workshop,
            "sessions": sessions,
            "figures": figures_of(workshop, sessions, rule),
        },
    )


def done(request: ScopedRequest, workshop: Workshop, operation: Any, words: str) -> HttpResponse:
    try:
        operation()
        messages.success(request, f"{workshop.title} {words}.")
    except DomainError as error:
        messages.error(request, error.message)
    return SeeOther(home_of(workshop, request.partner.slug))


@requires("workshops.edit", Workshop)
def workshop_cancel(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Cancel with a reason."""
    form = ReasonForm(posted(request))
    done = form.is_valid() and tried(
        form, lambda: operations.cancel_workshop(workshop=workshop, by=request.user, at=now(), **form.cleaned_data)
    )
    if done:
        messages.success(request, f"{workshop.title} is canceled.")
        return SeeOther(home_of(workshop, request.partner.slug))
    why = f"{workshop.enrolled} people are enrolled. A canceled workshop stays in your list and cannot be opened again."
    return page(
        request,
        "workshops/reason.html",
        {
            "partner": request.partner,
            "workshop": workshop,
            "title": f"Cancel {workshop.title}",
            "why": why,
            "button": "Cancel the workshop",
        },
        form=form,
    )


@requires("workshops.override", Workshop)
def workshop_override(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Staff let a facilitator lead by decision, with a reason."""
    form = OverrideForm(posted(request), initial={"facilitator": request.GET.get("facilitator", "")})
    if form.is_valid():
        data = form.cleaned_data
        made = tried(
            form, lambda: operations.override_facilitator(workshop=workshop, by=request.user, at=now(), **data)
        )
        if made is not None:
            messages.success(request, f"{data['facilitator'].name} may lead this workshop.")
            return SeeOther(home_of(workshop, request.partner.slug))
    days = f"{workshop.first_on:%b %-d, %Y}" if workshop.first_on else "no date yet"
    why = (
        f"{request.partner.name}: {workshop.title}, {days}, {workshop.place or 'no place yet'}. For somebody whose "
        "accreditation or standing does not hold on the session days. The partner reads the reason."
    )
    return page(
        request,
        "workshops/reason.html",
        {
            "partner": request.partner,
            "workshop": workshop,
            "title": "Let a facilitator lead",
            "why": why,
            "button": "Let her or him lead",
        },
        form=form,
    )
