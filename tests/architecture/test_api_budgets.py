"""How many statements a list of the API costs: the same with one row and with three, at most LIST (architecture, "Performance budgets")."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.tenancy import staff_context
from grants.models import Proposal
from incentives.models import Claim, Evidence, Override
from tests.architecture.test_authorization import CALLS, EXAMPLES
from tests.architecture.test_list_budgets import more_notices, more_partners
from tests.incentives.factories import make_school
from tests.queries import FIXED, LIST
from tests.workshops.factories import enroll
from tests.world import ByToken, World
from workshops.models import Workshop

pytestmark = pytest.mark.django_db
HOME = "/api/v1/partners/home-mesa/"


def more_workshops(world: World, number: int) -> None:
    for _ in range(number):
        EXAMPLES[Workshop](world, world.home)


def more_people(world: World, number: int) -> None:
    workshop = Workshop.objects.filter(partner=world.home).order_by("id").first() or EXAMPLES[Workshop](
        world, world.home
    )
    for _ in range(number):
        enroll(workshop, workshop.created_by)


def more_claims(world: World, number: int) -> None:
    for _ in range(number):
        EXAMPLES[Claim](world, world.home)


def more_claims_sent(world: World, number: int) -> None:
    for _ in range(number):
        EXAMPLES[Evidence](world, world.home)


def more_claims_verified(world: World, number: int) -> None:
    for _ in range(number):
        EXAMPLES[Override](world, world.home)


def more_proposals(world: World, number: int) -> None:
    for _ in range(number):
        EXAMPLES[Proposal](world, world.home)


def more_schools(world: World, number: int) -> None:
    for _ in range(number):
        make_school()


def nothing_more(world: World, number: int) -> None:
    """Rows that the product itself brings along, several of them."""


LISTS: dict[str, tuple[str, str, Callable[[World, int], None], int]] = {
    "api_notices": ("/api/v1/notices/", "program_manager", more_notices, 2),
    "api_partners": ("/api/v1/partners/", "staff", more_partners, 1),
    "api_partner_limits": (f"{HOME}limits/", "director", nothing_more, 2),
    "api_network_limits": ("/api/v1/network/limits/", "finance", nothing_more, 1),
    "api_districts": ("/api/v1/districts/", "champion", more_schools, 2),
    "api_schools": ("/api/v1/schools/", "champion", more_schools, 2),
    "api_courses": ("/api/v1/courses/", "facilitator", nothing_more, 3),
    "api_facilitators": (f"{HOME}facilitators/", "facilitator", more_workshops, 2),
    "api_workshops": (f"{HOME}workshops/", "program_manager", more_workshops, 2),
    "api_enrollments": (f"{HOME}workshops/REF/enrollments/", "director", more_people, 5),
    "api_network_workshops": ("/api/v1/network/workshops/", "outreach_manager", more_workshops, 2),
    "api_outcomes": (f"{HOME}outcomes/", "champion", nothing_more, 3),
    "api_claims": (f"{HOME}claims/", "program_manager", more_claims, 2),
    "api_verifications": ("/api/v1/network/verifications/", "outreach_manager", more_claims_sent, 2),
    "api_approvals": ("/api/v1/network/approvals/", "staff", more_claims_verified, 1),
    "api_cycles": ("/api/v1/grants/cycles/", "champion", nothing_more, 2),
    "api_proposals": (f"{HOME}grants/proposals/", "director", more_proposals, 2),
    "api_network_proposals": ("/api/v1/network/grants/proposals/", "staff", more_proposals, 1),
}


def statements_of(client: Client, url: str) -> list[str]:
    """The counted statements; the look-up of the token and the note of its use are those of the session."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url)
    assert response.status_code == 200, response.content
    found = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in found if not FIXED.search(sql) and '"accounts_apitoken"' not in sql]


def test_every_list_has_its_budget() -> None:
    lists = {name for name, one in CALLS.items() if (get := one.callback.cls.calls().get("GET")) and get.is_list}  # type: ignore[attr-defined]
    assert lists == set(LISTS)


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_list_costs_the_same_with_one_row_and_with_three(name: str, world: World, by_token: ByToken) -> None:
    url, role, more, exactly = LISTS[name]
    client, found = by_token(world.people[role]), []
    for added in (1, 2):
        with staff_context("arrange"):
            more(world, added)
            first = Workshop.objects.filter(partner=world.home).order_by("id").first()
        found.append(len(statements_of(client, url.replace("REF", first.ref if first else ""))))
    assert (found, exactly <= LIST) == ([exactly, exactly], True)
