"""Roles are read at every request, a person is on one side only, and a partner has one Outreach Manager at a time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import CodeOrgRole, Side, User
from activity.models import LogEntry, Notice
from common.errors import constraint_of
from common.tenancy import staff_context
from common.zones import now, today
from partners.models import Membership, OutreachAssignment
from partners.operations import AssignmentRefused, DatesMissing, assign_outreach_manager, end_membership
from tests import factories
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def status(answer: Any) -> int:
    code: int = answer.status_code
    return code


def test_the_end_of_a_membership_takes_effect_at_the_next_request(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["director"])
    assert status(browser.get("/partners/home-mesa/people/")) == 200
    with staff_context("act"):
        Membership.objects.filter(user=world.people["director"]).update(ends_before=today())
    assert status(browser.get("/partners/home-mesa/people/")) == 404
    assert status(browser.get("/partners/")) == 200


def test_the_end_of_a_role_takes_effect_at_the_next_request(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["staff"])
    assert status(browser.get("/partners/home-mesa/details/")) == 200
    with staff_context("act"):
        factories.end_code_org_roles(world.people["staff"], today())
    assert status(browser.get("/network/")) == 403
    assert status(browser.get("/partners/home-mesa/details/")) == 404


def test_the_end_of_an_assignment_takes_effect_at_the_next_request(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["outreach_manager"])
    assert status(browser.get("/partners/home-mesa/")) == 200
    assert status(browser.get("/partners/away/")) == 404
    with staff_context("act"):
        assign_outreach_manager(
            partner=world.home, manager=world.away_people["outreach_manager"], from_day=today(), by=None, at=now()
        )
    assert status(browser.get("/partners/home-mesa/")) == 404


def test_a_role_that_has_not_begun_opens_nothing(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        person = factories.make_member(world.home, "director", starts_on=today() + DAY)
    assert status(signed_in(person).get("/partners/home-mesa/")) == 404


def test_who_is_made_inactive_is_out_at_the_next_request(world: World, signed_in: SignIn) -> None:
    browser = signed_in(world.people["director"])
    User.objects.filter(pk=world.people["director"].pk).update(is_active=False)
    assert status(browser.get("/partners/home-mesa/")) == 302


def test_a_membership_and_a_role_at_code_org_exclude_each_other_in_the_database(world: World) -> None:
    member, staff = world.people["director"], world.people["staff"]
    with staff_context("direct SQL"):
        for write, constraint in (
            (lambda: factories.make_member(world.home, "director", user=staff), "partners_membership_one_side"),
            (lambda: factories.make_code_org("staff", user=member), "accounts_role_one_side"),
            (
                lambda: factories.assign(
                    member, world.home, starts_on=dt.date(2020, 1, 1), ends_before=dt.date(2020, 2, 1)
                ),
                "partners_assignment_one_side",
            ),
            (lambda: User.objects.filter(pk=member.pk).update(side=Side.CODE_ORG), "partners_membership_one_side"),
            (lambda: User.objects.filter(pk=staff.pk).update(side=Side.PARTNER), "accounts_role_one_side"),
            (lambda: Membership.objects.filter(user=member).update(side=Side.CODE_ORG), "partners_membership_side"),
            (lambda: CodeOrgRole.objects.filter(user=staff).update(side=Side.PARTNER), "accounts_role_only_ends"),
        ):
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                write()
            assert constraint_of(refused.value) == constraint


@pytest.mark.parametrize(
    ("starts", "ends", "fits"),
    [(0, None, False), (-30, -10, False), (-10, 10, False), (10, 20, True), (10, None, True), (9, 11, False)],
)
def test_the_database_holds_one_outreach_manager_at_a_time(
    starts: int, ends: int | None, fits: bool, world: World
) -> None:
    other = world.away_people["outreach_manager"]
    with staff_context("direct SQL"):
        OutreachAssignment.objects.filter(partner=world.home).update(ends_before=today() + 10 * DAY)
        period = {"starts_on": today() + starts * DAY, "ends_before": None if ends is None else today() + ends * DAY}
        if fits:
            factories.assign(other, world.home, **period)
            return
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            factories.assign(other, world.home, **period)
        assert constraint_of(refused.value) == "partners_assignment_one_manager"


def test_a_new_outreach_manager_ends_the_one_before(world: World) -> None:
    new = world.away_people["outreach_manager"]
    with staff_context("act"):
        assign_outreach_manager(partner=world.home, manager=new, from_day=today() + 5 * DAY, by=None, at=now())
        rows = list(OutreachAssignment.objects.filter(partner=world.home).order_by("starts_on"))
        assert [(row.user, row.ends_before) for row in rows] == [
            (world.people["outreach_manager"], today() + 5 * DAY),
            (new, None),
        ]
        with pytest.raises(AssignmentRefused, match="is Outreach Manager already"):
            assign_outreach_manager(partner=world.home, manager=new, from_day=today() + 9 * DAY, by=None, at=now())


def test_a_planned_outreach_manager_and_the_one_of_today_are_put_right(world: World) -> None:
    old, wrong = world.people["outreach_manager"], world.away_people["outreach_manager"]
    with staff_context("act"):
        right = factories.make_code_org("outreach_manager", name="The Right One")
        for day, manager in ((today() + 30 * DAY, wrong), (today(), wrong), (today(), right)):
            assign_outreach_manager(partner=world.home, manager=manager, from_day=day, by=None, at=now())
        rows = list(OutreachAssignment.objects.filter(partner=world.home).order_by("starts_on"))
        assert [(row.user, row.starts_on, row.ends_before) for row in rows] == [
            (old, rows[0].starts_on, today()),
            (right, today(), None),
        ]
        entry = LogEntry.objects.filter(partner=world.home, verb="partner.outreach_manager").latest("id")
        assert entry.changes == {"planned": [f"{wrong.name} from {today():%b %-d, %Y}", None]}
        assert Notice.objects.filter(user=wrong, text__contains="is not yours: The Right One").count() == 1
        with pytest.raises(AssignmentRefused, match="has begun on"):
            assign_outreach_manager(
                partner=world.home, manager=wrong, from_day=rows[0].starts_on - DAY, by=None, at=now()
            )


def test_who_is_no_outreach_manager_any_more_looks_after_nobody(world: World, signed_in: SignIn) -> None:
    staff = signed_in(world.people["staff"])
    missing = f"{world.home.name} has no Outreach Manager"
    assert missing not in facts(staff.get("/network/"))
    with staff_context("act"):
        factories.end_code_org_roles(world.people["outreach_manager"], today())
    assert missing in facts(staff.get("/network/"))
    assert "Vacant" in facts(staff.get("/network/partners/?q=home"))


def test_a_membership_is_not_prolonged_by_ending_it(world: World) -> None:
    with staff_context("act"):
        champion = Membership.objects.get(user=world.people["champion"])
        last = champion.last_day
        assert last is not None
        for day in (last + DAY, champion.starts_on - DAY):
            with pytest.raises(DatesMissing):
                end_membership(membership=champion, last_day=day, reason="r", ended_by=None, at=now())
        ended = end_membership(membership=champion, last_day=today(), reason="moved", ended_by=None, at=now())
    assert ended.ends_before == today() + DAY


def test_a_person_of_two_partners_writes_only_where_the_address_says(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        factories.make_member(world.away, "director", user=world.people["director"])
    browser = signed_in(world.people["director"])
    assert status(browser.get("/partners/")) == 200
    invited = {
        "name": "Ana",
        "email": "ana@example.org",
        "role": "facilitator",
        "employed": "yes",
        "first_day": today().isoformat(),
    }
    assert status(browser.post("/partners/away/people/invitations/new/", invited)) == 303
    with staff_context("look"):
        from partners.models import Invitation

        assert [row.partner_id for row in Invitation.objects.all()] == [world.away.pk]
