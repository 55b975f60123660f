"""What calls about workshops take and give."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rest_framework import serializers

from catalog.models import Course, Format, Subject
from common.api.fields import (
    Choice,
    Day,
    Given,
    Instant,
    InstantShown,
    RefGiven,
    RefsGiven,
    RefShown,
    Shown,
    Text,
    Whole,
    YesNo,
)
from common.api.problems import ApiProblem
from common.imports import Line, Table
from common.zones import today
from facilitators.models import Facilitator
from workshops.facts import MOST_SEATS, SessionFacts, WorkshopFacts
from workshops.forms import MOST_SESSIONS, ZONE_WORDS
from workshops.models import Consent, Enrollment, WorkshopSession

MOST_PEOPLE, MOST_CELLS = 500, 2_000


class NamedShown(Shown):
    """A row that another one names."""

    ref = RefShown()
    name = serializers.CharField()


class WorkshopShown(Shown):
    """A workshop in a list."""

    ref = RefShown()
    partner = serializers.CharField(source="partner.slug")
    state = serializers.CharField()
    kind = serializers.CharField()
    course = NamedShown()
    subject = NamedShown()
    place = serializers.CharField()
    format = serializers.CharField()
    capacity = serializers.IntegerField()
    enrolled = serializers.IntegerField()
    first_on = serializers.DateField()
    last_on = serializers.DateField()
    saved_at = InstantShown()


class SessionShown(Shown):
    """A session."""

    ref = RefShown()
    starts_at = InstantShown()
    ends_at = InstantShown()
    zone = serializers.CharField()
    format = serializers.CharField()


class LeadShown(NamedShown):
    """Who leads it."""

    ref = RefShown(source="facilitator.ref")
    name = serializers.CharField(source="facilitator.name")


class WorkshopDetailShown(WorkshopShown):
    """One workshop."""

    notes = serializers.CharField()
    version = serializers.IntegerField()
    sessions = SessionShown(many=True)
    facilitators = LeadShown(many=True, source="leads")


class SessionGiven(Given):
    """One session; `ref` names one that the workshop has already."""

    ref = RefGiven(rows=lambda request: WorkshopSession.objects.filter(partner=request.partner), required=False)
    starts_at = Instant()
    ends_at = Instant()
    zone = Choice(list(ZONE_WORDS.items()))
    format = Choice(Format.choices)


class WorkshopGiven(Given):
    """Everything about a workshop but its people."""

    course = RefGiven(rows=lambda request: Course.objects.offered(today()))
    subject = RefGiven(rows=lambda request: Subject.objects.offered(today()).select_related("course"))
    place = Text(max_length=255)
    capacity = Whole(min_value=1, max_value=MOST_SEATS)
    notes = Text(max_length=2000, required=False, allow_blank=True)
    sessions = serializers.ListField(child=SessionGiven(), min_length=1, max_length=MOST_SESSIONS)
    facilitators = RefsGiven(rows=lambda request: Facilitator.objects.all())


class PersonGiven(Given):
    """One person; `school` is a school's NCES id or its name."""

    name = Text(max_length=120)
    email = Text(max_length=254, required=False, allow_blank=True)
    school = Text(max_length=160, required=False, allow_blank=True)


class AttendeeGiven(PersonGiven):
    """One person and the sessions that she attended, by their numbers from 1."""

    attended = serializers.ListField(child=Whole(min_value=1, max_value=MOST_SESSIONS), max_length=MOST_SESSIONS)


class ConsentGiven(Given):
    """Where and when the people agreed to our keeping their names."""

    where = Choice(Consent.choices)
    on = Day()


class LogGiven(WorkshopGiven):
    """A completed workshop with its roster."""

    roster = serializers.ListField(child=AttendeeGiven(), min_length=1, max_length=MOST_PEOPLE)
    consent = ConsentGiven()


class EnrollmentGiven(PersonGiven):
    """One more person for a seat."""

    consent = ConsentGiven()


class EnrollmentShown(Shown):
    """A seat and who has it."""

    ref = RefShown()
    name = serializers.CharField(source="teacher.name")
    email = serializers.CharField(source="teacher.email")
    school = serializers.CharField(source="teacher.school_name")
    enrolled_at = InstantShown()
    canceled_at = InstantShown(allow_null=True)


class CellGiven(Given):
    """Whether one person attended one session."""

    enrollment = Text(max_length=12)
    session = Text(max_length=12)
    attended = YesNo()


class CellsGiven(Given):
    """Attendance to set."""

    cells = serializers.ListField(child=CellGiven(), min_length=1, max_length=MOST_CELLS)

    def validate_cells(self, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Only seats and sessions of this partner. Raises ApiProblem 404."""
        partner = self.context["request"].partner
        for name, model in (("enrollment", Enrollment), ("session", WorkshopSession)):
            asked = {cell[name] for cell in cells}
            known = set(model.objects.filter(partner=partner, ref__in=asked).values_list("ref", flat=True))
            if asked - known:
                words = f"There is no {min(asked - known)} that you may name here."
                raise ApiProblem(404, "not_found", words, errors={f"cells.{name}": [words]})
        return cells


class ChangedShown(Shown):
    """How many cells differ from what was stored."""

    changed = serializers.IntegerField()


def facts_given(given: dict[str, Any]) -> WorkshopFacts:
    """The facts of WorkshopGiven."""
    sessions = tuple(
        SessionFacts(
            one["starts_at"], one["ends_at"], one["zone"], one["format"], one["ref"].ref if "ref" in one else ""
        )
        for one in given["sessions"]
    )
    return WorkshopFacts(
        course=given["course"],
        subject=given["subject"],
        capacity=given["capacity"],
        place=given["place"],
        notes=given.get("notes", ""),
        sessions=sessions,
        facilitators=tuple(given["facilitators"]),
    )


def person_given(given: dict[str, Any]) -> dict[str, str]:
    """Name, address and school of PersonGiven."""
    return {name: given.get(name, "") for name in ("name", "email", "school")}


def table_given(roster: list[dict[str, Any]], sessions: int) -> Table:
    """A roster as the table that somebody would have pasted: a header, then one row a person."""
    numbers = range(1, sessions + 1)
    header = Line(1, ["Name", "Email", "School", *(f"Session {number}" for number in numbers)])
    lines = [
        Line(line, [*person_given(one).values(), *("x" if number in one["attended"] else "" for number in numbers)])
        for line, one in enumerate(roster, start=2)
    ]
    told = json.dumps([line.cells for line in lines], ensure_ascii=False)
    return Table([header, *lines], hashlib.sha256(told.encode()).hexdigest())
