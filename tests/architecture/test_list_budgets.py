"""Every list page costs the same number of statements with one row and with three, and at most eight."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest

from accounts.models import CodeOrgInvitation, CodeOrgRoleEnd
from accounts.tokens import make_token
from activity.models import Notice
from activity.operations import record
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from partners.models import Invitation, Membership
from tests import factories
from tests.partners.examples import a_territory
from tests.queries import DETAIL, LIST, statements_of
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db


def more_partners(world: World, number: int) -> None:
    for _ in range(number):
        partner = factories.make_partner()
        factories.make_member(partner)
        factories.assign(world.people["outreach_manager"], partner)


def more_people(world: World, number: int) -> None:
    for _ in range(number):
        factories.make_member(world.home, "facilitator")
        ended = factories.make_member(world.home, "director")
        Membership.objects.filter(user=ended).update(ends_before=today())
        Invitation.objects.create(
            partner=world.home,
            email=f"{uuid.uuid4()}@example.org",
            name="Invited",
            role="facilitator",
            starts_on=today(),
            invited_by=world.people["director"],
            invited_at=now(),
            expires_at=now() + dt.timedelta(days=7),
        )
        record(world.home, verb="test", text="Something happened", by=world.people["director"], at=now())


def more_code_org(world: World, number: int) -> None:
    for _ in range(number):
        ending = factories.make_code_org("staff")
        factories.end_code_org_roles(factories.make_code_org("finance"), today())
        proposer, _confirmer = factories.founders()
        CodeOrgRoleEnd.objects.create(
            role=ending.code_org_roles.get(),
            last_day=today(),
            reason="less work",
            proposed_by=proposer,
            proposed_at=now(),
        )
        CodeOrgInvitation.objects.create(
            email=f"{uuid.uuid4()}@example.org",
            name="New",
            role="staff",
            reason="more work",
            proposed_by=world.people["administrator"],
            proposed_at=now(),
        )


def more_notices(world: World, number: int) -> None:
    for _ in range(number):
        for person in world.people.values():
            Notice.objects.create(user=person, key=str(uuid.uuid4()), kind="test", text="Told", url="/", at=now())


def more_memberships(world: World, number: int) -> None:
    for _ in range(number):
        factories.make_member(factories.make_partner(), "director", user=world.people["director"])


def more_tokens(world: World, number: int) -> None:
    person = world.people["program_manager"]
    with tenant_context(world.home.pk, user=person.pk):
        for _ in range(number):
            make_token(user=person, name="Nightly report", scopes=["workshops:read"], at=now())


def more_territories(world: World, number: int) -> None:
    for _ in range(number):
        a_territory(world, world.home)


LISTS: list[tuple[str, str, Callable[[World, int], None], int]] = [
    ("/network/partners/", "staff", more_partners, 4),
    ("/network/partners/", "outreach_manager", more_partners, 5),
    ("/partners/home-mesa/people/", "director", more_people, 7),
    ("/partners/home-mesa/people/", "staff", more_people, 7),
    ("/network/accounts/", "administrator", more_code_org, 5),
    ("/network/territories/", "staff", more_territories, 2),
    ("/account/tokens/", "program_manager", more_tokens, 3),
    ("/notices/", "program_manager", more_notices, 3),
    ("/notices/", "staff", more_notices, 2),
    ("/partners/", "director", more_memberships, 2),
]
HOMES = [
    ("/partners/home-mesa/", "program_manager", more_people),
    ("/network/", "staff", more_partners),
    ("/network/", "outreach_manager", more_partners),
]


def costs(url: str, role: str, more: Callable[[World, int], None], world: World, signed_in: SignIn) -> tuple[int, int]:
    """Statements with one more row of each kind, and with three."""
    client = signed_in(world.people[role])
    found = []
    for added in (1, 2):
        with staff_context("arrange"):
            more(world, added)
        found.append(len(statements_of(client, url)))
    return found[0], found[1]


@pytest.mark.parametrize(("url", "role", "more", "exactly"), LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_three(
    url: str, role: str, more: Callable[[World, int], None], exactly: int, world: World, signed_in: SignIn
) -> None:
    assert costs(url, role, more, world, signed_in) == (exactly, exactly)
    assert exactly <= LIST


@pytest.mark.parametrize(("url", "role", "more"), HOMES)
def test_a_home_costs_no_more_than_a_detail_page(
    url: str, role: str, more: Callable[[World, int], None], world: World, signed_in: SignIn
) -> None:
    one, three = costs(url, role, more, world, signed_in)
    assert one == three <= DETAIL
