"""`manage.py import_roster`: all rows or none, the same file twice without doubles, one JSON object."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.tenancy import staff_context
from common.zones import now
from tests.workshops.factories import make_workshop, some_facts
from tests.world import World
from workshops.models import Attendance, Enrollment, Roster, Teacher, Workshop

pytestmark = pytest.mark.django_db
GOOD = "Name,Email,School,Day 1,Day 2\nAna Ruiz,ana@x.example,Mesa,x,x\nBen Chee,ben@x.example,Alta,x,\n"


@pytest.fixture
def workshop(world: World) -> Workshop:
    with staff_context("arrange"):
        return make_workshop(world.home, world.people["program_manager"], facts=some_facts(capacity=3))


def imported(workshop: Workshop, folder: Path, text: str, *more: str, name: str = "roster.csv") -> dict[str, Any]:
    """What the command prints for this file."""
    file = folder / name
    file.write_text(text)
    out = io.StringIO()
    call_command("import_roster", str(file), "--workshop", workshop.ref, "--json", *more, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    assert answer.keys() >= {"created", "updated", "unchanged", "rejected", "seconds"}
    return answer


def counts(answer: dict[str, Any]) -> tuple[int, int, int, list[Any]]:
    return answer["created"], answer["updated"], answer["unchanged"], answer["rejected"]


def stored() -> tuple[int, int, int]:
    with staff_context("look"):
        return Teacher.objects.count(), Enrollment.objects.count(), Attendance.objects.count()


def test_the_same_file_twice_makes_no_doubles(workshop: Workshop, tmp_path: Path) -> None:
    assert counts(imported(workshop, tmp_path, GOOD)) == (2, 0, 0, [])
    assert stored() == (2, 2, 3)
    assert counts(imported(workshop, tmp_path, GOOD)) == (0, 0, 2, [])
    assert stored() == (2, 2, 3)
    assert counts(imported(workshop, tmp_path, GOOD.replace("Alta,x,", "Alta,x,x"))) == (0, 1, 1, [])
    assert stored() == (2, 2, 4)


def test_a_wrong_row_is_named_and_nothing_is_written(workshop: Workshop, tmp_path: Path) -> None:
    answer = imported(workshop, tmp_path, GOOD + "Dolores,dolores@x.example,Mesa,,\nEve Baca,=1+1,Mesa,,\n")
    assert counts(answer) == (
        0,
        0,
        0,
        [
            {"line": 4, "reason": "Last name is missing."},
            {"line": 5, "reason": "The e-mail begins like a formula. Type the words."},
        ],
    )
    assert stored() == (0, 0, 0)
    assert counts(imported(workshop, tmp_path, GOOD)) == (2, 0, 0, [])


def test_what_is_wrong_as_a_whole_stands_at_line_0(workshop: Workshop, tmp_path: Path) -> None:
    crowd = "".join(f"Ana Number{n},ana{n}@x.example,Mesa\n" for n in range(4))
    for text, name, words in (
        ("%PDF-1.7", "roster.pdf", "is a PDF"),
        ("", "roster.csv", "There is no row in it."),
        (crowd, "roster.csv", "There are 3 seats for 4 people."),
    ):
        answer = imported(workshop, tmp_path, text, name=name)
        assert [row["line"] for row in answer["rejected"]] == [0]
        assert words in answer["rejected"][0]["reason"]
    with staff_context("look"):
        assert not Roster.objects.exists()
        Workshop.objects.filter(pk=workshop.pk).update(state="ended", ended_at=now())
    assert "takes no roster" in imported(workshop, tmp_path, GOOD)["rejected"][0]["reason"]
    assert stored() == (0, 0, 0)


def test_the_consent_is_kept_as_stated_and_a_workshop_that_is_not_there_is_an_error(
    workshop: Workshop, tmp_path: Path
) -> None:
    imported(workshop, tmp_path, GOOD, "--consent", "paper", "--consent-on", "2026-01-05")
    with staff_context("look"):
        roster = Roster.objects.get()
    assert (roster.consent, f"{roster.consent_on}") == ("paper", "2026-01-05")
    workshop.ref = "W-0000000000"
    with pytest.raises(CommandError, match="There is no workshop"):
        imported(workshop, tmp_path, GOOD)
