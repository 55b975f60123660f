"""Journey (a): a Program Manager logs a completed two-day workshop with a pasted roster of 25 rows, three of them wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from common.tenancy import staff_context, tenant_context
from common.zones import today
from tests.browser.conftest import PHONE, Live, picture, sound
from tests.workshops.factories import make_facilitator, make_teacher
from workshops.models import Attendance, Enrollment, Teacher, Workshop

pytestmark = pytest.mark.django_db(transaction=True)
FIRST_NAMES = """Angela Robert Patricia Teresa Gabriel Ramona Luis Carmen Henry
Ida Michael Norma Oscar Paula Quentin Rosa Samuel Tomas
Dolores Ursula Victor Wanda Xavier Yolanda""".split()  # noqa: SIM905
LAST_NAMES = """Sisneros Begaye Holm Baca Quintana Ortiz Pino Salas Tafoya
Ulibarri Yazzie Vigil Wilson Apodaca Cordova Duran Esparza Fresquez
Montoya Gallegos Herrera Jaramillo Lucero Maestas""".split()  # noqa: SIM905


def roster_text() -> str:
    """25 rows as a spreadsheet gives them: 24 people, one of them twice, three rows wrong (4, 11 and 19)."""
    rows = [
        [f"{first} {last}", f"{first[0]}{last}@sanjuanmesa.example".lower(), "Mesa Alta Junior High"]
        for first, last in zip(FIRST_NAMES, LAST_NAMES, strict=True)
    ]
    rows.insert(21, list(rows[4]))
    rows[3][1] = "t.baca@sanjuanmesa"
    rows[10][1] = "m.yazzie at sanjuanmesa.example"
    rows[18][0] = "Dolores"
    return "\n".join("\t".join(row) for row in rows) + "\n"


def days() -> tuple[dt.date, dt.date]:
    """Two days that are over."""
    return today() - dt.timedelta(days=15), today() - dt.timedelta(days=8)


@pytest.fixture
def ready(live: Live) -> Live:
    """Two accredited facilitators, and two teachers whom the partner knows."""
    with staff_context("arrange"):
        for name in ("Ana Lucero", "Ben Chee"):
            make_facilitator("csp", name=name)
        by = live.world.people["program_manager"]
        make_teacher(live.world.home, by, name="Robert Begaye", email="rbegaye@sanjuanmesa.example")
        make_teacher(live.world.home, by, name="Henry Tafoya", email="htafoya@sanjuanmesa.example")
    return live


def choose_subject(page: Page) -> None:
    """Academic Year Workshop 1 + 2 of CS Principles; other courses have one of the same name."""
    option = page.locator("optgroup[label='CS Principles'] option", has_text="Academic Year Workshop 1 + 2")
    page.get_by_label("Subject", exact=True).select_option(value=option.get_attribute("value") or "")


def facts_by_hand(page: Page) -> None:
    """Fill part 1."""
    page.get_by_label("Course", exact=True).select_option(label="CS Principles")
    choose_subject(page)
    page.get_by_label("Seats").fill("30")
    page.get_by_label("Place").fill("San Juan Mesa College, Farmington, NM")
    for number, on in enumerate(days(), start=1):
        if number > 1:
            page.get_by_role("button", name="Add a session").click()
        page.get_by_label(f"Session {number} date").fill(on.isoformat())
        page.get_by_label(f"Session {number} start").fill("08:30")
        page.get_by_label(f"Session {number} end").fill("15:30")
    page.get_by_label(re.compile("Ana Lucero")).check()
    page.get_by_label(re.compile("Ben Chee")).check()


def saved_workshop(live: Live) -> Workshop:
    """The one workshop of the partner."""
    with tenant_context(live.world.home.pk):
        found: Workshop = Workshop.objects.get()
        return found


def test_a_two_day_workshop_is_logged_within_four_page_loads(ready: Live, loads: Callable[[Page], list[str]]) -> None:
    page = ready.sign_in("Home program_manager")
    page.goto(f"{ready.url}/partners/home-mesa/")
    seen = loads(page)
    page.get_by_role("link", name="Log a workshop").first.click()
    page.get_by_role("heading", name="Log a completed workshop").wait_for()
    sound(page)
    facts_by_hand(page)
    page.get_by_label("They agreed").select_option(label="On a paper sign-in sheet")
    page.get_by_label("On or before").fill(days()[0].isoformat())
    page.get_by_label("Paste rows").fill(roster_text())
    page.get_by_role("button", name="Check the roster").click()
    page.get_by_role("link", name="To fix 3").wait_for()
    picture(page, "log-workshop-1280")
    sound(page)
    page.get_by_role("button", name="Use t.baca@sanjuanmesa.example").click()
    page.get_by_label("Row 11 e-mail").fill("m.yazzie@sanjuanmesa.example")
    page.get_by_role("button", name="Use Dolores Montoya").click()
    page.get_by_label("Row 19 school").focus()
    expect(page.locator("#save-words")).to_contain_text("24 people from 25 rows")
    expect(page.locator("#save-words")).not_to_contain_text("to fix")
    page.get_by_role("button", name="Save workshop").click()
    page.wait_for_url(re.compile(r"/workshops/W-[0-9A-Z]{10}/$"))
    assert len(seen) <= 4, seen
    sound(page)
    workshop = saved_workshop(ready)
    with tenant_context(ready.world.home.pk):
        assert (workshop.state, workshop.enrolled) == ("ended", 24)
        assert Teacher.objects.count() == 24
        assert Attendance.objects.count() == 48
    page.goto(f"{ready.url}/partners/home-mesa/workshops/?view=ended")
    expect(page.get_by_role("link", name="CS Principles · Academic Year Workshop 1 + 2")).to_be_visible()
    picture(page, "workshops-1280")
    sound(page)


def test_the_pages_fit_a_phone(ready: Live) -> None:
    page = ready.sign_in("Home program_manager", viewport=PHONE)
    page.goto(f"{ready.url}/partners/home-mesa/workshops/log/")
    sound(page)
    page.get_by_label("Paste rows").fill(roster_text())
    page.get_by_role("button", name="Check the roster").click()
    page.get_by_label("Row 4 e-mail").wait_for()
    picture(page, "log-workshop-360")
    sound(page)


def test_what_is_typed_is_kept_within_two_seconds_and_survives_a_reload(ready: Live) -> None:
    page = ready.sign_in("Home program_manager")
    page.goto(f"{ready.url}/partners/home-mesa/workshops/log/")
    with page.expect_response(re.compile("/drafts/log/"), timeout=2_500):
        page.get_by_label("Place").press_sequentially("Mesa Hall")
    expect(page.locator("[data-saved-word]").first).to_contain_text("Saved")
    page.reload()
    expect(page.get_by_label("Place")).to_have_value(re.compile("^Mesa"))


def test_an_expired_sign_in_loses_no_text_and_makes_no_doubles(ready: Live) -> None:
    page = ready.sign_in("Home program_manager")
    page.goto(f"{ready.url}/partners/home-mesa/workshops/log/")
    page.context.clear_cookies()
    page.get_by_label("Place").fill("Mesa Hall, Farmington")
    expect(page.locator("[data-saved-word]").first).to_contain_text("kept on this device")
    address = page.url
    page.goto(f"{ready.url}/demo/")
    page.get_by_role("button", name="Home program_manager").first.click()
    page.wait_for_url(lambda url: "/demo/" not in url)
    page.goto(address)
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_label("Place")).to_have_value("Mesa Hall, Farmington")
    expect(page.locator("[data-saved-word]").first).to_contain_text("Saved")
    assert saved_workshop(ready).place == "Mesa Hall, Farmington"


def test_back_and_send_again_saves_once(ready: Live) -> None:
    page = ready.sign_in("Home program_manager")
    page.goto(f"{ready.url}/partners/home-mesa/workshops/log/")
    facts_by_hand(page)
    page.get_by_label("They agreed").select_option(index=1)
    page.get_by_label("On or before").fill(days()[0].isoformat())
    page.get_by_label("Paste rows").fill("Angela Sisneros\tasisneros@mesa.example\n")
    page.get_by_role("button", name="Check the roster").click()
    page.get_by_role("button", name="Save workshop").dblclick()
    page.wait_for_url(re.compile(r"/workshops/W-[0-9A-Z]{10}/$"))
    page.go_back()
    page.wait_for_load_state()
    if page.get_by_role("button", name="Save workshop").count():
        page.get_by_role("button", name="Save workshop").click()
        page.wait_for_url(re.compile(r"/workshops/W-[0-9A-Z]{10}/$"))
    with tenant_context(ready.world.home.pk):
        assert (Workshop.objects.count(), Enrollment.objects.count()) == (1, 1)


def tab_to(page: Page, target: Any) -> None:
    """Press Tab until the control has the focus."""
    for _press in range(250):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")


def test_by_keyboard_alone(ready: Live) -> None:
    page = ready.sign_in("Home program_manager")
    page.goto(f"{ready.url}/partners/home-mesa/")
    tab_to(page, page.get_by_role("link", name="Log a workshop").first)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Log a completed workshop").wait_for()
    for label, keys in (
        ("Course", "CS Prin"),
        ("Subject", "Academic Year Workshop 1 +"),
        ("Seats", "30"),
        ("Place", "Mesa Hall"),
    ):
        tab_to(page, page.get_by_label(label, exact=label in ("Course", "Subject")))
        page.keyboard.type(keys)
    for number, on in enumerate(days(), start=1):
        if number > 1:
            tab_to(page, page.get_by_role("button", name="Add a session"))
            page.keyboard.press("Enter")
        tab_to(page, page.get_by_label(f"Session {number} date"))
        page.keyboard.type(f"{on:%m%d%Y}")
        tab_to(page, page.get_by_label(f"Session {number} start"))
        page.keyboard.type("0830AM")
        tab_to(page, page.get_by_label(f"Session {number} end"))
        page.keyboard.type("0330PM")
    tab_to(page, page.get_by_label(re.compile("Ana Lucero")))
    page.keyboard.press("Space")
    tab_to(page, page.get_by_label("Paste rows"))
    page.keyboard.insert_text(roster_text())
    tab_to(page, page.get_by_role("button", name="Check the roster"))
    page.keyboard.press("Enter")
    page.get_by_label("Row 4 e-mail").wait_for()
    for name in ("Use t.baca@sanjuanmesa.example", "Use Dolores Montoya"):
        tab_to(page, page.get_by_role("button", name=name))
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    tab_to(page, page.get_by_label("Row 11 e-mail"))
    page.keyboard.press("Control+A")
    page.keyboard.type("m.yazzie@sanjuanmesa.example")
    tab_to(page, page.get_by_label("They agreed"))
    page.keyboard.type("On a paper")
    tab_to(page, page.get_by_label("On or before"))
    page.keyboard.type(f"{days()[0]:%m%d%Y}")
    tab_to(page, page.get_by_role("button", name="Save workshop"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/workshops/W-[0-9A-Z]{10}/$"))
    assert saved_workshop(ready).enrolled == 24


def test_without_scripts_the_same_is_done(ready: Live) -> None:
    page = ready.sign_in("Home program_manager", scripts=False)
    page.goto(f"{ready.url}/partners/home-mesa/workshops/log/")
    page.get_by_role("button", name="Add a session").click()
    for number, on in enumerate(days(), start=1):
        page.get_by_label(f"Session {number} date").fill(on.isoformat())
        page.get_by_label(f"Session {number} start").fill("08:30")
        page.get_by_label(f"Session {number} end").fill("15:30")
    page.get_by_label("Course", exact=True).select_option(label="CS Principles")
    choose_subject(page)
    page.get_by_label("Seats").fill("30")
    page.get_by_label("Place").fill("Mesa Hall")
    page.get_by_label(re.compile("Ana Lucero")).check()
    page.get_by_label("Paste rows").fill(roster_text())
    page.get_by_role("button", name="Check the roster").click()
    page.get_by_label("Row 4 e-mail").fill("t.baca@sanjuanmesa.example")
    page.get_by_label("Row 11 e-mail").fill("m.yazzie@sanjuanmesa.example")
    page.get_by_role("button", name="Save workshop").click()
    expect(page.locator("[data-error-list]")).to_be_visible()
    page.get_by_label("Row 19 name").fill("Dolores Montoya")
    page.get_by_label("They agreed").select_option(index=1)
    page.get_by_label("On or before").fill(days()[0].isoformat())
    page.get_by_role("button", name="Save workshop").click()
    page.wait_for_url(re.compile(r"/workshops/W-[0-9A-Z]{10}/$"))
    assert saved_workshop(ready).enrolled == 24
