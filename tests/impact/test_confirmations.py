"""A home of staff names what waits for a second person, and never one's own proposals."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from common.tenancy import staff_context
from common.zones import now, today
from impact.confirmations import PLACES, proposals_to_confirm
from partners.models import DatedSetting
from partners.standing import standing_of
from tests import factories
from tests.catalog.factories import make_proposal
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db


def test_staff_see_what_others_proposed_and_not_what_is_decided_or_their_own(world: World) -> None:
    with staff_context("arrange"):
        mine, other = world.people["staff"], factories.make_code_org("staff")
        make_proposal(other)
        for person, withdrawn in ((mine, None), (other, None), (other, now())):
            DatedSetting.objects.create(
                key="test.days",
                value=Decimal(3),
                valid_from=today() + dt.timedelta(days=400),
                reason="Try it",
                proposed_by=person,
                proposed_at=now(),
                withdrawn_at=withdrawn,
            )
        mine.standing = standing_of(mine, today())
        found = proposals_to_confirm(user=mine, on=today(), at=now())
    assert sorted(todo.title for todo in found) == ["Confirm 1 limit or setting", "Confirm 1 rule of a subject"]


def test_nobody_else_is_asked_and_every_place_opens_for_staff(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        make_proposal(world.people["staff"])
        for role in ("finance", "outreach_manager", "administrator"):
            person = world.people[role]
            person.standing = standing_of(person, today())
            assert proposals_to_confirm(user=person, on=today(), at=now()) == [], role
    client = signed_in(world.people["staff"])
    assert {url: client.get(url).status_code for _model, (_words, url, _action), _ends in PLACES} == dict.fromkeys(
        ("/network/settings/", "/network/outcomes/", "/network/courses/", "/network/approvals/"), 200
    )
