"""The catalog of courses: subjects with their rules of today, and the seasons with their wording."""

from __future__ import annotations

from django.http import HttpResponse

from catalog.models import Season, Subject, rules_on
from common.access import ScopedRequest, requires
from common.views import page
from common.zones import today


@requires("catalog.read")
def course_list(request: ScopedRequest) -> HttpResponse:
    """Every subject that is offered today, under its course."""
    on = today()
    subjects = list(Subject.objects.offered(on).select_related("course").order_by("course_id", "position"))
    rules = rules_on(on, [subject.pk for subject in subjects])
    rows = [{"subject": subject, "rule": rules.get(subject.pk)} for subject in subjects]
    seasons = list(Season.objects.prefetch_related("courses__course").order_by("-starts_on"))
    return page(request, "catalog/courses.html", {"rows": rows, "seasons": seasons})
