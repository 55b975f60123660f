"""A sign-in that is over while somebody types: nobody is thrown off the page, and no text is lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from playwright.sync_api import Page, expect

from common.tenancy import staff_context
from common.zones import now, today
from incentives.models import Claim
from tests.browser.conftest import Live
from tests.grants.conftest import arena_of
from tests.grants.factories import draft
from tests.incentives import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = "The board adopted the plan."
OVER = "Sign in again; your text is kept on this device"


def sign_in_again(page: Page, role: str) -> None:
    """From the sign-in page, through the demo sign-in, to where its address says."""
    page.wait_for_url("**/accounts/login/?next=*")
    page.goto(page.url.replace("/accounts/login/", "/demo/"))
    page.get_by_role("button", name=f"Home {role}").first.click()
    page.wait_for_url(lambda there: "/demo/" not in there)


@pytest.mark.parametrize("gone", [{"name": "session"}, {}], ids=["session", "all cookies"])
def test_typing_in_a_proposal_stays_on_its_page(live: Live, gone: dict[str, Any]) -> None:
    with staff_context("arrange"):
        arena = arena_of(live.world)
        proposal, content = draft(live.world.home, live.world.people["director"], arena.cycle, at=now())
    page = live.sign_in("Home director")
    url = f"{live.url}/partners/home-mesa/grants/proposals/{proposal.ref}/draft/"
    page.goto(url)
    page.context.clear_cookies(**gone)
    with page.expect_response("**/checks/"):
        page.get_by_label("Name of the activity").fill(f"{content.title} and more")
    expect(page.locator("[data-saved-word]").first).to_contain_text(OVER)
    page.wait_for_timeout(500)
    assert page.url == url
    expect(page.locator("[data-toast]")).to_have_count(0)
    page.get_by_role("link", name=OVER).click()
    sign_in_again(page, "director")
    assert page.url == url
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_label("Name of the activity")).to_have_value(f"{content.title} and more")
    expect(page.locator("[data-saved-word]").first).to_contain_text("Saved")


def typed_claim(live: Live) -> Page:
    """A new claim, filled in and not sent."""
    with staff_context("arrange"):
        make.make_cast(live.world.home, outreach=live.world.people["outreach_manager"])
        district = make.make_district("Mimbres Valley")
    page = live.sign_in("Home program_manager")
    page.goto(f"{live.url}/partners/home-mesa/claims/new/?outcome=O11")
    page.get_by_label("District").select_option(district.ref)
    page.get_by_label("Achieved on").fill(today().isoformat())
    page.get_by_label("What happened").fill(WORDS)
    return page


def is_there_once(page: Page, url: str) -> None:
    """Saved, and where it was typed its draft is found, with nothing to restore."""
    page.wait_for_url("**/claims/*-*/")
    page.goto(url)
    page.wait_for_url("**/claims/*-*/facts/")
    expect(page.get_by_label("What happened")).to_have_value(WORDS)
    expect(page.get_by_role("button", name="Restore it")).to_have_count(0)
    with staff_context("look"):
        assert Claim.objects.get().words == WORDS


@pytest.mark.parametrize("gone", [{"name": "session"}, {}], ids=["session", "all cookies"])
def test_a_claim_sent_without_a_session_is_offered_again_until_it_is_saved(live: Live, gone: dict[str, Any]) -> None:
    page = typed_claim(live)
    url = page.url
    page.context.clear_cookies(**gone)
    page.get_by_role("button", name="Save draft").click()
    if not gone:
        page.get_by_role("link", name="Sign in again").click()
    sign_in_again(page, "program_manager")
    assert page.url == url
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_label("What happened")).to_have_value(WORDS)
    page.get_by_role("button", name="Save draft").click()
    is_there_once(page, url)


def test_a_claim_that_the_server_has_held_is_not_offered_as_well(live: Live) -> None:
    page = typed_claim(live)
    url = page.url
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    session = SessionStore(cookies["session"])
    session["signed_in_at"] = 1
    session.save()
    page.get_by_role("button", name="Save draft").click()
    sign_in_again(page, "program_manager")
    page.get_by_role("button", name="Go on").click()
    is_there_once(page, url)
