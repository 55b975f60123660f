"""Figures of a district by year, as NCES publishes them: None where the file says NA."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from common.tenancy.models import NetworkModel
from districts.models.places import District

GROUPS = ("native", "asian", "hispanic", "black", "white", "pacific", "two_or_more")


class DistrictEnrollment(NetworkModel):
    """Students of a district in a year (the year in which the school year ends), and how many are of each group."""

    district = models.ForeignKey(District, on_delete=models.CASCADE, related_name="enrollments")
    year = models.PositiveSmallIntegerField()
    total = models.PositiveIntegerField(null=True)
    native = models.PositiveIntegerField(null=True)
    asian = models.PositiveIntegerField(null=True)
    hispanic = models.PositiveIntegerField(null=True)
    black = models.PositiveIntegerField(null=True)
    white = models.PositiveIntegerField(null=True)
    pacific = models.PositiveIntegerField(null=True)
    two_or_more = models.PositiveIntegerField(null=True)

    objects: ClassVar[models.Manager[DistrictEnrollment]] = models.Manager()

    class Meta:
        constraints = [models.UniqueConstraint("district", "year", name="districts_enrollment_once_a_year")]

    def __str__(self) -> str:
        return f"{self.district} {self.year}"


class DistrictLunch(NetworkModel):
    """Students who get lunch free or at a reduced price: of how many, and which share (0 to 1). The file names no year."""

    district = models.OneToOneField(District, on_delete=models.CASCADE, related_name="lunch")
    students = models.PositiveIntegerField(null=True)
    eligible = models.PositiveIntegerField(null=True)
    share = models.DecimalField(max_digits=4, decimal_places=3, null=True)
    imported_at = models.DateTimeField()

    objects: ClassVar[models.Manager[DistrictLunch]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="districts_lunch_share", condition=Q(share__isnull=True) | Q(share__gte=0, share__lte=1)
            ),
            models.CheckConstraint(
                name="districts_lunch_eligible",
                condition=Q(eligible__isnull=True) | Q(students__isnull=True) | Q(eligible__lte=F("students")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.district)
