"""Reads an XLSX workbook in a process of its own with little memory and time: bytes in, JSON out (reliability 5.5).

Run as a file by `common.imports`; it imports nothing of the product, so that it starts fast and knows no secret.
"""

from __future__ import annotations

import html
import io
import json
import re
import resource
import sys
import zipfile

MOST_MEMORY = 512 * 1024 * 1024
MOST_SECONDS = 20
MOST_INFLATED = 20 * 1024 * 1024
MOST_RATIO = 100
MOST_ENTRIES = 100
TOO_LARGE = "The workbook unpacks to more than can be read. Save only the sheet with the roster, as CSV."
FOREIGN = "This archive is not an Excel workbook. Upload a CSV or XLSX file, or paste the rows."
PARTS = "The workbook holds parts that are not read. Save only the sheet with the roster, as CSV."
DAMAGED = "The workbook is damaged. Save it again as XLSX or CSV."
CELL = re.compile(rb'<c r="(?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})"[^>]*(?<!/)>(?P<inside>.*?)</c>', re.DOTALL)
FORMULA = re.compile(rb"<f(?: [^>]*)?>([^<]*)</f>")
VALUE = re.compile(rb"<v[^>]*>[^<]|<is>")
CLOSED = "The workbook cannot be opened. Save it again as XLSX or CSV."


class RefusedWorkbook(Exception):
    """Why the workbook is not read, in words for people."""


def main() -> None:
    """Read the workbook from stdin; print {"rows": [[number, [text]]]} or {"refused": words}."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        refuse_bomb(content)
        answer: dict[str, object] = {"rows": rows_of(content)}
    except RefusedWorkbook as error:
        answer = {"refused": str(error)}
    except MemoryError:
        answer = {"refused": TOO_LARGE}
    json.dump(answer, sys.stdout)


def refuse_bomb(content: bytes) -> None:
    """Refuse a bomb before anything of it is inflated, and parts that a workbook does not need."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or total > MOST_INFLATED or total > MOST_RATIO * max(len(content), 1):
                raise RefusedWorkbook(TOO_LARGE)
            if "xl/workbook.xml" not in archive.namelist():
                raise RefusedWorkbook(FOREIGN)
            for entry in entries:
                head = archive.read(entry)[:2048]
                if b"<!DOCTYPE" in head or entry.filename.endswith((".zip", ".xlsx")):
                    raise RefusedWorkbook(PARTS)
    except (zipfile.BadZipFile, RuntimeError, EOFError, NotImplementedError, OSError) as error:
        raise RefusedWorkbook(DAMAGED) from error


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    """The rows of the first sheet that are not empty, with their numbers there, as text."""
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        rows = [[shown(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
    except (CalamineError, ValueError, IndexError, OSError) as error:
        raise RefusedWorkbook(CLOSED) from error
    for (row, column), formula in unsolved(content).items():
        if row <= len(rows):
            rows[row - 1] += [""] * (column - len(rows[row - 1]))
            rows[row - 1][column - 1] = formula
    return [(number, cells) for number, cells in enumerate(rows, start=1) if any(cells)]


def unsolved(content: bytes) -> dict[tuple[int, int], str]:
    """Formulas of the first sheet whose value the file does not hold, by (row, column) from 1: an empty cell would hide them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)]
        text = archive.read(min(names, key=lambda name: (len(name), name))) if names else b""
    found = {}
    for cell in CELL.finditer(text):
        formula = FORMULA.search(cell["inside"])
        if formula is not None and not VALUE.search(cell["inside"]):
            column = 0
            for letter in cell["column"]:
                column = column * 26 + letter - 64
            found[int(cell["row"]), column] = "=" + html.unescape(formula[1].decode("utf-8", "replace"))
    return found


def shown(cell: object) -> str:
    """A cell as a person reads it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


if __name__ == "__main__":
    main()
