"""Keyset pages: forward and back over ties, and any cursor that somebody makes up begins anew instead of failing."""

from __future__ import annotations

import base64
import json

import pytest
from django.test import RequestFactory

from activity.models import Notice
from common.pages import Page, keyset
from common.tenancy import staff_context
from common.zones import now
from tests import factories
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


GARBAGE = [
    "garbage", "x" * 5000, "%", "=", "null", "\x00", "é", "１", cursor(), cursor(1), cursor(1, 2, 3), cursor(None, None), cursor("a", "b"),
    cursor("\x00", 1), cursor("a\x00b", 1), cursor("\ud800", 1), cursor(10**40, 10**40), cursor("a", -(2**70)), cursor(True, False), cursor({}, []),
    cursor("x" * 6000, 1), cursor("2026-99-99", 1), cursor("9999-12-31T23:59:59-23:59", "00000000-0000-0000-0000-000000000000"),
    base64.urlsafe_b64encode(b"[" * 3000).decode(), base64.urlsafe_b64encode(b"\xff\xfe").decode(), cursor(1.5, 1), cursor("NaN", "NaN"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("text", GARBAGE)
def test_a_made_up_cursor_is_never_an_error(name: str, text: str, world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["staff"])
    for url in ("/network/partners/", "/notices/"):
        assert browser.get(url, {name: text}).status_code == 200, url


@pytest.mark.parametrize(
    "text", ["\x00", "%", "_", "\\", "'", "x" * 5000, "\ud800".encode("utf-8", "surrogatepass"), "<script>", "🦆"]
)
def test_a_filter_takes_any_text(text: str | bytes, world: World, signed_in: SignIn) -> None:
    answer = signed_in(world.people["staff"]).get("/network/partners/", {"q": text})
    assert answer.status_code == 200
    assert "<script>" not in answer.content.decode()


def names(page: Page) -> list[str]:
    return [row.text for row in page.rows]


def test_pages_go_forward_and_back_without_losing_a_row() -> None:
    with staff_context("arrange"):
        person = factories.make_user()
        at = now()
        for number in range(7):
            Notice.objects.create(user=person, key=str(number), kind="t", text=f"told {number}", url="/", at=at)

        def page(query: str) -> Page:
            return keyset(RequestFactory().get(f"/notices/{query}"), Notice.objects.of(person), "-at", "-id", size=3)

        first = page("")
        second = page(first.later)
        third = page(second.later)
        assert [len(one.rows) for one in (first, second, third)] == [3, 3, 1]
        assert len({*names(first), *names(second), *names(third)}) == 7
        assert (first.earlier, third.later) == ("", "")
        assert names(page(third.earlier)) == names(second)
        assert names(page(second.earlier)) == names(first)
        assert page(second.earlier).earlier == ""


def test_the_other_parts_of_the_address_stay() -> None:
    with staff_context("arrange"):
        person = factories.make_user()
        for number in range(3):
            Notice.objects.create(user=person, key=str(number), kind="t", text="told", url="/", at=now())
        asked = RequestFactory().get("/notices/?q=a%26b&after=garbage&before=garbage")
        found = keyset(asked, Notice.objects.of(person), "-at", "-id", size=2)
    assert found.later.startswith("?q=a%26b&after=")
    assert "before" not in found.later
