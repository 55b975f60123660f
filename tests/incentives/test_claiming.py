"""Starting, correcting, sending and taking back a claim."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import IllegalTransition, Stale, constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from incentives import operations
from incentives.models import Claim, OutcomeVersion, State
from incentives.operations import Subject
from partners.models import FiscalYear
from tests.incentives import factories as make

pytestmark = pytest.mark.django_db


def test_start_claim_keeps_the_version_of_its_outcome_date() -> None:
    with staff_context("test"):
        cast, outcome = make.make_cast(), make.version("O11").outcome
        people = cast.approvers
        later = operations.propose_version(
            outcome=outcome,
            terms=operations.Terms(
                "CS lead named", "Full time.", Decimal("2400.00"), "months", 36, None, [("Letter", False)]
            ),
            dates=(today() + dt.timedelta(days=1), "more work"),
            by=people[0],
            at=now(),
        )
        operations.confirm_version(version=later, by=people[1], at=now())
        claim = make.draft(cast, "O11")
        assert (claim.version.amount, claim.fiscal_year.label) == (Decimal("2000.00"), f"FY{today().year}")


def test_start_claim_refuses_a_day_that_has_not_come() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        with pytest.raises(operations.ClaimRefused) as refused:
            make.draft(cast, "O11", on=today() + dt.timedelta(days=1))
        assert refused.value.field == "outcome_on"


def test_start_claim_asks_for_the_subject_of_its_outcome() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        for code, subject, field in (
            ("O11", Subject(), "district"),
            ("O15", Subject(), "school"),
            ("O10", Subject(district=make.make_district(), name="  "), "name"),
            ("O12", Subject(district=make.make_district()), "level"),
        ):
            with pytest.raises(operations.ClaimRefused) as refused:
                make.draft(cast, code, subject=subject)
            assert refused.value.field == field, code


def test_the_same_form_sent_twice_makes_one_draft() -> None:
    with staff_context("test"):
        cast, typed = make.make_cast(), operations.Typed()
        found, subject = make.version("O11"), Subject(district=make.make_district())
        one, two = (
            operations.start_claim(
                partner=cast.partner,
                version=found,
                subject=subject,
                outcome_on=today(),
                by=cast.manager,
                at=now(),
                typed=typed,
            )
            for _ in range(2)
        )
        assert one == two
        assert Claim.objects.count() == 1


def test_change_claim_refuses_an_edition_that_somebody_saved_meanwhile() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.draft(cast)

        def change(words: str) -> Claim:
            subject = Subject(district=claim.district)
            return operations.change_claim(
                claim=claim, subject=subject, outcome_on=today(), words=words, edition=1, by=cast.manager, at=now()
            )

        change("first")
        with pytest.raises(Stale):
            change("second")
        claim.refresh_from_db()
        assert claim.words == "first"


def test_submit_claim_asks_for_a_file_of_each_kind() -> None:
    with staff_context("test"):
        claim = make.draft(make.make_cast(), "O7", evidence=False)
        with pytest.raises(
            operations.EvidenceMissing, match="CS Plan with its goals, Approval by the superintendent or board"
        ):
            operations.submit_claim(claim=claim, by=claim.created_by, at=now())


@pytest.mark.parametrize(("days", "in_time"), [(90, True), (91, False)])
def test_submit_claim_holds_the_window(days: int, in_time: bool) -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.draft(cast, on=today() - dt.timedelta(days=days))
        if in_time:
            assert operations.submit_claim(claim=claim, by=cast.manager, at=now()).state == "submitted"
        else:
            with pytest.raises(operations.WindowOver):
                operations.submit_claim(claim=claim, by=cast.manager, at=now())


def test_a_returned_claim_may_be_sent_again_after_the_window() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.submitted(cast, on=today() - dt.timedelta(days=90))
        operations.return_claim(claim=claim, reason="The letter has no date.", by=cast.outreach, at=now())
        later = now() + dt.timedelta(days=5)
        assert operations.submit_claim(claim=claim, by=cast.manager, at=later).state == "submitted"


def test_another_partner_hears_that_it_is_claimed_and_whom_to_ask_and_nothing_else() -> None:
    with staff_context("test"):
        first, second = make.make_cast(), make.make_cast()
        subject = Subject(district=make.make_district())
        make.submitted(first, "O11", subject=subject)
        claim = make.draft(second, "O11", subject=subject)
    with tenant_context(second.partner.pk, user=second.manager.pk), pytest.raises(operations.AlreadyClaimed) as refused:
        operations.submit_claim(claim=claim, by=second.manager, at=now())
    assert (
        refused.value.message == f"Already claimed. Ask {second.outreach.name}, your Outreach Manager, to look into it."
    )


def test_a_draft_hears_before_it_is_sent_what_sending_it_would_say() -> None:
    with staff_context("test"):
        first, second = make.make_cast(), make.make_cast()
        subject = Subject(district=make.make_district())
        holder = make.submitted(first, "O11", subject=subject)
        own, other = make.draft(first, "O11", subject=subject), make.draft(second, "O11", subject=subject)
        free = make.draft(second, "O11", subject=Subject(district=make.make_district()))
    with tenant_context(first.partner.pk, user=first.manager.pk):
        found = operations.already_claimed(own, first.manager)
        assert found is not None
        assert (found.held_by, found.message) == (holder, f"You have claimed this already: {holder.ref}, submitted.")
        assert operations.already_claimed(holder, first.manager) is None
    with tenant_context(second.partner.pk, user=second.manager.pk):
        found = operations.already_claimed(other, second.manager)
        assert found is not None
        words = f"Already claimed. Ask {second.outreach.name}, your Outreach Manager, to look into it."
        assert (found.held_by, found.message) == (None, words)
        assert operations.already_claimed(free, second.manager) is None


@pytest.mark.parametrize("code", ["O1", "O10", "O12", "O13", "O15", "O17", "O18"])
def test_a_sketch_is_held_by_the_same_claims_as_the_claim_it_becomes(code: str) -> None:
    with staff_context("test"):
        cast, other = make.make_cast(), make.make_cast()
        found = make.version(code)
        subject = make.subject_for(found, cast.partner)
        facts: Any = {"version": found, "subject": subject, "outcome_on": today(), "at": now(), "claim": None}
        sketch = operations.sketched(partner=cast.partner, **facts)
        assert operations.already_claimed(sketch, cast.manager) is None
        holder = make.submitted(cast, code, subject=subject)
        for partner, person in ((cast.partner, cast.manager), (other.partner, other.manager)):
            sketch = operations.sketched(partner=partner, **facts)
            draft = operations.start_claim(
                partner=cast.partner if code == "O13" else partner,
                version=found,
                subject=subject,
                outcome_on=today(),
                by=person,
                at=now(),
            )
            draft.refresh_from_db()
            is_held = draft.subject_key == holder.subject_key
            assert (operations.already_claimed(sketch, person) is not None) is is_held


def test_a_district_that_has_all_of_a_year_is_said_while_the_claim_is_written() -> None:
    with staff_context("test"):
        cast, district = make.make_cast(), make.make_district()
        found = OutcomeVersion.objects.on(today()).filter(yearly_limit__gt=0).first()
        assert found is not None
        code = found.outcome.code

        def another() -> Claim:
            subject = replace(
                make.subject_for(found, cast.partner), district=district, school=make.make_school(district)
            )
            return make.draft(cast, code, subject=subject)

        for _ in range(found.yearly_limit or 0):
            claim = another()
            assert operations.already_claimed(claim, cast.manager) is None
            operations.submit_claim(claim=claim, by=cast.manager, at=now())
        full = operations.already_claimed(another(), cast.manager)
        assert full is not None
        assert full.message.startswith(f"Already claimed: this district has reached {found.yearly_limit} of these")


def test_the_sizes_of_a_district_program_exclude_each_other() -> None:
    with staff_context("test"):
        cast, subject = make.make_cast(), Subject(district=make.make_district())
        make.submitted(cast, "O1", subject=subject)
        with pytest.raises(operations.AlreadyClaimed, match="You have claimed this already"):
            make.submitted(cast, "O2", subject=subject)


def test_an_outcome_can_be_claimed_again_after_its_months() -> None:
    with staff_context("test"):
        cast, subject = make.make_cast(), Subject(district=make.make_district())
        FiscalYear.objects.get_or_create(
            label="FY2023", defaults={"starts_on": dt.date(2023, 1, 1), "ends_before": dt.date(2024, 1, 1)}
        )
        claim = make.draft(cast, "O11", on=dt.date(2023, 11, 20), subject=subject)
        operations.submit_claim(claim=claim, by=cast.manager, at=dt.datetime(2023, 12, 1, 20, tzinfo=dt.UTC))
        for on, is_free in ((dt.date(2026, 11, 19), False), (dt.date(2026, 11, 20), True)):
            again = make.draft(cast, "O11", on=on, subject=subject)
            if is_free:
                assert operations.submit_claim(claim=again, by=cast.manager, at=now()).state == "submitted"
            else:
                with pytest.raises(operations.AlreadyClaimed):
                    operations.submit_claim(claim=again, by=cast.manager, at=now())


def test_a_rejected_claim_frees_its_outcome() -> None:
    with staff_context("test"):
        cast, subject = make.make_cast(), Subject(district=make.make_district())
        claim = make.submitted(cast, subject=subject)
        operations.reject_claim(
            claim=claim, stage=State.SUBMITTED, reason="The person left.", by=cast.outreach, at=now()
        )
        assert make.submitted(cast, subject=subject).state == "submitted"


def test_coach_cohorts_of_two_partners_may_have_one_name() -> None:
    with staff_context("test"):
        first, second, subject = make.make_cast(), make.make_cast(), Subject(name="Cohort B")
        make.submitted(first, "O17", subject=subject)
        assert make.submitted(second, "O17", subject=subject).state == "submitted"
        with pytest.raises(operations.AlreadyClaimed):
            make.submitted(first, "O17", subject=Subject(name="  cohort   b "))


def test_withdraw_claim_ends_a_claim_that_is_not_approved() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        assert (
            operations.withdraw_claim(claim=make.verified(cast), reason="", by=cast.manager, at=now()).state
            == "withdrawn"
        )
        with pytest.raises(IllegalTransition):
            operations.withdraw_claim(claim=make.approved(cast), reason="", by=cast.manager, at=now())


@pytest.mark.parametrize(
    ("amount", "fits"), [("299.99", False), ("300.00", True), ("5000.00", True), ("5000.01", False)]
)
def test_an_outcome_amount_lies_in_the_range_in_sql_too(amount: str, fits: bool) -> None:
    with staff_context("test"):
        cast, outcome = make.make_cast(), make.version("O11").outcome
        facts = {
            "outcome": outcome,
            "title": "x",
            "rule": "x",
            "amount": Decimal(amount),
            "once": "ever",
            "valid_from": today() + dt.timedelta(days=1),
        }
        people = {"reason": "x", "proposed_by": cast.approvers[0], "proposed_at": now()}
        made = OutcomeVersion(**facts, **people)
        if fits:
            made.save()
        else:
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                made.save()
            assert constraint_of(refused.value) == "incentives_version_amount"
        terms = operations.Terms("x", "x", Decimal(amount), "ever", None, None, [("Letter", False)])
        dates = (today() + dt.timedelta(days=1), "x")
        if fits:
            assert operations.propose_version(
                outcome=outcome, terms=terms, dates=dates, by=cast.approvers[0], at=now()
            ).amount == Decimal(amount)
        else:
            with pytest.raises(operations.CatalogRefused):
                operations.propose_version(outcome=outcome, terms=terms, dates=dates, by=cast.approvers[0], at=now())
