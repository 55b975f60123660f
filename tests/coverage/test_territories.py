"""Territories: one holder an area, program and day; the narrower area wins; a ZIP code says who serves it, and why."""

from __future__ import annotations

import datetime as dt
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections, transaction

from activity.models import LogEntry
from catalog.models import Program
from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from districts.models import County, State, ZipCounty
from impact.coverage.areas import AreaUnknown, area_of
from impact.coverage.lookup import Answer, find_partner
from partners.models import Partner, Territory
from partners.operations import Holding, TerritoryRefused, end_territory, hold_territory
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HOME = "/network/territories/"


@pytest.fixture
def places() -> None:
    """McKinley and Cibola in New Mexico, El Paso in Texas; 87020 lies in the first two."""
    with staff_context("arrange"):
        pairs = [("35031", "McKinley County"), ("35006", "Cibola County"), ("48141", "El Paso County")]
        counties = {
            fips: County.objects.create(fips=fips, name=name, state=State.objects.get(fips=fips[:2]))
            for fips, name in pairs
        }
        zips = [("87301", "35031"), ("87020", "35031"), ("87020", "35006"), ("79901", "48141")]
        ZipCounty.objects.bulk_create(ZipCounty(zip_code=code, county=counties[fips]) for code, fips in zips)


def hold(
    partner: Partner, area: str, *, first: dt.date | None = None, last: dt.date | None = None, program: str = "k12"
) -> Territory:
    holding = Holding(area_of(area), Program.objects.get(key=program), first or today(), last, "Theirs for long")
    return hold_territory(partner=partner, holding=holding, by=None, at=now())


def served(code: str) -> Answer:
    with staff_context("look"):
        return find_partner(code, on=today())


def who(code: str) -> list[tuple[str, str]]:
    return [(match.partner.slug, match.why) for match in served(code).matches]


@pytest.mark.parametrize(
    ("text", "level", "key", "name"),
    [
        ("NM", "state", "NM", "New Mexico"),
        (" new  mexico ", "state", "NM", "New Mexico"),
        ("mckinley county, nm", "county", "35031", "McKinley County, NM"),
        ("87301", "zip", "87301", "87301"),
        ("87301-1234", "zip", "87301", "87301"),
    ],
)
def test_an_area_is_written_as_people_write_it(places: None, text: str, level: str, key: str, name: str) -> None:
    found = area_of(text)
    assert (found.level, found.key, found.name) == (level, key, name)


@pytest.mark.parametrize(
    "text", ["", "XX", "Mexico", "McKinley County", "McKinley, TX", "99999", "8730", "８７３０１", "\0NM\0x"]
)
def test_what_is_no_area_is_refused(places: None, text: str) -> None:
    with pytest.raises(AreaUnknown):
        area_of(text)


def test_an_area_has_one_holder_at_a_time_and_the_refusal_names_her(world: World, places: None) -> None:
    with staff_context("act"):
        held = hold(world.home, "NM", last=today() + 30 * DAY)
        with pytest.raises(TerritoryRefused, match="New Mexico: Home Mesa CS Alliance holds it from") as refused:
            hold(world.away, "NM", first=today() + 30 * DAY)
        assert refused.value.field == "area"
        with pytest.raises(TerritoryRefused, match="holds it already"):
            hold(world.home, "NM")
        hold(world.away, "NM", first=today() + 31 * DAY)
        hold(world.away, "McKinley County, NM")
        hold(world.away, "87301")
        other = Program.objects.create(key="district", name="District Program")
        hold(world.away, "NM", program=other.key)
        entry = LogEntry.objects.about(held).get()
        assert (entry.verb, entry.partner, entry.reason) == ("territory.held", world.home, "Theirs for long")


def test_the_database_itself_refuses_a_second_holder(world: World, places: None) -> None:
    with staff_context("direct SQL"):
        held = hold(world.home, "NM")
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Territory.objects.create(
                partner=world.away, level="state", area="NM", area_name="New Mexico", program=held.program,
                valid_from=today() + DAY, reason="Mine", added_at=now(),
            )  # fmt: skip
        assert constraint_of(refused.value) == "partners_territory_one_holder"
    with tenant_context(world.home.pk), pytest.raises(Exception, match="permission denied"), transaction.atomic():
        Territory.objects.filter(pk=held.pk).update(area="TX")


def test_the_narrower_area_wins_and_the_answer_says_why(world: World, places: None) -> None:
    assert who("87301") == []
    assert served("87301").sentence == "No partner holds 87301, McKinley County, NM, or the state."
    assert served("99999").sentence == "99999 lies in no county that we know."
    home, away = world.home.slug, world.away.slug
    with staff_context("act"):
        hold(world.home, "NM")
    assert who("87301-0001") == [(home, "It holds New Mexico; nobody holds 87301 or McKinley County, NM.")]
    with staff_context("act"):
        hold(world.away, "McKinley County, NM")
    assert who("87301") == [(away, "It holds McKinley County, NM, where 87301 lies.")]
    assert sorted(who("87020")) == sorted(
        [
            (away, "It holds McKinley County, NM, where a part of 87020 lies."),
            (home, "It holds New Mexico; nobody holds 87020 or Cibola County, NM."),
        ]
    )
    assert served("87020").sentence == ("87020 lies in Cibola County, NM and McKinley County, NM. 2 partners serve it.")
    with staff_context("act"):
        hold(world.home, "87020")
    assert who("87020") == [(home, "It holds the ZIP code 87020.")]
    assert who("79901") == []


