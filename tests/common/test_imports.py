"""Tables that people bring are read within limits, or refused with a sentence."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from common import spreadsheets
from common.exports import csv_text, safe_cell
from common.imports import UnreadableTable, columns_of, is_formula, read_pasted, read_upload
from workshops.columns import rows_of

NAUGHTY = [
    "",
    "undefined",
    "1E2",
    "<script>alert(1)</script>",
    "'; DROP TABLE users;--",
    "\u202e\u2066RTL",
    "田中さん",
    "\u0000NUL",
    "👩🏽 ZWJ",
    "\ufeff",
    "%s%n",
    "=cmd|' /C calc'!A0",
]


def test_read_upload_refuses_one_row_more_than_the_limit_and_takes_the_limit() -> None:
    row = "Ana Lucero,ana{}@example.org,Mesa\r\n"
    assert len(read_upload("a.csv", "".join(row.format(n) for n in range(10_000)).encode()).lines) == 10_000
    with pytest.raises(UnreadableTable) as refused:
        read_upload("a.csv", "".join(row.format(n) for n in range(10_001)).encode())
    assert refused.value.message == "There are 10,001 rows; at most 10,000 can be read at once. Split the file."
    assert refused.value.field == "file"


@pytest.mark.parametrize("head", ["", "Name,Email,School\r\n"])
def test_a_roster_holds_10000_people_below_its_header_and_no_more(head: str) -> None:
    people = [f"Ana Lucero,{n}@example.org,Mesa\r\n" for n in range(10_001)]
    taken = rows_of(read_upload("a.csv", (head + "".join(people[:-1])).encode()), [], is_over=True)
    assert len(taken) == 10_000
    with pytest.raises(UnreadableTable, match="There are 10,001 rows"):
        read_upload("a.csv", (head + "".join(people)).encode())


def test_a_first_line_without_an_address_is_a_person_where_its_words_are_no_header() -> None:
    table = read_upload("a.csv", "".join(f"Ana Lucero{n}\r\n" for n in range(10_001)).encode())
    with pytest.raises(UnreadableTable, match="There are 10,001 rows"):
        rows_of(table, [], is_over=True)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("roster.pdf", b"%PDF-1.7 ...", "a PDF"),
        ("roster.csv", b"%PDF-1.7 ...", "a PDF"),
        ("roster.png", b"\x89PNG\r\n\x1a\n", "an image"),
        ("roster.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Excel file"),
        ("roster.exe", b"MZ\x90", "not a table"),
        ("roster", b"a,b", "not a table"),
        ("roster.xlsx", b"a,b\n", "not an Excel workbook"),
        ("roster.xlsx", b"PK\x03\x04broken", "damaged"),
    ],
)
def test_read_upload_refuses_what_is_no_table(name: str, content: bytes, words: str) -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_upload(name, content)
    assert words in refused.value.message


def test_read_upload_refuses_an_archive_that_unpacks_to_too_much() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (21 * 1024 * 1024))
    with pytest.raises(UnreadableTable) as refused:
        read_upload("bomb.xlsx", packed.getvalue())
    assert "unpacks to more" in refused.value.message


PARTS = {
    "xl/workbook.xml": '<workbook xmlns="{main}" xmlns:r="{office}/relationships"><sheets>'
    '<sheet name="Roster" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
    'Type="{office}/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "_rels/.rels": '<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
    'Type="{office}/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
}
SCHEMAS = {
    "main": "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "office": "http://schemas.openxmlformats.org/officeDocument/2006",
    "package": "http://schemas.openxmlformats.org/package/2006",
}


def workbook(rows: dict[int, dict[str, str]]) -> bytes:
    """An XLSX file with these cells: text as it is, `=...` as a formula without a value, digits as a number."""
    lines = []
    for number, cells in rows.items():
        inside = "".join(_cell(f"{column}{number}", text) for column, text in cells.items())
        lines.append(f'<row r="{number}">{inside}</row>')
    parts = {name: text.format(**SCHEMAS) for name, text in PARTS.items()}
    sheet = f'<worksheet xmlns="{SCHEMAS["main"]}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {**parts, "xl/worksheets/sheet1.xml": sheet}.items():
            archive.writestr(name, text)
    return packed.getvalue()


def _cell(place: str, text: str) -> str:
    if text.startswith("="):
        return f'<c r="{place}"><f>{escape(text[1:])}</f><v></v></c>'
    if text.isdigit():
        return f'<c r="{place}"><v>{text}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def test_read_upload_takes_a_workbook_and_shows_a_formula_that_has_no_value() -> None:
    table = read_upload(
        "a.xlsx", workbook({1: {"A": "Name", "B": "Email"}, 3: {"A": "José Peña", "B": '=A3&"@x.example"', "C": "7"}})
    )
    assert [(line.number, line.cells) for line in table.lines] == [
        (1, ["Name", "Email", ""]),
        (3, ["José Peña", '=A3&"@x.example"', "7"]),
    ]


def test_a_workbook_that_would_take_all_memory_falls_in_a_process_of_its_own() -> None:
    with pytest.raises(UnreadableTable) as refused:
        read_upload("wide.xlsx", workbook({1: {"A": "Ana"}, 1048576: {"H": "x"}}))
    assert "unpacks to more" in refused.value.message


def test_a_workbook_that_takes_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_SECONDS", 0.01)
    with pytest.raises(UnreadableTable) as refused:
        read_upload("slow.xlsx", workbook({1: {"A": "Ana"}}))
    assert "unpacks to more" in refused.value.message


def test_read_upload_reads_windows_text_and_says_so() -> None:
    table = read_upload("a.csv", "José Peña,jose@example.org\n".encode("cp1252"))
    assert table.lines[0].cells == ["José Peña", "jose@example.org"]
    assert table.notice == "The file is not UTF-8; it was read as Windows text (cp1252). Check names with accents."
    assert read_upload("a.csv", "José Peña,x@example.org\n".encode("utf-8-sig")).notice == ""


def test_nul_becomes_visible_and_never_reaches_a_column() -> None:
    table = read_upload("a.csv", b"Ana\x00 Lucero,ana@example.org\n")
    assert table.lines[0].cells[0] == "Ana\u2400 Lucero"


def test_read_pasted_takes_tabs_commas_and_semicolons() -> None:
    for separator in ("\t", ",", ";"):
        assert read_pasted(f"Ana Lucero{separator}ana@example.org\n").lines[0].cells == [
            "Ana Lucero",
            "ana@example.org",
        ]


def test_line_numbers_are_those_of_the_file_also_after_blank_lines_and_quoted_breaks() -> None:
    table = read_pasted('Name,School\n\n"Ana\nLucero",Mesa\nBen Chee,Alta\n')
    assert [line.number for line in table.lines] == [1, 3, 5]


def test_naughty_strings_are_read_as_text() -> None:
    for text in NAUGHTY:
        read_pasted(f"{text}\tana@example.org\n")


def test_the_big_list_of_naughty_strings_is_read_as_cells_or_refused_with_a_sentence() -> None:
    for text in json.loads((Path(__file__).parent / "blns.json").read_text()):
        table = read_pasted(f"Ana Lucero\t{text}\tana@example.org\n")
        assert not any("\0" in cell for line in table.lines for cell in line.cells)


def test_columns_of_knows_a_header_and_a_row_of_data() -> None:
    words = {"name": ("name",), "email": ("email", "e mail")}
    assert columns_of(read_pasted("Name,E-mail\n").lines, words) == {"name": 0, "email": 1}
    assert columns_of(read_pasted("Ana Lucero,ana@example.org\n").lines, words) is None


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "|x", "%x", "\uff1d1", "\u00a0=1", "\u200b\ufeff@x", "a\n=1", "\t=1"]
)
def test_safe_cell_lets_no_spreadsheet_execute_it(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_safe_cell_leaves_words_and_numbers_alone() -> None:
    assert [safe_cell(value) for value in ("Ana Lucero", "a-b@c.org", 3, None, True)] == [
        "Ana Lucero",
        "a-b@c.org",
        "3",
        "",
        "yes",
    ]
    assert csv_text(["Name"], [["Ana, Lucero"]]) == '\ufeffName\r\n"Ana, Lucero"\r\n'


@pytest.mark.parametrize(
    ("text", "formula"),
    [("=A1", True), ("+1", True), ("@x", True), ("-cmd", True), ("- ", False), ("Ana", False), ("\uff1dA1", True)],
)
def test_is_formula(text: str, formula: bool) -> None:
    assert is_formula(text) is formula
