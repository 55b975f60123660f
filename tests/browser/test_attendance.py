"""Ticks of the attendance grid are saved at once, and none is lost without a connection or a sign-in."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from common.tenancy import staff_context, tenant_context
from common.zones import today
from tests.browser.conftest import PHONE, Live, sound
from tests.workshops.factories import enroll, make_teacher, make_workshop, some_facts
from workshops.models import Attendance, Workshop

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = ("Angela Sisneros", "Robert Begaye", "Teresa Baca")


@pytest.fixture
def workshop(live: Live) -> Workshop:
    """A workshop whose first day was yesterday, with three people."""
    by = live.world.people["program_manager"]
    with staff_context("arrange"):
        days = (today() - dt.timedelta(days=1), today() + dt.timedelta(days=6))
        made = make_workshop(live.world.home, by, facts=some_facts(*days))
        for name in NAMES:
            enroll(
                made, by, teacher=make_teacher(live.world.home, by, name=name, email=f"{name[:3]}@x.example".lower())
            )
    return made


def attended(live: Live) -> list[str]:
    """Who attended, by name."""
    with tenant_context(live.world.home.pk):
        return sorted(Attendance.objects.values_list("enrollment__teacher__name", flat=True))


def tick(page: Page, name: str) -> None:
    page.get_by_label(re.compile(f"^{name} attended")).first.check()


def word(page: Page, text: str) -> None:
    expect(page.locator("[data-saved-word]").first).to_contain_text(text)


def test_ticks_are_saved_at_once_and_kept_while_offline_or_signed_out(live: Live, workshop: Workshop) -> None:
    page = live.sign_in("Home program_manager", viewport=PHONE)
    url = f"{live.url}/partners/home-mesa/workshops/{workshop.ref}/attendance/"
    page.goto(url)
    sound(page)
    hours = page.locator("tr", has_text=NAMES[0]).locator("[data-hours]")
    expect(hours).to_have_text("0")
    assert hours.evaluate("cell => getComputedStyle(cell, '::before').content") == '"Hours "'
    target = page.locator("label:has([name=cell])").first.bounding_box()
    assert target is not None
    assert min(target["width"], target["height"]) >= 44
    tick(page, NAMES[0])
    word(page, "Saved")
    expect(hours).to_have_text("7")
    page.context.set_offline(True)
    tick(page, NAMES[1])
    word(page, "Offline. 1 tick is kept on this device")
    page.context.set_offline(False)
    word(page, "Saved")
    assert attended(live) == sorted(NAMES[:2])
    page.context.clear_cookies()
    tick(page, NAMES[2])
    word(page, "Sign in again. 1 tick is kept on this device")
    assert attended(live) == sorted(NAMES[:2])
    page.goto(f"{live.url}/demo/")
    page.get_by_role("button", name="Home program_manager").first.click()
    page.wait_for_url(lambda there: "/demo/" not in there)
    page.goto(url)
    word(page, "Saved")
    assert attended(live) == sorted(NAMES)


def test_two_tabs_take_nothing_from_each_other_and_a_refused_tick_goes_back(live: Live, workshop: Workshop) -> None:
    one = live.sign_in("Home program_manager")
    url = f"{live.url}/partners/home-mesa/workshops/{workshop.ref}/attendance/"
    one.goto(url)
    two = one.context.new_page()
    two.goto(url)
    tick(one, NAMES[0])
    word(one, "Saved")
    tick(two, NAMES[1])
    word(two, "Saved")
    two.get_by_role("button", name="Save attendance").click()
    two.wait_for_load_state()
    assert attended(live) == sorted(NAMES[:2])
    with staff_context("arrange"):
        Workshop.objects.filter(pk=workshop.pk).update(
            state="canceled", canceled_at=workshop.created_at, cancel_reason="Snow"
        )
    tick(one, NAMES[2])
    word(one, "A workshop that is canceled has no attendance.")
    expect(one.get_by_label(re.compile(f"^{NAMES[2]} attended")).first).not_to_be_checked()
