"""School districts and schools: rows of the network, which everybody signed in reads and staff keep."""

from __future__ import annotations

from typing import ClassVar, Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest

from common.refs import RefField
from common.tenancy.models import NetworkModel
from districts.models.geography import State


class Place(models.Model):
    """What a district and a school have in common.

    `listed_in` is the year of the newest file of NCES that names it, and `listed_name` the name there: what staff correct stays until
    a later file says something else. `gone_in` is the year of a file that left it out, and so closed it. A row that no file has
    named has none of them.
    """

    name = models.CharField(max_length=120)
    city = models.CharField(max_length=60, blank=True)
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+")
    is_open = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    listed_in = models.PositiveSmallIntegerField(null=True, editable=False)
    listed_name = models.CharField(max_length=120, blank=True, editable=False)
    gone_in = models.PositiveSmallIntegerField(null=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


def _searched(table: str) -> list[models.Index]:
    return [
        GinIndex(OpClass("name", name="gin_trgm_ops"), name=f"{table}_name_trgm"),
        GinIndex(OpClass("city", name="gin_trgm_ops"), name=f"{table}_city_trgm"),
        models.Index(fields=["name", "id"], name=f"{table}_name"),
    ]


class PlaceQuerySet[PlaceT: models.Model](models.QuerySet[PlaceT]):
    """Districts or schools."""

    def named_like(self, words: str) -> Self:
        """By name or city, spelled nearly so, the closest first; by NCES id where only digits are given."""
        if words.isascii() and words.isdigit():
            return self.filter(nces_id__startswith=words).order_by("nces_id")
        closeness = Greatest(TrigramWordSimilarity(words, F("name")), TrigramWordSimilarity(words, F("city")))
        found = self.filter(Q(name__trigram_word_similar=words) | Q(city__trigram_word_similar=words))
        return found.annotate(closeness=closeness).order_by("-closeness", "name", "id")


class DistrictQuerySet(PlaceQuerySet["District"]):
    """Districts."""


DistrictManager = models.Manager.from_queryset(DistrictQuerySet)


class District(Place, NetworkModel):
    """A local education agency, by its 7-digit NCES id (LEAID)."""

    ref = RefField("D")
    nces_id = models.CharField("NCES district id", max_length=7, unique=True)

    objects: ClassVar[DistrictManager[District]] = DistrictManager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="districts_district_nces", condition=Q(nces_id__regex=r"^[0-9]{7}$"))
        ]
        indexes = _searched("districts_district")


class SchoolQuerySet(PlaceQuerySet["School"]):
    """Schools."""

    def pickable(self) -> Self:
        """Open schools, with what a picker shows."""
        return self.filter(is_open=True).select_related("state", "district")


SchoolManager = models.Manager.from_queryset(SchoolQuerySet)


class School(Place, NetworkModel):
    """A school, by its 12-digit NCES id (NCESSCH), whose first seven digits are its district's."""

    ref = RefField("H")
    nces_id = models.CharField("NCES school id", max_length=12, unique=True)
    district = models.ForeignKey(District, on_delete=models.PROTECT, related_name="schools")
    level = models.CharField(max_length=20, blank=True)

    objects: ClassVar[SchoolManager[School]] = SchoolManager()

    class Meta:
        constraints = [models.CheckConstraint(name="districts_school_nces", condition=Q(nces_id__regex=r"^[0-9]{12}$"))]
        indexes = _searched("districts_school")

    @property
    def place(self) -> str:
        """`Gallup, NM`; a file names no city: `NM`."""
        return f"{self.city}, {self.state.code}" if self.city else self.state.code
