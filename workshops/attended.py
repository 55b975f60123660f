"""Who attended what, and the hours that count: read for one workshop, or a page of its people, in few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from catalog.models import SubjectRule, rules_on
from workshops.models import Attendance, Enrollment, Workshop, WorkshopSession


@dataclass
class Seat:
    """A person of a workshop with the sessions attended and the hours that count."""

    enrollment: Enrollment
    cells: list[tuple[WorkshopSession, bool]]
    hours: Decimal
    sent: dict[tuple[str, str], bool] = field(default_factory=dict)

    @property
    def boxes(self) -> list[tuple[WorkshopSession, bool, bool]]:
        """Each session with what is stored and what the page ticks: a tick that was sent and not taken stays as sent."""
        return [(one, stored, self.sent.get((self.enrollment.ref, one.ref), stored)) for one, stored in self.cells]

    @property
    def attended(self) -> int:
        """Sessions attended."""
        return sum(present for _session, present in self.cells)

    @property
    def hours_words(self) -> str:
        """`12`, `33.5`."""
        return f"{self.hours.normalize():f}"


def rule_of(workshop: Workshop) -> SubjectRule | None:
    """The rules that count for a workshop: those of its first day."""
    if workshop.subject_id is None or workshop.first_on is None:
        return None
    return rules_on(workshop.first_on, [workshop.subject_id]).get(workshop.subject_id)


def seats_of(
    workshop: Workshop, enrollments: Sequence[Enrollment], sessions: Sequence[WorkshopSession], rule: SubjectRule | None
) -> list[Seat]:
    """These people with their attendance, in one statement; hours counted = min(hours attended, the subject's most)."""
    marked: dict[int, set[int]] = defaultdict(set)
    pairs = Attendance.objects.filter(workshop=workshop, enrollment__in=[row.pk for row in enrollments])
    for enrollment, session in pairs.values_list("enrollment", "session"):
        marked[enrollment].add(session)
    made = []
    for row in enrollments:
        cells = [(session, session.pk in marked[row.pk]) for session in sessions]
        hours = sum((session.hours for session, present in cells if present), Decimal(0))
        made.append(Seat(row, cells, rule.counted(hours) if rule else hours))
    return made


@dataclass(frozen=True)
class Figures:
    """Numbers of a whole workshop."""

    people: int
    attended_any: int
    attended_all: int
    hours: Decimal

    @property
    def hours_words(self) -> str:
        """`315`."""
        return f"{self.hours.normalize():f}"


def figures_of(workshop: Workshop, sessions: Sequence[WorkshopSession], rule: SubjectRule | None) -> Figures:
    """People, who attended, and hours counted, in one statement."""
    by_seat: dict[int, Decimal] = defaultdict(Decimal)
    times: dict[int, int] = defaultdict(int)
    length = {session.pk: session.hours for session in sessions}
    for enrollment, session in Attendance.objects.filter(workshop=workshop).values_list("enrollment", "session"):
        by_seat[enrollment] += length.get(session, Decimal(0))
        times[enrollment] += 1
    total = sum((rule.counted(hours) if rule else hours for hours in by_seat.values()), Decimal(0))
    return Figures(
        workshop.enrolled, len(times), sum(count >= len(sessions) for count in times.values()) if sessions else 0, total
    )
