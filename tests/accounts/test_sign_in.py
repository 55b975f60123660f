"""Signing in: password and code, who cannot go without the code, how fresh a sign-in is, and when a session ends."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
import time_machine
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from accounts.models import Side, SignInEvent, User
from common.access import requires
from common.tenancy import staff_context
from rp_network.urls import urlpatterns as product
from tests import factories
from tests.mails import path_in, receive
from tests.world import CODE_ORG_ROLES, SignIn, World, facts

pytestmark = pytest.mark.django_db
PASSWORD = "nine grey geese fly north"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@login_not_required
@requires("home.view", fresh=True)
def pay(request: HttpRequest) -> HttpResponse:
    """A view that asks for a fresh sign-in."""
    return HttpResponse("paid")


urlpatterns = [*product, path("pay/", pay, name="pay")]


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


def with_password(user: User) -> User:
    user.set_password(PASSWORD)
    user.save()
    return user


def sign_in(user: User, password: str = PASSWORD, **headers: Any) -> tuple[Client, Any]:
    browser = Client()
    return browser, browser.post("/accounts/login/", {"login": user.email, "password": password}, **headers)


def code(ahead: int = 0) -> str:
    """The code that the authenticator app shows now."""
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(SECRET, counters[len(counters) // 2] + ahead)))


def test_a_person_of_a_partner_signs_in_with_a_password_alone(world: World) -> None:
    browser, answer = sign_in(with_password(world.people["program_manager"]))
    assert answer.headers["Location"] == "/"
    assert browser.get("/partners/home-mesa/").status_code == 200
    event = SignInEvent.objects.get(user=world.people["program_manager"])
    assert (event.method, event.address) == ("password", "127.0.0.1")


@pytest.mark.parametrize("role", CODE_ORG_ROLES)
@pytest.mark.parametrize(
    "url", ["/network/", "/network/partners/", "/notices/", "/account/", "/partners/home-mesa/people/"]
)
def test_who_has_a_role_at_code_org_sets_up_a_second_factor_before_any_page(role: str, url: str, world: World) -> None:
    browser, _answer = sign_in(with_password(world.people[role]))
    for method in ("get", "post"):
        answer = getattr(browser, method)(url)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/accounts/2fa/totp/activate/")
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_the_second_factor_up_opens_the_pages(world: World) -> None:
    browser, _answer = sign_in(with_password(world.people["staff"]))
    page = browser.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    counter = int(dt.datetime.now(dt.UTC).timestamp()) // 30
    done = browser.post("/accounts/2fa/totp/activate/", {"code": format_hotp_value(hotp_value(secret, counter))})
    assert done.status_code == 302
    assert browser.get("/network/").status_code == 200


def test_the_code_is_asked_at_each_sign_in_and_a_recovery_code_does_too(world: World) -> None:
    staff = with_password(world.people["staff"])
    TOTP.activate(staff, SECRET)
    spare = RecoveryCodes.activate(staff).get_unused_codes()[0]
    for answer_to_code in (code(), spare):
        browser, answer = sign_in(staff)
        assert answer.headers["Location"].startswith("/accounts/2fa/authenticate/")
        assert browser.get("/network/").headers["Location"].startswith("/accounts/login/")
        browser.post("/accounts/2fa/authenticate/", {"code": answer_to_code})
        assert browser.get("/network/").status_code == 200
    browser, _answer = sign_in(staff)
    assert browser.post("/accounts/2fa/authenticate/", {"code": spare}).status_code == 200, "a recovery code works once"
    assert browser.get("/network/").status_code == 302


def test_a_session_opened_before_the_second_factor_is_asked_for_it_and_goes_on(world: World) -> None:
    staff = with_password(world.people["staff"])
    browser, _answer = sign_in(staff)
    TOTP.activate(staff, SECRET)
    sent = browser.get("/network/partners/?q=mesa")
    assert sent.headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fnetwork%2Fpartners%2F%3Fq%3Dmesa"
    assert browser.get(sent.headers["Location"]).status_code == 200
    back = browser.post("/accounts/2fa/reauthenticate/", {"code": code(), "next": "/network/partners/?q=mesa"})
    assert back.headers["Location"] == "/network/partners/?q=mesa"
    assert browser.get("/network/partners/?q=mesa").status_code == 200


def test_a_person_of_code_org_keeps_the_second_factor(world: World, signed_in: SignIn) -> None:
    staff = with_password(world.people["staff"])
    TOTP.activate(staff, SECRET)
    browser = signed_in(staff)
    browser.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=staff, type="totp").exists()


@pytest.mark.parametrize("role", ["staff", "director"])
@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("get", "recovery-codes/"),
        ("get", "recovery-codes/download/"),
        ("get", "recovery-codes/generate/"),
        ("post", "recovery-codes/generate/"),
        ("post", "totp/deactivate/"),
    ],
)
def test_a_password_alone_neither_shows_nor_changes_the_second_factor(
    method: str, url: str, role: str, world: World, signed_in: SignIn
) -> None:
    user = with_password(world.people[role])
    TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    browser = signed_in(user, fresh=False)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    answer = getattr(browser, method)(f"/accounts/2fa/{url}")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/2fa/reauthenticate/?next=")
    assert RecoveryCodes(Authenticator.objects.get(user=user, type="recovery_codes")).get_unused_codes() == codes
    browser.post("/accounts/2fa/reauthenticate/", {"code": code()})
    assert codes[0] in facts(browser.get("/accounts/2fa/recovery-codes/"))


def test_second_factor_secrets_are_encrypted(world: World) -> None:
    staff = world.people["staff"]
    TOTP.activate(staff, SECRET)
    RecoveryCodes.activate(staff)
    stored = {row.type: row.data for row in Authenticator.objects.filter(user=staff)}
    assert set(stored) == {"totp", "recovery_codes"}
    assert SECRET not in str(stored)
    assert all(str(value).startswith("gAAAA") for value in (stored["totp"]["secret"], stored["recovery_codes"]["seed"]))


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize("role", ["staff", "program_manager"])
def test_a_fresh_view_wants_a_sign_in_within_five_minutes(role: str, world: World, signed_in: SignIn) -> None:
    user = with_password(world.people[role])
    with time_machine.travel(dt.datetime.now(dt.UTC)) as clock:
        browser = signed_in(user)
        clock.shift(4 * 60)
        assert browser.post("/pay/").content == b"paid"
        clock.shift(2 * 60)
        assert browser.get("/pay/").status_code == 200
        for method in ("post", "put", "delete"):
            stale = getattr(browser, method)("/pay/", headers={"referer": "http://testserver/notices/?a=1#top"})
            assert stale.headers["Location"] == "/accounts/reauthenticate/?next=%2Fnotices%2F%3Fa%3D1"
        fragment = browser.post("/pay/", headers={"hx-request": "true", "referer": "http://evil.example/x"})
        assert (fragment.status_code, fragment.headers["HX-Redirect"]) == (
            204,
            "/accounts/reauthenticate/?next=%2F",
        )


@override_settings(ROOT_URLCONF=__name__)
def test_for_code_org_only_a_code_is_fresh(world: World, signed_in: SignIn) -> None:
    staff = with_password(world.people["staff"])
    TOTP.activate(staff, SECRET)
    browser = signed_in(staff, fresh=False)
    assert browser.post("/pay/").headers["Location"] == "/accounts/2fa/reauthenticate/?next=%2Fpay%2F"
    session = browser.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] += [{"method": "password", "at": time.time()}]
    session.save()
    assert browser.post("/pay/").status_code == 302
    browser.post("/accounts/2fa/reauthenticate/", {"code": code()})
    assert browser.post("/pay/").content == b"paid"


@override_settings(ROOT_URLCONF=__name__)
def test_in_the_demo_the_button_is_what_is_asked_again(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["staff"], fresh=False)
    stale = browser.post("/pay/", headers={"referer": "http://testserver/notices/"})
    assert stale.headers["Location"] == "/demo/?next=%2Fnotices%2F"
    assert 'name="next" value="/notices/"' in facts(browser.get(stale.headers["Location"]))


@pytest.mark.parametrize(
    ("role", "idle", "still"),
    [
        ("program_manager", dt.timedelta(hours=11, minutes=59), True),
        ("program_manager", dt.timedelta(hours=12, minutes=1), False),
        ("staff", dt.timedelta(minutes=29), True),
        ("staff", dt.timedelta(minutes=31), False),
    ],
)
def test_a_session_ends_when_nobody_uses_it(
    role: str, idle: dt.timedelta, still: bool, world: World, signed_in: SignIn
) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC)) as clock:
        browser = signed_in(world.people[role])
        assert browser.get("/notices/").status_code == 200
        clock.shift(idle)
        answer = browser.get("/notices/?after=x")
    assert answer.status_code == (200 if still else 302)
    if not still:
        assert answer.headers["Location"] == "/accounts/login/?next=%2Fnotices%2F%3Fafter%3Dx"


def test_a_session_of_code_org_ends_after_twelve_hours_of_work(world: World, signed_in: SignIn) -> None:
    with time_machine.travel(dt.datetime.now(dt.UTC)) as clock:
        browser = signed_in(world.people["staff"])
        answers = []
        for _ in range(36):
            answers.append(browser.get("/notices/").status_code)
            clock.shift(20 * 60)
    assert answers == [200] * 36
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(hours=12, minutes=5)):
        assert browser.get("/notices/").status_code == 302


def test_a_reset_goes_by_mail_to_who_has_an_account_and_the_answer_tells_nothing(world: World) -> None:
    known = with_password(world.people["director"])
    answers = [
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (known.email, "nobody@example.org", known.email.upper())
    ]
    assert len({(answer.redirect_chain[-1], facts(answer)) for answer in answers}) == 1
    messages = receive()
    assert [message.to for message in messages] == [[known.email], [known.email]]
    browser = Client()
    page = browser.get(path_in(messages[-1]), follow=True)
    new = "a new sentence to remember well"
    done = browser.post(page.redirect_chain[-1][0], {"password1": new, "password2": new}, follow=True)
    assert done.status_code == 200
    assert browser.get("/notices/").status_code == 302, "a reset signs nobody in"
    known.refresh_from_db()
    assert known.check_password(new)
    assert "nobody" not in facts(Client().get(path_in(messages[-1]), follow=True))


def test_wrong_passwords_are_limited_and_say_the_same_for_everybody(world: World) -> None:
    known = with_password(world.people["director"])
    words = set()
    for email in (known.email, "nobody@example.org"):
        answer = Client().post("/accounts/login/", {"login": email, "password": "wrong"})
        words.add(facts(answer).count("do not belong together"))
    assert len(words) == 1
    assert words != {0}
    for _ in range(10):
        answer = sign_in(known, "wrong")[1]
    assert "Too many attempts" in facts(answer)
    assert sign_in(known)[1].status_code != 302, "the right password does not help while it is limited"


def test_who_is_not_active_does_not_sign_in(world: World) -> None:
    former = with_password(world.people["director"])
    User.objects.filter(pk=former.pk).update(is_active=False)
    browser, _answer = sign_in(former)
    assert browser.get("/notices/").status_code == 302


@pytest.mark.parametrize("url", ["/accounts/signup/", "/accounts/email/"])
def test_nobody_signs_up_and_nobody_changes_the_address(url: str, world: World, signed_in: SignIn) -> None:
    data = {"email": "new@example.org", "password1": PASSWORD, "action_add": "yes"}
    signed_in(world.people["director"]).post(url, data)
    Client().post(url, data)
    assert not User.objects.filter(email="new@example.org").exists()
    assert not world.people["director"].emailaddress_set.filter(email="new@example.org").exists()  # type: ignore[attr-defined]


def test_signing_out_takes_a_post(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["director"])
    browser.get("/accounts/logout/")
    assert browser.get("/notices/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/notices/").status_code == 302


def test_a_person_of_code_org_without_a_role_sees_an_empty_house(signed_in: SignIn) -> None:
    with staff_context("arrange"):
        nobody = factories.make_user(Side.CODE_ORG)
    browser = signed_in(nobody)
    assert browser.get("/network/").status_code == 403
    assert browser.get("/partners/").status_code == 200
