"""The demo sign-in: named people, one button each, from this machine only, with a banner on every page."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import SignInEvent, User
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "headers",
    [
        {"REMOTE_ADDR": "203.0.113.5"},
        {"REMOTE_ADDR": "10.0.0.2"},
        {"REMOTE_ADDR": "::ffff:203.0.113.5"},
        {"REMOTE_ADDR": "2001:db8::1"},
        {"REMOTE_ADDR": ""},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=203.0.113.5"},
    ],
)
def test_it_answers_on_loopback_only(headers: dict[str, str], world: World) -> None:
    browser = Client(**headers)  # type: ignore[arg-type]
    assert browser.get("/demo/").status_code == 404
    assert browser.get("/demo/mail/").status_code == 404
    assert browser.post(f"/demo/people/{world.people['staff'].ref}/").status_code == 404
    assert browser.get("/network/").status_code == 302


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1"])
def test_a_button_signs_in_with_a_fresh_second_factor(address: str, world: World) -> None:
    browser = Client(REMOTE_ADDR=address)
    page = facts(browser.get("/demo/"))
    for role in ("director", "program_manager", "staff", "finance", "administrator", "outreach_manager"):
        assert world.people[role].name in page
    assert browser.post(f"/demo/people/{world.people['staff'].ref}/").status_code == 303
    home = browser.get("/network/")
    assert home.status_code == 200
    assert home.wsgi_request.is_fresh  # type: ignore[attr-defined]
    assert SignInEvent.objects.get(user=world.people["staff"]).method == "demo"


def test_who_is_asked_once_more_reads_why_and_finds_her_own_button_first(world: World, signed_in: SignIn) -> None:
    staff = world.people["staff"]
    asked = facts(signed_in(staff, fresh=False).get("/demo/?next=/network/approvals/"))
    assert (
        asked.index("asks for a fresh sign-in") < asked.index(f"Go on as {staff.name}") < asked.index("Program Manager")
    )
    assert "fresh sign-in" not in facts(signed_in(staff).get("/demo/")) + facts(Client().get("/demo/?next=/network/"))


def test_signing_in_takes_a_post_and_a_person_who_may(world: World) -> None:
    staff = world.people["staff"]
    assert Client().get(f"/demo/people/{staff.ref}/").status_code == 405
    assert Client().post("/demo/people/U-0000000000/").status_code == 404
    User.objects.filter(pk=staff.pk).update(is_active=False)
    assert Client().post(f"/demo/people/{staff.ref}/").status_code == 404


def test_every_page_says_that_it_is_a_demo(world: World, signed_in: SignIn) -> None:
    staff = signed_in(world.people["staff"])
    pages = [
        staff.get("/network/"),
        staff.get("/network/partners/"),
        staff.get("/no/such/"),
        Client().get("/accounts/login/"),
    ]
    assert all("<b>Demo sign-in.</b>" in facts(page) for page in pages)
