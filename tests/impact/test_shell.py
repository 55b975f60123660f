"""The frame around each page: places that exist, the key of each, the partner named, the right words on a refusal."""

from __future__ import annotations

import re

import pytest

from activity.operations import tell
from common.tenancy import staff_context
from common.zones import now
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


def rail(page: str) -> str:
    """The rail alone."""
    return page[page.index('<nav class="rail"') : page.index('<header class="topbar"')]


def test_the_bell_says_how_many_notices_are_new_on_a_phone_too(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["champion"])
    bell = re.compile(r'href="/notices/">(?:<svg.*?</svg>)(.*?)</a>')
    none = bell.findall(facts(client.get("/notices/")))
    with staff_context("arrange"):
        for number in range(3):
            tell([world.people["champion"]], kind="test", key=f"test:{number}", text="News", url="/", at=now())
    some = bell.findall(facts(client.get("/notices/")))
    assert none == ['<span class="visually-hidden">Notices</span>'] * 2
    assert some == ['3<span class="visually-hidden"> new notices</span>'] * 2


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


@pytest.mark.parametrize(
    ("role", "url", "keys"),
    [
        ("program_manager", "/partners/home-mesa/", "hwgi"),
        ("outreach_manager", "/network/", "hgiwd"),
        ("staff", "/network/", "hgiwd"),
        ("staff", "/partners/home-mesa/", "hgwid"),
    ],
)
def test_each_key_opens_one_place_of_the_rail(world: World, signed_in: SignIn, role: str, url: str, keys: str) -> None:
    page = rail(facts(signed_in(world.people[role]).get(url)))
    assert re.findall(r'data-key="g ([a-z])"', page) == list(keys)


def test_a_refusal_says_who_can_do_it(world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.people["champion"]).get("/network/")
    assert answer.status_code == 403
    assert "People of Code.org can do this." in facts(answer)
