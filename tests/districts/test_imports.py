"""Reference data from the files of NCES and the Census Bureau: every row is taken or named, twice is once, and what is gone is marked."""

from __future__ import annotations

import json
import os
import sys
import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from activity.models import NetworkLogEntry
from common.tenancy import staff_context
from common.zones import now
from districts.models import County, District, DistrictEnrollment, DistrictLunch, School, State, ZipCounty
from districts.operations import add_district, correct_district

pytestmark = pytest.mark.django_db
GROUPS = "enroll_native_{0},aapi_enroll_{0},latinx_enroll_{0},black_enroll_{0},white_enroll_{0},hawpi_enroll_{0},two_plus_race_enroll_{0}"
TABLES: tuple[Any, ...] = (State, County, ZipCounty, District, DistrictEnrollment, DistrictLunch, School)
COUNTIES = "statefp,countyfp,name\n35,031,McKinley County\n35,061,Valencia County\n48,141,El Paso County\n"
FRL = "district_id,school,enroll_d,frl_enroll_d,pct_frl\n"


def districts(*rows: str, year: int = 24) -> str:
    return "\n".join([f"district_id,district,enroll_{year},{GROUPS.format(year)}", *rows]) + "\n"


def schools(*rows: str) -> str:
    return "\n".join(["school,school_id,district_id,level,state,district", *rows]) + "\n"


