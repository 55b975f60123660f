"""A person makes a token, a program uses it, she revokes it; and the page of the calls is sound on a phone."""

from __future__ import annotations

import http.client
import json

import pytest

from tests.browser.conftest import PHONE, Live, seen, sound
from tests.browser.test_main_pages import FACTS, problems_of

pytestmark = pytest.mark.django_db(transaction=True)


def called(live: Live, secret: str) -> tuple[int, dict[str, object]]:
    """Status and body of the first call."""
    connection = http.client.HTTPConnection(live.url.removeprefix("http://"))
    connection.request("GET", "/api/v1/me/", headers={"Authorization": f"Bearer {secret}"})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_a_token_is_made_used_and_revoked(live: Live) -> None:
    page = live.sign_in("Home program_manager", viewport=PHONE)
    page.goto(f"{live.url}/account/")
    page.get_by_role("link", name="API tokens").click()
    assert list(problems_of(page.evaluate(FACTS))) == []
    sound(page)
    page.get_by_label("Name").fill("Roster sync")
    page.get_by_label("Read: Who the token belongs to").check()
    page.get_by_role("button", name="Make the token").click()
    secret = page.locator("#token").inner_text()
    assert list(problems_of(page.evaluate(FACTS))) == []
    sound(page)
    seen(page, "tokens")
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    status, body = called(live, secret)
    assert (status, body["name"], body["scopes"]) == (200, "Home program_manager", ["account:read"])
    page.get_by_role("button", name="Revoke Roster sync").click()
    page.get_by_text("Roster sync opens nothing any more.").first.wait_for()
    assert called(live, secret)[0] == 401


@pytest.mark.full
def test_the_page_of_the_calls_is_sound_on_a_phone(live: Live) -> None:
    page, said = live.sign_in("Home program_manager", viewport=PHONE), []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{live.url}/api/v1/docs/")
    assert [*problems_of(page.evaluate(FACTS)), *said] == []
    seen(page, "api")
