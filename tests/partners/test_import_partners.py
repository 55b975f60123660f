"""`import_partners`: the real list twice, and files as bad as they come."""

from __future__ import annotations

import json
import os
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from activity.models import LogEntry
from common.tenancy import staff_context
from partners.models import Partner

pytestmark = pytest.mark.django_db
BLNS = Path(__file__).parents[1] / "common" / "blns.json"


def imported(file: Path) -> dict[str, Any]:
    out = StringIO()
    call_command("import_partners", file, "--json", stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def rows() -> list[dict[str, Any]]:
    with staff_context("look"):
        return [dict(row) for row in Partner.objects.order_by("id").values()]


def counts(found: dict[str, Any]) -> tuple[int, int, int, list[int]]:
    return found["created"], found["updated"], found["unchanged"], [row["line"] for row in found["rejected"]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "partners.tsv"


def test_the_real_list_twice_is_once() -> None:
    folder = os.environ.get("RP_DATA")
    if not folder:
        pytest.skip("RP_DATA IS NOT SET: THE REAL LIST OF PARTNERS WAS NOT IMPORTED")
    real = Path(folder) / "partners" / "regional_partners_2017.tsv"
    assert counts(imported(real)) == (61, 0, 0, [])
    before = rows()
    assert counts(imported(real)) == (0, 0, 61, [])
    assert rows() == before
    assert len(before) == 61
    assert sorted(row["name"] for row in before) == sorted(
        line.split("\t")[1].strip() for line in real.read_text().splitlines()[1:]
    )


def test_names_states_and_groups_are_kept_as_written(file: Path) -> None:
    file.write_text('group\tname\n1\tPlains (ND, SD, WY)\n2\tMesa & Science Museum\n1\t"Lake ""Tech"" Center"\n')
    assert counts(imported(file)) == (3, 0, 0, [])
    assert [(row["name"], row["states"], row["contract_group"]) for row in rows()] == [
        ("Plains (ND, SD, WY)", ["ND", "SD", "WY"], 1),
        ("Mesa & Science Museum", [], 2),
        ('Lake "Tech" Center', [], 1),
    ]


def test_a_changed_group_is_corrected(file: Path) -> None:
    file.write_text("group\tname\n1\tMesa\n")
    imported(file)
    file.write_text("name\tgroup\nMesa\t3\n")
    assert counts(imported(file)) == (0, 1, 0, [])
    assert rows()[0]["contract_group"] == 3
    with staff_context("look"):
        entry = LogEntry.objects.get(verb="partner.corrected")
    assert entry.changes == {"contract_group": ["1", "3"]}


@pytest.mark.parametrize(
    "line",
    ["1\t", "1", "x\tMesa", "0\tMesa", "100\tMesa", "１\tMesa", "-1\tMesa", "1.5\tMesa", "\tMesa", "1\t" + "x" * 201],
)
def test_a_bad_row_is_named_and_the_others_are_taken(line: str, file: Path) -> None:
    file.write_text(f"group\tname\n1\tFirst\n{line}\n1\tLast\n")
    found = imported(file)
    assert counts(found) == (2, 0, 0, [3])
    assert found["rejected"][0]["reason"]
    assert [row["name"] for row in rows()] == ["First", "Last"]


def test_a_doubled_name_is_rejected_with_the_line_of_the_first(file: Path) -> None:
    file.write_text("group\tname\n1\tMesa\n2\t Mesa \n1\tMesa\n")
    found = imported(file)
    assert found["rejected"] == [
        {"line": 3, "reason": "The same name stands in line 2."},
        {"line": 4, "reason": "The same name stands in line 2."},
    ]
    assert [row["contract_group"] for row in rows()] == [1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "first line"),
        (b"\n\n", "first line"),
        (b"name\nMesa\n", "first line"),
        (b"group,name\n1,Mesa\n", "first line"),
        (b"group\tname\n1\tMe\x00sa\n", "NUL"),
        ("group\tname\n1\tMesa España\n".encode("cp1252"), "not UTF-8"),
        ("group\tname\n1\tMesa\n".encode("utf-16"), "not UTF-8"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"),
        (b"group\tname\n1\t" + b"x" * 200_000 + b"\n", "cannot be read"),
        (b"group\tname\n" + b"".join(b"1\tPartner %d\n" % n for n in range(10_001)), "10,001 rows"),
    ],
)
def test_a_file_that_is_no_such_table_changes_nothing(content: bytes, words: str, file: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(CommandError, match=words):
        imported(file)
    assert rows() == []


def test_a_missing_file_is_named(file: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        imported(file)


def test_a_byte_order_mark_and_windows_lines_are_read(file: Path) -> None:
    file.write_bytes("\ufeffgroup\tname\r\n1\tMesa\r\n".encode())
    assert counts(imported(file)) == (1, 0, 0, [])


def test_naughty_names_are_names_and_come_in_once(file: Path) -> None:
    naughty = [" ".join(text.split()) for text in json.loads(BLNS.read_text()) if "\0" not in text]
    names = list(dict.fromkeys(name for name in naughty if name and len(name) <= 200))
    assert len(names) > 300
    quoted = "".join('1\t"{}"\n'.format(name.replace('"', '""')) for name in names)
    file.write_text(f"group\tname\n{quoted}")
    assert counts(imported(file)) == (len(names), 0, 0, [])
    before = rows()
    assert {row["name"] for row in before} == set(names)
    assert len({row["slug"] for row in before}) == len(names)
    assert counts(imported(file)) == (0, 0, len(names), [])
    assert rows() == before
