"""Territories from a file: columns `partner`, `region` and, where it names them, `program`, `from` and `to`; twice is once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from catalog.models import Program
from common.errors import DomainError
from common.files import ImportResult, NamedRow, rows_of
from impact.coverage.areas import area_of
from partners.models import Partner, Territory
from partners.operations import Holding, hold_territory

COLUMNS = ("partner", "region")
WHY = "From the list of territories"


@transaction.atomic
def import_territories(*, content: bytes, on: dt.date, by: Any, at: dt.datetime) -> ImportResult:
    """Give areas to partners, named by name or address word (staff door). `region` is a state, a county with its state, a ZIP code or ZIP+4.

    Without `program` it is the network's only one; without `from` it begins on `on`. What somebody else holds is rejected with the holder's name.
    Raises UnreadableFile.
    """
    result = ImportResult()
    partners = {key: row for row in Partner.objects.all() for key in (row.name.casefold(), row.slug)}
    programs = {row.key: row for row in Program.objects.order_by("id")}
    for row in rows_of(content, columns=COLUMNS)[1]:
        try:
            partner, holding = _partner(row, partners), _holding(row, programs, on)
            if _is_held(partner, holding):
                result.unchanged += 1
                continue
            hold_territory(partner=partner, holding=holding, by=by, at=at)
        except DomainError as error:
            result.reject(row.line, error.message)
        else:
            result.created += 1
    return result


class RowUnreadable(DomainError):
    """A cell of this row names nothing that we know."""

    code = "row_unreadable"


def _partner(row: NamedRow, partners: dict[str, Partner]) -> Partner:
    partner = partners.get(" ".join(row["partner"].split()).casefold())
    if partner is None:
        raise RowUnreadable(f"No partner has the name “{row['partner'][:80]}”.")
    return partner


def _holding(row: NamedRow, programs: dict[str, Program], on: dt.date) -> Holding:
    if row["program"] not in programs and (row["program"] or len(programs) != 1):
        raise RowUnreadable(f"No program has the word “{row['program'][:30]}”: use {', '.join(programs)}.")
    program = programs[row["program"]] if row["program"] else next(iter(programs.values()))
    first, last = _day(row["from"], "from"), _day(row["to"], "to")
    return Holding(area_of(row["region"]), program, first or on, last, WHY)


def _day(text: str, column: str) -> dt.date | None:
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise RowUnreadable(f"`{column}` is “{text[:20]}”: write 2026-07-01.") from error


def _is_held(partner: Partner, holding: Holding) -> bool:
    """True where this partner holds the area on the first day asked for: a second run asks for nothing new."""
    rows = Territory.objects.in_force(holding.valid_from).filter(partner=partner, program=holding.program)
    return rows.filter(level=holding.area.level, area=holding.area.key).exists()
