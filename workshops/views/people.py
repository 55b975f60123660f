"""The people of one workshop: one more, one whose name is wrong, one who gives the seat back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse

from common.access import ScopedRequest, requires
from common.views import SeeOther, page, post_only, posted, tried
from common.zones import now
from workshops import operations
from workshops.forms import MissingForm, PersonForm, TeacherForm
from workshops.models import Enrollment, Workshop, WorkshopSession
from workshops.views.asking import ASKED, asking_of
from workshops.views.details import done, home_of


@requires("workshops.edit", Workshop)
def enrollment_new(request: ScopedRequest, workshop: Workshop) -> HttpResponse:
    """Enroll one person; after the end, ask for it as a correction."""
    form = _form(request, workshop)
    if form.is_valid():
        made = tried(form, lambda: _added(request, workshop, form))
        if made is not None:
            messages.success(request, f"{made.teacher.name} is enrolled." if workshop.is_open else ASKED)
            return SeeOther(home_of(workshop, request.partner.slug))
    return page(request, "workshops/person.html", {"partner": request.partner, "workshop": workshop}, form=form)


def _form(request: ScopedRequest, workshop: Workshop) -> PersonForm:
    if workshop.state != "ended":
        return PersonForm(posted(request))
    sessions = WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at")
    return MissingForm(posted(request), sessions=[(one.ref, str(one)) for one in sessions])


def _added(request: ScopedRequest, workshop: Workshop, form: PersonForm) -> Any:
    data = form.cleaned_data
    person = {name: data[name] for name in ("name", "email", "school")}
    if not isinstance(form, MissingForm):
        return operations.enroll_teacher(
            workshop=workshop, person=person, consent=form.stated, by=request.user, at=now()
        )
    missing = operations.Missing(person, tuple(data["sessions"]), form.stated)
    asking = asking_of(request, data["reason"])
    return operations.ask_person_correction(workshop=workshop, missing=missing, asking=asking)


@requires("workshops.see_contacts", Enrollment)
def enrollment_person(request: ScopedRequest, enrollment: Enrollment) -> HttpResponse:
    """Correct what is kept of somebody on the list."""
    teacher, workshop = enrollment.teacher, enrollment.workshop
    initial = {"name": teacher.name, "email": teacher.email, "school": teacher.school_name}
    if teacher.school is not None:
        initial["school"] = f"{teacher.school.name}, {teacher.school.place}"
    form = TeacherForm(posted(request), initial=initial)
    if form.is_valid():
        kept = tried(
            form,
            lambda: operations.correct_teacher(
                enrollment=enrollment, changes=form.cleaned_data, by=request.user, at=now()
            ),
        )
        if kept is not None:
            messages.success(request, f"{kept.name} is corrected.")
            return SeeOther(home_of(workshop, request.partner.slug))
    context = {"partner": request.partner, "workshop": workshop, "teacher": teacher}
    return page(request, "workshops/teacher.html", context, form=form)


@requires("workshops.edit", Enrollment)
@post_only
def enrollment_cancel(request: ScopedRequest, enrollment: Enrollment) -> HttpResponse:
    """Free a seat."""
    return done(
        request,
        enrollment.workshop,
        lambda: operations.cancel_enrollment(enrollment=enrollment, by=request.user, at=now()),
        "has a seat more; the person stands below the list, with a button that gives the seat back",
    )


@requires("workshops.edit", Enrollment)
@post_only
def enrollment_restore(request: ScopedRequest, enrollment: Enrollment) -> HttpResponse:
    """Give a freed seat back to who held it."""
    return done(
        request,
        enrollment.workshop,
        lambda: operations.restore_enrollment(enrollment=enrollment, by=request.user, at=now()),
        f"has {enrollment.teacher.name} on its list again",
    )
