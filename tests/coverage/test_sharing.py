"""Shared areas: proposed by staff, valid once a Director of each partner has accepted; the database holds it for whoever writes."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from activity.models import Notice
from catalog.models import Program
from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from districts.models import County, State, ZipCounty
from impact.coverage.areas import area_of
from impact.coverage.cover import cover_of_states
from impact.coverage.lookup import find_partner
from partners.models import Partner, Territory, TerritoryShare
from partners.operations import (
    Holding,
    ShareRefused,
    TerritoryRefused,
    accept_share,
    close_share,
    end_territory,
    hold_territory,
    propose_share,
)
from tests import factories
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
HOME, AWAY = "/partners/home-mesa/territories/", "/partners/away/territories/"


@pytest.fixture
def held(world: World) -> Territory:
    """New Mexico, held by home; 87301 lies in it."""
    with staff_context("arrange"):
        county = County.objects.create(fips="35031", name="McKinley County", state=State.objects.get(code="NM"))
        ZipCounty.objects.create(zip_code="87301", county=county)
        return hold_territory(partner=world.home, holding=holding("NM"), by=None, at=now())


def holding(area: str, first: dt.date | None = None) -> Holding:
    return Holding(area_of(area), Program.objects.get(key="k12"), first or today(), None, "Theirs for long")


def proposed(world: World, held: Territory, **given: Any) -> TerritoryShare:
    facts = {"other": world.away, "valid_from": today(), "reason": "Both work there", **given}
    with staff_context("arrange", user=world.people["staff"].pk):
        return propose_share(territory=held, by=world.people["staff"], at=now(), **facts)


def accept(share: TerritoryShare, partner: Partner, by: User) -> TerritoryShare:
    with tenant_context(partner.pk, user=by.pk):
        return accept_share(share=share, partner=partner, by=by, at=now())


def directors(world: World) -> tuple[User, User]:
    return world.people["director"], world.away_people["director"]


def test_both_hold_the_area_once_a_director_of_each_has_accepted(world: World, held: Territory) -> None:
    share, (ours, theirs) = proposed(world, held), directors(world)
    assert not accept(share, world.home, ours).is_accepted
    with staff_context("look"):
        assert [match.partner for match in find_partner("87301", on=today()).matches] == [world.home]
    assert accept(share, world.away, theirs).is_accepted
    with staff_context("look"):
        matches = find_partner("87301", on=today()).matches
        state = next(row for row in cover_of_states(held.program, today()) if row.state.code == "NM")
    assert {match.partner for match in matches} == {world.home, world.away}
    assert {match.why for match in matches} == {"It shares New Mexico; nobody holds 87301 or McKinley County, NM."}
    assert state.partners == sorted([world.home, world.away], key=lambda partner: partner.name)


def test_whom_a_step_concerns_is_told_once(world: World, held: Territory) -> None:
    share, (ours, theirs) = proposed(world, held), directors(world)
    accept(share, world.away, theirs)
    accept(share, world.home, ours)
    with staff_context("look"):
        told = {person: sorted(Notice.objects.of(person).values_list("kind", flat=True)) for person in (ours, theirs)}
        staff = list(Notice.objects.of(world.people["staff"]).values_list("kind", flat=True))
    assert told == {ours: ["share.asked", "share.shared"], theirs: ["share.asked", "share.shared"]}
    assert staff == ["share.decided"]


def test_a_third_partner_finds_no_room_and_reads_who_holds_it(world: World, held: Territory) -> None:
    share, (ours, theirs) = proposed(world, held), directors(world)
    accept(share, world.home, ours)
    accept(share, world.away, theirs)
    with staff_context("arrange"):
        third = factories.make_partner()
        with pytest.raises(TerritoryRefused, match="holds it from"):
            hold_territory(partner=third, holding=holding("NM"), by=None, at=now())
        held.refresh_from_db()
        with pytest.raises(ShareRefused, match="two partners at most"):
            propose_share(
                territory=held, other=third, valid_from=today(), reason="why", by=world.people["staff"], at=now()
            )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"reason": " "}, "Say why"),
        ({"valid_from": today() - DAY}, "Enter a day from"),
        ({"other": "home"}, "holds it already"),
    ],
)
def test_what_makes_no_share_is_refused(world: World, held: Territory, given: dict[str, Any], words: str) -> None:
    given = {**given, **({"other": world.home} if "other" in given else {})}
    with pytest.raises(ShareRefused, match=words):
        proposed(world, held, **given)


def test_one_proposal_at_a_time(world: World, held: Territory) -> None:
    proposed(world, held)
    with pytest.raises(ShareRefused, match="proposed already"):
        proposed(world, held)


def test_a_refusal_is_read_by_both_and_ends_it(world: World, held: Territory) -> None:
    share, (ours, theirs) = proposed(world, held), directors(world)
    accept(share, world.home, ours)
    with tenant_context(world.away.pk, user=theirs.pk):
        with pytest.raises(ShareRefused, match="Say why"):
            close_share(share=share, reason=" ", by=theirs, at=now())
        close_share(share=share, reason="Too far for us", by=theirs, at=now())
        with pytest.raises(ShareRefused, match="decided by now"):
            accept_share(share=share, partner=world.away, by=theirs, at=now())
    with staff_context("look"):
        assert Notice.objects.of(ours).filter(text__contains="Too far for us").count() == 1
        assert Territory.objects.count() == 1


def test_a_territory_that_ended_meanwhile_is_not_shared(world: World, held: Territory) -> None:
    share, (ours, theirs) = proposed(world, held), directors(world)
    accept(share, world.home, ours)
    with staff_context("arrange"):
        Territory.objects.filter(pk=held.pk).update(valid_from=today() - 9 * DAY)
        end_territory(territory=held, last_day=today() - DAY, reason="over", by=world.people["staff"], at=now())
    with pytest.raises(ShareRefused, match="does not hold"):
        accept(share, world.away, theirs)
    with staff_context("look"):
        share.refresh_from_db()
    assert share.other_at is None


@pytest.mark.parametrize("role", ["program_manager", "champion", "facilitator"])
def test_only_a_director_of_that_very_partner_accepts(world: World, held: Territory, role: str) -> None:
    share = proposed(world, held)
    for person in (world.people[role], world.away_people["director"]):
        with pytest.raises(IntegrityError) as refused:
            accept(share, world.home, person)
        assert constraint_of(refused.value) == "partners_share_directors"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"reason": "Another one"}, "partners_share_directors"),
        ({"area": "TX", "area_name": "Texas"}, "partners_share_directors"),
        ({"closed_at": now()}, "partners_share_closed_signed"),
    ],
)
def test_what_is_accepted_is_what_was_proposed(
    world: World, held: Territory, change: dict[str, Any], constraint: str
) -> None:
    share = proposed(world, held)
    with staff_context("forge"), pytest.raises(IntegrityError) as refused, transaction.atomic():
        TerritoryShare.objects.filter(pk=share.pk).update(**change)
    assert constraint_of(refused.value) == constraint


def test_no_territory_is_shared_before_both_have_accepted(world: World, held: Territory) -> None:
    share, (ours, _theirs) = proposed(world, held), directors(world)
    accept(share, world.home, ours)
    for row in (held.pk,):
        with staff_context("forge"), pytest.raises(IntegrityError) as refused, transaction.atomic():
            Territory.objects.filter(pk=row).update(share=share)
        assert constraint_of(refused.value) == "partners_territory_share_accepted"


def test_a_partner_that_is_neither_of_the_two_sees_nothing_of_it(world: World, held: Territory) -> None:
    share = proposed(world, held)
    with staff_context("arrange"):
        third = factories.make_partner()
    for partner, seen in ((world.home, 1), (world.away, 1), (third, 0)):
        with tenant_context(partner.pk):
            assert TerritoryShare.objects.filter(pk=share.pk).count() == seen
            assert len(TerritoryShare.objects.raw("select * from partners_territoryshare")) == seen


def test_it_is_proposed_answered_and_read_in_the_browser(world: World, held: Territory, signed_in: SignIn) -> None:
    staff, page = signed_in(world.people["staff"]), f"/network/territories/{held.ref}/"
    empty = staff.post(f"{page}share/", {"other": "away", "valid_from": today().isoformat(), "reason": ""})
    assert (empty.status_code, "Fill this in." in facts(empty)) == (422, True)
    asked = staff.post(
        f"{page}share/", {"other": "away", "valid_from": today().isoformat(), "reason": "Both work there"}
    )
    assert (asked.status_code, asked.headers["Location"]) == (303, page)
    with staff_context("look"):
        share = TerritoryShare.objects.get()
    ours, theirs = (signed_in(person) for person in directors(world))
    assert "Answer whether you share New Mexico" in facts(ours.get("/partners/home-mesa/"))
    assert "Both work there" in facts(ours.get(HOME)) and "Accept" in facts(theirs.get(AWAY))
    assert "A Director of" in facts(signed_in(world.people["champion"]).get(HOME))
    refused = theirs.post(f"{AWAY}answer/", {"share": share.ref, "answer": "refuse", "reason": " "})
    assert (refused.status_code, "Say why" in facts(refused)) == (422, True)
    assert ours.post(f"{HOME}answer/", {"share": share.ref, "answer": "accept"}).status_code == 303
    assert theirs.post(f"{AWAY}answer/", {"share": share.ref, "answer": "accept"}).status_code == 303
    assert world.away.name in facts(ours.get(HOME)) and world.home.name in facts(theirs.get(AWAY))
    assert "Accepted by both" in facts(staff.get(page))
    gone = ours.post(f"{HOME}answer/", {"share": "Y-0000000000", "answer": "accept"}, follow=True)
    assert "not there any more" in facts(gone)


def test_staff_take_a_proposal_back(world: World, held: Territory, signed_in: SignIn) -> None:
    share, staff = proposed(world, held), signed_in(world.people["staff"])
    page = f"/network/territories/{held.ref}/"
    assert staff.post(f"{page}share/withdrawal/", {"share": share.ref}).headers["Location"] == page
    assert "Code.org took the proposal back" in facts(staff.get(page))
    with staff_context("look"):
        assert TerritoryShare.objects.waiting().count() == 0
