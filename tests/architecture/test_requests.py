"""What holds for every request: one transaction, READ ONLY for GET, headers, CSRF, and no way to another site."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse

from accounts.models import User
from common.access import PUBLIC, requires
from rp_network.urls import urlpatterns as product
from tests.architecture.test_authorization import KWARGS, is_call, patterns
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "javascript:alert(1)", "http:evil.example", "https:/evil.example", " //evil.example", "\x00//evil.example",
]  # fmt: skip


@requires(PUBLIC)
def write(request: HttpRequest) -> HttpResponse:
    """Writes, whatever the method."""
    User.objects.filter(theme="auto").update(theme="dark")
    if "fail" in request.GET:
        raise ZeroDivisionError
    return HttpResponse("written")


@requires(PUBLIC)  # type: ignore[arg-type]
def stream(request: HttpRequest) -> StreamingHttpResponse:
    """A body that is read after the transaction."""

    def rows() -> Iterator[bytes]:
        yield b"rows"

    return StreamingHttpResponse(rows())


urlpatterns = [*product, path("write/", write), path("stream/", stream)]
ours = override_settings(ROOT_URLCONF=__name__)


def quiet() -> Client:
    return Client(raise_request_exception=False)


@ours
@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_a_write_on_a_safe_method_is_refused(method: str, world: World) -> None:
    assert getattr(quiet(), method)("/write/").status_code == 500
    assert not User.objects.filter(theme="dark").exists()


@ours
def test_a_post_writes_and_a_failure_takes_it_back(world: World) -> None:
    assert quiet().post("/write/?fail=1").status_code == 500
    assert not User.objects.filter(theme="dark").exists()
    assert quiet().post("/write/").content == b"written"
    assert User.objects.filter(theme="dark").exists()


@ours
def test_a_streamed_body_is_refused(world: World) -> None:
    assert quiet().get("/stream/").status_code == 500


def answers(world: World, signed_in: SignIn) -> dict[str, Any]:
    staff = signed_in(world.people["staff"])
    return {
        "page": staff.get("/network/partners/"),
        "sign-in": Client().get("/accounts/login/"),
        "redirect": Client().get("/notices/"),
        "forbidden": signed_in(world.people["champion"]).get("/partners/home-mesa/people/"),
        "not found": staff.get("/no/such/page/"),
        "refused": staff.post("/network/partners/new/", {"name": ""}),
        "csrf": Client(enforce_csrf_checks=True).post("/accounts/login/"),
        "link": Client().get("/invitations/none/"),
        "broken": quiet().post("/write/?fail=1"),
        "health": Client().get("/health/"),
    }


@ours
def test_every_answer_carries_the_headers_of_a_careful_site(world: World, signed_in: SignIn) -> None:
    found = answers(world, signed_in)
    assert {name: answer.status_code for name, answer in found.items()} == {
        "page": 200,
        "sign-in": 200,
        "redirect": 302,
        "forbidden": 403,
        "not found": 404,
        "refused": 422,
        "csrf": 403,
        "link": 200,
        "broken": 500,
        "health": 200,
    }
    for name, answer in found.items():
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, name
        assert "script-src 'self'" in policy, name
        assert "unsafe" not in policy, name
        assert "frame-ancestors 'none'" in policy, name
        assert answer.headers["X-Content-Type-Options"] == "nosniff", name
        assert answer.headers["Referrer-Policy"] == "same-origin", name
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", name
        assert answer.headers["Cache-Control"], name
        assert "no-store" in answer.headers["Cache-Control"], name
        assert "geolocation=()" in answer.headers["Permissions-Policy"], name


def test_no_page_has_script_or_style_of_its_own(world: World, signed_in: SignIn) -> None:
    for name, answer in answers(world, signed_in).items():
        body = answer.content.decode()
        assert "<style" not in body, name
        assert " style=" not in body, name
        assert "<script>" not in body, name
        assert " onclick=" not in body, name


def every_url(*, calls: bool = False) -> list[str]:
    """Every page, or every call of the API, with made-up names."""
    made = []
    for pattern in (one for one in patterns() if is_call(one) == calls):
        values = {"partner": "home-mesa", "ref": "X-0000000000", "uidb36": "a", "key": "b", "key_id": "1"}
        parts = [*pattern.pattern.converters, *pattern.pattern.regex.groupindex]
        known = {**dict.fromkeys(parts, "x"), **values, **KWARGS.get(str(pattern.name), {})}
        kwargs = {name: known[name] for name in parts}
        if pattern.name:
            made.append(reverse(pattern.name, kwargs=kwargs))
    return made


def test_every_address_refuses_a_post_without_its_token(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    found = {url: browser.post(url).status_code for url in every_url()}
    assert len(found) > 40
    assert {url: status for url, status in found.items() if status != 403} == {}


def test_a_call_of_the_api_needs_no_such_token_because_no_cookie_opens_it(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["staff"])
    found = {url: browser.post(url, {}, content_type="application/json").status_code for url in every_url(calls=True)}
    assert len(found) > 30
    assert {url: status for url, status in found.items() if status != 401} == {}


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_to_no_other_site(target: str, world: World) -> None:
    cache.clear()
    person = world.people["director"]
    person.set_password("a long enough sentence")
    person.save()
    signed = Client().post(
        "/accounts/login/", {"login": person.email, "password": "a long enough sentence", "next": target}
    )
    assert signed.headers["Location"] == "/"
    demo = Client().post(f"/demo/people/{person.ref}/", {"next": target})
    assert demo.headers["Location"] == "/"
    again = Client().get("/accounts/login/", {"next": target})
    assert "evil.example" not in again.headers.get("Location", "")


def test_signing_in_leads_back_to_the_page(world: World) -> None:
    demo = Client().post(f"/demo/people/{world.people['director'].ref}/", {"next": "/notices/?a=1"})
    assert (demo.status_code, demo.headers["Location"]) == (303, "/notices/?a=1")


@pytest.mark.parametrize(
    "url",
    [
        "/partners/home-mesa/people/M-%00/end/",
        "/partners/%00/",
        "/network/accounts/roles/%00/end/",
        "/partners/home-mesa/people/%F0%9F%98%80/end/",
    ],
)
def test_odd_bytes_in_an_address_are_not_found(url: str, world: World, signed_in: SignIn) -> None:
    for role in ("director", "administrator"):
        for method in ("get", "post"):
            assert getattr(signed_in(world.people[role]), method)(url).status_code in (403, 404), (role, method)


def test_an_address_that_only_takes_a_form_says_so(world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.people["program_manager"]).get("/partners/home-mesa/claims/checks/")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "<h1>This is no page</h1>" in answer.content.decode()
