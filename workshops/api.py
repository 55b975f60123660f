"""Calls about workshops: plan, log, change, start, end, cancel, people and attendance."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Prefetch, Q

from catalog.models import Course
from common.api.endpoint import Endpoint, allows
from common.api.fields import Nothing, ReasonGiven
from common.api.lists import DayFilter, Listing, NamedFilter, WordsFilter
from common.refs import new_ref
from common.zones import now
from facilitators.models import Facilitator
from partners.models import Partner
from workshops import operations
from workshops.facts import WorkshopFacts
from workshops.forms import FORMATS
from workshops.models import Enrollment, Roster, Workshop, WorkshopFacilitator, WorkshopSession
from workshops.operations.scheduling import Typing
from workshops.serializers import (
    CellsGiven,
    ChangedShown,
    EnrollmentGiven,
    EnrollmentShown,
    LogGiven,
    WorkshopDetailShown,
    WorkshopGiven,
    WorkshopShown,
    facts_given,
    person_given,
    table_given,
)
from workshops.views.lists import of_partner

READ, WRITE = "workshops:read", "workshops:write"
BY_DATE = {
    "-first_on": ("-first_on", "-id"),
    "first_on": ("first_on", "id"),
    "-saved_at": ("-saved_at", "-id"),
    "saved_at": ("saved_at", "id"),
}


class WorkshopFilter(django_filters.FilterSet):
    """Filters of workshops."""

    state = django_filters.ChoiceFilter(choices=[one for one in Workshop.State.choices if one[0] != "draft"])
    format = django_filters.ChoiceFilter(choices=FORMATS)
    since = DayFilter(field_name="last_on", lookup_expr="gte", help_text="Last day on this date or later.")
    until = DayFilter(field_name="first_on", lookup_expr="lte", help_text="First day on this date or before.")
    course = NamedFilter(rows=Course.objects.all, help_text="A course by its reference.")
    facilitator = NamedFilter(
        rows=Facilitator.objects.all, field_name="leads__facilitator", help_text="Who leads it, by reference."
    )
    q = WordsFilter(method="about", help_text="Words of the place or the course.")

    def about(self, rows: Any, name: str, value: str) -> Any:
        """Place or course hold these words."""
        return rows.filter(Q(place__icontains=value) | Q(course__name__icontains=value))


class NetworkWorkshopFilter(WorkshopFilter):
    """Filters of the network's list."""

    partner = NamedFilter(rows=Partner.objects.all, by="slug", help_text="A partner by its slug.")


def with_names(rows: Any) -> Any:
    """What a row names; drafts are half-typed forms of the pages and stay there."""
    return rows.exclude(state="draft").select_related("course", "subject", "partner")


def with_all(rows: Any) -> Any:
    """What one workshop shows, in three statements."""
    leads = WorkshopFacilitator.objects.select_related("facilitator").order_by("facilitator__name")
    sessions = WorkshopSession.objects.order_by("starts_at")
    return with_names(rows).prefetch_related(Prefetch("leads", leads), Prefetch("sessions", sessions))


def read_again(workshop: Workshop) -> Workshop:
    """The workshop as it is now, with everything that it shows."""
    found: Workshop = with_all(Workshop.objects.filter(pk=workshop.pk)).get()
    return found


class Workshops(Endpoint):
    """Workshops of one partner."""

    @allows("workshops.list", READ, gives=WorkshopShown, lists=Listing(BY_DATE, WorkshopFilter))
    def get(self, request: Any) -> Any:
        """List workshops of a partner; a facilitator sees those that she leads."""
        return with_names(of_partner(request))

    @allows("workshops.log", WRITE, takes=WorkshopGiven, gives=WorkshopDetailShown, status=201)
    @transaction.atomic
    def post(self, request: Any, given: dict[str, Any]) -> Workshop:
        """Plan a workshop."""
        facts = facts_given(given)
        draft = begun(request, "plan", facts)
        return read_again(operations.plan_workshop(workshop=draft, facts=facts, by=request.user, at=now()))


class WorkshopLog(Endpoint):
    """Completed workshops."""

    @allows("workshops.log", WRITE, takes=LogGiven, gives=WorkshopDetailShown, status=201)
    @transaction.atomic
    def post(self, request: Any, given: dict[str, Any]) -> Workshop:
        """Log a completed workshop with its roster and attendance, whole or not at all."""
        facts, at = facts_given(given), now()
        draft = begun(request, "log", facts)
        table = table_given(given["roster"], len(facts.sessions))
        days = [session.on for session in facts.in_order]
        roster = operations.read_roster(
            workshop=draft, table=table, source=Roster.Source.COMMAND, days=days, by=request.user, at=at
        )
        consent = (given["consent"]["where"], given["consent"]["on"])
        logged = operations.log_workshop(
            workshop=draft, facts=facts, roster=roster, consent=consent, by=request.user, at=at
        )
        return read_again(logged)


