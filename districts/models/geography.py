"""States, counties and ZIP codes: where a place is, by the numbers of the Census Bureau and the Postal Service."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.tenancy.models import NetworkModel


class State(NetworkModel):
    """A state, the District of Columbia or a territory; `fips` are the first two digits of its NCES ids."""

    code = models.CharField(max_length=2, unique=True)
    fips = models.CharField(max_length=2, unique=True)
    name = models.CharField(max_length=60, unique=True)

    objects: ClassVar[models.Manager[State]] = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="districts_state_code", condition=Q(code__regex=r"^[A-Z]{2}$")),
            models.CheckConstraint(name="districts_state_fips", condition=Q(fips__regex=r"^[0-9]{2}$")),
        ]

    def __str__(self) -> str:
        return self.name


class County(NetworkModel):
    """A county or what stands for one (parish, borough, municipio), by its 5-digit FIPS number; `is_current` ends when a file leaves it out."""

    fips = models.CharField("county number", max_length=5, unique=True)
    name = models.CharField(max_length=60)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="counties")
    is_current = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[County]] = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(name="districts_county_fips", condition=Q(fips__regex=r"^[0-9]{5}$"))]
        indexes = [models.Index(fields=["state", "name"], name="districts_county_state")]

    def __str__(self) -> str:
        return f"{self.name}, {self.state.code}"


class ZipCounty(NetworkModel):
    """A ZIP code lies, at least with a part, in a county; it may lie in several, never in two states here."""

    zip_code = models.CharField("ZIP code", max_length=5)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="zip_codes")
    is_current = models.BooleanField(default=True)

    objects: ClassVar[models.Manager[ZipCounty]] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint("zip_code", "county", name="districts_zip_once_a_county"),
            models.CheckConstraint(name="districts_zip_digits", condition=Q(zip_code__regex=r"^[0-9]{5}$")),
        ]

    def __str__(self) -> str:
        return self.zip_code
