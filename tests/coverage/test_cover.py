"""Coverage: which states and counties somebody serves, what nobody does, and where several do; the pages say the same as the look-up."""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from catalog.models import Program
from common.tenancy import staff_context
from common.zones import now, today
from districts.models import County, State, ZipCounty
from impact.coverage.areas import area_of
from impact.coverage.cover import Cover, StateCover, cover_of_state, cover_of_states
from impact.coverage.lookup import find_partner
from impact.coverage.maps import map_of
from partners.models import Partner
from partners.operations import Holding, end_territory, hold_territory
from tests.queries import statements_of
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
COUNTIES = {"35031": "McKinley County", "35006": "Cibola County", "48141": "El Paso County"}
ZIPS = [("87301", "35031"), ("87020", "35031"), ("87020", "35006"), ("87005", "35006"), ("79901", "48141")]
PAGES = ("/network/coverage/", "/network/coverage/map/", "/network/coverage/NM/", "/network/coverage/NM/map/")


@pytest.fixture
def places() -> None:
    with staff_context("arrange"):
        kept = {
            fips: County.objects.create(fips=fips, name=name, state=State.objects.get(fips=fips[:2]))
            for fips, name in COUNTIES.items()
        }
        ZipCounty.objects.bulk_create(ZipCounty(zip_code=code, county=kept[fips]) for code, fips in ZIPS)


def hold(partner: Partner, *areas: str) -> None:
    with staff_context("arrange"):
        program = Program.objects.get(key="k12")
        for area in areas:
            holding = Holding(area_of(area), program, today(), None, "Theirs for long")
            hold_territory(partner=partner, holding=holding, by=None, at=now())


def states() -> dict[str, StateCover]:
    with staff_context("look"):
        return {row.state.code: row for row in cover_of_states(Program.objects.get(key="k12"), today())}


def counties(code: str) -> dict[str, tuple[Cover, list[str]]]:
    with staff_context("look"):
        found = cover_of_state(State.objects.get(code=code), Program.objects.get(key="k12"), today())
    return {row.county.name: (row.cover, [held.partner.slug for held in row.served]) for row in found.counties}


def overlaps(code: str) -> list[tuple[str, list[str]]]:
    with staff_context("look"):
        found = cover_of_state(State.objects.get(code=code), Program.objects.get(key="k12"), today())
    return [(one.zip_code, [partner.slug for partner in one.partners]) for one in found.overlaps]


def test_a_country_that_nobody_serves_is_all_gap(places: None) -> None:
    rows = states()
    assert {row.cover for row in rows.values()} == {Cover.NONE}
    assert [(code, rows[code].gaps) for code in ("NM", "TX", "AK")] == [("NM", 2), ("TX", 1), ("AK", 0)]


@pytest.mark.parametrize(
    ("areas", "cover", "gaps"),
    [
        (["NM"], Cover.WHOLE, 0),
        (["McKinley County, NM"], Cover.PART, 1),
        (["McKinley County, NM", "Cibola County, NM"], Cover.WHOLE, 0),
        (["87005"], Cover.PART, 2),
        (["79901"], Cover.NONE, 2),
    ],
)
def test_a_state_is_covered_whole_in_part_or_not(
    places: None, world: World, areas: list[str], cover: Cover, gaps: int
) -> None:
    hold(world.home, *areas)
    assert (states()["NM"].cover, states()["NM"].gaps) == (cover, gaps)


def test_the_narrower_area_serves_and_a_held_zip_code_is_a_part(places: None, world: World) -> None:
    hold(world.home, "NM", "79901")
    hold(world.away, "Cibola County, NM")
    assert counties("NM") == {"McKinley County": (Cover.WHOLE, ["home-mesa"]), "Cibola County": (Cover.WHOLE, ["away"])}
    assert counties("TX") == {"El Paso County": (Cover.PART, [])}


