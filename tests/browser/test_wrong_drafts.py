"""What is wrong with a draft is said at its field while it is written, and goes when it is put right."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from common.tenancy import staff_context
from common.zones import now, today
from tests.browser.conftest import Live, seen
from tests.grants.conftest import arena_of
from tests.grants.factories import draft
from tests.incentives import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
MONEY = "Enter whole dollars, such as 1,250."


def test_money_that_is_no_money_is_named_once_its_field_is_left(live: Live) -> None:
    with staff_context("arrange"):
        arena = arena_of(live.world)
        proposal, _content = draft(live.world.home, live.world.people["director"], arena.cycle, at=now())
    page = live.sign_in("Home director")
    page.goto(f"{live.url}/partners/home-mesa/grants/proposals/{proposal.ref}/draft/")
    ask, wrong, saved = page.get_by_label("You ask for"), page.locator("#id_ask_error"), "**/draft/"
    with page.expect_response(saved):
        ask.fill("1e3")
    expect(wrong).to_have_count(0)
    ask.blur()
    expect(wrong).to_have_text(MONEY)
    expect(ask).to_have_attribute("aria-invalid", "true")
    expect(ask).to_have_accessible_description(f"The sum of the lines. {MONEY}")
    expect(ask).to_have_value("1e3")
    seen(page, "proposal-wrong")
    with page.expect_response(saved):
        ask.fill("5,000")
    expect(wrong).to_have_count(0)
    page.reload()
    expect(wrong).to_have_count(0)


def test_an_outcome_that_is_claimed_already_is_said_as_soon_as_its_subject_is_chosen(live: Live) -> None:
    with staff_context("arrange"):
        cast = make.make_cast(live.world.home, outreach=live.world.people["outreach_manager"])
        holder, free = make.submitted(cast, "O11"), make.make_district("Mimbres Valley")
    page = live.sign_in("Home program_manager")
    page.goto(f"{live.url}/partners/home-mesa/claims/new/?outcome=O11")
    page.get_by_label("Achieved on").fill(today().isoformat())
    district = page.get_by_label("District")
    district.select_option(holder.district.ref)  # type: ignore[union-attr]
    expect(page.locator("#taken")).to_contain_text(f"You have claimed this already: {holder.ref}, submitted.")
    seen(page, "claim-taken")
    district.select_option(free.ref)
    expect(page.locator("#taken")).to_be_empty()
    district.select_option(holder.district.ref)  # type: ignore[union-attr]
    page.get_by_role("link", name="Open that claim").click()
    page.wait_for_url(f"**/claims/{holder.ref}/")


def test_a_field_of_a_session_that_is_put_right_is_wrong_no_more(live: Live) -> None:
    page = live.sign_in("Home program_manager")
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.goto(f"{live.url}/partners/home-mesa/workshops/plan/")
    page.get_by_role("button", name="Save workshop").click()
    day, wrong = page.get_by_label("Session 1 date"), page.locator("#id_sessions-0-date_error")
    expect(wrong).to_have_text("Give at least one session: date, start and end.")
    expect(day).to_have_attribute("aria-invalid", "true")
    day.fill(today().isoformat())
    day.blur()
    expect(wrong).to_have_count(0)
    expect(day).not_to_have_attribute("aria-invalid", "true")
    assert failed == []
