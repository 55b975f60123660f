"""Limits: two people, dated by period, never below what is counted, and the database holds it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from common.errors import constraint_of
from common.tenancy import staff_context
from common.zones import now, today
from ledger import operations
from ledger.models import Budget, Limit, NetworkBudget
from partners.models import FiscalYear, Quarter
from partners.operations import add_partner
from tests import factories
from tests.ledger.factories import budget, network_budget, open_for, periods, post, set_limit

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db: None) -> tuple[Any, Any]:
    with staff_context("arrange"):
        return factories.make_code_org("staff"), factories.make_code_org("staff")


@pytest.fixture
def partner(db: None) -> Any:
    with staff_context("arrange"):
        made = factories.make_partner()
        open_for(made)
    return made


@pytest.fixture
def other(db: None) -> Any:
    with staff_context("arrange"):
        made = factories.make_partner()
        open_for(made)
    return made


def year_now() -> Any:
    return FiscalYear.objects.get(label=periods()[0])


def next_year() -> Any:
    return FiscalYear.objects.get(starts_on=year_now().ends_before)


def test_a_limit_counts_once_another_person_has_confirmed_it(partner: Any, people: tuple[Any, Any]) -> None:
    with staff_context("act"):
        made = operations.propose_limit(
            kind="incentive_year",
            amount=Decimal("15000.00"),
            periods=(year_now(), None),
            reason="more work",
            by=people[0],
            at=now(),
        )
        assert budget(partner, "incentive_year", year_now().label).limit == Decimal("12000.00")
        with pytest.raises(operations.LimitRefused, match="another person"):
            operations.confirm_limit(limit=made, by=people[0], at=now())
        operations.confirm_limit(limit=made, by=people[1], at=now())
        assert budget(partner, "incentive_year", year_now().label).limit == Decimal("15000.00")
        assert budget(partner, "incentive_year", next_year().label).limit == Decimal("15000.00")


def test_a_limit_for_one_partner_and_one_year_leaves_all_others(partner: Any, people: tuple[Any, Any]) -> None:
    with staff_context("act"):
        other = factories.make_partner()
        open_for(other)
        set_limit("incentive_year", "14000.00", year_now(), partner=partner, people=people, last=year_now())
        set_limit("incentive_year", "13000.00", year_now(), people=people)
        found = {
            (row.partner_id, row.period): row.limit
            for row in Budget.objects.filter(kind="incentive_year", period__gte=year_now().label)
        }
        assert found == {
            (partner.pk, year_now().label): Decimal("14000.00"),
            (partner.pk, next_year().label): Decimal("13000.00"),
            (other.pk, year_now().label): Decimal("13000.00"),
            (other.pk, next_year().label): Decimal("13000.00"),
        }


def test_a_future_limit_leaves_the_current_year(people: tuple[Any, Any], partner: Any) -> None:
    with staff_context("act"):
        set_limit("grant_pool", "300000.00", next_year(), people=people)
        assert network_budget("grant_pool", year_now().label).limit == Decimal("250000.00")
        assert network_budget("grant_pool", next_year().label).limit == Decimal("300000.00")


def test_lowering_below_what_is_counted_is_refused_when_proposed_and_when_confirmed(
    partner: Any, people: tuple[Any, Any]
) -> None:
    with staff_context("act"):
        year = year_now().label
        made = operations.propose_limit(
            kind="incentive_year",
            amount=Decimal("5000.00"),
            periods=(year_now(), None),
            reason="less",
            by=people[0],
            at=now(),
        )
        post(operations.reserve, partner, "5000.01", year)
        with pytest.raises(operations.LimitBelowCounted, match=r"\$5,000.01 is counted already"):
            operations.confirm_limit(limit=made, by=people[1], at=now())
        with pytest.raises(operations.LimitBelowCounted):
            operations.propose_limit(
                kind="incentive_year",
                amount=Decimal("5000.00"),
                periods=(year_now(), None),
                reason="less",
                by=people[0],
                at=now(),
            )
        assert budget(partner, "incentive_year", year).limit == Decimal("12000.00")
        assert Limit.objects.get(pk=made.pk).confirmed_at is None


def test_a_quarter_that_has_begun_is_raised_and_not_lowered(partner: Any, people: tuple[Any, Any]) -> None:
    with staff_context("act"):
        quarter = Quarter.objects.get(label=periods()[1])
        with pytest.raises(operations.LimitRefused, match="has begun"):
            set_limit("grant_quarter", "4999.99", quarter, people=people)
        set_limit("grant_quarter", "6000.00", quarter, people=people)
        assert budget(partner, "grant_quarter", quarter.label).limit == Decimal("6000.00")


def test_an_app_may_object_to_lowering_a_period(
    partner: Any, people: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.operations.limits.LOWERING_REFUSED", [lambda kind, period, at: f"{period} is open."])
    with staff_context("act"), pytest.raises(operations.LimitRefused, match="is open"):
        set_limit(
            "grant_quarter",
            "4000.00",
            Quarter.objects.filter(starts_on__gt=today()).earliest("starts_on"),
            people=people,
        )


def test_who_raised_a_limit_is_known_for_the_partner_and_period(partner: Any, people: tuple[Any, Any]) -> None:
    with staff_context("act"):
        other = factories.make_partner()
        open_for(other)
        year, later = year_now().label, next_year().label
        third, fourth = factories.make_code_org("staff"), factories.make_code_org("staff")
        set_limit("incentive_year", "11000.00", year_now(), people=(third, fourth))
        set_limit("incentive_year", "14000.00", year_now(), partner=partner, people=people, last=year_now())
        assert operations.raised_by(partner=partner, kind="incentive_year", period=year) == {
            person.pk for person in people
        }
        assert operations.raised_by(partner=partner, kind="incentive_year", period=later) == set()
        assert operations.raised_by(partner=other, kind="incentive_year", period=year) == set()


def test_nobody_decides_the_limit_of_a_partner_that_her_register_names(
    partner: Any, people: tuple[Any, Any], other: Any
) -> None:
    with staff_context("register", user=people[0].pk):
        operations.declare_conflict(
            person=people[0], partner=partner, period=(today(), None), reason="My sister works there", at=now()
        )
    with staff_context("act"):
        facts: dict[str, Any] = {
            "kind": "incentive_year",
            "amount": Decimal(13000),
            "periods": (year_now(), None),
            "reason": "Growth",
        }
        with pytest.raises(operations.LimitRefused, match="Your register"):
            operations.propose_limit(**facts, partner=partner, by=people[0], at=now())
        made = operations.propose_limit(**facts, partner=partner, by=people[1], at=now())
        with pytest.raises(operations.LimitRefused, match="Your register"):
            operations.confirm_limit(limit=made, by=people[0], at=now())
        confirm = "update ledger_partnerlimit set replaces = 12000, confirmed_by_id = %s, confirmed_at = now()"
        with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(confirm, [people[0].pk])
        assert constraint_of(refused.value) == "ledger_partnerlimit_interest"
        operations.propose_limit(**facts, partner=other, by=people[0], at=now())
        with pytest.raises(operations.PayeeRefused, match="Your register"):
            operations.set_payee_status(partner=partner, on_file=True, reason="W-9", by=people[0], at=now())


def test_a_withdrawn_proposal_cannot_be_confirmed(partner: Any, people: tuple[Any, Any]) -> None:
    with staff_context("act"):
        made = operations.propose_limit(
            kind="grant_pool",
            amount=Decimal("260000.00"),
            periods=(next_year(), None),
            reason="more",
            by=people[0],
            at=now(),
        )
        operations.withdraw_limit(limit=made, by=people[1], at=now())
        with pytest.raises(operations.LimitRefused, match="decided already"):
            operations.confirm_limit(limit=made, by=people[1], at=now())


def test_a_period_that_has_ended_takes_no_new_limit(partner: Any, people: tuple[Any, Any]) -> None:
    with staff_context("act"), pytest.raises(operations.LimitRefused, match="has ended"):
        set_limit("incentive_year", "15000.00", FiscalYear.objects.get(ends_before=year_now().starts_on), people=people)


def test_a_partner_that_joins_has_its_budgets_at_once(db: None) -> None:
    with staff_context("act"):
        year, quarter = periods()
        made = add_partner(name="New Partner", kind="other", states=["NM"], started_on=today(), by=None, at=now())
        assert budget(made, "incentive_year", year).limit == Decimal("12000.00")
        assert budget(made, "grant_quarter", quarter).limit == Decimal("5000.00")
        assert operations.open_budgets(partner=made, on=today(), at=now()) == 0


def test_an_envelope_begins_at_zero_and_is_fixed_once(partner: Any) -> None:
    with staff_context("act"):
        quarter = periods()[1]
        assert network_budget("grant_envelope", quarter).limit == Decimal("0.00")
        operations.fix_envelope(quarter=quarter, amount=Decimal("62500.00"), by=None, at=now())
        operations.fix_envelope(quarter=quarter, amount=Decimal("62500.00"), by=None, at=now())
        with pytest.raises(operations.EnvelopeRefused, match=r"fixed at \$62,500.00"):
            operations.fix_envelope(quarter=quarter, amount=Decimal("70000.00"), by=None, at=now())
        assert network_budget("grant_envelope", quarter).limit == Decimal("62500.00")
        assert network_budget("grant_pool", periods()[0]).limit == Decimal("250000.00")


def test_direct_sql_cannot_raise_a_limit_alone(people: tuple[Any, Any]) -> None:
    alone = (
        "insert into ledger_limit (ref, kind, amount, valid_from, reason, proposed_by_id, proposed_at, confirmed_by_id, confirmed_at) "
        "values ('L-0000000000', 'grant_pool', 900000, %s, 'mine', %s, now(), %s, %s)"
    )
    one = people[0].pk
    cases = [
        ((None, None, now()), "ledger_limit_kept"),
        ((one, people[1].pk, now()), "ledger_limit_kept"),
        ((one, one, None), "ledger_limit_two_people"),
    ]
    with staff_context("act"):
        for values, name in cases:
            with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(alone, [dt.date(2026, 1, 1), *values])
            assert constraint_of(error.value) == name
        with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("update ledger_limit set amount = 900000 where kind = 'grant_pool'")
        assert constraint_of(error.value) == "ledger_limit_kept"


def test_pools_are_those_of_the_year_and_of_later_ones_that_money_is_promised_from(partner: Any) -> None:
    this, following = (FiscalYear.objects.get(starts_on__year=today().year + ahead) for ahead in (0, 1))
    with staff_context("act"):
        assert [pool.period for pool in NetworkBudget.objects.pools_on(today())] == [this.label]
        post(operations.reserve, partner, "40.00", following.label, budgets=[("grant_pool", following.label)])
        assert [pool.period for pool in NetworkBudget.objects.pools_on(today())] == [this.label, following.label]
        assert [pool.period for pool in NetworkBudget.objects.pools_on(following.starts_on)] == [following.label]
