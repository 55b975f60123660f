"""From a table as people keep it to roster rows: which column is what, with a header or without, and which days were attended."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from common.imports import Line, Table, columns_of, refuse_too_many

WORDS = {
    "name": ("name", "full name", "teacher", "teacher name", "participant", "attendee"),
    "first": ("first", "first name", "given name", "firstname"),
    "last": ("last", "last name", "surname", "family name", "lastname"),
    "email": ("email", "e mail", "mail", "email address", "e mail address", "work email"),
    "school": ("school", "school name", "school or district", "organization"),
}
YES = {"x", "1", "y", "yes", "true", "present", "p", "\u2713", "\u2714", "attended"}
NO = {"", "0", "n", "no", "false", "absent", "a", "-", "\u2013"}
ALL = 0


@dataclass(frozen=True)
class Typed:
    """One roster row as it stood; `attended` holds session numbers from 1, or ALL where the table has no days."""

    line: int
    name: str
    email: str
    school: str
    attended: tuple[int, ...]


def rows_of(table: Table, days: Sequence[dt.date], *, is_over: bool) -> list[Typed]:
    """Rows of a roster. `days` are the dates of the sessions in order; `is_over`: without day columns all were there.

    Raises UnreadableTable for more people than can be read.
    """
    header = columns_of(table.lines, WORDS)
    lines = table.lines[1:] if header is not None else table.lines
    refuse_too_many(lines)
    columns = header if header is not None else _guessed(lines)
    sessions = _day_columns(table.lines[0], set(columns.values()), days) if header is not None else {}
    default = (ALL,) if is_over else ()
    return [_typed(line, columns, sessions, default) for line in lines]


def _typed(line: Line, columns: dict[str, int], sessions: dict[int, int], default: tuple[int, ...]) -> Typed:
    name = line.cell(columns.get("name"))
    if "first" in columns or "last" in columns:
        name = " ".join(
            part for part in (line.cell(columns.get("first")), line.cell(columns.get("last")), name) if part
        )
    elif name.count(",") == 1:
        last, first = (part.strip() for part in name.split(","))
        name = f"{first} {last}".strip()
    attended = tuple(number for number, column in sessions.items() if line.cell(column).lower() in YES)
    email = line.cell(columns.get("email")).removeprefix("mailto:").strip("<>")
    return Typed(line.number, name, email, line.cell(columns.get("school")), attended if sessions else default)


def _guessed(lines: Sequence[Line]) -> dict[str, int]:
    """Without a header: the column with the most @ is the e-mail; names stand before it, the school after it."""
    width = max((len(line.cells) for line in lines), default=0)
    at_signs = [sum("@" in line.cell(column) for line in lines) for column in range(width)]
    if not width:
        return {}
    email = at_signs.index(max(at_signs)) if any(at_signs) else None
    if email is None:
        return {"name": 0, **({"email": 1} if width > 1 else {}), **({"school": 2} if width > 2 else {})}
    others = [column for column in range(width) if column != email]
    before = [column for column in others if column < email] or others[:1]
    after = [column for column in others if column not in before]
    names = {"first": before[0], "last": before[1]} if len(before) > 1 else {"name": before[0]} if before else {}
    return {**names, "email": email, **({"school": after[0]} if after else {})}


def _day_columns(header: Line, taken: set[int], days: Sequence[dt.date]) -> dict[int, int]:
    """Session number -> column, from heads such as `Day 1`, `Session 2`, `11/7` or `2026-11-07`."""
    found: dict[int, int] = {}
    for column, cell in enumerate(header.cells):
        number = None if column in taken else _session_of(cell, days)
        if number is not None and number not in found:
            found[number] = column
    return found


def _session_of(cell: str, days: Sequence[dt.date]) -> int | None:
    numbered = re.fullmatch(r"(?:day|session|attended|attendance)\s*(\d{1,2})", cell.strip().lower())
    if numbered:
        return int(numbered[1]) if 1 <= int(numbered[1]) <= max(len(days), 1) else None
    iso = re.search(r"(\d{4})-(\d{2})-(\d{2})", cell)
    slashed = re.fullmatch(r"(\d{1,2})/(\d{1,2})(?:/\d{2,4})?", cell.strip())
    month_day = (int(iso[2]), int(iso[3])) if iso else (int(slashed[1]), int(slashed[2])) if slashed else None
    return next((number for number, on in enumerate(days, start=1) if (on.month, on.day) == month_day), None)