def test_a_zip_code_of_two_counties_with_two_partners_is_an_overlap_until_somebody_holds_it(
    places: None, world: World
) -> None:
    hold(world.home, "McKinley County, NM")
    assert overlaps("NM") == []
    hold(world.away, "Cibola County, NM")
    assert overlaps("NM") == [("87020", ["away", "home-mesa"])]
    with staff_context("look"):
        assert {match.partner.slug for match in find_partner("87020", on=today()).matches} == {"away", "home-mesa"}
    hold(world.home, "87020")
    assert overlaps("NM") == []


def test_what_is_over_or_not_yet_covers_nothing(places: None, world: World) -> None:
    with staff_context("arrange"):
        program, ahead = Program.objects.get(key="k12"), today() + dt.timedelta(days=9)
        held = hold_territory(
            partner=world.home,
            holding=Holding(area_of("NM"), program, today() - dt.timedelta(days=30), None, "why"),
            by=None,
            at=now(),
        )
        yesterday = today() - dt.timedelta(days=1)
        end_territory(territory=held, last_day=yesterday, reason="over", by=world.people["staff"], at=now())
        hold_territory(
            partner=world.away, holding=Holding(area_of("TX"), program, ahead, None, "why"), by=None, at=now()
        )
    assert (states()["NM"].cover, states()["TX"].cover) == (Cover.NONE, Cover.NONE)


def test_the_pages_cost_the_same_whatever_is_held(places: None, world: World, signed_in: SignIn) -> None:
    staff = signed_in(world.people["staff"])
    hold(world.home, "79901")
    before = {path: len(statements_of(staff, path)) for path in PAGES}
    hold(world.home, "NM", "El Paso County, TX", "87301")
    hold(world.away, "Cibola County, NM", "87020")
    assert {path: len(statements_of(staff, path)) for path in PAGES} == before
    assert max(before.values()) <= 8


def test_the_pages_say_who_and_where_nobody_does(places: None, world: World, signed_in: SignIn) -> None:
    hold(world.home, "McKinley County, NM", "87005")
    staff = signed_in(world.people["staff"])
    country, state = facts(staff.get("/network/coverage/")), facts(staff.get("/network/coverage/nm/"))
    gaps = facts(staff.get("/network/coverage/?view=gaps"))
    assert "1 of 2" in country and "Texas" in gaps
    assert world.home.name in state and "Nobody" in state and "87005" in state
    assert staff.get("/network/coverage/XX/").status_code == 404
    exported = facts(staff.post("/network/coverage/export/"))
    assert "New Mexico,NM,In part,,2,1,1,1" in exported


def test_the_map_shows_each_shape_in_its_fill_and_leads_to_its_state(world: World, signed_in: SignIn) -> None:
    hold(world.home, "NM")
    drawn = facts(signed_in(world.people["staff"]).get("/network/coverage/map/"))
    svg = ET.fromstring(drawn[drawn.index("<svg") : drawn.index("</svg>") + 6])  # noqa: S314  our own drawing
    shapes = [shape for shape in svg.iter("{http://www.w3.org/2000/svg}path") if shape.get("data-url")]
    links = {shape.get("data-url"): shape.get("fill") for shape in shapes}
    assert links["/network/coverage/NM/?program=k12"] == "var(--map-3)"
    assert links["/network/coverage/TX/?program=k12"] == "url(#gap)"
    assert (
        len(links) == 51
        and "style=" not in drawn
        and "http" not in drawn.replace('xmlns="http', "").replace('xlink="http', "")
    )


@pytest.mark.parametrize(
    ("layer", "prefix", "most"), [("counties", "35", 33), ("counties", "48", 254), ("states", "", 51)]
)
def test_a_map_holds_the_shapes_of_its_place_and_no_other(layer: str, prefix: str, most: int) -> None:
    drawn: Any = map_of(layer, prefix, ((f"{prefix}031"[-5:], "whole", ""),))
    assert drawn.count("var(--map-3)") + drawn.count("url(#gap)") == most
