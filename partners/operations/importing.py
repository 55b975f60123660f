"""The list of partners from a tab-separated file: columns `group` and `name`; a second run changes nothing."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from partners.models import Partner
from partners.operations.network import add_partner, correct_partner

COLUMNS = {"group", "name"}
STATES_IN_NAME = re.compile(r"\(([A-Z]{2}(?:,\s*[A-Z]{2})*)\)")


@dataclass
class ImportResult:
    """What an import did. `rejected` holds {"line", "reason"}; lines count from 1 with the header."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """One plain object."""
        return asdict(self)


class UnreadableFile(Exception):
    """The file is no table with the columns that are needed; the message says what is wrong."""


@transaction.atomic
def import_partners(*, content: bytes, started_on: dt.date, by: Any, at: dt.datetime) -> ImportResult:
    """Add partners that are new and correct the contract group of known ones (staff door); names are kept as written.

    Raises UnreadableFile where the file is no UTF-8 table with the columns `group` and `name`.
    """
    began, result, seen = time.monotonic(), ImportResult(), dict[str, int]()
    known = {partner.name: partner for partner in Partner.objects.all()}
    for line, row in _rows(content):
        name, group = " ".join((row.get("name") or "").split()), (row.get("group") or "").strip()
        reason = _problem(name, group, seen)
        if reason:
            result.rejected.append({"line": line, "reason": reason})
            continue
        seen[name] = line
        _take(known.get(name), name, int(group), started_on, by, at, result)
    result.seconds = round(time.monotonic() - began, 3)
    return result


def _take(
    partner: Partner | None, name: str, group: int, started_on: dt.date, by: Any, at: dt.datetime, result: ImportResult
) -> None:
    if partner is None:
        found = STATES_IN_NAME.search(name)
        states = [state.strip() for state in found[1].split(",")] if found else []
        add_partner(
            name=name, kind=Partner.Kind.OTHER, states=states, started_on=started_on, by=by, at=at, contract_group=group
        )
        result.created += 1
    elif partner.contract_group != group:
        correct_partner(partner=partner, changes={"contract_group": group}, by=by, at=at)
        result.updated += 1
    else:
        result.unchanged += 1


def _problem(name: str, group: str, seen: dict[str, int]) -> str:
    if not name:
        return "The name is missing."
    if len(name) > 200:
        return "The name is longer than 200 characters."
    if not (group.isascii() and group.isdigit() and 0 < int(group) < 100):
        return f"The group {group!r} is not a number from 1 to 99."
    if name in seen:
        return f"The same name stands in line {seen[name]}."
    return ""


def _rows(content: bytes) -> list[tuple[int, dict[str, str]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8: byte {error.start} cannot be read.") from error
    if "\0" in text:
        raise UnreadableFile("The file holds NUL bytes: it is not a text file.")
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", restkey="rest", restval="")
    if not COLUMNS.issubset(reader.fieldnames or []):
        raise UnreadableFile("The first line must name the columns `group` and `name`, separated by a tab.")
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise UnreadableFile(f"The file cannot be read as a table: {error}, line {reader.line_num}.") from error
    if len(rows) > 10_000:
        raise UnreadableFile(f"The file has {len(rows):,} rows; 10,000 are the most.")
    return rows
