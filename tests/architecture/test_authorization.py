"""Every URL, for every role, own and other tenant: the expected value stands in matrix/*.toml, nowhere in the code."""

from __future__ import annotations

import importlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.sign_in import sign_in_again_at
from common.access import Access
from common.tenancy import StaffTable, staff_context
from tests.world import CODE_ORG_ROLES, PARTNER_ROLES, SECRET, SignIn, World, facts

HERE = Path(__file__).parent
APPS = ["partners", "ledger", "districts", "catalog", "facilitators", "workshops", "incentives", "grants"]
MATRIX: dict[str, dict[str, Any]] = {
    name: expected
    for file in sorted((HERE / "matrix").glob("*.toml"))
    for name, expected in tomllib.loads(file.read_text()).items()
}
THIRD_PARTY = ("account_", "mfa_")
OURS_DESPITE_PREFIX = {"account_list", "account_settings"}
ANSWERED = {200, 302, 303, 405, 409, 422}
pytestmark = pytest.mark.django_db


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every pattern of the URL configuration."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def is_third_party(name: str) -> bool:
    """allauth's own pages: sign-in, password, second factor."""
    return name.startswith(THIRD_PARTY) and name not in OURS_DESPITE_PREFIX


def is_call(pattern: URLPattern) -> bool:
    """A call of the API, which a token opens and no session (test_api_authorization.py)."""
    access: Access | None = getattr(pattern.callback, "access", None)
    return access is not None and access.by_token


EVERY = {str(pattern.name): pattern for pattern in patterns() if not is_third_party(str(pattern.name))}
CALLS = {name: pattern for name, pattern in EVERY.items() if is_call(pattern)}
OURS = {name: pattern for name, pattern in EVERY.items() if name not in CALLS}
EXAMPLES: dict[Any, Any] = {}
KWARGS: dict[str, dict[str, str]] = {}
for _app in APPS:
    try:
        _module = importlib.import_module(f"tests.{_app}.examples")
    except ModuleNotFoundError:
        continue
    EXAMPLES |= _module.EXAMPLES
    KWARGS |= _module.KWARGS


def access_of(name: str) -> Access:
    """What the view declares."""
    access: Access = EVERY[name].callback.access  # type: ignore[attr-defined]
    return access


def test_every_url_declares_its_permission() -> None:
    assert [name for name, pattern in OURS.items() if not hasattr(pattern.callback, "access")] == []


def test_every_url_stands_in_the_matrix_and_nothing_else_does() -> None:
    assert set(MATRIX) == set(EVERY)


def address(name: str, world: World, *, own: bool) -> str:
    """The URL with an example row of this tenant."""
    partner = world.home if own else world.away
    wanted = set(EVERY[name].pattern.converters)
    kwargs: dict[str, Any] = dict(KWARGS.get(name, {}))
    if "partner" in wanted:
        kwargs["partner"] = partner.slug
    if "ref" in wanted and "ref" not in kwargs:
        with staff_context("example"):
            kwargs["ref"] = EXAMPLES[access_of(name).model](world, partner).ref
    return reverse(name, kwargs=kwargs)


def is_staff_row(name: str) -> bool:
    """The row of this URL lies behind the staff door: whoever has no such door is refused before any look-up."""
    return getattr(access_of(name).model, "wall", None) is StaffTable


def expected(name: str, role: str, *, own: bool) -> set[int]:
    """Status codes that are right for this role."""
    rule = MATRIX[name]
    allowed = role in rule.get("allowed", []) or rule.get("public", False)
    is_partners = "partner" in OURS[name].pattern.converters or rule.get("tenant_row", False)
    if not own and is_partners and role not in ("staff", "finance", "administrator"):
        return {404}
    return ANSWERED if allowed else {403}


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", sorted(set(OURS) - {name for name, rule in MATRIX.items() if rule.get("public")}))
def test_who_may_open_it(name: str, method: str, world: World, signed_in: SignIn) -> None:
    url, foreign = address(name, world, own=True), address(name, world, own=False)
    found: dict[tuple[str, bool], int] = {}
    wrong = []
    for role in (*PARTNER_ROLES, *CODE_ORG_ROLES):
        client = signed_in(world.people[role])
        for own, target in ((True, url), (False, foreign)):
            with transaction.atomic():  # each role finds what the others found
                response = getattr(client, method)(target)
                transaction.set_rollback(True)
            found[role, own] = response.status_code
            sent_to_sign_in = response.headers.get("Location", "").startswith("/accounts/")
            if response.status_code not in expected(name, role, own=own) or sent_to_sign_in:
                wrong.append((role, "own" if own else "other", response.status_code))
            if not own and role in (*PARTNER_ROLES, "outreach_manager"):
                assert SECRET not in facts(response), (name, role)
    assert wrong == []


@pytest.mark.parametrize("name", sorted(set(OURS) - {name for name, rule in MATRIX.items() if rule.get("public")}))
def test_nobody_signed_in_is_sent_to_the_sign_in_page(name: str, world: World) -> None:
    for method in ("get", "post"):
        response = getattr(Client(), method)(address(name, world, own=True))
        assert response.status_code == 302, name
        assert response.headers["Location"].startswith("/accounts/login/")


FRESH = {
    *("approval", "approval_batch", "offer_approval", "slate_approval", "override_new", "override_confirmation"),
    *("claim_verification", "payout_new", "payout_export", "payout_payment", "sweep_confirmation"),
    *("limit_new", "limit_confirmation", "setting_new", "setting_confirmation"),
    *("version_confirmation", "option_confirmation", "rule_confirmation", "role_new", "role_confirmation"),
    *("role_end", "role_end_confirmation", "token_list"),
}


def test_who_approves_pays_or_gives_roles_has_signed_in_just_now() -> None:
    assert {name for name in OURS if access_of(name).fresh} == FRESH


@pytest.mark.parametrize("name", sorted(FRESH))
def test_an_older_sign_in_is_asked_again_before_anything_is_done(name: str, world: World, signed_in: SignIn) -> None:
    role = MATRIX[name]["allowed"][0]
    response = signed_in(world.people[role], fresh=False).post(address(name, world, own=True))
    again = sign_in_again_at(world.people[role])
    assert (response.status_code, response.headers["Location"].split("?")[0]) == (302, again)
