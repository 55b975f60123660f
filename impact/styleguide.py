"""The style guide of development: every component with realistic words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from common.access import PUBLIC, requires
from common.styleguide import context


@requires(PUBLIC)
def styleguide(request: HttpRequest) -> HttpResponse:
    """Tokens and components in light and dark."""
    return render(request, "styleguide.html", context())


urlpatterns = [path("", styleguide, name="styleguide")]
