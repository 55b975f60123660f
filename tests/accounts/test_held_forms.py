"""A form that meets a sign-in that is too old is kept while its sender signs in again, and sent by one button."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

import pytest
import time_machine
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from common.access import ScopedRequest, requires
from rp_network.urls import urlpatterns as product
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
PAGE = "http://testserver/notices/"
SENT = {"claim": ["K-1", "K-2"], "reason": "Line one\n<b>line two</b>"}


@requires("notices.read", fresh=True)
def pay(request: HttpRequest) -> HttpResponse:
    """Answers with what it was sent."""
    return HttpResponse("|".join([*request.POST.getlist("claim"), request.POST.get("reason", "")]))


@requires("notices.read")
def note(request: ScopedRequest) -> HttpResponse:
    """Needs no fresh sign-in."""
    return HttpResponse("noted")


urlpatterns = [*product, path("pay/", pay), path("note/", note)]
ours = override_settings(ROOT_URLCONF=__name__)


def hidden(page: Any) -> dict[str, list[str]]:
    """The hidden fields of the form that goes on."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', facts(page), re.DOTALL):
        if name != "csrfmiddlewaretoken":
            found.setdefault(name, []).append(html.unescape(value))
    return found


@ours
def test_what_was_chosen_and_typed_is_sent_by_one_button_after_signing_in_again(
    world: World, signed_in: SignIn
) -> None:
    client = signed_in(world.people["staff"], fresh=False)
    stale = client.post("/pay/?from=queue", SENT, headers={"referer": PAGE})
    held = stale.headers["Location"].partition("next=")[2].replace("%2F", "/")
    assert held.startswith("/account/held/")
    page = client.get(held)
    assert "&lt;b&gt;line two&lt;/b&gt;" in facts(page)
    assert hidden(page) == {"claim": ["K-1", "K-2"], "reason": ["Line one\n<b>line two</b>"]}
    again = client.post(f"/demo/people/{world.people['staff'].ref}/", {"next": held})
    assert again.headers["Location"] == held
    assert client.post("/pay/?from=queue", hidden(page)).content == b"K-1|K-2|Line one\n<b>line two</b>"
    assert client.get(held).headers["Location"] == "/"


@ours
def test_another_person_never_sees_what_was_kept(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["staff"], fresh=False)
    held = client.post("/pay/", SENT, headers={"referer": PAGE}).headers["Location"].partition("next=")[2]
    session = client.session
    session["held_form"]["person"] = world.people["finance"].pk
    session.save()
    assert client.get(held.replace("%2F", "/")).headers["Location"] == "/"
    assert signed_in(world.people["staff"]).get(held.replace("%2F", "/")).headers["Location"] == "/"


@ours
@pytest.mark.parametrize("referer", ["", "http://evil.example/x"])
def test_a_form_of_another_site_is_not_kept(referer: str, world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["staff"], fresh=False)
    headers = {"referer": referer} if referer else {}
    assert client.post("/pay/", SENT, headers=headers).headers["Location"].endswith("next=%2Fpay%2F")
    assert "held_form" not in client.session


@ours
@pytest.mark.parametrize(
    ("current", "referer", "back"),
    [
        ("http://testserver/notices/?a=1#top", "http://testserver/", "%2Fnotices%2F%3Fa%3D1"),
        ("", PAGE, "%2Fnotices%2F"),
        ("http://evil.example/x", PAGE, "%2Fnotices%2F"),
        ("http://testserver//evil.example/x", "", "%2F"),
        ("", "", "%2F"),
    ],
)
def test_a_part_of_a_page_leads_through_the_sign_in_to_its_page(current: str, referer: str, back: str) -> None:
    headers = {"hx-request": "true", "hx-current-url": current, "referer": referer}
    for ask in (Client().get, Client().post):
        assert ask("/note/", headers=headers).headers["HX-Redirect"] == f"/accounts/login/?next={back}"
    sent = Client().post("/note/", SENT, headers={"referer": PAGE})
    assert sent.headers["Location"] == "/accounts/login/?next=%2Fnotices%2F"


@ours
def test_without_any_cookie_the_sign_in_is_named_and_leads_back(world: World, signed_in: SignIn) -> None:
    stranger = Client(enforce_csrf_checks=True)
    refused = stranger.post("/note/", SENT, headers={"referer": PAGE})
    assert refused.status_code == 403
    assert "Your sign-in is over" in facts(refused)
    assert 'href="/accounts/login/?next=%2Fnotices%2F"' in facts(refused)
    part = stranger.post("/note/", headers={"hx-request": "true", "hx-current-url": PAGE})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, "/accounts/login/?next=%2Fnotices%2F")
    assert "Send it once more" in facts(stranger.post("/accounts/login/"))
    known = signed_in(world.people["staff"])
    known.handler.enforce_csrf_checks = True
    assert "Send it once more" in facts(known.post("/note/"))


@ours
def test_a_session_that_has_ended_keeps_the_form_too(world: World, signed_in: SignIn) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC)) as clock:
        client = signed_in(world.people["staff"])
        client.get("/notices/")
        clock.shift(dt.timedelta(minutes=31))
        ended = client.post("/note/", {"reason": "Half a page"}, headers={"referer": PAGE})
        assert ended.headers["Location"].startswith("/accounts/login/?next=%2Faccount%2Fheld%2F")
        held = ended.headers["Location"].partition("next=")[2].replace("%2F", "/")
        assert "Half a page" not in facts(client.get(held, follow=True))
        client.post(f"/demo/people/{world.people['staff'].ref}/")
        assert hidden(client.get(held)) == {"reason": ["Half a page"]}
