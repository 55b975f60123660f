"""Every URL for people between the roles: contracted, of two partners, former, future, of no partner, without a second factor; and fragments.

The matrix of test_authorization.py holds the eight roles; here stands whoever is nearly one of them.
"""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from accounts.models import User
from common.tenancy import staff_context
from common.zones import today
from partners.models import Partner
from tests import factories
from tests.architecture.test_authorization import (
    ANSWERED,
    KWARGS,
    MATRIX,
    OURS,
    access_of,
    address,
    expected,
    is_staff_row,
)
from tests.world import CODE_ORG_ROLES, PARTNER_ROLES, SECRET, SignIn, World, facts

pytestmark = [pytest.mark.django_db, pytest.mark.full]
EVERYBODY = {*PARTNER_ROLES, *CODE_ORG_ROLES}
NAMES = sorted(name for name in OURS if not MATRIX[name].get("public"))
FRAGMENT = {"HX-Request": "true", "HX-Target": "rows"}
DAY = dt.timedelta(days=1)


def strangers(world: World) -> dict[str, User]:
    """People who can sign in and whom no partner lets in today."""
    with staff_context("arrange"):
        return {
            "no partner": factories.make_user(),
            "former": factories.make_member(world.home, "director", ends_before=today()),
            "future": factories.make_member(world.home, "director", starts_on=today() + DAY),
            "former staff": ended(world),
        }


def ended(world: World) -> User:
    """A person of Code.org whose only role is over."""
    person = factories.make_code_org("staff")
    factories.end_code_org_roles(person, today())
    return person


def stranger_finds(name: str) -> set[int]:
    """What somebody without any role today gets: a partner's page is not found, everybody's page opens, the rest is refused."""
    rule = MATRIX[name]
    if "partner" in OURS[name].pattern.converters:
        return {404}
    if set(rule["allowed"]) == EVERYBODY:
        return ANSWERED
    return {404} if rule.get("tenant_row") and not is_staff_row(name) else {403}


@pytest.mark.parametrize("name", NAMES)
def test_who_has_no_role_today_is_let_in_nowhere_and_a_contracted_manager_does_not_endorse(
    name: str, world: World, signed_in: SignIn
) -> None:
    targets = {own: address(name, world, own=own) for own in (True, False)}
    for who, person in strangers(world).items():
        client = signed_in(person)
        for target in targets.values():
            for response in (client.get(target), client.post(target)):
                assert response.status_code in stranger_finds(name), (who, target)
                assert SECRET not in facts(response), (who, target)
    with staff_context("arrange"):
        contracted = factories.make_member(world.home, "program_manager", employed=False)
    client = signed_in(contracted)
    for own, target in targets.items():
        right = expected(name, "program_manager", own=own)
        if own and MATRIX[name].get("employed_only"):
            right = {403}
        assert client.get(target).status_code in right, target
        assert client.post(target).status_code in right, target


def test_code_org_without_a_second_factor_is_sent_to_it_from_every_address(world: World, signed_in: SignIn) -> None:
    addresses = [made_up(name) for name in NAMES]
    assert len(addresses) > 100
    for role in CODE_ORG_ROLES:
        client = signed_in(world.people[role], second_factor=False)
        for target in addresses:
            for ask in (client.get, client.post):
                response, fragment = ask(target), ask(target, headers=FRAGMENT)
                assert (response.status_code, response.headers["Location"][:14]) == (302, "/accounts/2fa/"), target
                assert (fragment.status_code, fragment.content) == (204, b""), target
                assert fragment.headers["HX-Redirect"].startswith("/accounts/2fa/"), target


def made_up(name: str) -> str:
    """An address of this name; nobody who lacks a second factor gets as far as to its row."""
    known = {"partner": "home-mesa", "ref": "X-0000000000", **KWARGS.get(name, {})}
    return reverse(name, kwargs={key: known[key] for key in OURS[name].pattern.converters})


@pytest.mark.parametrize("name", sorted(name for name in NAMES if "partner" in OURS[name].pattern.converters))
def test_a_member_of_two_partners_has_at_each_the_role_that_she_holds_there(
    name: str, world: World, signed_in: SignIn
) -> None:
    with staff_context("arrange"):
        person = factories.make_member(world.home, "director")
        factories.make_member(world.away, "champion", user=person)
        third = Partner.objects.create(
            name="Third", slug="third", started_on=today(), created_at=dt.datetime.now(dt.UTC), states=["NM"]
        )
    client = signed_in(person)
    home, away = address(name, world, own=True), address(name, world, own=False)
    role = expected(name, "director", own=True), expected(name, "champion", own=True)
    if access_of(name).model is not None:  # what a champion may do with her own row is not hers with another's
        role = role[0], role[1] | {403}
    for target, right in ((home, role[0]), (away, role[1]), (home.replace("home-mesa", third.slug), {404})):
        assert client.get(target).status_code in right, target
    for target in (home.replace("home-mesa", "away"), away.replace("/away/", "/home-mesa/")):
        if access_of(name).model is not None and "ref" in OURS[name].pattern.converters:
            assert client.get(target).status_code == 404, target


@pytest.mark.parametrize("name", NAMES)
def test_a_fragment_is_refused_as_its_page_is(name: str, world: World, signed_in: SignIn) -> None:
    targets = ((True, address(name, world, own=True)), (False, address(name, world, own=False)))
    for role in (*PARTNER_ROLES, *CODE_ORG_ROLES):
        client = signed_in(world.people[role])
        for own, target in targets:
            response = client.get(target, headers=FRAGMENT)
            assert response.status_code in expected(name, role, own=own), (role, target)
            if not own and role in (*PARTNER_ROLES, "outreach_manager"):
                assert SECRET not in facts(response), (role, target)
