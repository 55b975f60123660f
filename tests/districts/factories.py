"""Districts and schools for tests; call them inside staff_context()."""

from __future__ import annotations

import itertools
from typing import Any

from common.zones import now
from districts.models import District, School, State

_number = itertools.count(1)


def make_district(**given: Any) -> District:
    """A district in New Mexico."""
    n = next(_number)
    state = given.pop("state", None) or State.objects.get(code="NM")
    facts = {"nces_id": f"{state.fips}{n:05}", "name": f"District {n}", "city": "Gallup", "changed_at": now(), **given}
    return District.objects.create(state=state, **facts)


def make_school(**given: Any) -> School:
    """A school of a district of its own, unless one is given."""
    n = next(_number)
    district = given.pop("district", None) or make_district()
    facts = {
        "nces_id": f"{district.nces_id}{n:05}",
        "name": f"School {n}",
        "city": "Gallup",
        "changed_at": now(),
        **given,
    }
    return School.objects.create(district=district, state_id=district.state_id, **facts)
