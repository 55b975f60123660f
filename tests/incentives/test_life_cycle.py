"""A claim from draft to paid, and each step that is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.tenancy import staff_context
from common.zones import now, today
from incentives import operations
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
