"""Who leads a workshop, who is enrolled, and which sessions each person attended."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from common.refs import RefField
from common.tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet
from districts.models import School
from facilitators.models import Facilitator
from workshops.models.workshop import Workshop, WorkshopSession
from workshops.walls import SameWorkshop, SeatsCounted

PERSON = settings.AUTH_USER_MODEL


class WorkshopFacilitator(TenantModel):
    """A facilitator leads a workshop; where her accreditation or standing does not hold, staff said why it may be (C9)."""

    workshop = TenantForeignKey(Workshop, on_delete=models.CASCADE, related_name="leads")
    facilitator = models.ForeignKey(Facilitator, on_delete=models.PROTECT, related_name="leads")
    override_reason = models.CharField(max_length=500, blank=True)
    overridden_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    assigned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("workshop", "facilitator", name="workshops_lead_once"),
            models.CheckConstraint(
                name="workshops_lead_override", condition=Q(override_reason="") | Q(overridden_by__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.facilitator_id} leads {self.workshop_id}"


class Teacher(TenantModel):
    """A teacher whom one partner knows; the same person at another partner is another row (architecture, "Tenancy")."""

    ref = RefField("T")
    name = models.CharField(max_length=120)
    email = models.CharField(max_length=254, blank=True)
    school = models.ForeignKey(School, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    school_name = models.CharField(max_length=160, blank=True)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("partner", "email", name="workshops_teacher_email", condition=~Q(email="")),
            models.CheckConstraint(name="workshops_teacher_email_lower", condition=Q(email=Lower("email"))),
        ]
        indexes = [models.Index(fields=["partner", "name", "id"], name="workshops_teacher_name")]

    def __str__(self) -> str:
        return self.name


class EnrollmentQuerySet(TenantQuerySet["Enrollment"]):
    """Enrollments."""

    def holding(self) -> EnrollmentQuerySet:
        """Those that take a seat."""
        return self.filter(canceled_at__isnull=True)


EnrollmentManager = TenantManager.from_queryset(EnrollmentQuerySet)


class Enrollment(TenantModel):
    """A teacher's seat in a workshop; once a teacher. A canceled one keeps its history and frees the seat."""

    ref = RefField("E")
    workshop = TenantForeignKey(Workshop, on_delete=models.PROTECT, related_name="enrollments")
    teacher = TenantForeignKey(Teacher, on_delete=models.PROTECT, related_name="enrollments")
    roster = TenantForeignKey("workshops.Roster", on_delete=models.PROTECT, related_name="enrollments", null=True)
    enrolled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    enrolled_at = models.DateTimeField()
    canceled_at = models.DateTimeField(null=True)

    objects: ClassVar[EnrollmentManager[Enrollment]] = EnrollmentManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("workshop", "teacher", name="workshops_enrollment_once"),
            models.UniqueConstraint("workshop", "id", name="workshops_enrollment_of_workshop"),
            SeatsCounted(name="workshops_enrollment_seats"),
        ]

    def __str__(self) -> str:
        return f"{self.teacher_id} in {self.workshop_id}"


class Attendance(TenantModel):
    """A person of a workshop attended a session of the same workshop (one row); no row, no attendance."""

    workshop = TenantForeignKey(Workshop, on_delete=models.PROTECT, related_name="attendance")
    enrollment = TenantForeignKey(Enrollment, on_delete=models.PROTECT, related_name="attendance")
    session = TenantForeignKey(WorkshopSession, on_delete=models.PROTECT, related_name="attendance")
    marked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("enrollment", "session", name="workshops_attendance_once"),
            SameWorkshop(name="workshops_attendance_enrollment", field="enrollment", to="workshops_enrollment"),
            SameWorkshop(name="workshops_attendance_session", field="session", to="workshops_workshopsession"),
        ]

    def __str__(self) -> str:
        return f"{self.enrollment_id} at {self.session_id}"
