"""The main pages of every role, reached from its rail: named, one h1, no sideways scroll on a phone, nothing that the browser refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from common.tenancy import staff_context
from common.zones import now
from partners.models import Partner
from tests.browser.conftest import PHONE, Live
from tests.grants.factories import open_network, sent
from tests.incentives import factories as make
from tests.workshops.factories import enroll, make_workshop
from tests.world import CODE_ORG_ROLES, PARTNER_ROLES

pytestmark = pytest.mark.django_db(transaction=True)
LONG_NAME = (
    "Northwestern Plateau Institute for Mathematics & Computer Science Education at Saint Bartholomew University"
)
ONE_OF_A_KIND = re.compile(r"[A-Z]-[0-9A-Z]{10}|[?#].*")
FACTS = """() => ({
    title: document.title,
    headings: document.querySelectorAll('h1').length,
    over: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    wide: [...document.querySelectorAll('main *')].filter(one => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest('.scroll-x, .views'))
        .map(one => one.outerHTML.slice(0, 90))[0] ?? '',
    filled: [...document.querySelectorAll('main .btn-primary')].filter(one => one.checkVisibility()).length,
    twice: [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, at, every) => every.indexOf(id) !== at),
    doors: [...document.querySelectorAll('.rail .nav-main a, .tabbar > a, .page-head a, main .cols > :first-child .panel-head a')].map(one => one.href),
    rows: [...document.querySelectorAll('main [data-rows]')].map(one => one.querySelector('[data-row-open]')?.href).filter(Boolean),
})"""


@pytest.fixture
def busy(live: Live) -> Live:
    """A partner with a long name, a workshop with people, claims on their way and a proposal; the other partner has nothing."""
    world = live.world
    with staff_context("arrange"):
        Partner.objects.filter(pk=world.home.pk).update(name=LONG_NAME)
        by = world.people["program_manager"]
        enroll(make_workshop(world.home, by), by)
        cast = make.make_cast(world.home, outreach=world.people["outreach_manager"])
        make.submitted(cast, "O11")
        make.verified(cast, "O4")
        sent(world.home, world.people["champion"], open_network(), at=now())
    return live


@pytest.mark.full
def test_every_role_finds_its_main_pages_sound(busy: Live) -> None:
    wrong = []
    for role in (*PARTNER_ROLES, *CODE_ORG_ROLES):
        name = ("Home " if role in PARTNER_ROLES else "Code.org ") + role
        page = busy.sign_in(name, viewport=PHONE)
        wrong += [f"{role} {problem}" for problem in walk(page, busy.url)]
    assert wrong == []


def test_who_is_new_finds_empty_pages_sound(live: Live) -> None:
    wrong = []
    for role in ("program_manager", "staff"):
        name = ("Home " if role in PARTNER_ROLES else "Code.org ") + role
        wrong += [f"{role} {problem}" for problem in walk(live.sign_in(name, viewport=PHONE), live.url)]
    assert wrong == []


def walk(page: Page, origin: str) -> Iterator[str]:
    """What is wrong with each page that lies two steps from the home: one page of a kind."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    ahead, seen = [(page.url, 0)], set()
    while ahead:
        url, steps = ahead.pop(0)
        kind = ONE_OF_A_KIND.sub("", url)
        if kind in seen or not url.startswith(origin):
            continue
        seen.add(kind)
        answer = page.goto(url)
        found = page.evaluate(FACTS)
        if answer is None or answer.status != 200:
            yield f"{url}: status {answer and answer.status}"
        yield from (f"{url}: {problem}" for problem in (*problems_of(found), *said))
        said.clear()
        if steps < 2:
            ahead += [(link, steps + 1) for link in (*found["doors"], *found["rows"])]


def problems_of(found: dict[str, object]) -> Iterator[str]:
    """What a page must not be, whoever reads it."""
    if not str(found["title"]).removesuffix("· RP Network").strip():
        yield "no title"
    if found["headings"] != 1:
        yield f"{found['headings']} h1"
    if found["over"]:
        yield f"scrolls sideways by {found['over']} px because of {found['wide']}"
    if found["filled"] not in (0, 1):
        yield f"{found['filled']} filled buttons"
    if found["twice"]:
        yield f"used twice as an id: {found['twice']}"
