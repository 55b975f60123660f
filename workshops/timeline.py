"""What the timeline of a workshop tells to whom: names of teachers only to those who may know them (roles.md, matrix)."""

from __future__ import annotations

from activity.models import LogEntry, LogEntryQuerySet
from workshops.models import Workshop

NAMES_TEACHERS = (
    "workshop.enrolled",
    "workshop.enrollment_canceled",
    "workshop.enrollment_restored",
    "workshop.person_corrected",
)
MAY_NAME_TEACHERS = "workshop.correction_asked"


def entries_of(workshop: Workshop, *, sees_people: bool, confirms: bool) -> LogEntryQuerySet:
    """Newest first. Who counts people reads no entry that names one; who confirms corrections reads what was asked."""
    entries = LogEntry.objects.about(workshop)
    if sees_people:
        return entries
    return entries.exclude(verb__in=NAMES_TEACHERS if confirms else (*NAMES_TEACHERS, MAY_NAME_TEACHERS))
