"""Territory: the area in which a partner runs a program, for a time (C48; incumbent 1.2)."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from common.dated import Period, in_force, never_overlapping, starts_before_end
from common.refs import RefField
from common.tenancy.models import TenantManager, TenantModel, TenantQuerySet
from partners.sharing import SharedByBoth

PERSON = settings.AUTH_USER_MODEL


class Level(models.TextChoices):
    """How wide an area is; the narrower one wins."""

    ZIP = "zip", "ZIP code"
    COUNTY = "county", "County"
    STATE = "state", "State"


class TerritoryQuerySet(TenantQuerySet["Territory"]):
    """Territories of the scope."""

    def in_force(self, on: dt.date) -> Self:
        """Held on a date (network zone)."""
        return self.filter(in_force(on))

    def ahead(self, on: dt.date) -> Self:
        """Held on a date or later (network zone)."""
        return self.filter(Q(valid_before__isnull=True) | Q(valid_before__gt=on))


TerritoryManager = TenantManager.from_queryset(TerritoryQuerySet)


class Territory(TenantModel):
    """A state (its postal code), a county (FIPS number) or a ZIP code that one partner holds for a program, from a date to a date.

    One area at one level has one holder a program and day, or two by one share that both accepted: the exclusion constraint and a trigger
    hold it for all partners. `area_name` is how people read `area`: `New Mexico`, `McKinley County, NM`, `87301`.
    """

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("Y")
    level = models.CharField(max_length=6, choices=Level.choices)
    area = models.CharField(max_length=5)
    area_name = models.CharField(max_length=80)
    program = models.ForeignKey("catalog.Program", on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_before = models.DateField(null=True, blank=True)
    reason = models.CharField(max_length=500)
    share = models.ForeignKey("partners.TerritoryShare", on_delete=models.PROTECT, related_name="+", null=True)
    added_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    added_at = models.DateTimeField()

    objects: ClassVar[TerritoryManager[Territory]] = TerritoryManager()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="partners_territory_one_holder",
                expressions=[
                    *((F(column), RangeOperators.EQUAL) for column in ("level", "area", "program")),
                    (
                        Coalesce("share_id", 0 - F("partner_id"), output_field=models.BigIntegerField()),
                        RangeOperators.NOT_EQUAL,
                    ),
                    (Period("valid_from", "valid_before", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
            ),
            SharedByBoth(name="partners_territory_share_accepted"),
            never_overlapping("partner", "level", "area", "program", name="partners_territory_once"),
            starts_before_end("partners_territory_period"),
            models.CheckConstraint(
                name="partners_territory_area",
                condition=Q(level=Level.STATE, area__regex=r"^[A-Z]{2}$")
                | Q(level__in=(Level.COUNTY, Level.ZIP), area__regex=r"^[0-9]{5}$"),
            ),
            models.CheckConstraint(name="partners_territory_reason", condition=~Q(reason="")),
        ]
        indexes = [models.Index(fields=["area_name", "id"], name="partners_territory_name")]

    def __str__(self) -> str:
        return self.area_name

    @property
    def last_day(self) -> dt.date | None:
        """The last date on which it is held."""
        return self.valid_before - dt.timedelta(days=1) if self.valid_before else None
