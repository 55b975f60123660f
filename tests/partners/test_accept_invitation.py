"""From an invitation to the first sign-in: the link is the only way in, it works once, and it says who and what for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from activity.links import hash_of
from activity.models import Link, Mail
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from partners.models import Invitation, Membership
from partners.operations import (
    AlreadyInvited,
    AlreadyMember,
    DatesMissing,
    InvitationOver,
    OtherSide,
    invite_member,
    resend_invitation,
    withdraw_invitation,
)
from tests import factories
from tests.mails import path_in, receive
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
PASSWORD = "four quiet herons by the river"


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


def invite(world: World, **given: Any) -> Invitation:
    """By the Director of the home partner."""
    about = {
        "partner": world.home,
        "email": "Ana.Lucero@Example.org",
        "name": "Ana Lucero",
        "role": "facilitator",
        "employed": True,
        "period": (today(), None),
        "invited_by": world.people["director"],
        "at": now(),
        **given,
    }
    with tenant_context(world.home.pk, user=world.people["director"].pk):
        return invite_member(**about)


def link_of(world: World, **given: Any) -> str:
    """The path that the mail of a new invitation shows."""
    invite(world, **given)
    (message,) = receive()
    return path_in(message)


def join(path: str, password: str = PASSWORD, name: str = "Ana Lucero") -> Any:
    return Client().post(path, {"name": name, "password": password})


def memberships_of(email: str) -> list[tuple[int, str]]:
    with staff_context("look"):
        return list(Membership.objects.filter(user__email=email).values_list("partner_id", "role"))


def test_from_the_invitation_to_the_first_page(world: World) -> None:
    path = link_of(world)
    assert Client().get(path).status_code == 200
    assert join(path).headers["Location"] == "/accounts/login/"
    browser = Client()
    answer = browser.post("/accounts/login/", {"login": "ana.lucero@example.org", "password": PASSWORD})
    assert answer.headers["Location"] == "/"
    assert browser.get("/partners/").headers["Location"] == "/partners/home-mesa/"
    assert memberships_of("ana.lucero@example.org") == [(world.home.pk, "facilitator")]


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_opening_the_link_changes_nothing(method: str, world: World) -> None:
    path = link_of(world)
    for _ in range(3):
        assert getattr(Client(), method)(path).status_code == 200
    with staff_context("look"):
        assert Link.objects.get().used_at is None
        assert Invitation.objects.get().accepted_at is None
        assert not User.objects.filter(email="ana.lucero@example.org").exists()
    assert join(path).status_code == 303


def test_the_link_works_once(world: World) -> None:
    path = link_of(world)
    assert join(path).status_code == 303
    again = join(path, password="somebody else chooses this one")
    assert again.status_code == 200
    assert "This link is over" in facts(again)
    user = User.objects.get(email="ana.lucero@example.org")
    assert user.check_password(PASSWORD)
    assert len(memberships_of(user.email)) == 1


def test_the_link_is_over_after_seven_days(world: World) -> None:
    path = link_of(world)
    with time_machine.travel(now() + dt.timedelta(days=7), tick=False):
        assert "This link is over" in facts(join(path))
    assert memberships_of("ana.lucero@example.org") == []
    with time_machine.travel(now() + dt.timedelta(days=6, hours=23), tick=False):
        assert join(path).status_code == 303


def test_a_withdrawn_invitation_opens_nothing(world: World, signed_in: SignIn) -> None:
    path = link_of(world)
    with staff_context("look"):
        ref = Invitation.objects.get().ref
    director = signed_in(world.people["director"])
    assert director.post(f"/partners/home-mesa/people/invitations/{ref}/withdrawal/").status_code == 303
    assert "This link is over" in facts(Client().get(path))
    assert "This link is over" in facts(join(path))
    with staff_context("act"), pytest.raises(InvitationOver):
        withdraw_invitation(invitation=Invitation.objects.get(), withdrawn_by=world.people["director"], at=now())


@pytest.mark.parametrize("token", ["wrong", "x" * 500, "%00", "%F0%9F%98%80", "..%2f"])
def test_an_unknown_link_is_over_and_no_error(token: str, world: World) -> None:
    link_of(world)
    answer = Client().get(f"/invitations/{token}/")
    assert answer.status_code in (200, 404)
    assert "Ana" not in facts(answer)


def test_an_account_of_the_address_asks_its_password(world: World) -> None:
    with staff_context("arrange"):
        known = factories.make_user(email="ana.lucero@example.org", password="the password she has had")
    path = link_of(world)
    refused = join(path, password="another one that is long enough")
    assert refused.status_code == 422
    assert "enter its password" in facts(refused)
    assert memberships_of(known.email) == []
    assert join(path, password="the password she has had").status_code == 303
    assert memberships_of(known.email) == [(world.home.pk, "facilitator")]


def test_a_link_is_no_way_to_guess_the_password_of_an_account(world: World) -> None:
    with staff_context("arrange"):
        factories.make_user(email="ana.lucero@example.org", password="the password she has had")
    path = link_of(world)
    answers = [facts(join(path, password=f"a long guess number {number}")) for number in range(6)]
    assert ["You have an account with this address" in answer for answer in answers] == [True] * 5 + [False]
    assert "Too many attempts" in answers[-1]
    assert "Too many attempts" in facts(join(path, password="the password she has had"))
    cache.clear()
    assert join(path, password="the password she has had").status_code == 303


def test_an_account_of_another_address_is_not_joined(world: World, signed_in: SignIn) -> None:
    path = link_of(world)
    somebody = signed_in(world.away_people["facilitator"])
    page = facts(somebody.get(path))
    assert f"signed in here as <b>{world.away_people['facilitator'].name}</b>" in page
    assert somebody.get("/notices/").status_code == 200, "opening it signs nobody out"
    assert somebody.post(path, {"name": "Ana Lucero", "password": PASSWORD}).status_code == 303
    assert memberships_of("ana.lucero@example.org") == [(world.home.pk, "facilitator")]
    assert memberships_of(world.away_people["facilitator"].email) == [(world.away.pk, "facilitator")]
    assert somebody.get("/notices/").status_code == 302, "the next to sign in is the one who joined"


def test_a_person_of_code_org_is_not_invited_to_a_partner(world: World) -> None:
    with pytest.raises(OtherSide):
        invite(world, email=world.people["staff"].email)


def test_who_went_to_code_org_in_the_meantime_is_refused_at_the_link(world: World) -> None:
    path = link_of(world)
    with staff_context("arrange"):
        factories.make_code_org("staff", email="ana.lucero@example.org")
    refused = join(path)
    assert refused.status_code == 422
    assert "other side" in facts(refused)
    assert memberships_of("ana.lucero@example.org") == []


def test_the_link_is_never_shown_to_the_inviter(world: World, signed_in: SignIn) -> None:
    director = signed_in(world.people["director"])
    sent = director.post(
        "/partners/home-mesa/people/invitations/new/",
        {
            "name": "Ana Lucero",
            "email": "ana@example.org",
            "role": "facilitator",
            "employed": "yes",
            "first_day": today().isoformat(),
        },
        follow=True,
    )
    (message,) = receive()
    assert message.to == ["ana@example.org"]
    token = path_in(message).split("/")[2]
    pages = [
        sent,
        director.get("/partners/home-mesa/people/"),
        director.get("/notices/"),
        director.get("/partners/home-mesa/"),
    ]
    assert [page.status_code for page in pages] == [200] * 4
    assert not any(token in facts(page) or "/invitations/" + token[:8] in facts(page) for page in pages)


def test_the_database_knows_the_token_as_sha_256_only(world: World) -> None:
    path = link_of(world)
    token = path.split("/")[2]
    with staff_context("look"):
        assert [row.token_hash for row in Link.objects.all()] == [hash_of(token)]
        assert token not in str(list(Mail.objects.values())) + str(list(Link.objects.values()))


def test_role_partner_and_dates_come_from_the_invitation(world: World) -> None:
    last = today() + dt.timedelta(days=90)
    path = link_of(world, role="champion", employed=False, period=(today() + dt.timedelta(days=3), last))
    answer = Client().post(
        path,
        {
            "name": "Ana",
            "password": PASSWORD,
            "role": "director",
            "partner": "away",
            "starts_on": "2020-01-01",
            "side": "code_org",
        },
    )
    assert answer.status_code == 303
    with staff_context("look"):
        made = Membership.objects.get(user__email="ana.lucero@example.org")
    assert (made.partner_id, made.role, made.employed) == (world.home.pk, "champion", False)
    assert (made.starts_on, made.ends_before) == (today() + dt.timedelta(days=3), last)


@pytest.mark.parametrize("password", ["heron river", "123456789012345678", "ana.lucero@example.org", ""])
def test_a_weak_password_keeps_what_else_was_typed(password: str, world: World) -> None:
    path = link_of(world)
    refused = join(path, password=password, name="Ana María Lucero")
    assert refused.status_code == 422
    assert 'value="Ana María Lucero"' in facts(refused)
    assert f'value="{password}"' not in facts(refused)
    assert not User.objects.filter(email="ana.lucero@example.org").exists()
    assert join(path).status_code == 303


def test_one_address_has_one_open_invitation_to_a_role(world: World) -> None:
    invite(world)
    with pytest.raises(AlreadyInvited):
        invite(world, email="ana.lucero@example.org")
    invite(world, role="champion", period=(today(), today() + dt.timedelta(days=30)))
    with staff_context("look"):
        assert Invitation.objects.count() == 2


def test_an_invitation_that_is_over_makes_room_for_a_new_one(world: World) -> None:
    first = link_of(world)
    with time_machine.travel(now() + dt.timedelta(days=8), tick=False):
        second = link_of(world)
        assert "This link is over" in facts(join(first))
        assert join(second).status_code == 303


def test_an_invitation_is_sent_again_and_only_the_newest_link_opens(world: World, signed_in: SignIn) -> None:
    first, director = link_of(world), signed_in(world.people["director"])
    with staff_context("look"):
        url = f"/partners/home-mesa/people/invitations/{Invitation.objects.get().ref}/mail/"
    assert director.get(url).status_code == 303
    assert receive() == [], "a GET sends nothing"
    with time_machine.travel(now() + dt.timedelta(days=8), tick=False):
        assert "Over" in facts(signed_in(world.people["director"]).get("/partners/home-mesa/people/"))
        browser = signed_in(world.people["director"])
        for _ in range(2):
            assert browser.post(url).status_code == 303
        (message,) = receive()
        assert message.to == ["ana.lucero@example.org"]
        second = path_in(message)
        assert "This link is over" in facts(join(first))
        assert second.split("/")[2] not in facts(browser.get("/partners/home-mesa/people/"))
    with time_machine.travel(now() + dt.timedelta(days=14, hours=23), tick=False):
        assert join(second).status_code == 303
        assert "used or withdrawn already" in facts(signed_in(world.people["director"]).post(url, follow=True))
    assert memberships_of("ana.lucero@example.org") == [(world.home.pk, "facilitator")]


def test_an_invitation_to_a_role_that_is_over_is_not_sent_again(world: World) -> None:
    ends = today() + dt.timedelta(days=3)
    made = invite(world, role="champion", period=(today(), ends))
    with staff_context("act"), pytest.raises(InvitationOver, match="dates of this role"):
        resend_invitation(invitation=made, by=world.people["director"], at=now() + dt.timedelta(days=4))


def test_who_holds_the_role_is_not_invited_to_it(world: World) -> None:
    with pytest.raises(AlreadyMember):
        invite(world, email=world.people["facilitator"].email)


@pytest.mark.parametrize(
    ("role", "employed", "days"),
    [("champion", True, None), ("program_manager", False, None), ("facilitator", True, -1), ("facilitator", True, 0)],
)
def test_contracts_and_designations_have_an_end_after_their_beginning(
    role: str, employed: bool, days: int | None, world: World
) -> None:
    ends = None if days is None else today() + dt.timedelta(days=days)
    with pytest.raises(DatesMissing):
        invite(world, role=role, employed=employed, period=(today(), ends))


def test_a_name_with_a_line_break_puts_nothing_into_the_mail(world: World) -> None:
    invite(world, name="Ana\r\nBcc: everybody@example.org")
    (message,) = receive()
    assert message.bcc == []
    assert "Ana Bcc: everybody@example.org" in str(message.body)


@pytest.mark.parametrize(
    ("who", "role", "status"),
    [
        ("director", "director", 303),
        ("program_manager", "champion", 303),
        ("program_manager", "director", 403),
        ("program_manager", "program_manager", 403),
        ("staff", "director", 303),
        ("staff", "facilitator", 403),
    ],
)
def test_who_gives_a_role_may_withdraw_and_end_it(
    who: str, role: str, status: int, world: World, signed_in: SignIn
) -> None:
    ends = today() + dt.timedelta(days=60)
    made = invite(world, role=role, period=(today(), ends))
    with staff_context("look"):
        held = Membership.objects.get(partner=world.home, role=role)
    browser = signed_in(world.people[who])
    assert browser.post(f"/partners/home-mesa/people/invitations/{made.ref}/withdrawal/").status_code == status
    ended = browser.post(f"/partners/home-mesa/people/{held.ref}/end/", {"last_day": today(), "reason": "moved away"})
    assert ended.status_code == status


@pytest.mark.parametrize(
    ("who", "role"), [("program_manager", "director"), ("staff", "facilitator"), ("director", "owner")]
)
def test_nobody_invites_to_a_role_that_she_does_not_give(who: str, role: str, world: World, signed_in: SignIn) -> None:
    refused = signed_in(world.people[who]).post(
        "/partners/home-mesa/people/invitations/new/",
        {"name": "Ana", "email": "ana@example.org", "role": role, "employed": "yes", "first_day": today().isoformat()},
    )
    assert refused.status_code == 422
    assert 'value="ana@example.org"' in facts(refused)
    with staff_context("look"):
        assert not Invitation.objects.exists()
