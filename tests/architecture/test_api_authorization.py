"""Every call of the API by token, for every role, own and other tenant: the expected value stands in matrix/api.toml."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client

from accounts.models import User
from accounts.tokens import ApiToken, revoke_token
from activity.links import hash_of
from common.tenancy import nobody_context, staff_context
from common.tenancy.models import TenantModel
from common.zones import now, today
from partners.models import Membership
from tests import factories
from tests.architecture.test_authorization import CALLS, MATRIX, access_of, address
from tests.architecture.test_identities import strangers
from tests.world import CODE_ORG_ROLES, PARTNER_ROLES, SECRET, ByToken, SignIn, World, facts, token_of

pytestmark = pytest.mark.django_db
METHODS = ("GET", "POST", "PUT", "DELETE")
EVERY_METHOD = [(name, method) for name in sorted(CALLS) for method in METHODS if method in MATRIX[name]]
STAFF_DOOR = ("staff", "finance", "administrator")
TAKEN = {200, 201, 400, 409}


def test_every_method_of_every_call_stands_in_the_matrix() -> None:
    declared = {name: set(pattern.callback.cls.calls()) for name, pattern in CALLS.items()}  # type: ignore[attr-defined]
    assert declared == {name: set(MATRIX[name]) & set(METHODS) for name in CALLS}


def asked(client: Client, method: str, target: str) -> Any:
    """One call with an empty body, undone again."""
    with transaction.atomic():
        kind = {} if method == "GET" else {"content_type": "application/json"}
        response = getattr(client, method.lower())(target, **kind)
        transaction.set_rollback(True)
    return response


def is_partners(name: str) -> bool:
    """The address names a partner, or a row of one."""
    return "partner" in CALLS[name].pattern.converters or MATRIX[name].get("tenant_row", False)


def expected(name: str, method: str, role: str, *, own: bool) -> tuple[set[int], str]:
    """Status codes that are right for this role, and the code of the problem where one is said."""
    allowed = role in MATRIX[name][method]
    if not own and is_partners(name) and role not in STAFF_DOOR:
        return {404}, "not_found"
    if allowed and not MATRIX[name].get("browser"):
        return TAKEN, ""
    return {403}, "needs_browser" if allowed else "forbidden"


@pytest.mark.parametrize(("name", "method"), EVERY_METHOD)
def test_who_may_call_it(name: str, method: str, world: World, by_token: ByToken) -> None:
    targets = {own: address(name, world, own=own) for own in (True, False)}
    wrong = []
    for role in (*PARTNER_ROLES, *CODE_ORG_ROLES):
        client = by_token(world.people[role])
        for own, target in targets.items():
            response = asked(client, method, target)
            statuses, code = expected(name, method, role, own=own)
            if response.status_code not in statuses or (code and response.json()["code"] != code):
                wrong.append((role, "own" if own else "other", response.status_code, facts(response)[:200]))
            if role not in STAFF_DOOR:
                assert own or SECRET not in facts(response), (name, role)
    assert wrong == []


@pytest.mark.parametrize("name", sorted(CALLS))
def test_nobody_calls_without_a_token_and_a_session_counts_for_nothing(
    name: str, world: World, signed_in: SignIn
) -> None:
    target, staff = address(name, world, own=True), signed_in(world.people["staff"])
    nobodies = [Client(), Client(headers={"Authorization": "Bearer x"}), staff]
    for method in set(MATRIX[name]) & set(METHODS):
        for client in nobodies:
            response = asked(client, method, target)
            assert (response.status_code, response.json()["code"]) == (401, "not_signed_in"), method
            assert response.headers["WWW-Authenticate"].startswith("Bearer")


def unusable(world: World) -> dict[str, str]:
    """Headers that open nothing any more."""
    person = world.people["program_manager"]
    revoked, usable = token_of(person), token_of(person)
    with nobody_context(user=person.pk):
        revoke_token(token=ApiToken.objects.of(person).get(token_hash=hash_of(revoked)), at=now())
    with staff_context("arrange"):
        gone = factories.make_member(world.home, "director")
    inactive = token_of(gone)
    User.objects.filter(pk=gone.pk).update(is_active=False)
    people = {who: f"Bearer {token_of(one)}" for who, one in strangers(world).items()}
    found = {"basic": f"Basic {usable}", "revoked": f"Bearer {revoked}", "deactivated": f"Bearer {inactive}", **people}
    assert Client(headers={"Authorization": f"Bearer {usable}"}).get("/api/v1/me/").status_code == 200
    return found


def test_a_token_that_is_revoked_or_of_somebody_without_a_role_opens_nothing(world: World) -> None:
    for who, bearer in unusable(world).items():
        response = Client(headers={"Authorization": bearer}).get("/api/v1/me/")
        assert (who, response.status_code, response.json()["code"]) == (who, 401, "not_signed_in")


def test_a_token_is_over_after_ninety_days(world: World) -> None:
    client = Client(headers={"Authorization": f"Bearer {token_of(world.people['director'])}"})
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=89), tick=False):
        assert client.get("/api/v1/me/").status_code == 200
    with time_machine.travel(dt.datetime.now(dt.UTC) + dt.timedelta(days=90), tick=False):
        assert client.get("/api/v1/me/").status_code == 401


def test_an_ended_membership_ends_its_tokens_at_once(world: World) -> None:
    with staff_context("arrange"):
        person = factories.make_member(world.home, "director")
        second = factories.make_member(world.away, "director", user=person)
    client = Client(headers={"Authorization": f"Bearer {token_of(person)}"})
    assert client.get("/api/v1/partners/home-mesa/").status_code == 200
    with staff_context("arrange"):
        Membership.objects.filter(user=second, partner=world.home).update(ends_before=today())
    assert client.get("/api/v1/partners/home-mesa/").status_code == 404
    with staff_context("arrange"):
        Membership.objects.filter(user=second).update(ends_before=today())
    assert client.get("/api/v1/partners/home-mesa/").status_code == 401


@pytest.mark.parametrize(("name", "method"), EVERY_METHOD)
def test_a_token_does_only_what_its_scopes_name(name: str, method: str, world: World, by_token: ByToken) -> None:
    call = CALLS[name].callback.cls.calls()[method]  # type: ignore[attr-defined]
    role, target = MATRIX[name][method][0], address(name, world, own=True)
    area, _colon, kind = call.scope.partition(":")
    others = ["account:read"] if area != "account" else ["partners:read"]
    if kind == "write":
        others.append(f"{area}:read")
    response = asked(by_token(world.people[role], *others), method, target)
    assert (response.status_code, response.json()["code"]) == (403, "missing_scope")
    response = asked(by_token(world.people[role], call.scope), method, target)
    assert MATRIX[name].get("browser") or response.status_code in TAKEN


def test_the_model_of_every_call_about_a_partner_is_a_tenants_row() -> None:
    for name in CALLS:
        model = access_of(name).model
        if model is not None and issubclass(model, TenantModel):
            assert is_partners(name), name
