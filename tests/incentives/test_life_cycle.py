"""A claim from draft to paid, and each step that is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.errors import IllegalTransition
from common.tenancy import staff_context
from common.zones import now, today
from incentives import operations
from incentives.models import Rejection, State
from ledger.operations import verify_ledger
from tests.incentives import factories as make

pytestmark = pytest.mark.django_db


def test_a_claim_goes_from_draft_to_paid_by_five_people() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.approved(cast, "O11")
        opened = operations.open_payout(by=cast.finance[0], at=now())
        operations.export_payout(batch=opened.batch, by=cast.finance[0], at=now())
        operations.mark_payout_paid(
            batch=opened.batch, bank_reference="ACH 1", paid_on=today(), by=cast.finance[1], at=now()
        )
        claim.refresh_from_db()
        assert claim.state == "paid"
        assert claim.approved_amount == Decimal("2000.00")
        people = [claim.claimant, claim.verifier, claim.approver, claim.payer, claim.paid_by]
        assert people == [cast.manager, cast.outreach, cast.approvers[0], cast.finance[0], cast.finance[1]]
        assert verify_ledger().differences == []


def test_a_claim_is_rejected_only_at_the_stage_that_its_page_showed() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        sent, verified = make.submitted(cast, "O11"), make.verified(cast, "O11")
        for claim, stage, by, word in (
            (verified, State.SUBMITTED, cast.outreach, "verified"),
            (sent, State.VERIFIED, cast.approvers[0], "submitted"),
        ):
            with pytest.raises(IllegalTransition, match=f"The claim is {word} by now"):
                operations.reject_claim(claim=claim, stage=stage, reason="No.", by=by, at=now())
            claim.refresh_from_db()
            assert claim.state == word
        assert not Rejection.objects.exists()
        operations.reject_claim(claim=sent, stage=State.SUBMITTED, reason="No.", by=cast.outreach, at=now())
        operations.reject_claim(claim=verified, stage=State.VERIFIED, reason="No.", by=cast.approvers[0], at=now())
