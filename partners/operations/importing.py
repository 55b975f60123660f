"""The list of partners from a tab-separated file: columns `group` and `name`; a second run changes nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db import transaction

from common.files import ImportResult, rows_of
from partners.models import Partner
from partners.operations.network import add_partner, correct_partner

COLUMNS = ("group", "name")
STATES_IN_NAME = re.compile(r"\(([A-Z]{2}(?:,\s*[A-Z]{2})*)\)")


@transaction.atomic
def import_partners(*, content: bytes, started_on: dt.date, by: Any, at: dt.datetime) -> ImportResult:
    """Add partners that are new and correct the contract group of known ones (staff door); names are kept as written.

    Raises UnreadableFile where the file is no UTF-8 table with the columns `group` and `name`.
    """
    result, seen = ImportResult(), dict[str, int]()
    known = {partner.name: partner for partner in Partner.objects.all()}
    for row in rows_of(content, columns=COLUMNS, delimiter="\t")[1]:
        name, group = " ".join(row["name"].split()), row["group"]
        reason = _problem(name, group, seen)
        if reason:
            result.reject(row.line, reason)
            continue
        seen[name] = row.line
        _take(known.get(name), name, int(group), started_on, by, at, result)
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
