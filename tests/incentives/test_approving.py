"""Approval: green ones at once, two ambers alone, the cap to the cent, and who may not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from common.errors import Stale
from common.tenancy import staff_context
from common.zones import now, today
from incentives import operations
from incentives.models import Approval, Claim, Evidence, Rest
from ledger import operations as ledger
from ledger.models import Budget, NetworkBudget
from partners.models import FiscalYear
from tests.incentives import factories as make
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db


def this_year() -> Any:
    return FiscalYear.objects.get(label=f"FY{today().year}")


def cap(cast: make.Cast, amount: str) -> None:
    set_limit(
        "incentive_year",
        amount,
        this_year(),
        partner=cast.partner,
        people=(cast.finance[1], cast.finance[2]),
        last=this_year(),
    )


def budget(cast: make.Cast) -> Budget:
    return Budget.objects.get(partner=cast.partner, kind="incentive_year", period=this_year().label)


def test_approve_claims_approves_the_green_and_names_what_stays() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        unpaid = make.make_cast(payable=False, network=cast)
        green, amber = make.verified(cast, "O11"), make.verified(unpaid, "O11")
        result = operations.approve_claims(claims=[amber, green], by=cast.approvers[0], at=now())
        assert [claim.pk for claim in result.approved] == [green.pk]
        assert [(claim.pk, words) for claim, words in result.left] == [
            (amber.pk, "Payee on file: Finance has no W-9 and bank details on file")
        ]
        assert result.total == Decimal("2000.00")
        assert NetworkBudget.objects.get(kind="incentive_total", period=this_year().label).reserved == Decimal(
            "2000.00"
        )


def test_nothing_amber_rides_along() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        two_approvers = make.verified(cast, "O10")
        changed = make.verified(cast, "O11")
        Evidence.objects.filter(claim=changed).delete()
        own = make.verified(cast, "O17")
        result = operations.approve_claims(claims=[two_approvers, changed, own], by=cast.approvers[0], at=now())
        assert [claim.pk for claim in result.approved] == [own.pk]
        assert Approval.objects.count() == 1
        assert Claim.objects.filter(state="verified").count() == 2


def test_a_batch_counts_the_cap_in_the_order_of_verification() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        cap(cast, "3500.00")
        claims = [make.verified(cast, code) for code in ("O11", "O17", "O4")]
        result = operations.approve_claims(claims=claims[::-1], by=cast.approvers[0], at=now())
        assert [claim.pk for claim in result.approved] == [claims[0].pk, claims[1].pk]
        assert budget(cast).room == Decimal("0.00")


def test_a_cut_by_the_cap_is_approved_alone_and_keeps_its_rest() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        cap(cast, "2150.00")
        make.approved(cast, "O11")
        claim = make.verified(cast, "O17")
        assert operations.approve_claims(claims=[claim], by=cast.approvers[0], at=now()).approved == []
        done = operations.approve_one(claim=claim, expected=Decimal("150.00"), by=cast.approvers[0], at=now())
        assert (done.state, done.due, done.approved_amount) == ("approved", Decimal("1500.00"), Decimal("150.00"))
        assert Rest.objects.get(claim=claim).amount == Decimal("1350.00")
        assert budget(cast).room == Decimal("0.00")
        assert ledger.verify_ledger().differences == []


def test_approve_one_refuses_another_part_than_the_one_shown() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        cap(cast, "1000.00")
        claim = make.verified(cast, "O17")
        with pytest.raises(Stale):
            operations.approve_one(claim=claim, expected=Decimal("1500.00"), by=cast.approvers[0], at=now())
        assert budget(cast).reserved == Decimal("0.00")


def test_at_the_cap_the_whole_outcome_is_earned_and_unpaid() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        cap(cast, "0.00")
        done = operations.approve_one(
            claim=make.verified(cast, "O17"), expected=Decimal("0.00"), by=cast.approvers[0], at=now()
        )
        assert (done.state, done.approved_amount, Rest.objects.get().amount) == (
            "approved",
            Decimal("0.00"),
            Decimal("1500.00"),
        )


def test_from_2500_dollars_two_approvers_are_needed() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.verified(cast, "O7")
        expected = Decimal("2500.00")
        first = operations.approve_one(claim=claim, expected=expected, by=cast.approvers[0], at=now())
        assert (first.state, budget(cast).reserved) == ("verified", Decimal("0.00"))
        with pytest.raises(operations.ApprovalRefused, match="You approved it first"):
            operations.approve_one(claim=claim, expected=expected, by=cast.approvers[0], at=now())
        second = operations.approve_one(claim=claim, expected=expected, by=cast.approvers[1], at=now())
        assert (second.state, budget(cast).reserved) == ("approved", expected)
        assert list(Approval.objects.order_by("number").values_list("number", "by")) == [
            (1, cast.approvers[0].pk),
            (2, cast.approvers[1].pk),
        ]


def test_who_verified_or_has_an_interest_or_raised_the_cap_does_not_approve() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.verified(cast, "O11")
        people = cast.approvers
    with staff_context("register", user=people[1].pk):
        ledger.declare_conflict(
            person=people[1], partner=cast.partner, period=(today(), None), reason="My sister works there", at=now()
        )
    with staff_context("test"):
        set_limit("incentive_year", "20000.00", this_year(), partner=cast.partner, people=(people[0], people[2]))
        for person in (cast.outreach, people[0], people[1], people[2]):
            with pytest.raises(operations.ApprovalRefused):
                operations.approve_one(claim=claim, expected=Decimal("2000.00"), by=person, at=now())
            assert operations.approve_claims(claims=[claim], by=person, at=now()).approved == []


def test_the_network_total_cuts_as_the_cap_does() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        set_limit("incentive_total", "700.00", this_year(), people=(cast.finance[1], cast.finance[2]))
        claim = make.verified(cast, "O4")
        done = operations.approve_one(claim=claim, expected=Decimal("700.00"), by=cast.approvers[0], at=now())
        assert done.approved_amount == Decimal("700.00")
        assert NetworkBudget.objects.get(kind="incentive_total", period=this_year().label).room == Decimal("0.00")


def test_an_approved_claim_is_not_approved_again() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.approved(cast, "O11")
        result = operations.approve_claims(claims=[claim], by=cast.approvers[1], at=now())
        assert (result.approved, [words for _claim, words in result.left]) == ([], ["It is approved already"])
        assert budget(cast).reserved == Decimal("2000.00")


def test_the_fiscal_year_is_that_of_the_outcome_date() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        last_year = FiscalYear.objects.get(label=f"FY{today().year - 1}")
        ledger.open_budgets(partner=cast.partner, on=today(), at=now())
        claim = make.draft(cast, "O11", on=last_year.last_day)
        at = dt.datetime.combine(last_year.ends_before, dt.time(20), dt.UTC)
        operations.submit_claim(claim=claim, by=cast.manager, at=at)
        operations.verify_claim(claim=claim, reached={}, by=cast.outreach, at=at)
        operations.approve_one(claim=claim, expected=Decimal("2000.00"), by=cast.approvers[0], at=now())
        found = Budget.objects.get(partner=cast.partner, kind="incentive_year", period=last_year.label)
        assert (found.reserved, budget(cast).reserved) == (Decimal("2000.00"), Decimal("0.00"))


def test_the_higher_step_of_a_cohort_pays_the_difference() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        lower = make.verified(cast, "O13")
        subject = operations.Subject(workshop=lower.workshop)
        higher = make.verified(cast, "O14", subject=subject)
        person = cast.approvers[0]
        result = operations.approve_claims(claims=[higher], by=person, at=now())
        assert next(words for _claim, words in result.left).startswith(
            "Subject and period claimed once: A claim on the lower outcome"
        )
        operations.approve_one(claim=lower, expected=Decimal("1500.00"), by=person, at=now())
        done = operations.approve_one(claim=higher, expected=Decimal("1000.00"), by=person, at=now())
        assert (done.state, done.due, done.approved_amount) == ("approved", Decimal("1000.00"), Decimal("1000.00"))
        assert budget(cast).reserved == Decimal("2500.00")


def test_the_lower_step_is_not_paid_after_the_higher() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        higher = make.approved(cast, "O14")
        lower = make.verified(cast, "O13", subject=operations.Subject(workshop=higher.workshop))
        with pytest.raises(operations.ApprovalRefused, match="replaces this one"):
            operations.approve_one(claim=lower, expected=Decimal("1500.00"), by=cast.approvers[2], at=now())


def test_a_top_up_after_a_cut_lower_step_pays_the_difference_of_the_outcomes() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        cap(cast, "1100.00")
        lower = operations.approve_one(
            claim=make.verified(cast, "O13"), expected=Decimal("1100.00"), by=cast.approvers[0], at=now()
        )
        cap(cast, "12000.00")
        higher = make.verified(cast, "O14", subject=operations.Subject(workshop=lower.workshop))
        done = operations.approve_one(claim=higher, expected=Decimal("1000.00"), by=cast.approvers[0], at=now())
        assert done.approved_amount == Decimal("1000.00")
