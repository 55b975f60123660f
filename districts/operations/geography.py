"""States, counties and ZIP codes from the files of the Census Bureau: `states.csv`, `counties_2020.csv`, `zip_county_state.csv`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import transaction

from common.files import ImportResult, NamedRow, rows_of
from districts.models import County, State, ZipCounty
from districts.operations.bringing import bring, mark_gone, one_import_at_a_time

MOST_ROWS = 200_000
LETTERS = re.compile(r"[A-Z]{2}")


@transaction.atomic
def import_states(*, content: bytes) -> ImportResult:
    """Columns `name`, `postal`, `fips` (staff door). A second name of a state is rejected with the line of the first. Raises UnreadableFile."""
    one_import_at_a_time()
    result, known = ImportResult(), {row.code: row for row in State.objects.all()}
    wanted: dict[str, dict[str, str]] = {}
    lines: dict[str, int] = {}
    for row in rows_of(content, columns=("name", "postal", "fips"), most=MOST_ROWS)[1]:
        code, fips = row["postal"], row["fips"].zfill(2)
        reason = _problem_of_state(row, code, fips, known, lines)
        if reason:
            result.reject(row.line, reason)
            continue
        lines[code] = row.line
        wanted[code] = {"fips": fips, "name": row["name"]}
    bring(State, known=known, wanted=wanted, key=lambda code: {"code": code}, result=result)
    return result


def _problem_of_state(row: NamedRow, code: str, fips: str, known: dict[str, State], lines: dict[str, int]) -> str:
    if not LETTERS.fullmatch(code):
        return f"The postal code {code!r} is not two capital letters."
    if not _digits(fips, 2):
        return f"The number {row['fips']!r} is not two digits."
    if not row["name"] or len(row["name"]) > 60:
        return "The name is missing." if not row["name"] else "The name is longer than 60 characters."
    if code in lines:
        return f"{code} stands in line {lines[code]} already, by another name."
    if code in known and known[code].fips != fips:
        return f"{code} has the number {known[code].fips}, which ids of its districts begin with."
    return ""


@transaction.atomic
def import_counties(*, content: bytes) -> ImportResult:
    """Columns `statefp`, `countyfp`, `name` (staff door). What the file leaves out of its states is marked as gone. Raises UnreadableFile."""
    one_import_at_a_time()
    result, states = ImportResult(), {row.fips: row for row in State.objects.all()}
    known = {row.fips: row for row in County.objects.all()}
    wanted: dict[str, dict[str, object]] = {}
    named: dict[str, int] = {}
    for row in rows_of(content, columns=("statefp", "countyfp", "name"), most=MOST_ROWS)[1]:
        fips = row["statefp"].zfill(2) + row["countyfp"].zfill(3)
        reason = _problem_of_county(row, fips, states, named)
        named.setdefault(fips, row.line)
        if reason:
            result.reject(row.line, reason)
        else:
            wanted[fips] = {"name": row["name"], "state_id": states[fips[:2]].pk, "is_current": True}
    done = bring(County, known=known, wanted=wanted, key=lambda fips: {"fips": fips}, result=result)
    covered = {fips[:2] for fips in wanted}
    left_out = [row for fips, row in known.items() if fips[:2] in covered and fips not in named]
    mark_gone(County, done, rows=left_out, marks={"is_current": False}, result=result)
    return result


def _problem_of_county(row: NamedRow, fips: str, states: dict[str, State], named: dict[str, int]) -> str:
    if not _digits(fips, 5):
        return f"The numbers {row['statefp']!r} and {row['countyfp']!r} are not two and three digits."
    if fips in named:
        return f"{fips} stands in line {named[fips]} already."
    if fips[:2] not in states:
        return f"No state has the number {fips[:2]}."
    if not row["name"] or len(row["name"]) > 60:
        return "The name is missing." if not row["name"] else "The name is longer than 60 characters."
    return ""


@transaction.atomic
def import_zips(*, content: bytes) -> ImportResult:
    """Columns `zip`, `fips` (of the county), `state` (staff door): a ZIP code once for each county that it lies in.

    What the file leaves out of its states is marked as gone. Raises UnreadableFile.
    """
    one_import_at_a_time()
    result = ImportResult()
    counties = {row.fips: row for row in County.objects.select_related("state")}
    rows = ZipCounty.objects.select_related("county")
    known = {(row.zip_code, row.county.fips): row for row in rows.iterator(chunk_size=10_000)}
    wanted: dict[tuple[str, str], dict[str, bool]] = {}
    named: dict[tuple[str, str], int] = {}
    for row in rows_of(content, columns=("zip", "fips", "state"), most=MOST_ROWS)[1]:
        pair = row["zip"].zfill(5), row["fips"].zfill(5)
        reason = _problem_of_zip(row, pair, counties, named)
        named.setdefault(pair, row.line)
        if reason:
            result.reject(row.line, reason)
        else:
            wanted[pair] = {"is_current": True}
    done = bring(
        ZipCounty,
        known=known,
        wanted=wanted,
        key=lambda pair: {"zip_code": pair[0], "county": counties[pair[1]]},
        result=result,
    )
    covered = _states(wanted)
    left_out = [row for pair, row in known.items() if pair[1][:2] in covered and pair not in named]
    mark_gone(ZipCounty, done, rows=left_out, marks={"is_current": False}, result=result)
    return result


def _problem_of_zip(
    row: NamedRow, pair: tuple[str, str], counties: dict[str, County], named: dict[tuple[str, str], int]
) -> str:
    if not _digits(pair[0], 5):
        return f"The ZIP code {row['zip']!r} is not five digits."
    if not _digits(pair[1], 5):
        return f"The county number {row['fips']!r} is not five digits."
    if pair in named:
        return f"This ZIP code and county stand in line {named[pair]} already."
    county = counties.get(pair[1])
    if county is None:
        return f"No county has the number {pair[1]}: import the counties first."
    if row["state"] != county.state.code:
        return f"County {pair[1]} lies in {county.state.code}, not in {row['state'] or 'no state'}."
    return ""


def _states(pairs: Iterable[tuple[str, str]]) -> set[str]:
    return {fips[:2] for _zip, fips in pairs}


def _digits(text: str, count: int) -> bool:
    return len(text) == count and text.isascii() and text.isdigit()
