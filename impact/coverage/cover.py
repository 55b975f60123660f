"""What of the country is served, by state, and within one state by county: what nobody serves, and where several do (C48, C82)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import Count, Q

from catalog.models import Program
from districts.models import County, State, ZipCounty
from partners.models import Level, Partner, Territory

Held = dict[str, list[Territory]]


class Cover(StrEnum):
    """How much of an area somebody serves."""

    WHOLE = "whole"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True)
class StateCover:
    """One state in one program: who holds all of it, and which counties and ZIP codes are held by themselves."""

    state: State
    counties: int
    holders: list[Territory] = field(default_factory=list)
    by_county: list[Territory] = field(default_factory=list)
    by_zip: list[Territory] = field(default_factory=list)

    @property
    def cover(self) -> Cover:
        """Whole where somebody holds the state, or each of its counties."""
        if self.holders or (self.counties and self.gaps == 0):
            return Cover.WHOLE
        return Cover.PART if self.by_county or self.by_zip else Cover.NONE

    @property
    def gaps(self) -> int:
        """Counties that nobody holds, neither by themselves nor with their state; ZIP codes in them may be held."""
        return 0 if self.holders else self.counties - len({row.area for row in self.by_county})

    @property
    def partners(self) -> list[Partner]:
        """Everybody who holds a part of it, by name."""
        rows = [*self.holders, *self.by_county, *self.by_zip]
        return sorted({row.partner for row in rows}, key=lambda partner: (partner.name, partner.pk))


@dataclass(frozen=True)
class CountyCover:
    """One county: who serves it, by itself or with its state, and which ZIP codes in it are held by themselves."""

    county: County
    served: list[Territory]
    by_zip: list[Territory]

    @property
    def cover(self) -> Cover:
        """Whole where the county or its state is held."""
        if self.served:
            return Cover.WHOLE
        return Cover.PART if self.by_zip else Cover.NONE


@dataclass(frozen=True)
class Overlap:
    """A ZIP code in several counties that different partners serve; nobody holds the ZIP code itself."""

    zip_code: str
    partners: list[Partner]


@dataclass(frozen=True)
class StateDetail:
    """A state with its counties, and the ZIP codes that several partners serve."""

    state: StateCover
    counties: list[CountyCover]
    overlaps: list[Overlap]


def cover_of_states(program: Program, on: dt.date) -> list[StateCover]:
    """Every state by name, on a date (network zone); three statements, staff door."""
    states = State.objects.annotate(kept=Count("counties", filter=Q(counties__is_current=True))).order_by("name")
    found = {state.fips: StateCover(state, state.kept) for state in states}
    by_code = {cover.state.code: cover for cover in found.values()}
    by_zip: Held = defaultdict(list)
    for row in _held(program, on):
        if row.level == Level.STATE:
            by_code[row.area].holders.append(row)
        elif row.level == Level.COUNTY:
            found[row.area[:2]].by_county.append(row)
        else:
            by_zip[row.area].append(row)
    places = ZipCounty.objects.filter(is_current=True, zip_code__in=by_zip).order_by("zip_code")
    for zip_code, fips in places.values_list("zip_code", "county__state__fips").distinct():
        found[fips].by_zip.extend(by_zip[zip_code])
    return list(found.values())


def cover_of_state(state: State, program: Program, on: dt.date) -> StateDetail:
    """One state and its counties by name, on a date (network zone); three statements, staff door."""
    counties = list(
        County.objects.filter(state=state, is_current=True).select_related("state").order_by("name", "fips")
    )
    places: dict[str, set[str]] = defaultdict(set)
    pairs = ZipCounty.objects.filter(is_current=True, county__state=state).order_by("zip_code", "county__fips")
    for zip_code, fips in pairs.values_list("zip_code", "county__fips"):
        places[zip_code].add(fips)
    whole, by_county, by_zip = _sorted_of(state, _held(program, on), set(places))
    zips_of: dict[str, list[Territory]] = defaultdict(list)
    for zip_code in sorted(by_zip):
        for fips in places[zip_code]:
            zips_of[fips] += by_zip[zip_code]
    rows = [CountyCover(county, by_county[county.fips] or whole, zips_of[county.fips]) for county in counties]
    cover = StateCover(
        state,
        len(counties),
        whole,
        [row for held in by_county.values() for row in held],
        [row for held in by_zip.values() for row in held],
    )
    served = {row.county.fips: row.served for row in rows}
    return StateDetail(cover, rows, list(_overlaps(places, served, set(by_zip))))


def _held(program: Program, on: dt.date) -> list[Territory]:
    rows = Territory.objects.in_force(on).filter(program=program).select_related("partner")
    return list(rows.order_by("area_name", "id"))


def _sorted_of(state: State, rows: list[Territory], zip_codes: set[str]) -> tuple[list[Territory], Held, Held]:
    """What is held in one state: the whole of it, by county, and by ZIP code."""
    whole, by_county, by_zip = [], defaultdict(list), defaultdict(list)
    for row in rows:
        if row.level == Level.STATE and row.area == state.code:
            whole.append(row)
        elif row.level == Level.COUNTY and row.area[:2] == state.fips:
            by_county[row.area].append(row)
        elif row.level == Level.ZIP and row.area in zip_codes:
            by_zip[row.area].append(row)
    return whole, by_county, by_zip


def _overlaps(places: dict[str, set[str]], served: Held, held: set[str]) -> Iterable[Overlap]:
    for zip_code, counties in places.items():
        partners = {row.partner for fips in counties for row in served.get(fips, [])}
        if zip_code not in held and len(partners) > 1:
            yield Overlap(zip_code, sorted(partners, key=lambda partner: (partner.name, partner.pk)))