def test_an_end_takes_effect_after_its_last_day_and_never_prolongs(world: World, places: None) -> None:
    with staff_context("act"):
        row = hold(world.home, "NM", first=today() - 10 * DAY)
        for last_day, reason, words in [
            (today() - 11 * DAY, "Moved", "on or after"),
            (today(), " ", "Say why it ends"),
        ]:
            with pytest.raises(TerritoryRefused, match=words):
                end_territory(territory=row, last_day=last_day, reason=reason, by=None, at=now())
        end_territory(territory=row, last_day=today() - DAY, reason="Moved", by=None, at=now())
        with pytest.raises(TerritoryRefused, match="on or before"):
            end_territory(territory=row, last_day=today(), reason="Again", by=None, at=now())
        hold(world.away, "NM")
    assert [slug for slug, _why in who("87301")] == [world.away.slug]


@pytest.mark.django_db(transaction=True)
def test_32_people_at_once_give_an_area_to_one_partner(world: World, places: None) -> None:
    start, outcomes = threading.Barrier(32), list[str]()

    def giver(n: int) -> None:
        start.wait()
        try:
            with staff_context("act"):
                hold(world.home if n % 2 else world.away, "NM")
            outcomes.append("held")
        except TerritoryRefused:
            outcomes.append("refused")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(32) as pool:
        list(pool.map(giver, range(32)))
    assert sorted(outcomes) == ["held"] + ["refused"] * 31
    with staff_context("look"):
        assert Territory.objects.count() == 1


def imported(folder: Path, content: str) -> dict[str, Any]:
    file, out = folder / "territories.csv", StringIO()
    file.write_text(content)
    call_command("import_territories", str(file), json=True, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def test_a_list_comes_in_twice_as_once_and_every_refusal_has_its_line(
    world: World, places: None, tmp_path: Path
) -> None:
    rows = [
        f"{world.home.name},NM,,",
        f"{world.away.slug},87301-1234,,",
        f"{world.away.name},New Mexico,,",
        "Nobody,TX,,",
        f"{world.away.name},XX,,",
        f"{world.away.name},TX,k99,",
        f"{world.away.name},TX,k12,soon",
        f"{world.away.name},TX,k12,2026-07-01",
    ]
    content = "\n".join(["partner,region,program,from", *rows]) + "\n"
    found = imported(tmp_path, content)
    assert found["created"] == 3
    assert {row["line"]: row["reason"] for row in found["rejected"]} == {
        4: f"New Mexico: {world.home.name} holds it from {today():%b %-d, %Y} until further notice.",
        5: "No partner has the name “Nobody”.",
        6: "“XX” is no state, county with its state, or ZIP code.",
        7: "No program has the word “k99”: use k12.",
        8: "`from` is “soon”: write 2026-07-01.",
    }
    again = imported(tmp_path, content)
    assert (again["created"], again["unchanged"], again["rejected"]) == (0, 3, found["rejected"])


def test_the_command_answers_with_one_object(world: World, places: None) -> None:
    with staff_context("act"):
        hold(world.home, "NM")
    out = StringIO()
    call_command("find_partner", "87301", json=True, stdout=out)
    found = json.loads(out.getvalue())
    assert found["counties"] == ["McKinley County, NM"]
    assert [(match["slug"], match["level"], match["area"]) for match in found["matches"]] == [
        (world.home.slug, "state", "NM")
    ]
    with pytest.raises(CommandError, match="five digits"):
        call_command("find_partner", "8730x")


def test_staff_give_find_and_end_an_area_in_the_browser(world: World, places: None, signed_in: SignIn) -> None:
    staff = signed_in(world.people["staff"])
    sent = {
        "partner": world.home.slug,
        "area": "NM",
        "program": "k12",
        "valid_from": today().isoformat(),
        "reason": "Theirs for long",
    }
    wrong = staff.post(f"{HOME}new/", {**sent, "area": "Atlantis", "reason": ""})
    assert wrong.status_code == 422
    shown = wrong.content.decode()
    assert "“Atlantis” is no state" in shown
    assert 'value="Atlantis"' in shown
    made = staff.post(f"{HOME}new/", sent)
    assert made.status_code == 303
    twice = staff.post(f"{HOME}new/", {**sent, "partner": world.away.slug})
    assert f"New Mexico: {world.home.name} holds it" in twice.content.decode()
    assert "New Mexico" in staff.get(f"{HOME}?q=mexico&level=state").content.decode()
    assert "Nothing fits the filters" in staff.get(f"{HOME}?q=atlantis").content.decode()
    assert "It holds New Mexico" in staff.get(f"{HOME}lookup/?zip=87301").content.decode()
    assert staff.get(f"{HOME}lookup/?zip=8730x").status_code == 422
    url = made.headers["Location"]
    assert staff.post(f"{url}end/", {"last_day": today().isoformat(), "reason": ""}).status_code == 422
    assert staff.post(f"{url}end/", {"last_day": (today() - DAY).isoformat(), "reason": "Moved"}).status_code == 422
    assert staff.post(f"{url}end/", {"last_day": today().isoformat(), "reason": "Moved"}).status_code == 303
    assert "Moved" in staff.get(url).content.decode()
    assert "Nobody" not in staff.get(f"{HOME}lookup/?zip=87301").content.decode()


def test_a_partner_reads_its_own_territory_only(world: World, places: None) -> None:
    with staff_context("act"):
        own = hold(world.home, "NM")
        hold(world.away, "TX")
    with tenant_context(world.home.pk):
        assert list(Territory.objects.all()) == [own]
