"""Tables that people bring (files and pasted cells): limits, decoding and dialect; what a cell may hold is the caller's rule."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common import spreadsheets
from common.errors import DomainError

MOST_ROWS = 10_000
MOST_BYTES = 10 * 1024 * 1024
MOST_COLUMNS = 200
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
FORMULA = re.compile(r"^[=+@\t\r\n|%\uff1d\uff0b\uff20\uff05\uff0d]|^-(?!\s|$)")
BLANKS = " \u00a0\u200b\u200c\u200d\u2060\ufeff"
SPREADSHEETS = (".xlsx",)
TEXTS = (".csv", ".tsv", ".txt")
KNOWN_MAGIC = {
    b"%PDF": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
}


class UnreadableTable(DomainError):
    """The file or text as a whole cannot be taken; nothing of it was kept."""

    code = "unreadable_table"


@dataclass(frozen=True)
class Line:
    """One row of the table: where it stood (1 is the first line of the file) and its cells, trimmed."""

    number: int
    cells: list[str]

    def cell(self, column: int | None) -> str:
        """The text of a column; empty where the row is shorter or the column is not there."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    """What was read: rows that are not empty, how the text was decoded if that was not plain, and its SHA-256."""

    lines: list[Line]
    sha256: str
    notice: str = ""


def storable(text: str) -> str:
    """The text with NUL and lone surrogates (which no database column takes) made visible as U+2400 and U+FFFD."""
    return UNSTORABLE.sub(lambda found: "\u2400" if found[0] == "\0" else "\ufffd", text)


def is_formula(text: str) -> bool:
    """True where a spreadsheet would take the cell for a formula or a command."""
    return bool(FORMULA.match(text.lstrip(BLANKS)))


def read_upload(name: str, content: bytes) -> Table:
    """A CSV, TSV or XLSX file. Raises UnreadableTable (field "file") for any other kind, too many rows or too much text."""
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if len(content) > MOST_BYTES:
        raise _refused(
            f"The file has {len(content) / 1024 / 1024:.1f} MB; at most {MOST_BYTES // 1024 // 1024} MB can be read."
        )
    kind = next((word for magic, word in KNOWN_MAGIC.items() if content.startswith(magic)), "")
    if kind or ending not in (*SPREADSHEETS, *TEXTS):
        raise _refused(
            f"“{name[:80]}” is {kind or 'not a table that can be read'}. Upload a CSV or XLSX file, or paste the rows."
        )
    if content.startswith(b"PK"):
        return _limited(_spreadsheet_rows(content), hashlib.sha256(content).hexdigest(), "")
    if ending in SPREADSHEETS:
        raise _refused("This file ends in .xlsx but is not an Excel workbook. Save it again as XLSX or CSV.")
    text, notice = decode(content)
    return _limited(_text_rows(text), hashlib.sha256(content).hexdigest(), notice)


def read_pasted(text: str) -> Table:
    """Cells copied from a spreadsheet (tab) or typed lines (comma, semicolon). Raises UnreadableTable (field "pasted")."""
    try:
        return _limited(_text_rows(text), hashlib.sha256(text.encode("utf-8", "replace")).hexdigest(), "")
    except UnreadableTable as error:
        raise UnreadableTable(error.message, field="pasted") from error


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and, where it was not UTF-8, a sentence that says so (reliability 5.5)."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace"), "The file is UTF-16 and was converted. Check names with accents."
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
        return text, "The file is not UTF-8; it was read as Windows text (cp1252). Check names with accents."


def columns_of(lines: Sequence[Line], words: Mapping[str, Sequence[str]]) -> dict[str, int] | None:
    """Field -> column where the first line is a header: two cells of it, or its only one, are known words; else None."""
    if not lines:
        return None
    found: dict[str, int] = {}
    for column, cell in enumerate(lines[0].cells):
        said = re.sub(r"[^a-z]+", " ", cell.lower()).strip()
        field = next((name for name, known in words.items() if said in known), None)
        if field and field not in found:
            found[field] = column
    return found if len(found) >= 2 or (found and len(lines[0].cells) == 1) else None


def _limited(rows: list[tuple[int, list[str]]], sha256: str, notice: str) -> Table:
    lines = [Line(number, cells) for number, cells in rows if any(cells)]
    refuse_too_many(lines[1:] if lines and _may_be_header(lines[0]) else lines)
    if any(len(line.cells) > MOST_COLUMNS for line in lines):
        raise _refused(f"A row has more than {MOST_COLUMNS} columns. Is this the right file?")
    return Table(lines, sha256, notice)


def refuse_too_many(lines: Sequence[Line]) -> None:
    """Raise UnreadableTable for more rows than can be read; the header is none of them."""
    if len(lines) > MOST_ROWS:
        raise _refused(f"There are {len(lines):,} rows; at most {MOST_ROWS:,} can be read at once. Split the file.")


def _may_be_header(line: Line) -> bool:
    """True where no cell is an address: who knows the words of the header judges again."""
    return not any("@" in cell for cell in line.cells)


def _text_rows(text: str) -> list[tuple[int, list[str]]]:
    text = storable(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=False)
    rows: list[tuple[int, list[str]]] = []
    started = 1
    try:
        for cells in reader:
            rows.append((started, [cell.strip(BLANKS + "\r\n\t") for cell in cells]))
            started = reader.line_num + 1
            if len(rows) > 2 * MOST_ROWS:
                break
    except csv.Error as error:
        raise _refused(
            f"Line {reader.line_num} cannot be read as cells ({error}). Look for a quotation mark that is never closed."
        ) from error
    return rows


def _delimiter(text: str) -> str:
    """Tab where the first lines have one (a paste), else whichever of comma and semicolon stands there more often."""
    head = "\n".join(text.split("\n", 20)[:20])
    if "\t" in head:
        return "\t"
    return ";" if head.count(";") > head.count(",") else ","


def _spreadsheet_rows(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows of a workbook, read by a child with limits: what makes it fall costs the web process nothing."""
    command = [sys.executable, "-I", spreadsheets.__file__]
    try:
        done = subprocess.run(
            command, input=content, capture_output=True, timeout=spreadsheets.MOST_SECONDS, env={}, check=True
        )
        answer = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise _refused(spreadsheets.TOO_LARGE) from error
    if "refused" in answer:
        raise _refused(answer["refused"])
    return [(number, [storable(cell).strip(BLANKS + "\r\n\t") for cell in row]) for number, row in answer["rows"]]


def _refused(message: str) -> UnreadableTable:
    return UnreadableTable(message, field="file")
