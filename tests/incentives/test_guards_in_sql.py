"""What direct SQL cannot do, as the app role and as the staff role."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from incentives import operations
from incentives.models import Claim
from ledger import operations as ledger
from partners.models import FiscalYear
from tests.incentives import factories as make
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db


def refused(sql: str, *given: Any) -> str:
    """The constraint or the error by which the database refuses the statement; "" where it lets it pass with a change."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, given)
            return "" if cursor.rowcount else "no row"
    except DatabaseError as error:
        return getattr(error.__cause__.diag, "constraint_name", None) or type(error.__cause__).__name__  # type: ignore[union-attr]


def test_a_claimant_cannot_approve_her_own_claim() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.verified(cast, "O11")
    approve = "update incentives_claim set state = 'approved', approver_id = %s, approved_at = now(), due = 2000, approved_amount = 2000 where id = %s"
    with tenant_context(cast.partner.pk):
        assert refused(approve, cast.manager.pk, claim.pk) == "incentives_claim_step_staff"
        assert refused(approve, cast.approvers[0].pk, claim.pk) == "incentives_claim_step_staff"
    with staff_context("test"):
        assert refused(approve, cast.approvers[0].pk, claim.pk) == "incentives_claim_step_approval"
        written = "insert into incentives_approval (partner_id, claim_id, by_id, at, reason, number, amount) values (%s, %s, %s, now(), '', 1, 2000)"
        assert refused(written, cast.partner.pk, claim.pk, cast.manager.pk) == "incentives_approval_in_person"
        assert refused(written, cast.partner.pk, claim.pk, cast.outreach.pk) == ""
        assert refused(approve, cast.outreach.pk, claim.pk) in (
            "incentives_claim_verifier_not_approver",
            "incentives_claim_step_ledger",
        )
        assert refused(written.replace(", 1,", ", 2,"), cast.partner.pk, claim.pk, cast.approvers[0].pk) == ""
        assert refused(approve, cast.approvers[0].pk, claim.pk) == "incentives_claim_step_ledger"


def test_the_four_people_are_kept_apart_by_a_check() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.approved(cast, "O11")
        for column, person, name in (
            ("payer_id", cast.manager, "claimant_not_payer"),
            ("payer_id", cast.outreach, "verifier_not_payer"),
            ("payer_id", cast.approvers[0], "approver_not_payer"),
            ("paid_by_id", cast.approvers[0], "approver_not_paid_by"),
            ("second_approver_id", cast.approvers[0], "approver_not_second_approver"),
        ):
            assert (
                refused(f"update incentives_claim set {column} = %s where id = %s", person.pk, claim.pk)
                == f"incentives_claim_{name}"
            )


def test_a_program_manager_cannot_verify_her_own_claim() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.submitted(cast, "O11")
    with tenant_context(cast.partner.pk, user=cast.manager.pk):
        verify = "update incentives_claim set state = 'verified', verifier_id = %s, verified_at = now(), facts_hash = 'x' where id = %s"
        assert refused(verify, cast.outreach.pk, claim.pk) == "incentives_claim_step_verification"
        columns = "partner_id, claim_id, by_id, at, reason, outcome, facts_hash"
        written = f"insert into incentives_verification ({columns}) values (%s, %s, %s, now(), '', 'verified', 'x')"
        for person in (cast.manager, cast.outreach):
            assert refused(written, cast.partner.pk, claim.pk, person.pk) == "incentives_verification_in_person"


def test_who_has_an_interest_in_the_partner_takes_no_step_about_its_claims() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        sent, waiting, done = make.submitted(cast, "O10"), make.verified(cast, "O11"), make.approved(cast, "O17")
        waiting.refresh_from_db()
    concerned = [cast.outreach, cast.approvers[2], cast.finance[2]]
    for person in concerned:
        with staff_context("register", user=person.pk):
            ledger.declare_conflict(
                person=person, partner=cast.partner, period=(today(), None), reason="My sister works there", at=now()
            )
    step = (
        "insert into incentives_{} (partner_id, claim_id, by_id, at, reason{}) values (%s, %s, %s, now(), 'x'{})".format
    )
    verify, reject = step("verification", ", outcome, facts_hash", ", 'verified', 'x'"), step("rejection", "", "")
    approve = step("approval", ", number, amount", ", 1, 2000")
    lift = (
        "insert into incentives_override (ref, partner_id, claim_id, check_name, facts_hash, reason, proposed_by_id, proposed_at)"
        " values ('V-0000000001', %s, %s, 'payee', %s, 'x', %s, now())"
    )
    partner, approver = cast.partner.pk, cast.approvers[2].pk
    with tenant_context(partner, user=cast.outreach.pk):
        assert refused(verify, partner, sent.pk, cast.outreach.pk) == "incentives_verification_interest"
    with staff_context("test"):
        assert refused(reject, partner, waiting.pk, approver) == "incentives_rejection_interest"
        assert refused(approve, partner, waiting.pk, approver) == "incentives_approval_interest"
        assert refused(lift, partner, waiting.pk, waiting.facts_hash, approver) == "incentives_override_interest"
        assert refused(lift, partner, waiting.pk, waiting.facts_hash, cast.approvers[1].pk) == ""
        confirm = "update incentives_override set confirmed_by_id = %s, confirmed_at = now()"
        assert refused(confirm, approver) == "incentives_override_interest"
        pay = "update incentives_claim set payer_id = %s where id = %s"
        assert refused(pay, cast.finance[2].pk, done.pk) == "incentives_claim_interest"
        assert refused(pay, cast.finance[1].pk, done.pk) == ""
        paid = "update incentives_claim set paid_by_id = %s, paid_at = now() where id = %s"
        assert refused(paid, cast.finance[2].pk, done.pk) == "incentives_claim_interest"


