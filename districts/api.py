"""Calls about districts and schools: rows of the network, which everybody reads."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers

from common.api.endpoint import Endpoint, allows
from common.api.fields import RefShown, Shown
from common.api.lists import Listing, NamedFilter, WordsFilter
from districts.models import District, School

BY_NAME = {"name": ("name", "id"), "-name": ("-name", "-id"), "nces_id": ("nces_id", "id")}
DIGITS = {"lookup_expr": "exact", "help_text": "The NCES id, with its zeros."}


class PlaceShown(Shown):
    """What a district and a school have in common."""

    ref = RefShown()
    nces_id = serializers.CharField()
    name = serializers.CharField()
    city = serializers.CharField()
    state = serializers.CharField(source="state.code")
    is_open = serializers.BooleanField()


class DistrictShown(PlaceShown):
    """A district, by its 7-digit NCES id."""


class SchoolShown(PlaceShown):
    """A school, by its 12-digit NCES id."""

    district = RefShown(source="district.ref")


class PlaceFilter(django_filters.FilterSet):
    """Filters of both."""

    q = WordsFilter(method="named", help_text="Name or city, spelled nearly so, or the first digits of the NCES id.")
    state = django_filters.CharFilter(field_name="state__code", max_length=2, help_text="Such as NM.")
    nces_id = django_filters.CharFilter(max_length=12, **DIGITS)

    def named(self, rows: Any, name: str, value: str) -> Any:
        """Like what was typed."""
        return rows.named_like(" ".join(value.split())[:60])


class SchoolFilter(PlaceFilter):
    """Filters of schools."""

    district = NamedFilter(rows=District.objects.all, help_text="A district by its reference.")


class Districts(Endpoint):
    """School districts."""

    @allows("districts.pick", "reference:read", gives=DistrictShown, lists=Listing(BY_NAME, PlaceFilter))
    def get(self, request: Any) -> Any:
        """List and search school districts."""
        return District.objects.select_related("state")


class OneDistrict(Endpoint):
    """One district."""

    model = District

    @allows("districts.pick", "reference:read", gives=DistrictShown)
    def get(self, request: Any, district: District) -> District:
        """Read one district."""
        return district


class Schools(Endpoint):
    """Schools."""

    @allows("districts.pick", "reference:read", gives=SchoolShown, lists=Listing(BY_NAME, SchoolFilter))
    def get(self, request: Any) -> Any:
        """List and search schools."""
        return School.objects.select_related("state", "district")


class OneSchool(Endpoint):
    """One school."""

    model = School

    @allows("districts.pick", "reference:read", gives=SchoolShown)
    def get(self, request: Any, school: School) -> School:
        """Read one school."""
        return school
