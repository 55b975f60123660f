"""Districts and schools from the files of NCES, with figures by year; a later year's file updates, and marks what is gone.

`NA` is no value: of an id the row is rejected, of a figure it is kept as unknown. Nothing is guessed, and a count is kept as it was published.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction

from activity.operations import Happening, record_all
from common.errors import DomainError
from common.files import ImportResult, NamedRow, UnreadableFile, rows_of
from districts.models import GROUPS, District, DistrictEnrollment, DistrictLunch, School, State
from districts.operations.bringing import Brought, bring, mark_gone, one_import_at_a_time
from districts.operations.keeping import DISTRICT_DIGITS, SCHOOL_DIGITS, padded

MOST_ROWS = 200_000
LONGEST_NAME = 120
NONE = ("", "NA")
GROUP_COLUMNS = dict(
    zip(
        GROUPS,
        (
            "enroll_native_{}",
            "aapi_enroll_{}",
            "latinx_enroll_{}",
            "black_enroll_{}",
            "white_enroll_{}",
            "hawpi_enroll_{}",
            "two_plus_race_enroll_{}",
        ),
        strict=True,
    )
)
YEAR = re.compile(r"^enroll_(\d\d)$")


@transaction.atomic
def import_districts(*, content: bytes, at: dt.datetime) -> ImportResult:
    """Columns `district_id`, `district` and, with the year in their names, enrollment and its groups (staff door).

    Of the states that the file covers, a district that it leaves out is closed, unless a later file has named it. Raises UnreadableFile.
    """
    one_import_at_a_time()
    header, rows = rows_of(content, columns=("district_id", "district"), most=MOST_ROWS)
    file = _File(_year_of(header), at)
    year, result = file.year, file.result
    states = {row.fips: row for row in State.objects.all()}
    known = {row.nces_id: row for row in District.objects.select_related("state")}
    figures: dict[str, dict[str, Any]] = {}
    for row in rows:
        try:
            ident = _id_of(row["district_id"], DISTRICT_DIGITS, file.named, row.line)
            state = states.get(ident[:2])
            if state is None:
                raise _Wrong(f"No state has the number {ident[:2]}, which the id begins with.")
            counts = _counts(row, year)
            facts = _listed(known.get(ident), _name(row["district"]), file)
        except _Wrong as wrong:
            result.reject(row.line, str(wrong))
            continue
        file.wanted[ident], figures[ident] = {**facts, "state_id": state.pk}, counts
        file.covered.add(ident[:2])
        if said := _odd(counts):
            result.notice(row.line, said)
    done = _brought(District, known, file)
    known |= {row.nces_id: row for row in done.new}
    changed = _bring_figures(figures, known, year)
    done_rows = {row.pk for row, _before in done.changed} | {row.pk for row in done.new}
    quietly = len(changed - done_rows)
    result.updated, result.unchanged = result.updated + quietly, result.unchanged - quietly
    return result


@transaction.atomic
def import_lunch(*, content: bytes, at: dt.datetime) -> ImportResult:
    """Columns `district_id`, `enroll_d`, `frl_enroll_d`, `pct_frl` (staff door); a share is a number from 0 to 1. Raises UnreadableFile."""
    one_import_at_a_time()
    rows = rows_of(content, columns=("district_id", "enroll_d", "frl_enroll_d", "pct_frl"), most=MOST_ROWS)[1]
    result, districts = ImportResult(), dict(District.objects.values_list("nces_id", "pk"))
    known = {row.district_id: row for row in DistrictLunch.objects.all()}
    wanted: dict[int, dict[str, Any]] = {}
    named: dict[str, int] = {}
    for row in rows:
        try:
            ident = _id_of(row["district_id"], DISTRICT_DIGITS, named, row.line)
            if ident not in districts:
                raise _Wrong(f"No district has the id {ident}.")
            students, eligible, share = _count(row, "enroll_d"), _count(row, "frl_enroll_d"), _share(row["pct_frl"])
            if students is not None and eligible is not None and eligible > students:
                raise _Wrong(f"{eligible:,} of {students:,} students are eligible: that cannot be.")
        except _Wrong as wrong:
            result.reject(row.line, str(wrong))
            continue
        wanted[districts[ident]] = {"students": students, "eligible": eligible, "share": share, "imported_at": at}
    bring(
        DistrictLunch,
        known=known,
        wanted=wanted,
        key=lambda pk: {"district_id": pk},
        result=result,
        quiet=("imported_at",),
    )
    return result


@transaction.atomic
def import_schools(*, content: bytes, year: int, at: dt.datetime) -> ImportResult:
    """Columns `school_id`, `school`, `district_id`, `level` (staff door); the file of a `year`, which its columns do not name.

    Of the states and levels that the file covers, a school that it leaves out is closed, unless a later file has named it.
    Raises UnreadableFile.
    """
    one_import_at_a_time()
    rows = rows_of(content, columns=("school_id", "school", "district_id", "level"), most=MOST_ROWS)[1]
    file, districts = _File(year, at), {row.nces_id: row for row in District.objects.all()}
    known = {row.nces_id: row for row in School.objects.all()}
    for row in rows:
        try:
            ident = _id_of(row["school_id"], SCHOOL_DIGITS, file.named, row.line)
            district = _district_of(ident, row["district_id"], districts)
            level = "" if row["level"] in NONE else row["level"]
            if len(level) > 20:
                raise _Wrong(f"The level {level[:30]!r} is longer than 20 characters.")
            facts = _listed(known.get(ident), _name(row["school"]), file)
        except _Wrong as wrong:
            file.result.reject(row.line, str(wrong))
            continue
        file.wanted[ident] = {**facts, "state_id": district.state_id, "district_id": district.pk, "level": level}
        file.covered.add((ident[:2], level))
    _brought(School, known, file)
    return file.result


class _Wrong(Exception):
    """One row cannot be taken; the message says why."""


@dataclass
class _File:
    """A file of places while it is read: its year, the line of each id, facts by id, and what it covers (states, or states and levels)."""

    year: int
    at: dt.datetime
    result: ImportResult = field(default_factory=ImportResult)
    named: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, dict[str, Any]] = field(default_factory=dict)
    covered: set[Any] = field(default_factory=set)


def _year_of(header: Sequence[str]) -> int:
    years = {int(found[1]) for name in header if (found := YEAR.match(name))}
    if len(years) != 1:
        raise UnreadableFile("The first line must name the enrollment of one year, such as `enroll_24`.")
    year = years.pop()
    if missing := [column for name in GROUPS if (column := GROUP_COLUMNS[name].format(f"{year:02}")) not in header]:
        raise UnreadableFile(f"The first line does not name the column `{missing[0]}`.")
    return 2000 + year


def _id_of(text: str, digits: int, named: dict[str, int], line: int) -> str:
    """The id with its leading zeros; remembered, so that a rejected row is not taken for one that is gone."""
    if text in NONE:
        raise _Wrong("The id is missing." if not text else "The id is NA.")
    try:
        ident = padded(text, digits)
    except DomainError as error:
        raise _Wrong(f"The id {text[:30]!r} is not {digits} digits.") from error
    if ident in named:
        raise _Wrong(f"The id {ident} stands in line {named[ident]} already.")
    named[ident] = line
    return ident


def _name(text: str) -> str:
    name = " ".join(text.split())
    if name in NONE:
        raise _Wrong("The name is missing." if not name else "The name is NA.")
    if len(name) > LONGEST_NAME:
        raise _Wrong(f"The name has {len(name):,} characters; {LONGEST_NAME} are the most.")
    return name


def _district_of(ident: str, text: str, districts: dict[str, District]) -> District:
    try:
        of = padded(text, DISTRICT_DIGITS)
    except DomainError as error:
        raise _Wrong(f"The district id {text[:30]!r} is not {DISTRICT_DIGITS} digits.") from error
    if not ident.startswith(of):
        raise _Wrong(f"The id of a school of district {of} begins with it; {ident} does not.")
    if of not in districts:
        raise _Wrong(f"No district has the id {of}: import the districts first.")
    return districts[of]


def _counts(row: NamedRow, year: int) -> dict[str, Any]:
    suffix = f"{year % 100:02}"
    found = {name: _count(row, column.format(suffix)) for name, column in GROUP_COLUMNS.items()}
    total = _count(row, f"enroll_{suffix}")
    if total is not None and sum(count or 0 for count in found.values()) > total:
        raise _Wrong(f"The groups add up to more than the {total:,} students.")
    return {"total": total, **found}


def _odd(counts: dict[str, Any]) -> str:
    groups = [counts[name] for name in GROUPS]
    if counts["total"] is None or None in groups or sum(groups) == counts["total"]:
        return ""
    return f"The groups add up to {sum(groups):,} of {counts['total']:,} students."


def _count(row: NamedRow, column: str) -> int | None:
    text = row[column]
    if text in NONE:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 9:
        raise _Wrong(f"`{column}` is {text[:30]!r}, not a whole number.")
    return int(text)


def _share(text: str) -> Decimal | None:
    if text in NONE:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d{1,6})?", text, re.ASCII):
        raise _Wrong(f"`pct_frl` is {text[:30]!r}, not a share such as 0.31.")
    share = Decimal(text)
    if share > 1:
        raise _Wrong(f"The share {text} is above 1.")
    return share.quantize(Decimal("0.001"))


def _listed(row: Any, name: str, file: _File) -> dict[str, Any]:
    """Facts of a named place: an older file than the newest that names it changes none; what staff corrected stays until a file says otherwise."""
    if row is not None and row.listed_in is not None and row.listed_in > file.year:
        return {}
    facts: dict[str, Any] = {"listed_in": file.year, "listed_name": name, "gone_in": None}
    if row is None or row.listed_name != name:
        facts["name"] = name
    if row is not None and row.gone_in is not None:
        facts["is_open"] = True
    if row is None:
        facts["changed_at"] = file.at
    return facts


def _brought(model: Any, known: dict[str, Any], file: _File) -> Brought:
    """Write places, close what the file leaves out of what it covers, and tell the timelines."""
    done = bring(
        model,
        known=known,
        wanted=file.wanted,
        key=lambda ident: {"nces_id": ident},
        result=file.result,
        quiet=("listed_in", "listed_name"),
    )
    left_out = [
        row
        for ident, row in known.items()
        if ident not in file.named
        and row.listed_in is not None
        and row.listed_in <= file.year
        and _scope(row) in file.covered
    ]
    mark_gone(model, done, rows=left_out, marks={"is_open": False, "gone_in": file.year}, result=file.result)
    _tell(model._meta.verbose_name, done, file.year, file.at)
    return done


def _scope(row: Any) -> Any:
    return (row.nces_id[:2], row.level) if isinstance(row, School) else row.nces_id[:2]


def _tell(what: str, done: Brought, year: int, at: dt.datetime) -> None:
    shown = {"name", "is_open", "level", "district_id", "state_id"}
    happenings = [Happening(row, f"{what}.listed", f"{row.name} came with the file of {year}") for row in done.new]
    for row, before in done.changed:
        was = {name: value for name, value in before.items() if name in shown}
        now_is = {name: getattr(row, name) for name in was}
        text = f"{row.name} follows the file of {year}"
        happenings.append(Happening(row, f"{what}.updated", text, was, now_is))
    for row in done.gone:
        text = f"The file of {year} no longer names {row.name}"
        happenings.append(Happening(row, f"{what}.gone", text, {"is_open": True}, {"is_open": False}))
    record_all(happenings, by=None, at=at)


def _bring_figures(figures: dict[str, dict[str, Any]], known: dict[str, District], year: int) -> set[int]:
    """Enrollment of a year, by district; the districts of which it was new or changed."""
    rows = {row.district_id: row for row in DistrictEnrollment.objects.filter(year=year)}
    wanted = {known[ident].pk: counts for ident, counts in figures.items()}
    done = bring(
        DistrictEnrollment,
        known=rows,
        wanted=wanted,
        key=lambda pk: {"district_id": pk, "year": year},
        result=ImportResult(),
    )
    return {row.district_id for row in done.new} | {row.district_id for row, _before in done.changed}
