"""What people do with workshops; pages, commands and the demo network call these."""

from workshops.operations.attendance import AttendanceRefused, NeedsCorrection, mark_attendance
from workshops.operations.corrections import (
    Asking,
    CorrectionRefused,
    Missing,
    ask_correction,
    ask_facts_correction,
    ask_person_correction,
    decide_correction,
    withdraw_correction,
)
from workshops.operations.ending import EndRefused, cancel_workshop, discard_draft, end_workshop, start_workshop
from workshops.operations.enrolling import (
    NO_CONSENT,
    AlreadyEnrolled,
    WorkshopFull,
    cancel_enrollment,
    correct_teacher,
    enroll_teacher,
    restore_enrollment,
)
from workshops.operations.overriding import OverrideRefused, ask_override, override_facilitator
from workshops.operations.rosters import (
    NO_ROSTER,
    Imported,
    RosterRefused,
    change_rows,
    confirm_roster,
    discard_roster,
    read_roster,
    rows_to_fix,
)
from workshops.operations.scheduling import (
    WorkshopRefused,
    log_workshop,
    plan_workshop,
    save_draft,
)

__all__ = [
    "NO_CONSENT",
    "NO_ROSTER",
    "AlreadyEnrolled",
    "Asking",
    "AttendanceRefused",
    "CorrectionRefused",
    "EndRefused",
    "Imported",
    "Missing",
    "NeedsCorrection",
    "OverrideRefused",
    "RosterRefused",
    "WorkshopFull",
    "WorkshopRefused",
    "ask_correction",
    "ask_facts_correction",
    "ask_override",
    "ask_person_correction",
    "cancel_enrollment",
    "cancel_workshop",
    "change_rows",
    "confirm_roster",
    "correct_teacher",
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
    "restore_enrollment",
    "rows_to_fix",
    "save_draft",
    "start_workshop",
    "withdraw_correction",
]
