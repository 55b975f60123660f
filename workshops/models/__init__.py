"""Workshops, their sessions and people, rosters on their way in, and corrections after the end."""

from workshops.models.people import Attendance, Enrollment, Teacher, WorkshopFacilitator
from workshops.models.roster import Consent, Correction, Roster, RosterRow
from workshops.models.workshop import Workshop, WorkshopSession

__all__ = [
    "Attendance",
    "Consent",
    "Correction",
    "Enrollment",
    "Roster",
    "RosterRow",
    "Teacher",
    "Workshop",
    "WorkshopFacilitator",
    "WorkshopSession",
]