def test_who_raised_a_limit_approves_nothing_under_it() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        other = make.make_cast(network=cast)
        claim, elsewhere = make.verified(cast, "O11"), make.verified(other, "O11")
        first, second, third = cast.approvers
        year = FiscalYear.objects.get(label=f"FY{today().year}")
        set_limit("incentive_year", "13000.00", year, partner=cast.partner, people=(first, cast.finance[1]))
        set_limit("incentive_year", "11000.00", year, partner=other.partner, people=(second, cast.finance[1]))
    approve = (
        "insert into incentives_approval (partner_id, claim_id, by_id, at, reason, number, amount)"
        " values (%s, %s, %s, now(), '', %s, 2000)"
    )
    with staff_context("test"):
        assert refused(approve, cast.partner.pk, claim.pk, first.pk, 1) == "incentives_approval_own_limit"
        assert refused(approve, other.partner.pk, elsewhere.pk, first.pk, 1) == ""
        assert refused(approve, cast.partner.pk, claim.pk, second.pk, 1) == ""
        set_limit("incentive_total", "800000.00", year, people=(third, cast.finance[1]))
        assert refused(approve, other.partner.pk, elsewhere.pk, third.pk, 2) == "incentives_approval_own_limit"


def test_a_paid_claim_is_never_changed_or_deleted() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.approved(cast, "O11")
        batch = operations.open_payout(by=cast.finance[0], at=now()).batch
        operations.export_payout(batch=batch, by=cast.finance[0], at=now())
        operations.mark_payout_paid(batch=batch, bank_reference="ACH 1", paid_on=today(), by=cast.finance[1], at=now())
        for change in ("approved_amount = 1", "words = 'x'", "state = 'approved'", "paid_by_id = null"):
            assert (
                refused(f"update incentives_claim set {change} where id = %s", claim.pk)
                == "incentives_claim_facts_paid"
            ), change
        assert refused("delete from incentives_claim where id = %s", claim.pk) == "incentives_claim_facts_kept"
    with tenant_context(cast.partner.pk):
        assert (
            refused("update incentives_claim set words = 'x' where id = %s", claim.pk) == "incentives_claim_facts_paid"
        )


def test_facts_of_a_claim_that_was_sent_do_not_change() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.verified(cast, "O11")
        other = make.make_district()
    with tenant_context(cast.partner.pk):
        assert (
            refused("update incentives_claim set district_id = %s where id = %s", other.pk, claim.pk)
            == "incentives_claim_facts_frozen"
        )
        assert (
            refused("update incentives_claim set outcome_on = outcome_on - 1 where id = %s", claim.pk)
            == "incentives_claim_facts_frozen"
        )
        version = make.version("O4")
        assert refused("update incentives_claim set version_id = %s where id = %s", version.pk, claim.pk) != ""


def test_a_state_is_never_skipped_or_gone_back() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        for claim, state in (
            (make.submitted(cast), "approved"),
            (make.verified(cast), "submitted"),
            (make.approved(cast), "verified"),
            (make.approved(cast), "paid"),
        ):
            found = refused("update incentives_claim set state = %s where id = %s", state, claim.pk)
            assert found in ("incentives_claim_states", "incentives_claim_step_approval"), (claim.state, state, found)


def test_evidence_of_an_approved_claim_stays_and_without_evidence_nothing_is_approved() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        done, waiting = make.approved(cast), make.verified(cast)
        assert refused("delete from incentives_evidence where claim_id = %s", done.pk) == "incentives_evidence_kept"
        assert refused("delete from incentives_evidence where claim_id = %s", waiting.pk) == ""
        with pytest.raises(operations.ApprovalRefused, match="Evidence of every kind"):
            operations.approve_one(claim=waiting, expected=waiting.version.amount, by=cast.approvers[0], at=now())


def test_a_partner_writes_no_approval_and_sees_no_other_partners_claim() -> None:
    with staff_context("test"):
        cast, other = make.make_cast(), make.make_cast()
        claim = make.verified(other)
    with tenant_context(cast.partner.pk):
        assert Claim.objects.count() == 0
        insert = "insert into incentives_approval (partner_id, claim_id, by_id, at, reason, number, amount) values (%s, %s, %s, now(), '', 1, 1)"
        assert refused(insert, cast.partner.pk, claim.pk, cast.approvers[0].pk) == "InsufficientPrivilege"
        assert refused("update incentives_claim set words = 'x' where id = %s", claim.pk) == "no row"


def test_a_claim_names_a_version_that_is_in_force_on_its_date() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.draft(cast)
        assert (
            refused("update incentives_claim set outcome_on = '2019-12-31' where id = %s", claim.pk)
            == "incentives_claim_facts_version"
        )
        sql = "update incentives_outcomeversion set valid_before = %s where id = %s"
        assert refused(sql, claim.outcome_on, claim.version_id) == "incentives_version_amount_in_use"
        assert (
            refused("update incentives_outcomeversion set amount = 400 where id = %s", claim.version_id)
            == "incentives_version_amount_kept"
        )
