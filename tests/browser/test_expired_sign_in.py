"""A sign-in that is over while somebody types: nobody is thrown off the page, and no text is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from common.tenancy import staff_context
from common.zones import now
from tests.browser.conftest import Live
from tests.grants.conftest import arena_of
from tests.grants.factories import draft

pytestmark = pytest.mark.django_db(transaction=True)
OVER = "Sign in again; your text is kept on this device"


def sign_in_again(page: Page, role: str) -> None:
    """From the sign-in page, through the demo sign-in, to where its address says."""
    page.wait_for_url("**/accounts/login/?next=*")
    page.goto(page.url.replace("/accounts/login/", "/demo/"))
    page.get_by_role("button", name=f"Home {role}").first.click()
    page.wait_for_url(lambda there: "/demo/" not in there)


def test_typing_in_a_proposal_stays_on_its_page(live: Live) -> None:
    with staff_context("arrange"):
        arena = arena_of(live.world)
        proposal, content = draft(live.world.home, live.world.people["director"], arena.cycle, at=now())
    page = live.sign_in("Home director")
    url = f"{live.url}/partners/home-mesa/grants/proposals/{proposal.ref}/draft/"
    page.goto(url)
    page.context.clear_cookies(name="session")
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
