"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

from typing import Any

from districts.models import District, School
from tests.districts.factories import make_district, make_school

EXAMPLES: dict[type[Any], Any] = {
    District: lambda world, partner: make_district(),
    School: lambda world, partner: make_school(),
}
KWARGS: dict[str, dict[str, str]] = {}