class Bring:
    """Runs an import command over a text, and gives the object that it prints."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "file.csv"

    def __call__(self, command: str, content: str | bytes, **options: Any) -> dict[str, Any]:
        self.file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return run(command, self.file, **options)


def run(command: str, file: Path, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, str(file), json=True, stdout=out, **options)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


@pytest.fixture
def bring(tmp_path: Path) -> Bring:
    return Bring(tmp_path)


def counts(found: dict[str, Any]) -> tuple[int, ...]:
    """created, updated, unchanged, gone."""
    return tuple(found[name] for name in ("created", "updated", "unchanged", "gone"))


def rejected(found: dict[str, Any]) -> dict[int, str]:
    return {row["line"]: row["reason"] for row in found["rejected"]}


def everything() -> list[list[dict[str, Any]]]:
    with staff_context("look"):
        return [[dict(row) for row in table.objects.order_by("pk").values()] for table in TABLES]


@pytest.mark.full
def test_the_real_files_twice_are_once_with_every_refusal_listed(capsys: pytest.CaptureFixture[str]) -> None:
    folder = os.environ.get("RP_DATA")
    if not folder:
        pytest.skip("RP_DATA IS NOT SET: THE REAL REFERENCE DATA WAS NOT IMPORTED")
    files = [
        ("import_states", "geography/states.csv", (0, 1, 55, 0), 4),
        ("import_counties", "geography/counties_2020.csv", (3_235, 0, 0, 0), 10),
        ("import_zips", "geography/zip_county_state.csv", (54_128, 0, 0, 0), 19),
        ("import_districts", "districts/nces_districts_2024.csv", (7_296, 0, 0, 0), 0),
        ("import_districts", "districts/nces_district_frl.csv", (6_546, 0, 0, 0), 2_904),
        ("import_schools", "schools/nces_high_schools.csv", (10_683, 0, 0, 0), 1_983),
    ]
    began = time.monotonic()
    first = [run(command, Path(folder) / path) for command, path, _counts, _rejected in files]
    seconds, before = time.monotonic() - began, everything()
    again = [run(command, Path(folder) / path) for command, path, _counts, _rejected in files]
    with capsys.disabled():
        sys.stdout.write(f"\nthe real reference data came in {seconds:.1f} s: {[row['seconds'] for row in first]}\n")
    assert [(counts(row), len(row["rejected"])) for row in first] == [(row[2], row[3]) for row in files]
    assert [counts(row)[0::3] for row in again] == [(0, 0)] * 6
    assert [row["updated"] for row in again] == [0] * 6
    assert [row["rejected"] for row in again] == [row["rejected"] for row in first]
    after = everything()
    for rows in (before[5], after[5]):
        for row in rows:
            row.pop("imported_at")
    assert after == before


def test_ids_get_their_zeros_back_and_what_is_no_id_is_named(bring: Bring) -> None:
    na = "NA,NA,NA,NA,NA,NA,NA,NA"
    found = bring(
        "import_districts",
        districts(
            f"100005,Albertville City,{na}",
            f"NA,Nobody,{na}",
            f",Nobody,{na}",
            f"12345,Short,{na}",
            f"350００10,Wide digits,{na}",
            f"9900001,Nowhere,{na}",
            f"3500010,,{na}",
            f"3500011,NA,{na}",
            f"3500012,{'x' * 121},{na}",
            f"0100005,Again,{na}",
        ),
    )
    assert counts(found) == (1, 0, 0, 0)
    assert rejected(found) == {
        3: "The id is NA.",
        4: "The id is missing.",
        5: "The id '12345' is not 7 digits.",
        6: "The id '350００10' is not 7 digits.",
        7: "No state has the number 99, which the id begins with.",
        8: "The name is missing.",
        9: "The name is NA.",
        10: "The name has 121 characters; 120 are the most.",
        11: "The id 0100005 stands in line 2 already.",
    }
    with staff_context("look"):
        row = District.objects.get()
        assert (row.nces_id, row.name, row.state.code, row.listed_in) == ("0100005", "Albertville City", "AL", 2024)
        assert DistrictEnrollment.objects.get().total is None


def test_figures_are_kept_as_published_and_impossible_ones_are_refused(bring: Bring) -> None:
    found = bring(
        "import_districts",
        districts(
            "3500010,Adds up,10,1,1,1,1,1,1,4",
            "3500020,Less,10,1,1,1,1,1,1,1",
            "3500030,More,10,5,5,5,0,0,0,0",
            "3500040,One unknown,10,1,NA,1,1,1,1,1",
            "3500050,No number,ten,0,0,0,0,0,0,0",
            "3500060,Negative,-1,0,0,0,0,0,0,0",
        ),
    )
    assert counts(found) == (3, 0, 0, 0)
    assert found["noticed"] == [{"line": 3, "reason": "The groups add up to 7 of 10 students."}]
    assert rejected(found) == {
        4: "The groups add up to more than the 10 students.",
        6: "`enroll_24` is 'ten', not a whole number.",
        7: "`enroll_24` is '-1', not a whole number.",
    }
    with staff_context("look"):
        kept = DistrictEnrollment.objects.get(district__nces_id="3500040")
        assert (kept.year, kept.total, kept.asian, kept.two_or_more) == (2024, 10, None, 1)


def test_a_later_year_updates_closes_what_is_gone_and_opens_what_is_back(bring: Bring) -> None:
    none = "10,0,0,0,0,0,0,0"
    bring("import_districts", districts(f"3500010,Mesa,{none}", f"3500020,Lost,{none}", f"4800010,Far,{none}"))
    later = districts(f"3500010,Mesa Alta,{none}", f"3500030,New,{none}", year=25)
    assert counts(bring("import_districts", later)) == (1, 1, 0, 1)
    assert counts(bring("import_districts", later)) == (0, 0, 2, 0)

    def states() -> list[tuple[str, str, bool]]:
        with staff_context("look"):
            return list(District.objects.order_by("nces_id").values_list("nces_id", "name", "is_open"))

    gone = [("3500010", "Mesa Alta", True), ("3500020", "Lost", False), ("3500030", "New", True)]
    far = ("4800010", "Far", True)
    assert states() == [*gone, far]
    older = districts(f"3500010,Mesa,{none}", f"3500020,Lost,{none}", f"4800010,Far,{none}")
    assert counts(bring("import_districts", older))[3] == 0
    assert states()[0] == ("3500010", "Mesa Alta", True)
    assert counts(bring("import_districts", districts(f"3500020,Lost,{none}", f"3500010,Mesa Alta,{none}", year=26)))
    assert states() == [gone[0], ("3500020", "Lost", True), ("3500030", "New", False), far]
    with staff_context("look"):
        lost = District.objects.get(nces_id="3500020")
        told = NetworkLogEntry.objects.filter(subject_type="districts.district", subject_id=lost.pk).order_by("id")
        assert [entry.verb for entry in told] == ["district.listed", "district.gone", "district.updated"]
        assert DistrictEnrollment.objects.filter(district=lost).count() == 2


def test_a_rejected_row_closes_nothing(bring: Bring) -> None:
    bring("import_districts", districts("3500010,Mesa,10,0,0,0,0,0,0,0", "3500020,Rio,10,0,0,0,0,0,0,0"))
    later = districts("3500010,Mesa,10,0,0,0,0,0,0,0", "3500020,Rio,ten,0,0,0,0,0,0,0", year=25)
    found = bring("import_districts", later)
    assert (found["gone"], rejected(found)) == (0, {3: "`enroll_25` is 'ten', not a whole number."})
    with staff_context("look"):
        assert District.objects.get(nces_id="3500020").is_open


def test_what_staff_corrected_stays_until_a_file_says_something_else(bring: Bring) -> None:
    file = districts("3500010,MESA,10,0,0,0,0,0,0,0", "3500020,Closed,10,0,0,0,0,0,0,0")
    bring("import_districts", file)
    with staff_context("act"):
        mesa, closed = District.objects.order_by("nces_id")
        correct_district(district=mesa, changes={"name": "Mesa Schools"}, by=None, at=now())
        correct_district(district=closed, changes={"is_open": False}, by=None, at=now())
        own = add_district(
            nces_id="3500030", name="Own", city="", state=State.objects.get(code="NM"), by=None, at=now()
        )
    assert counts(bring("import_districts", file)) == (0, 0, 2, 0)
    with staff_context("look"):
        assert list(District.objects.order_by("nces_id").values_list("name", "is_open")) == [
            ("Mesa Schools", True),
            ("Closed", False),
            (own.name, True),
        ]
    assert counts(bring("import_districts", districts("3500010,MESA ALTA,10,0,0,0,0,0,0,0", year=25))) == (0, 1, 0, 0)
    with staff_context("look"):
        assert District.objects.get(nces_id="3500010").name == "MESA ALTA"


def test_lunch_is_a_share_of_known_districts(bring: Bring) -> None:
    bring("import_districts", districts("3500010,Mesa,10,0,0,0,0,0,0,0", "3500020,Rio,10,0,0,0,0,0,0,0"))
    file = (
        FRL
        + "3500010,2,458,142,0.31\n3500020,1,NA,37,NA\n3500030,1,10,1,0.1\n3500010,2,458,142,0.31\n3500020,1,5,5,1.035\n"
    )
    found = bring("import_districts", file)
    assert counts(found) == (2, 0, 0, 0)
    assert rejected(found) == {
        4: "No district has the id 3500030.",
        5: "The id 3500010 stands in line 2 already.",
        6: "The id 3500020 stands in line 3 already.",
    }
    assert counts(bring("import_districts", FRL + "3500010,2,458,142,1.035\n")) == (0, 0, 0, 0)
    found = bring("import_districts", FRL + "3500010,2,458,500,0.31\n3500020,1,5,4,80 %\n")
    assert rejected(found) == {
        2: "500 of 458 students are eligible: that cannot be.",
        3: "`pct_frl` is '80 %', not a share such as 0.31.",
    }
    with staff_context("look"):
        assert [str(row.share) for row in DistrictLunch.objects.order_by("district__nces_id")] == ["0.310", "None"]


def test_schools_stand_in_known_districts_and_are_gone_by_state_and_level(bring: Bring) -> None:
    bring("import_districts", districts("3500010,Mesa,10,0,0,0,0,0,0,0"))
    found = bring(
        "import_schools",
        schools(
            "MESA HIGH,350001000042,3500010,High,35,Mesa",
            "Mesa Middle,350001000043,3500010,Middle,35,Mesa",
            "NA,NA,3500010,NA,35,Mesa",
            "Far High,350002000042,3500020,High,35,Far",
            "Wrong High,350001000044,3500020,High,35,Far",
            "MESA HIGH,350001000042,3500010,High,35,Mesa",
        ),
        year=2024,
    )
    assert counts(found) == (2, 0, 0, 0)
    assert rejected(found) == {
        4: "The id is NA.",
        5: "No district has the id 3500020: import the districts first.",
        6: "The id of a school of district 3500020 begins with it; 350001000044 does not.",
        7: "The id 350001000042 stands in line 2 already.",
    }
    later = schools("Mesa Second High,350001000045,3500010,High,35,Mesa")
    assert counts(bring("import_schools", later, year=2025)) == (1, 0, 0, 1)
    with staff_context("look"):
        rows = School.objects.order_by("nces_id").values_list("name", "is_open", "level")
        assert list(rows) == [
            ("MESA HIGH", False, "High"),
            ("Mesa Middle", True, "Middle"),
            ("Mesa Second High", True, "High"),
        ]


def test_zip_codes_lie_in_known_counties_and_may_lie_in_several(bring: Bring) -> None:
    found = bring("import_counties", COUNTIES + "74,300,Midway\n35,31,Again\n35,099,\n3x,001,Odd\n")
    assert counts(found) == (3, 0, 0, 0)
    assert rejected(found) == {
        5: "No state has the number 74.",
        6: "35031 stands in line 2 already.",
        7: "The name is missing.",
        8: "The numbers '3x' and '001' are not two and three digits.",
    }
    file = "zip,fips,county,state\r\n87301,35031,McKinley,NM\r\n87301,35061,Valencia,NM\r\n501,36103,Suffolk,NY\r\n"
    file += (
        "87301,35031,McKinley,NM\r\n87302,35031,McKinley,TX\r\n8730,35031,McKinley,NM\r\n8730x,35031,McKinley,NM\r\n"
    )
    found = bring("import_zips", file)
    assert counts(found) == (3, 0, 0, 0)
    assert rejected(found) == {
        4: "No county has the number 36103: import the counties first.",
        5: "This ZIP code and county stand in line 2 already.",
        6: "County 35031 lies in NM, not in TX.",
        8: "The ZIP code '8730x' is not five digits.",
    }
    assert counts(bring("import_zips", "zip,fips,county,state\n87301,35031,McKinley,NM\n")) == (0, 0, 1, 2)
    assert counts(bring("import_counties", "statefp,countyfp,name\n35,061,Valencia\n")) == (0, 1, 0, 1)
    with staff_context("look"):
        assert set(County.objects.values_list("name", "is_current")) == {
            ("McKinley County", False),
            ("Valencia", True),
            ("El Paso County", True),
        }


def test_a_state_has_one_name_and_keeps_its_number(bring: Bring) -> None:
    found = bring(
        "import_states",
        "name,postal,fips\nNew Mexico,NM,35\nVirgin Islands,VI,78\nU.S. Virgin Islands,VI,78\nTexas,TX,49\nx,nm,35\n",
    )
    assert counts(found) == (0, 0, 2, 0)
    assert rejected(found) == {
        4: "VI stands in line 3 already, by another name.",
        5: "TX has the number 48, which ids of its districts begin with.",
        6: "The postal code 'nm' is not two capital letters.",
    }


@pytest.mark.parametrize(
    "command", ["import_states", "import_counties", "import_zips", "import_districts", "import_schools"]
)
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "first line"),
        (b"a,b\n1,2\n", "first line"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"),
        ("ä".encode("cp1252"), "not UTF-8"),
        (b"name\0\n", "NUL"),
        (b'"' + b"x" * 200_000, "cannot be read"),
    ],
)
def test_a_file_that_is_no_such_table_changes_nothing(bring: Bring, command: str, content: bytes, words: str) -> None:
    before = everything()
    with pytest.raises(CommandError, match=words):
        bring(command, content)
    assert everything() == before


def test_naughty_strings_are_taken_as_names_or_named_as_wrong(bring: Bring) -> None:
    naughty = json.loads((Path(__file__).parents[1] / "common" / "blns.json").read_text())
    cells = [text.replace('"', '""') for text in naughty]
    rows = [f'35{n:05},"{cell}",1,0,0,0,0,0,0,1' for n, cell in enumerate(cells) if "\0" not in cell]
    found = bring("import_districts", districts(*rows))
    assert found["created"] + len(found["rejected"]) == len(rows)
    assert all(row["reason"].startswith("The name") for row in found["rejected"])
