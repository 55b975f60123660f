"""Roles at Code.org: two Administrators stand behind each, in Python and in the database."""

from __future__ import annotations

import datetime as dt
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import CodeOrgInvitation, CodeOrgRole, User
from activity.models import Notice
from common.errors import constraint_of
from common.tenancy import staff_context
from common.zones import now, today
from tests import factories
from tests.mails import path_in, receive
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
PASSWORD = "nine grey geese"
NEW = {"name": "Grace Ibarra", "email": "grace@code.example", "role": "finance", "reason": "The team grows"}


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


@pytest.fixture
def other(world: World) -> User:
    with staff_context("arrange"):
        return factories.make_code_org("administrator", name="Second Administrator")


def test_one_proposes_another_confirms_and_the_person_joins(world: World, other: User, signed_in: SignIn) -> None:
    assert signed_in(world.people["administrator"]).post("/network/accounts/new/", NEW).status_code == 303
    assert receive() == []
    with staff_context("look"):
        proposed = CodeOrgInvitation.objects.get()
        told = Notice.objects.filter(kind="role.proposed").values_list("user__name", "text")
        assert list(told) == [
            ("Second Administrator", "Code.org administrator proposed Grace Ibarra as Finance: The team grows")
        ]
    assert signed_in(other).post(f"/network/accounts/invitations/{proposed.ref}/confirmation/").status_code == 303
    (message,) = receive()
    path = path_in(message)
    assert Client().get(path).status_code == 200
    assert Client().post(path, {"name": "Grace Ibarra", "password": PASSWORD}).status_code == 303
    assert "This link is over" in facts(Client().post(path, {"name": "Grace Ibarra", "password": PASSWORD}))
    with staff_context("look"):
        role = CodeOrgRole.objects.get(user__email="grace@code.example")
    assert (role.role, role.proposed_by, role.confirmed_by) == ("finance", world.people["administrator"], other)
    assert role.valid_from == today()


def test_roles_are_confirmed_after_a_fresh_code(world: World, other: User, signed_in: SignIn) -> None:
    signed_in(other).post("/network/accounts/new/", NEW)
    with staff_context("look"):
        url = f"/network/accounts/invitations/{CodeOrgInvitation.objects.get().ref}/confirmation/"
    browser = signed_in(world.people["administrator"], fresh=False)
    assert "/?next=" in browser.post(url).headers["Location"]
    with staff_context("look"):
        assert CodeOrgInvitation.objects.get().confirmed_at is None


def test_who_proposed_a_role_does_not_confirm_it(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["administrator"])
    browser.post("/network/accounts/new/", NEW)
    with staff_context("look"):
        proposed = CodeOrgInvitation.objects.get()
    answer = browser.post(f"/network/accounts/invitations/{proposed.ref}/confirmation/", follow=True)
    assert "another Administrator confirms it" in facts(answer)
    assert receive() == []
    with staff_context("look"):
        assert CodeOrgInvitation.objects.get().confirmed_at is None


def test_whom_a_role_is_for_neither_proposes_nor_confirms_it(world: World, other: User, signed_in: SignIn) -> None:
    own = {**NEW, "name": other.name, "email": other.email.upper()}
    browser = signed_in(other)
    assert "Two other Administrators give you a role" in facts(browser.post("/network/accounts/new/", own))
    assert signed_in(world.people["administrator"]).post("/network/accounts/new/", own).status_code == 303
    with staff_context("look"):
        url = f"/network/accounts/invitations/{CodeOrgInvitation.objects.get().ref}/confirmation/"
    assert url not in facts(browser.get("/network/accounts/"))
    assert "Confirm " not in facts(browser.get("/network/"))
    assert "This role is for you" in facts(browser.post(url, follow=True))
    with staff_context("look"):
        third = factories.make_code_org("administrator")
        assert CodeOrgInvitation.objects.get().confirmed_at is None
    assert signed_in(third).post(url).status_code == 303
    assert [message.to for message in receive()] == [[other.email]]


def test_the_database_refuses_a_role_that_somebody_proposes_for_herself(world: World, other: User) -> None:
    row = {"name": "x", "role": "finance", "reason": "x", "proposed_by": other, "proposed_at": now()}
    with staff_context("direct SQL", user=other.pk):
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            CodeOrgInvitation.objects.create(email=other.email, **row)
        assert constraint_of(refused.value) == "accounts_invitation_for_another"
        assert CodeOrgInvitation.objects.create(email=world.people["finance"].email, **row).pk


def test_an_administrator_sends_an_invitation_again(world: World, other: User, signed_in: SignIn) -> None:
    signed_in(world.people["administrator"]).post("/network/accounts/new/", NEW)
    with staff_context("look"):
        url = f"/network/accounts/invitations/{CodeOrgInvitation.objects.get().ref}/"
    browser = signed_in(other)
    assert "confirmed and still open" in facts(browser.post(f"{url}mail/", follow=True))
    assert receive() == [], "nothing is mailed before the second person"
    browser.post(f"{url}confirmation/")
    assert "Mail goes out" in facts(browser.get("/network/accounts/"))
    first = path_in(receive()[0])
    assert "Invited" in facts(browser.get("/network/accounts/"))
    with time_machine.travel(now() + dt.timedelta(days=8), tick=False):
        later = signed_in(other)
        assert "Link over" in facts(later.get("/network/accounts/"))
        for _ in range(2):
            assert later.post(f"{url}mail/").status_code == 303
        (message,) = receive()
        assert message.to == ["grace@code.example"]
        second = path_in(message)
        assert "This link is over" in facts(Client().get(first))
        assert second.split("/")[2] not in facts(later.get("/network/accounts/"))
        assert Client().post(second, {"name": "Grace Ibarra", "password": PASSWORD}).status_code == 303
        assert "confirmed and still open" in facts(later.post(f"{url}mail/", follow=True))
    assert receive() == []


