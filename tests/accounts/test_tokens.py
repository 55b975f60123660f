"""Personal API tokens: made after a fresh sign-in, shown once, kept as a hash, each person's own, dated, with their last use."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.db import ProgrammingError, connection, transaction
from django.test import Client

from accounts.sign_in import sign_in_again_at
from accounts.tokens import LIFE, MOST, ApiToken, TokenRefused, make_token
from activity.links import hash_of
from common.tenancy import entered, nobody_context, staff_context
from common.tenancy.scope import Scope
from common.zones import now
from tests.world import SignIn, World, facts, token_of

pytestmark = pytest.mark.django_db
PAGE = "/account/tokens/"
FORM = {"name": "Roster sync", "scopes": ["workshops:read", "workshops:write"]}


def shown(response: Any) -> str:
    """The secret on the page."""
    return re.search(r'<code id="token">(rpn_[\w-]{43})</code>', facts(response))[1]  # type: ignore[index]


def test_a_token_is_shown_once_and_kept_as_a_hash(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["program_manager"])
    secret = shown(client.post(PAGE, FORM))
    assert secret not in facts(client.get(PAGE))
    with nobody_context(user=world.people["program_manager"].pk):
        row = ApiToken.objects.get()
    assert (row.token_hash, row.scopes, row.expires_at - row.made_at) == (hash_of(secret), FORM["scopes"], LIFE)


@pytest.mark.parametrize("role", ["program_manager", "staff"])
def test_making_a_token_asks_a_fresh_sign_in(role: str, world: World, signed_in: SignIn) -> None:
    response = signed_in(world.people[role], fresh=False).post(PAGE, FORM)
    again = sign_in_again_at(world.people[role])
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, again)
    with nobody_context(user=world.people[role].pk):
        assert not ApiToken.objects.exists()


def test_the_last_use_is_kept_also_of_what_only_reads(world: World, signed_in: SignIn) -> None:
    person = world.people["program_manager"]
    client = Client(headers={"Authorization": f"Bearer {token_of(person)}"})
    assert "never" in facts(signed_in(person).get(PAGE))
    with time_machine.travel(now() + dt.timedelta(minutes=3), tick=False):
        assert client.get("/api/v1/me/").status_code == 200
        with nobody_context(user=person.pk):
            assert ApiToken.objects.get().last_used_at == now()
    assert "never" not in facts(signed_in(person).get(PAGE))


def test_a_revoked_token_opens_nothing(world: World, signed_in: SignIn) -> None:
    person = world.people["director"]
    client = Client(headers={"Authorization": f"Bearer {token_of(person)}"})
    with nobody_context(user=person.pk):
        ref = ApiToken.objects.get().ref
    assert signed_in(person).post(f"{PAGE}{ref}/revocation/").status_code == 303
    assert client.get("/api/v1/me/").status_code == 401


@pytest.mark.parametrize("other", ["champion", "staff", "administrator"])
def test_nobody_sees_or_revokes_the_token_of_another(other: str, world: World, signed_in: SignIn) -> None:
    person = world.people["director"]
    client = Client(headers={"Authorization": f"Bearer {token_of(person)}"})
    with nobody_context(user=person.pk):
        ref = ApiToken.objects.get().ref
    assert signed_in(world.people[other]).post(f"{PAGE}{ref}/revocation/").status_code == 303
    assert client.get("/api/v1/me/").status_code == 200
    with staff_context("look", user=world.people[other].pk):
        assert list(ApiToken.objects.all()) == []


def test_the_database_shows_a_token_only_to_who_has_it(world: World) -> None:
    secret = token_of(world.people["director"])
    with entered(Scope()):
        assert not ApiToken.objects.exists()
    with entered(Scope(token=hash_of("another"))):
        assert not ApiToken.objects.exists()
    with entered(Scope(token=hash_of(secret))):
        assert ApiToken.objects.get().user == world.people["director"]


@pytest.mark.parametrize(
    "change", ["expires_at = now() + interval '1 year'", "scopes = '{a}'", "user_id = user_id + 1"]
)
def test_what_a_token_opens_and_until_when_never_changes(change: str, world: World) -> None:
    person = world.people["director"]
    token_of(person)
    with nobody_context(user=person.pk), pytest.raises(ProgrammingError), transaction.atomic():
        connection.cursor().execute(f"update accounts_apitoken set {change}")


def test_a_person_has_a_few_tokens_at_most(world: World) -> None:
    person = world.people["director"]
    for _ in range(MOST):
        token_of(person)
    with nobody_context(user=person.pk), pytest.raises(TokenRefused, match="revoke one"):
        make_token(user=person, name="one more", scopes=["account:read"], at=now())
