"""Calls about what workshops name: courses with their subjects, and facilitators as partners may see them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from rest_framework import serializers

from catalog.models import Course, Subject
from common.api.endpoint import Endpoint, allows
from common.api.fields import RefShown, Shown
from common.api.lists import Listing, NamedFilter, WordsFilter
from common.zones import today
from facilitators.models import Facilitator

BY_NAME = {"name": ("name", "id"), "-name": ("-name", "-id")}


class SubjectShown(Shown):
    """A subject of a course."""

    ref = RefShown()
    name = serializers.CharField()


class CourseShown(Shown):
    """A course that is offered today, with its subjects."""

    ref = RefShown()
    name = serializers.CharField()
    subjects = SubjectShown(many=True)


class Courses(Endpoint):
    """Courses."""

    @allows("districts.pick", "reference:read", gives=CourseShown, lists=Listing(BY_NAME))
    def get(self, request: Any) -> Any:
        """List the courses that are offered today, each with its subjects."""
        subjects = Subject.objects.offered(today()).order_by("position")
        return Course.objects.offered(today()).prefetch_related(Prefetch("subjects", subjects))


class FacilitatorShown(Shown):
    """A facilitator: name and states; the rest is hers."""

    ref = RefShown()
    name = serializers.CharField()
    states = serializers.ListField(child=serializers.CharField())


class FacilitatorFilter(django_filters.FilterSet):
    """Filters of facilitators."""

    q = WordsFilter(field_name="name", lookup_expr="icontains", help_text="Words of the name.")
    course = NamedFilter(
        rows=Course.objects.all,
        method="accredited",
        help_text="A course by its reference: who is accredited for it and in good standing today.",
    )

    def accredited(self, rows: Any, name: str, value: str) -> Any:
        """For this course today. Raises Http404."""
        return rows.accredited(get_object_or_404(Course, ref=value), today())


class PartnerFacilitators(Endpoint):
    """Facilitators whom a partner may choose."""

    @allows("workshops.log", "reference:read", gives=FacilitatorShown, lists=Listing(BY_NAME, FacilitatorFilter))
    def get(self, request: Any) -> Any:
        """List facilitators who may lead a workshop."""
        return Facilitator.objects.all()