def begun(request: Any, kind: str, facts: WorkshopFacts) -> Workshop:
    """The draft that is planned or logged in the same transaction."""
    return operations.save_draft(
        partner=request.partner,
        ref=new_ref("W"),
        kind=kind,
        typing=Typing({}),
        facts=facts,
        by=request.user,
        at=now(),
    )


class OfWorkshop(Endpoint):
    """An address below one workshop."""

    model = Workshop

    def rows(self) -> Any:
        """Workshops that are no drafts."""
        return with_all(Workshop.objects.all())


class OneWorkshop(OfWorkshop):
    """One workshop."""

    @allows("workshops.view", READ, gives=WorkshopDetailShown)
    def get(self, request: Any, workshop: Workshop) -> Workshop:
        """Read one workshop with its sessions and facilitators."""
        return workshop

    @allows("workshops.edit", WRITE, takes=WorkshopGiven, gives=WorkshopDetailShown)
    def put(self, request: Any, workshop: Workshop, given: dict[str, Any]) -> Workshop:
        """Change a workshop that has not ended; what is sent replaces all of its facts and sessions."""
        facts = facts_given(given)
        return read_again(operations.plan_workshop(workshop=workshop, facts=facts, by=request.user, at=now()))


class WorkshopStart(OfWorkshop):
    """The start of a workshop."""

    @allows("workshops.edit", WRITE, takes=Nothing, gives=WorkshopDetailShown)
    def post(self, request: Any, workshop: Workshop, given: dict[str, Any]) -> Workshop:
        """Start a scheduled workshop on the day of its first session or later."""
        return read_again(operations.start_workshop(workshop=workshop, by=request.user, at=now()))


class WorkshopEnd(OfWorkshop):
    """The end of a workshop."""

    @allows("workshops.edit", WRITE, takes=Nothing, gives=WorkshopDetailShown)
    def post(self, request: Any, workshop: Workshop, given: dict[str, Any]) -> Workshop:
        """End a workshop after its last session; attendance is then final but for corrections."""
        return read_again(operations.end_workshop(workshop=workshop, by=request.user, at=now()))


class WorkshopCancellation(OfWorkshop):
    """The cancellation of a workshop."""

    @allows("workshops.edit", WRITE, takes=ReasonGiven, gives=WorkshopDetailShown)
    def post(self, request: Any, workshop: Workshop, given: dict[str, Any]) -> Workshop:
        """Cancel a workshop that has not ended."""
        return read_again(operations.cancel_workshop(workshop=workshop, by=request.user, at=now(), **given))


class WorkshopAttendance(OfWorkshop):
    """Attendance of a workshop."""

    @allows("workshops.edit", WRITE, takes=CellsGiven, gives=ChangedShown)
    def post(self, request: Any, workshop: Workshop, given: dict[str, Any]) -> dict[str, int]:
        """Say who attended which session; cells that are not named stay as they are."""
        cells = {(cell["enrollment"], cell["session"]): cell["attended"] for cell in given["cells"]}
        return {"changed": operations.mark_attendance(workshop=workshop, cells=cells, by=request.user, at=now())}


class WorkshopEnrollments(OfWorkshop):
    """People of a workshop."""

    @allows(
        "workshops.see_contacts",
        READ,
        gives=EnrollmentShown,
        lists=Listing({"name": ("teacher__name", "id"), "-enrolled_at": ("-enrolled_at", "-id")}),
    )
    def get(self, request: Any, workshop: Workshop) -> Any:
        """List the people who have or had a seat."""
        return Enrollment.objects.filter(workshop=workshop).select_related("teacher")

    @allows("workshops.edit", WRITE, takes=EnrollmentGiven, gives=EnrollmentShown, status=201)
    def post(self, request: Any, workshop: Workshop, given: dict[str, Any]) -> Enrollment:
        """Give one more person a seat."""
        consent = (given["consent"]["where"], given["consent"]["on"])
        return operations.enroll_teacher(
            workshop=workshop, person=person_given(given), consent=consent, by=request.user, at=now()
        )


class EnrollmentCancellation(Endpoint):
    """A seat that is given back."""

    model = Enrollment

    def rows(self) -> Any:
        """Seats with their workshop."""
        return Enrollment.objects.select_related("workshop", "teacher")

    @allows("workshops.edit", WRITE, takes=Nothing, gives=EnrollmentShown)
    def post(self, request: Any, enrollment: Enrollment, given: dict[str, Any]) -> Enrollment:
        """Give a seat back; its history stays."""
        operations.cancel_enrollment(enrollment=enrollment, by=request.user, at=now())
        enrollment.refresh_from_db()
        return enrollment


class NetworkWorkshops(Endpoint):
    """Workshops of the network."""

    @allows("workshops.list_network", READ, gives=WorkshopShown, lists=Listing(BY_DATE, NetworkWorkshopFilter))
    def get(self, request: Any) -> Any:
        """List workshops of every partner that you see."""
        return with_names(Workshop.objects.all())
