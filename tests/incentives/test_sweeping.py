"""Option c of a fiscal year: what the network has left is shared by water level, by two people, under caps raised exactly as far as needed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import Stale, constraint_of
from common.tenancy import staff_context
from common.zones import network_zone, now, today
from incentives import operations
from incentives.models import FiscalOption, Rest, State, Sweep
from incentives.water import share
from ledger.models import Budget, NetworkBudget, PartnerLimit
from ledger.operations import declare_conflict, verify_ledger
from tests.incentives import factories as make
from tests.incentives.test_close_fiscal_year import cast_with_cap, close, cut, option, year
from tests.ledger.factories import set_limit
from tests.world import SignIn, World

dollars = st.integers(0, 10_000_00).map(lambda cents: Decimal(cents) / 100)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(dollars, max_size=30), dollars)
def test_all_is_shared_that_can_be_and_nobody_takes_more_than_somebody_who_wants_more(
    rests: list[Decimal], room: Decimal
) -> None:
    level, taken = share(rests, room)
    assert sum(taken) == min(sum(rests), room)
    for rest, amount in zip(rests, taken, strict=True):
        assert amount <= rest
        assert amount in (min(rest, level), level + Decimal("0.01"))


def test_cents_that_are_left_over_go_to_the_first() -> None:
    rests = [Decimal("5.00"), Decimal("0.20"), Decimal("5.00"), Decimal("5.00")]
    assert share(rests, Decimal("1.00")) == (
        Decimal("0.26"),
        [Decimal("0.27"), Decimal("0.20"), Decimal("0.27"), Decimal("0.26")],
    )


def swept_on() -> dt.datetime:
    """The first day on which this year can be swept."""
    return dt.datetime.combine(operations.sweep_from(year()), dt.time(9), network_zone())


def arranged() -> make.Cast:
    """A partner with rests of $1,350.00 and $300.00, another with one of $1,000.00; $1,200.00 is left in the network."""
    cast = cast_with_cap("150.00")
    other = cast_with_cap("500.00", network=cast)
    option(cast, "sweep")
    cut(cast, "O17", "150.00")
    cut(cast, "O15", "0.00")
    cut(other, "O17", "500.00")
    set_limit("incentive_total", "1850.00", year(), people=(cast.finance[1], cast.finance[2]), last=year())
    return cast


@pytest.mark.django_db
def test_two_people_share_what_is_left_and_caps_rise_exactly_as_far_as_needed() -> None:
    with staff_context("test"):
        cast = arranged()
        assert close() | {"seconds": 0} == {"created": 0, "updated": 0, "unchanged": 3, "rejected": [], "seconds": 0}
        assert set(Rest.objects.values_list("state", flat=True)) == {"waiting"}
        with pytest.raises(operations.SweepRefused, match="can be swept from"):
            operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on() - dt.timedelta(days=1))
        made = operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on())
        assert (made.room, made.shared, made.level) == (Decimal(1200), Decimal(1200), Decimal(450))
        with pytest.raises(operations.SweepRefused, match="another person"):
            operations.confirm_sweep(sweep=made, by=cast.approvers[0], at=swept_on())
        operations.confirm_sweep(sweep=made, by=cast.approvers[1], at=swept_on())
        rests = Rest.objects.order_by("claim__verified_at").values_list("amount", "state", "deferred_amount")
        assert list(rests) == [
            (Decimal(1350), "deferred", Decimal(450)),
            (Decimal(300), "deferred", Decimal(300)),
            (Decimal(1000), "deferred", Decimal(450)),
        ]
        caps = Budget.objects.filter(kind="incentive_year", period=year().label, limit__lt=12000)
        assert sorted(caps.values_list("limit", "reserved")) == [
            (Decimal(900), Decimal(900)),
            (Decimal(950), Decimal(950)),
        ]
        assert NetworkBudget.objects.get(kind="incentive_total", period=year().label).room == 0
        rows = PartnerLimit.objects.filter(reason=f"Sweep of {year()}")
        assert {(row.proposed_by, row.confirmed_by) for row in rows} == {(cast.approvers[0], cast.approvers[1])}
        assert verify_ledger().differences == []
        with pytest.raises(operations.SweepRefused, match="swept already"):
            operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on())


@pytest.mark.django_db
def test_swept_rests_are_paid_with_the_next_batch() -> None:
    with staff_context("test"):
        cast = arranged()
        close()
        made = operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on())
        operations.confirm_sweep(sweep=made, by=cast.approvers[1], at=swept_on())
        at = swept_on() + dt.timedelta(days=1)
        batch = operations.open_payout(by=cast.finance[0], at=at).batch
        operations.export_payout(batch=batch, by=cast.finance[0], at=at)
        operations.mark_payout_paid(
            batch=batch, bank_reference="ACH 1", paid_on=at.date(), by=cast.finance[1], at=at + dt.timedelta(hours=1)
        )
        assert set(Rest.objects.values_list("state", flat=True)) == {"paid"}
        assert NetworkBudget.objects.get(kind="incentive_total", period=year().label).used == Decimal(1850)
        assert verify_ledger().differences == []


@pytest.mark.django_db
def test_an_open_claim_of_the_year_and_changed_figures_stand_against_it() -> None:
    with staff_context("test"):
        cast = arranged()
        claim = make.verified(cast, "O11")
        with pytest.raises(operations.SweepRefused, match="1 claim is still open"):
            operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on())
        operations.reject_claim(claim=claim, stage=State.VERIFIED, reason="No.", by=cast.approvers[0], at=now())
        made = operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on())
        set_limit("incentive_total", "1900.00", year(), people=(cast.finance[1], cast.finance[2]), last=year())
        with pytest.raises(Stale, match="figures have changed"):
            operations.confirm_sweep(sweep=made, by=cast.approvers[1], at=swept_on())
        assert set(Rest.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.django_db
def test_nobody_sweeps_for_a_partner_that_her_register_names() -> None:
    with staff_context("test"):
        cast = arranged()
        close()
    person = cast.approvers[0]
    with staff_context("register", user=person.pk):
        declare_conflict(
            person=person, partner=cast.partner, period=(today(), None), reason="My sister works there", at=now()
        )
    with staff_context("test"):
        with pytest.raises(operations.SweepRefused, match="Your register"):
            operations.propose_sweep(year=year(), by=person, at=swept_on())
        made = operations.propose_sweep(year=year(), by=cast.approvers[1], at=swept_on())
        with pytest.raises(operations.SweepRefused, match="Your register"):
            operations.confirm_sweep(sweep=made, by=person, at=swept_on())
        assert set(Rest.objects.values_list("state", flat=True)) == {"waiting"}


@pytest.mark.django_db
def test_the_database_keeps_what_two_people_confirmed() -> None:
    with staff_context("test"):
        cast = arranged()
        made = operations.propose_sweep(year=year(), by=cast.approvers[0], at=swept_on())
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"confirmed_by": cast.approvers[0], "confirmed_at": now()}, "incentives_sweep_two"),
            ({"confirmed_by": cast.approvers[1], "confirmed_at": now(), "shared": 1}, "incentives_sweep_kept_two"),
        ]
        for values, name in wrong:
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                Sweep.objects.filter(pk=made.pk).update(**values)
            assert constraint_of(refused.value) == name
        operations.confirm_sweep(sweep=made, by=cast.approvers[1], at=swept_on())
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            Sweep.objects.filter(pk=made.pk).update(shared=1)
        assert constraint_of(refused.value) == "incentives_sweep_kept"


@pytest.mark.django_db
def test_staff_see_when_a_year_can_be_swept(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        cast = arranged()
        chosen = FiscalOption.objects.get()
    client = signed_in(world.people["staff"])
    page = client.get(f"/network/outcomes/choices/{chosen.ref}/sweep/").content.decode()
    assert f"can be swept from {operations.sweep_from(year()):%b %-d, %Y}" in page
    assert [page.count(f">${amount}<span") for amount in ("1,350", "300", "450")] == [1, 2, 3]
    assert cast.partner.name in page
    answer = client.post(f"/network/outcomes/choices/{chosen.ref}/sweep/", follow=True).content.decode()
    assert "can be swept from" in answer
    with staff_context("look"):
        assert not Sweep.objects.exists()
    assert today() < operations.sweep_from(year())
