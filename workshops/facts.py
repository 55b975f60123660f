"""What a workshop is to be, as values, and what stands against it: the same findings beside the form and in the operation."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from catalog.models import Course, Format, Subject, SubjectRule, rules_on
from facilitators.models import Facilitator, reasons_against
from workshops.models import Workshop, WorkshopSession
from workshops.models.workshop import hours_between

MOST_SEATS = 9999


@dataclass(frozen=True)
class SessionFacts:
    """One session: two instants, the zone it is told in, how it is held; `ref` names one that exists already."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    zone: str
    format: str
    ref: str = ""

    @property
    def on(self) -> dt.date:
        """Its calendar day in its own zone."""
        return self.starts_at.astimezone(ZoneInfo(self.zone)).date()

    @property
    def hours(self) -> Decimal:
        """Hours with two decimals."""
        return hours_between(self.starts_at, self.ends_at)

    @property
    def words(self) -> str:
        """`Saturday, 7 h`."""
        return f"{self.on:%A}, {self.hours.normalize():f} h"

    @property
    def told(self) -> str:
        """`Nov 7, 2026, 8:30 AM–3:30 PM MST, in person`."""
        starts, ends = (at.astimezone(ZoneInfo(self.zone)) for at in (self.starts_at, self.ends_at))
        return (
            f"{starts:%b %-d, %Y}, {starts:%-I:%M %p}–{ends:%-I:%M %p} {starts:%Z}, {Format(self.format).label.lower()}"
        )


@dataclass(frozen=True)
class WorkshopFacts:
    """Everything about a workshop but its people; None and empty where it is not known yet."""

    course: Course | None = None
    subject: Subject | None = None
    capacity: int | None = None
    place: str = ""
    notes: str = ""
    sessions: tuple[SessionFacts, ...] = ()
    facilitators: tuple[Facilitator, ...] = ()

    @property
    def days(self) -> list[dt.date]:
        """Calendar days with a session, each in the session's zone."""
        return sorted({session.on for session in self.sessions})

    @property
    def in_order(self) -> list[SessionFacts]:
        """Sessions by their beginning."""
        return sorted(self.sessions, key=lambda session: session.starts_at)

    @property
    def format(self) -> str:
        """`in_person`, `virtual`, or `hybrid` where sessions differ."""
        formats = {session.format for session in self.sessions}
        return formats.pop() if len(formats) == 1 else "hybrid" if formats else ""

    def told(self) -> dict[str, str]:
        """Every fact in words, for before and after."""
        return {
            "subject": " · ".join(row.name for row in (self.course, self.subject) if row is not None),
            "place": self.place.strip(),
            "seats": str(self.capacity or ""),
            **{f"session {number}": session.told for number, session in enumerate(self.in_order, start=1)},
            "facilitators": ", ".join(sorted(person.name for person in self.facilitators)),
            "notes": self.notes.strip(),
        }


@dataclass(frozen=True)
class Finding:
    """One thing that stands against saving: a sentence, and the field that it is about; of a session, which one and its part."""

    field: str
    message: str
    session: int = 0
    part: str = "date"


@dataclass
class Judged:
    """What was found, and the rules that counted."""

    findings: list[Finding] = field(default_factory=list)
    rule: SubjectRule | None = None


def judge(
    facts: WorkshopFacts, *, is_log: bool, at: dt.datetime, overridden: Iterable[int] = (), leader: Any = None
) -> Judged:
    """Everything that stands against a workshop with these facts at an instant; four queries at most.

    `leader` is the account that has to be among its facilitators, where one has to.
    """
    judged = Judged()
    judged.findings += _missing(facts)
    judged.findings += _sessions(facts, is_log=is_log, at=at)
    if facts.subject is not None and facts.days:
        judged.rule = rules_on(facts.days[0], [facts.subject.pk]).get(facts.subject.pk)
        judged.findings += _subject(facts, judged.rule)
    if is_log and not facts.facilitators:
        judged.findings.append(Finding("facilitators", "Say who led it."))
    if leader is not None and all(person.user_id != leader.pk for person in facts.facilitators):
        judged.findings.append(Finding("facilitators", "Tick yourself: you save the workshops that you lead."))
    if facts.course is not None and facts.facilitators:
        against = reasons_against(facts.facilitators, facts.course, facts.days)
        allowed = set(overridden)
        judged.findings += [Finding("facilitators", reason) for pk, reason in against.items() if pk not in allowed]
    return judged


