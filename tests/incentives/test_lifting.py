"""The override: two people lift an amber check, administrators are told, somebody else approves; nothing lifts what is never lifted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from accounts.models import User
from activity.models import Notice
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from incentives import operations
from incentives.models import Claim, Override
from ledger.operations import declare_conflict
from tests import factories
from tests.incentives import factories as make
from tests.incentives.test_guards_in_sql import refused
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db


def unpayable() -> tuple[make.Cast, Claim]:
    """A claim of $2,000.00 whose partner has no payee details on file."""
    cast = make.make_cast(payable=False)
    return cast, make.verified(cast, "O11")


def lifted(cast: make.Cast, claim: Claim, check: str = "payee") -> Override:
    made = operations.propose_override(
        claim=claim, check=check, reason="The W-9 is signed and on its way.", by=cast.approvers[0], at=now()
    )
    return operations.confirm_override(override=made, by=cast.approvers[1], at=now())


def approve(claim: Claim, by: User) -> Claim:
    return operations.approve_one(claim=claim, expected=Decimal(2000), by=by, at=now())


def test_two_people_lift_a_check_and_a_third_approves_alone() -> None:
    with staff_context("test"):
        administrator = factories.make_code_org("administrator")
        cast, claim = unpayable()
        with pytest.raises(operations.ApprovalRefused, match="Payee on file"):
            approve(claim, cast.approvers[2])
        lifted(cast, claim)
        assert operations.approve_claims(claims=[claim], by=cast.approvers[2], at=now()).approved == []
        for person in cast.approvers[:2]:
            with pytest.raises(operations.ApprovalRefused, match="You lifted a check of it"):
                approve(claim, person)
        assert approve(claim, cast.approvers[2]).state == "approved"
        told = Notice.objects.get(user=administrator)
        assert "The W-9 is signed" in told.text
        assert cast.approvers[0].name in told.text
        with pytest.raises(operations.PayoutRefused):
            operations.open_payout(by=cast.finance[0], at=now())


def test_one_person_is_not_enough_and_a_proposal_lifts_nothing() -> None:
    with staff_context("test"):
        cast, claim = unpayable()
        made = operations.propose_override(claim=claim, check="payee", reason="Soon.", by=cast.approvers[0], at=now())
        with pytest.raises(operations.OverrideRefused, match="another person"):
            operations.confirm_override(override=made, by=cast.approvers[0], at=now())
        with pytest.raises(operations.ApprovalRefused):
            approve(claim, cast.approvers[2])
        with pytest.raises(operations.OverrideRefused, match="already"):
            operations.propose_override(claim=claim, check="payee", reason="Again.", by=cast.approvers[1], at=now())
        operations.withdraw_override(override=made, by=cast.approvers[1], at=now())
        with pytest.raises(operations.OverrideRefused, match="decided already"):
            operations.confirm_override(override=made, by=cast.approvers[1], at=now())


@pytest.mark.parametrize(
    "check", ["evidence", "once", "version", "conflict", "person", "room", "approvers", "unchanged", ""]
)
def test_what_is_never_lifted_or_passes_is_refused(check: str) -> None:
    with staff_context("test"):
        cast, claim = unpayable()
        with pytest.raises(operations.OverrideRefused, match="cannot be lifted"):
            operations.propose_override(claim=claim, check=check, reason="Why not.", by=cast.approvers[0], at=now())


def test_whoever_had_a_part_in_the_claim_or_an_interest_lifts_nothing() -> None:
    with staff_context("test"):
        cast, claim = unpayable()
        for person in (cast.outreach, cast.manager):
            with pytest.raises(operations.OverrideRefused, match="a part in this claim"):
                operations.propose_override(claim=claim, check="payee", reason="Mine.", by=person, at=now())
        person = cast.approvers[1]
        with staff_context("test", user=person.pk):
            declare_conflict(person=person, partner=cast.partner, period=(today(), None), reason="Board.", at=now())
        made = operations.propose_override(claim=claim, check="payee", reason="Soon.", by=cast.approvers[0], at=now())
        with pytest.raises(operations.OverrideRefused, match="conflicts of interest"):
            operations.confirm_override(override=made, by=cast.approvers[1], at=now())


def test_a_claim_that_is_verified_anew_needs_it_anew() -> None:
    with staff_context("test"):
        cast, claim = unpayable()
        lifted(cast, claim)
        Claim.objects.filter(pk=claim.pk).update(facts_hash="0" * 64)
        with pytest.raises(operations.ApprovalRefused):
            approve(claim, cast.approvers[2])


def test_the_database_asks_for_two_people_without_another_part_in_the_claim() -> None:
    with staff_context("test"):
        cast, claim = unpayable()
        claim.refresh_from_db()
    written = (
        "insert into incentives_override (ref, partner_id, claim_id, check_name, facts_hash, reason, proposed_by_id, proposed_at,"
        " confirmed_by_id, confirmed_at) values (%s, %s, %s, %s, %s, 'x', %s, now(), %s, %s)"
    )
    row = (cast.partner.pk, claim.pk, "payee", claim.facts_hash)
    first, second, verifier = cast.approvers[0].pk, cast.approvers[1].pk, cast.outreach.pk
    with tenant_context(cast.partner.pk):
        assert refused(written, "V-0000000001", *row, cast.manager.pk, None, None) == "InsufficientPrivilege"
    with staff_context("test"):
        assert refused(written, "V-0000000001", *row, first, second, now()) == "incentives_override_honest_first"
        assert refused(written, "V-0000000001", *row, verifier, None, None) == "incentives_override_honest_person"
        assert (
            refused(written, "V-0000000001", *row[:2], "room", row[3], first, None, None)
            == "incentives_override_liftable"
        )
        assert refused(written, "V-0000000001", *row, first, None, None) == ""
        confirm = "update incentives_override set confirmed_by_id = %s, confirmed_at = now()"
        assert refused(confirm, first) == "incentives_override_two"
        assert refused(confirm, verifier) == "incentives_override_honest_person"
        assert refused(confirm, second) == ""
        assert refused("update incentives_override set reason = 'y'") == "incentives_override_honest_kept"
        approval = "insert into incentives_approval (partner_id, claim_id, by_id, at, reason, number, amount) values (%s, %s, %s, now(), '', 1, 2000)"
        assert refused(approval, cast.partner.pk, claim.pk, second) == "incentives_approval_not_lifted"
        assert refused(approval, cast.partner.pk, claim.pk, cast.approvers[2].pk) == ""


def test_staff_lift_a_check_in_the_browser(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        _cast, claim = unpayable()
        second = factories.make_code_org("staff", name="Second of staff")
    page = f"/network/approvals/{claim.ref}/"
    first = signed_in(world.people["staff"])
    assert "Lift a check" in first.get(page).content.decode()
    assert first.post(f"{page}overrides/new/", {"check": "payee", "reason": ""}).status_code == 422
    assert first.post(f"{page}overrides/new/", {"check": "room", "reason": "x"}).status_code == 422
    done = first.post(f"{page}overrides/new/", {"check": "payee", "reason": "On its way."}, follow=True)
    assert "so another person confirms it" in done.content.decode()
    with staff_context("look"):
        made = Override.objects.get()
    signed_in(second).post(f"/network/overrides/{made.ref}/confirmation/")
    shown = first.get(page).content.decode()
    assert "Lifted: On its way." in shown
    assert "You lifted a check of it" in shown
    assert made.proposed_at < now() + dt.timedelta(seconds=1)
