"""What people do with workshops; pages, commands and the demo network call these."""

from workshops.operations.attendance import AttendanceRefused, NeedsCorrection, mark_attendance
from workshops.operations.corrections import ask_correction, decide_correction
from workshops.operations.ending import EndRefused, cancel_workshop, discard_draft, end_workshop, start_workshop
from workshops.operations.enrolling import AlreadyEnrolled, WorkshopFull, cancel_enrollment, enroll_teacher
from workshops.operations.rosters import (
    Imported,
    RosterRefused,
    change_rows,
    confirm_roster,
    discard_roster,
    read_roster,
)
from workshops.operations.scheduling import (
    WorkshopRefused,
    log_workshop,
    override_facilitator,
    plan_workshop,
    save_draft,
)

__all__ = [
    "AlreadyEnrolled",
    "AttendanceRefused",
    "EndRefused",
    "Imported",
    "NeedsCorrection",
    "RosterRefused",
    "WorkshopFull",
    "WorkshopRefused",
    "ask_correction",
    "cancel_enrollment",
    "cancel_workshop",
    "change_rows",
    "confirm_roster",
    "decide_correction",
    "discard_draft",
    "discard_roster",
    "end_workshop",
    "enroll_teacher",
    "log_workshop",
    "mark_attendance",
    "override_facilitator",
    "plan_workshop",
    "read_roster",
    "save_draft",
    "start_workshop",
]