def _missing(facts: WorkshopFacts) -> list[Finding]:
    found = []
    if facts.course is None:
        found.append(Finding("course", "Choose the course."))
    if facts.subject is None:
        found.append(Finding("subject", "Choose the subject."))
    elif facts.course is not None and facts.subject.course_id != facts.course.pk:
        found.append(
            Finding(
                "subject",
                f"{facts.subject.name} is a subject of {facts.subject.course.name}: choose one of {facts.course.name}.",
            )
        )
    if not facts.place.strip():
        found.append(Finding("place", "Say where it takes place; for a virtual one, the tool."))
    if facts.capacity is None:
        found.append(Finding("capacity", "Say how many seats there are."))
    elif not 1 <= facts.capacity <= MOST_SEATS:
        found.append(Finding("capacity", f"Seats are a number from 1 to {MOST_SEATS:,}."))
    if not facts.sessions:
        found.append(Finding("sessions", "Give at least one session: date, start and end."))
    return found


def _sessions(facts: WorkshopFacts, *, is_log: bool, at: dt.datetime) -> list[Finding]:
    found = []
    ordered = sorted(enumerate(facts.sessions), key=lambda one: one[1].starts_at)
    for number, session in ordered:
        if session.ends_at <= session.starts_at:
            words = "ends before it starts; one that runs past midnight is two sessions."
        elif session.ends_at.astimezone(ZoneInfo(session.zone)).date() != session.on:
            words = "runs past midnight: make it two sessions."
        else:
            continue
        found.append(Finding("sessions", f"The session on {session.on:%b %-d} {words}", number, "end"))
    for (_number, before), (number, after) in itertools.pairwise(ordered):
        if after.starts_at < before.ends_at:
            words = f"Two sessions on {after.on:%b %-d} overlap: move one of them."
            found.append(Finding("sessions", words, number, "start"))
    last, ends_at = max(
        ((number, session.ends_at) for number, session in ordered), key=lambda one: one[1], default=(0, at)
    )
    if is_log and ends_at > at:
        words = "The last session is not over yet: plan this workshop, and end it when it is over."
        found.append(Finding("sessions", words, last, "end"))
    return found


def _subject(facts: WorkshopFacts, rule: SubjectRule | None) -> list[Finding]:
    subject, days = facts.subject, len(facts.days)
    assert subject is not None
    if rule is None:
        return [Finding("subject", f"{subject.name} has no rules for {facts.days[0]:%b %-d, %Y}: ask Code.org.")]
    found = []
    if rule.min_days is not None and days < rule.min_days:
        found.append(
            Finding("sessions", f"{subject.name} takes {_days(rule.min_days)}; these sessions are on {_days(days)}.")
        )
    if rule.max_days is not None and days > rule.max_days:
        found.append(
            Finding("sessions", f"{subject.name} takes {_days(rule.max_days)}; these sessions are on {_days(days)}.")
        )
    wrong = {session.format for session in facts.sessions} - set(rule.formats)
    if wrong:
        words = " or ".join(Format(value).label.lower() for value in rule.formats)
        found.append(Finding("sessions", f"{subject.name} is {words} only: change the format of its sessions."))
    return found


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def facts_of(
    workshop: Workshop, sessions: Iterable[WorkshopSession], facilitators: Iterable[Facilitator]
) -> WorkshopFacts:
    """The facts of a stored workshop."""
    return WorkshopFacts(
        course=workshop.course,
        subject=workshop.subject,
        capacity=workshop.capacity,
        place=workshop.place,
        notes=workshop.notes,
        sessions=tuple(SessionFacts(row.starts_at, row.ends_at, row.zone, row.format, row.ref) for row in sessions),
        facilitators=tuple(facilitators),
    )


def as_stored(facts: WorkshopFacts) -> dict[str, Any]:
    """Facts as JSON, by references."""
    return {
        "course": facts.course.ref if facts.course else "",
        "subject": facts.subject.ref if facts.subject else "",
        "capacity": facts.capacity,
        "place": facts.place,
        "notes": facts.notes,
        "sessions": [
            [one.starts_at.isoformat(), one.ends_at.isoformat(), one.zone, one.format, one.ref]
            for one in facts.sessions
        ],
        "facilitators": [person.ref for person in facts.facilitators],
    }


def from_stored(stored: dict[str, Any]) -> WorkshopFacts:
    """Facts that were kept as JSON."""
    return WorkshopFacts(
        course=Course.objects.filter(ref=stored["course"]).first(),
        subject=Subject.objects.select_related("course").filter(ref=stored["subject"]).first(),
        capacity=stored["capacity"],
        place=stored["place"],
        notes=stored["notes"],
        sessions=tuple(
            SessionFacts(dt.datetime.fromisoformat(starts), dt.datetime.fromisoformat(ends), *rest)
            for starts, ends, *rest in stored["sessions"]
        ),
        facilitators=tuple(Facilitator.objects.filter(ref__in=stored["facilitators"]).order_by("name", "id")),
    )
