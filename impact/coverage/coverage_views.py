"""Pages about coverage: the country by state, a state by county, each with a map that comes after the table."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from catalog.models import Program
from common.access import ScopedRequest, requires
from common.exports import csv_response
from common.views import SeeOther, page
from common.zones import today
from districts.models import State
from impact.coverage.cover import Cover, StateCover, cover_of_state, cover_of_states
from impact.coverage.maps import map_of

HOME = "/network/coverage/"
WORDS = {Cover.WHOLE: ("good", "Covered"), Cover.PART: ("move", "In part"), Cover.NONE: ("warn", "Nobody")}
COLUMNS = (
    "state",
    "code",
    "covered",
    "held_by",
    "counties",
    "counties_held",
    "zip_codes_held",
    "counties_nobody_holds",
)


def programs_of(request: ScopedRequest) -> tuple[Program, list[Program]]:
    """The program that the address names, else the network's first; and all of them."""
    programs = list(Program.objects.order_by("id"))
    asked = request.GET.get("program", "")
    return next((program for program in programs if program.key == asked), programs[0]), programs


def state_of(code: str) -> State:
    """A state by its postal code; 404."""
    state = State.objects.filter(code=code.upper().replace("\0", "")[:2]).first()
    if state is None:
        raise Http404
    return state


@requires("territories.list")
def coverage(request: ScopedRequest) -> HttpResponse:
    """The country by state."""
    program, programs = programs_of(request)
    rows = cover_of_states(program, today())
    gaps_only = request.GET.get("view") == "gaps"
    context = {
        "rows": [_shown(row) for row in rows if not gaps_only or row.cover != Cover.WHOLE],
        "gaps_only": gaps_only,
        "figures": _figures(rows),
        "program": program,
        "programs": programs,
        "on": today(),
        "fills": _fills(),
    }
    return page(request, "coverage/coverage.html", context)


def _figures(rows: list[StateCover]) -> dict[str, int]:
    by_cover = {str(cover): sum(1 for row in rows if row.cover == cover) for cover in Cover}
    counties = sum(row.counties for row in rows)
    gaps = sum(row.gaps for row in rows)
    return {"states": len(rows), **by_cover, "counties": counties, "gaps": gaps}


def _shown(row: StateCover) -> dict[str, Any]:
    tone, word = WORDS[row.cover]
    return {"row": row, "tone": tone, "word": word}


def _fills() -> list[dict[str, str]]:
    """The key of the map."""
    fills = {Cover.WHOLE: "m3", Cover.PART: "m1", Cover.NONE: "gap"}
    return [{"css": fills[cover], "word": word} for cover, (_tone, word) in WORDS.items()]


@requires("territories.list")
def coverage_map(request: ScopedRequest) -> HttpResponse:
    """The map of states, a part of the page."""
    program, _programs = programs_of(request)
    shapes = tuple(
        (row.state.fips, str(row.cover), f"{HOME}{row.state.code}/?program={program.key}")
        for row in cover_of_states(program, today())
    )
    return page(request, "coverage/_map.html", {"map": map_of("states", "", shapes)})


@requires("territories.list")
def coverage_export(request: ScopedRequest) -> HttpResponse:
    """The table of states as CSV (POST)."""
    if request.method != "POST":
        return SeeOther(HOME)
    rows = cover_of_states(programs_of(request)[0], today())
    return csv_response("coverage.csv", COLUMNS, (_exported(row) for row in rows))


def _exported(row: StateCover) -> list[Any]:
    holders = "; ".join(held.partner.name for held in row.holders)
    counts = [row.counties, len(row.by_county), len(row.by_zip), row.gaps]
    return [row.state.name, row.state.code, WORDS[row.cover][1], holders, *counts]


@requires("territories.list")
def coverage_state(request: ScopedRequest, code: str) -> HttpResponse:
    """One state by county, with the ZIP codes that several partners serve."""
    program, _programs = programs_of(request)
    found = cover_of_state(state_of(code), program, today())
    context = {
        "found": found,
        "state": found.state.state,
        "rows": [{"row": row, "tone": WORDS[row.cover][0], "word": WORDS[row.cover][1]} for row in found.counties],
        "word": WORDS[found.state.cover],
        "program": program,
        "on": today(),
        "fills": _fills(),
        "may_change": request.user.has_perm("territories.change"),
    }
    return page(request, "coverage/coverage_state.html", context)


@requires("territories.list")
def coverage_state_map(request: ScopedRequest, code: str) -> HttpResponse:
    """The map of a state's counties, a part of the page."""
    found = cover_of_state(state_of(code), programs_of(request)[0], today())
    shapes = tuple((row.county.fips, str(row.cover), "") for row in found.counties)
    rest = Cover.WHOLE if found.state.holders else Cover.NONE
    drawn = map_of("counties", found.state.state.fips, shapes, rest=rest)
    return page(request, "coverage/_map.html", {"map": drawn})