def role_row(world: World, **given: Any) -> CodeOrgRole:
    about = {
        "user": world.people["staff"],
        "role": "finance",
        "valid_from": today(),
        "reason": "direct",
        "proposed_by": world.people["administrator"],
        "proposed_at": now(),
        "confirmed_by": world.people["administrator"],
        "confirmed_at": now(),
        **given,
    }
    return CodeOrgRole.objects.create(**about)


@pytest.mark.parametrize(
    ("proposer", "confirmer", "at", "constraint"),
    [
        ("administrator", "administrator", True, "accounts_role_two_people"),
        ("administrator", None, True, "accounts_role_two_people"),
        (None, "administrator", True, "accounts_role_has_people"),
        (None, None, True, "accounts_role_has_people"),
    ],
)
def test_the_database_wants_two_people_behind_a_role(
    proposer: str | None, confirmer: str | None, at: bool, constraint: str, world: World
) -> None:
    people = {"proposed_by": world.people.get(proposer or ""), "confirmed_by": world.people.get(confirmer or "")}
    with staff_context("direct SQL"), pytest.raises(IntegrityError) as refused, transaction.atomic():
        role_row(world, **people, confirmed_at=now() if at else None)
    assert constraint_of(refused.value) == constraint


@pytest.mark.parametrize(
    "change",
    [
        "role = 'administrator'",
        "user_id = (select id from accounts_user where name = 'Code.org finance')",
        "valid_from = valid_from - 1",
        "confirmed_by_id = proposed_by_id",
        "valid_before = null",
        "valid_before = valid_before + 1",
    ],
)
def test_a_role_is_only_ever_ended_in_the_database(change: str, world: World) -> None:
    with staff_context("direct SQL"), connection.cursor() as cursor:
        factories.end_code_org_roles(world.people["staff"], today() + dt.timedelta(days=9))
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute(f"update accounts_codeorgrole set {change} where user_id = %s", [world.people["staff"].pk])
        factories.end_code_org_roles(world.people["staff"], today() + dt.timedelta(days=3))


def test_a_role_and_an_invitation_are_staff_rows_for_the_database(world: World) -> None:
    from common.tenancy import tenant_context

    with tenant_context(world.home.pk), connection.cursor() as cursor:
        for statement in (
            "insert into accounts_codeorgrole default values",
            "update accounts_codeorgrole set role = 'staff'",
        ):
            with pytest.raises(Exception, match="permission denied"), transaction.atomic():
                cursor.execute(statement)
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute("select * from accounts_codeorginvitation")


def test_a_person_of_a_partner_is_not_proposed(world: World, signed_in: SignIn) -> None:
    refused = signed_in(world.people["administrator"]).post(
        "/network/accounts/new/", {**NEW, "email": world.people["director"].email}
    )
    assert refused.status_code == 422
    assert "belongs to a person at a partner" in facts(refused)
    assert "The team grows" in facts(refused)


def create(*emails: str) -> str:
    out = StringIO()
    call_command(
        "create_administrators",
        first_email=emails[0],
        first_name="One",
        second_email=emails[1],
        second_name="Two",
        stdout=out,
    )
    return out.getvalue()


def test_create_administrators_invites_two_on_an_empty_system_and_refuses_ever_after() -> None:
    assert "one@code.example and two@code.example" in create("One@code.example", "two@code.example")
    first, second = receive()
    assert {*first.to, *second.to} == {"one@code.example", "two@code.example"}
    with pytest.raises(CommandError, match="administrators already"):
        create("three@code.example", "four@code.example")
    with time_machine.travel(now() + dt.timedelta(days=8), tick=False):
        call_command("create_administrators", send_again=True, stdout=StringIO())
        again = receive()
        assert "This link is over" in facts(Client().get(path_in(first)))
    for message in again:
        assert Client().post(path_in(message), {"name": "One", "password": PASSWORD}).status_code == 303
    with staff_context("look"):
        rows = list(CodeOrgRole.objects.order_by("user__email"))
    assert [row.role for row in rows] == ["administrator"] * 2
    assert [(row.proposed_by_id, row.confirmed_by_id) for row in rows] == [
        (rows[0].user_id, rows[1].user_id),
        (rows[1].user_id, rows[0].user_id),
    ]
    with pytest.raises(CommandError, match="administrators already"):
        create("three@code.example", "four@code.example")
    with pytest.raises(CommandError, match="has joined"):
        call_command("create_administrators", send_again=True)


@pytest.mark.parametrize(("given", "words"), [({}, "--first-email, --first-name"), ({"send_again": True}, "Nobody is")])
def test_create_administrators_says_what_is_missing(given: dict[str, Any], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("create_administrators", **given)


@pytest.mark.parametrize(
    "emails", [("one@code.example", "ONE@code.example"), ("taken@example.org", "two@code.example")]
)
def test_create_administrators_wants_two_new_people(emails: tuple[str, str]) -> None:
    factories.make_user(email="taken@example.org")
    with pytest.raises(CommandError):
        create(*emails)
    with staff_context("look"):
        assert not CodeOrgInvitation.objects.exists()
    assert not User.objects.exclude(email="taken@example.org").exists()


def test_somebody_with_a_role_makes_the_system_not_empty(world: World) -> None:
    with pytest.raises(CommandError, match="administrators already"):
        create("one@code.example", "two@code.example")
