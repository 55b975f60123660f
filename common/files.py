"""Files that a command brings into the network whole: UTF-8 tables with named columns, each row with its line, every refusal listed."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from typing import Any

MOST_ROWS = 10_000


class UnreadableFile(Exception):
    """The file is no table with the columns that are needed; the message says what is wrong."""


@dataclass
class ImportResult:
    """What an import did. `rejected` and `noticed` hold {"line", "reason"}; lines count from 1 with the header.

    A rejected row changed nothing; a noticed one was taken as it stands although something about it is odd.
    """

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    noticed: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def reject(self, line: int, reason: str) -> None:
        """One row that is not taken, and why."""
        self.rejected.append({"line": line, "reason": reason})

    def notice(self, line: int, reason: str) -> None:
        """One row that is taken, and what is odd about it."""
        self.noticed.append({"line": line, "reason": reason})

    def as_json(self) -> dict[str, Any]:
        """One plain object."""
        return asdict(self)


@dataclass(frozen=True)
class NamedRow:
    """A row of a file with a header: its line, and its cells by the name of their column, trimmed."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The text of a column; empty where the row is shorter."""
        return self.cells.get(column, "")


def rows_of(
    content: bytes, *, columns: Collection[str], delimiter: str = ",", most: int = MOST_ROWS
) -> tuple[list[str], list[NamedRow]]:
    """Names of the columns, and the rows that are not empty. Raises UnreadableFile where the file is no UTF-8 table that has `columns`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"The file is not UTF-8: byte {error.start} cannot be read.") from error
    if "\0" in text:
        raise UnreadableFile("The file holds NUL bytes: it is not a text file.")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        _refuse_header(header, columns, delimiter)
        rows = [
            NamedRow(reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
            for cells in reader
            if any(cell.strip() for cell in cells)
        ]
    except csv.Error as error:
        raise UnreadableFile(f"The file cannot be read as a table: {error}, line {reader.line_num}.") from error
    if len(rows) > most:
        raise UnreadableFile(f"The file has {len(rows):,} rows; {most:,} are the most.")
    return header, rows


def _refuse_header(header: list[str], columns: Collection[str], delimiter: str) -> None:
    between = "a tab" if delimiter == "\t" else f"“{delimiter}”"
    if missing := [name for name in columns if name not in header]:
        names = " and ".join(f"`{name}`" for name in missing)
        raise UnreadableFile(f"The first line must name the columns, separated by {between}; {names} is not there.")
    if twice := [name for name in columns if header.count(name) > 1]:
        raise UnreadableFile(f"The first line names the column `{twice[0]}` twice.")
