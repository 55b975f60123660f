"""The frame around each page: places that exist, the key of each, the partner named, the right words on a refusal."""

from __future__ import annotations

import re

import pytest

from impact.navigation import SECTIONS
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


def rail(page: str) -> str:
    """The rail alone."""
    return page[page.index('<nav class="rail"') : page.index('<header class="topbar"')]


@pytest.mark.parametrize(
    ("role", "url", "current"),
    [
        ("program_manager", "/partners/home-mesa/", "Home"),
        ("program_manager", "/partners/home-mesa/outcomes/", "Incentives"),
        ("staff", "/network/", "Home"),
        ("staff", "/partners/home-mesa/", "Overview"),
        ("staff", "/network/limits/grant_pool/new/", "Rules and settings"),
        ("finance", "/partners/home-mesa/payee/", "Payees"),
        ("outreach_manager", "/network/partners/", "My partners"),
    ],
)
def test_the_rail_says_where_the_page_belongs(
    world: World, signed_in: SignIn, role: str, url: str, current: str
) -> None:
    page = facts(signed_in(world.people[role]).get(url))
    assert re.findall(r'aria-current="page"[^>]*><svg.*?</svg>([^<]+)</a>', rail(page)) == [current]


@pytest.mark.parametrize(
    ("role", "url", "name"),
    [
        ("champion", "/notices/", "Home Mesa CS Alliance"),
        ("staff", "/network/", "Code.org"),
        ("outreach_manager", "/network/", "Code.org"),
        ("outreach_manager", "/partners/home-mesa/", "Home Mesa CS Alliance"),
    ],
)
def test_the_switcher_names_in_whose_name_one_works(
    world: World, signed_in: SignIn, role: str, url: str, name: str
) -> None:
    page = rail(facts(signed_in(world.people[role]).get(url)))
    assert re.findall(r'class="tenant"><span>.*?<b>([^<]+)</b>', page) == [name]


def test_no_two_places_of_a_rail_have_the_same_key() -> None:
    """The places of one partner come after those of the network and give way to them."""
    for side, sections in SECTIONS.items():
        keys = [place.key for title, places in sections if title != "This partner" for place in places if place.key]
        twice = {key for key in keys if keys.count(key) > 1}
        assert twice <= ({"g", "i"} if side == "code_org" else set()), side


def test_a_refusal_says_who_can_do_it(world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.people["champion"]).get("/network/")
    assert answer.status_code == 403
    assert "People of Code.org can do this." in facts(answer)
