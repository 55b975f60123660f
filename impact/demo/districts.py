"""Invented districts and schools in the states of the demo partners."""

from __future__ import annotations

import datetime as dt

from districts.models import State
from districts.operations import add_district, add_school
from impact.demo.network import DemoNetwork

PLACES = (
    "Alder Creek", "Bellwether", "Cinder Butte", "Dry Fork", "Elkhorn Bend", "Fallow Ridge", "Granite Ford", "Hollow Pine",
    "Iron Hill", "Juniper Flat", "Kestrel Point", "Lantern Bay", "Mimbres Valley", "North Quarry", "Otter Landing", "Prairie Gate",
    "Quail Hollow", "Red Willow", "Saltgrass", "Thornfield",
)  # fmt: skip
LEVELS = ("Elementary", "Middle School", "High School")


def load(network: DemoNetwork) -> None:
    """One district with three schools in each state that partners have, two in every third; ids as NCES writes them."""
    codes = sorted({code for partner in network.partners for code in partner.states})
    by, at = network.code_org["staff"][0], network.instant(network.on - dt.timedelta(days=500))
    for position, state in enumerate(State.objects.filter(code__in=codes).order_by("code")):
        for number in range(2 if position % 3 == 0 else 1):
            place = PLACES[(position * 3 + number * 7) % len(PLACES)]
            ident = f"{state.fips}9{position % 10}{number}10"
            district = add_district(
                nces_id=ident, name=f"{place} School District", city=place, state=state, by=by, at=at
            )
            for order, level in enumerate(LEVELS, start=1):
                add_school(
                    nces_id=f"{ident}{order:05}", name=f"{place} {level}", city=place, district=district, by=by, at=at
                )
