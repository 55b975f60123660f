"""Which partner serves a ZIP code, and why: the ZIP code itself, else its county, else its state; also none, and several."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q

from districts.models import County, ZipCounty
from impact.coverage.areas import zip_of
from partners.models import Level, Partner, Territory


@dataclass(frozen=True)
class Match:
    """A partner that serves a ZIP code in a program, by the territory that says so."""

    partner: Partner
    territory: Territory
    why: str

    def as_json(self) -> dict[str, str]:
        """Plain values."""
        row = self.territory
        return {
            "partner": self.partner.name,
            "slug": self.partner.slug,
            "program": row.program.key,
            "level": row.level,
            "area": row.area,
            "why": self.why,
        }


@dataclass(frozen=True)
class Answer:
    """What is known of a ZIP code on a date: its counties, who serves it, and a sentence."""

    zip_code: str
    counties: list[County]
    matches: list[Match]

    @property
    def sentence(self) -> str:
        """Why there is none, one or several."""
        if not self.counties:
            return f"{self.zip_code} lies in no county that we know."
        where = " and ".join(str(county) for county in self.counties)
        if not self.matches:
            return f"No partner holds {self.zip_code}, {where}, or the state."
        partners = len({match.partner.pk for match in self.matches})
        serve = f"{partners} partners serve it" if partners > 1 else "One partner serves it"
        return f"{self.zip_code} lies in {where}. {serve}."


def find_partner(text: str, *, on: dt.date) -> Answer:
    """Who serves a ZIP code (`87301` or ZIP+4) on a date (network zone); three statements, staff door. Raises AreaUnknown."""
    code = zip_of(text)
    rows = (
        ZipCounty.objects.filter(zip_code=code, is_current=True)
        .select_related("county__state")
        .order_by("county__name", "id")
    )
    counties = [row.county for row in rows]
    if not counties:
        return Answer(code, [], [])
    asked = (
        Q(level=Level.ZIP, area=code)
        | Q(level=Level.COUNTY, area__in=[county.fips for county in counties])
        | Q(level=Level.STATE, area__in={county.state.code for county in counties})
    )
    held = Territory.objects.in_force(on).filter(asked).select_related("partner", "program").order_by("program", "id")
    return Answer(code, counties, list(_matches(code, counties, held)))


def _matches(code: str, counties: list[County], rows: Iterable[Territory]) -> Iterable[Match]:
    """Per program: who holds the ZIP code; without anybody, for each county who holds it, else the state."""
    by_program: dict[int, dict[tuple[str, str], list[Territory]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        by_program[row.program_id][row.level, row.area].append(row)
    for areas in by_program.values():
        said: set[int] = set()
        for row, county in _serving(code, counties, areas):
            if row.pk not in said:
                said.add(row.pk)
                yield Match(row.partner, row, _why(row, code, county, counties))


def _serving(
    code: str, counties: list[County], areas: Mapping[tuple[str, str], list[Territory]]
) -> Iterable[tuple[Territory, County]]:
    own = areas.get((Level.ZIP, code), [])
    for county in counties:
        of_county = areas.get((Level.COUNTY, county.fips)) or areas.get((Level.STATE, county.state.code), [])
        yield from ((row, county) for row in own or of_county)


def _why(row: Territory, code: str, county: County, counties: list[County]) -> str:
    verb = "shares" if row.share_id else "holds"
    if row.level == Level.ZIP:
        return f"It {verb} the ZIP code {code}."
    if row.level == Level.STATE:
        return f"It {verb} {county.state}; nobody holds {code} or {county}."
    part = "a part of " if len(counties) > 1 else ""
    return f"It {verb} {county}, where {part}{code} lies."
