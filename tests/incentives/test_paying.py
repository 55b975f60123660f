"""Who and what stays outside a batch, and that nobody is paid without payee details (II13) or by a machine's claim (II14)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from common.tenancy import staff_context
from common.zones import now, today
from incentives import operations
from incentives.models import Claim
from incentives.operations.paying import lines_of
from ledger import operations as ledger
from tests.incentives import factories as make
from tests.incentives.test_guards_in_sql import refused

pytestmark = pytest.mark.django_db


def set_payee(cast: make.Cast, *, on_file: bool) -> None:
    """As another person of Finance sees it."""
    ledger.set_payee_status(partner=cast.partner, on_file=on_file, reason="Letter", by=cast.finance[2], at=now())


def test_nobody_is_paid_without_payee_details() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.approved(cast, "O11")
        set_payee(cast, on_file=False)
        with pytest.raises(operations.PayoutRefused, match=r"Nothing can be paid now\. The payee status"):
            operations.open_payout(by=cast.finance[0], at=now())
        set_payee(cast, on_file=True)
        batch = operations.open_payout(by=cast.finance[0], at=now()).batch
        set_payee(cast, on_file=False)
        with pytest.raises(operations.PayoutRefused, match="is not on file any more"):
            operations.export_payout(batch=batch, by=cast.finance[0], at=now())
        assert Claim.objects.get(pk=claim.pk).state == "in_batch"


def test_who_had_a_part_in_a_claim_or_has_an_interest_pays_the_others_only() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        other, third = make.make_cast(network=cast), make.make_cast(network=cast)
        claims = [make.approved(one, "O11") for one in (cast, other, third)]
        person = cast.finance[0]
    with staff_context("register", user=person.pk):
        ledger.declare_conflict(
            person=person, partner=other.partner, period=(today(), None), reason="My sister works there", at=now()
        )
    with staff_context("test"):
        opened = operations.open_payout(by=person, at=now())
        assert [claim for claim, _words in opened.left] == [claims[1]]
        assert [line.amount for line in lines_of(opened.batch)] == [Decimal(2000), Decimal(2000)]
        with pytest.raises(operations.PayoutRefused, match="is open: export it first"):
            operations.open_payout(by=cast.finance[1], at=now())
        operations.export_payout(batch=opened.batch, by=person, at=now())
        approver = cast.approvers[0]
        with pytest.raises(operations.PayoutRefused, match="You had a part in"):
            operations.mark_payout_paid(
                batch=opened.batch, bank_reference="ACH 1", paid_on=today(), by=approver, at=now()
            )


def test_nobody_but_a_person_of_the_partner_sends_a_claim() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        claim = make.draft(cast, "O11")
        sent = (
            "insert into incentives_submission (partner_id, claim_id, by_id, at, reason) values (%s, %s, %s, now(), '')"
        )
        assert refused(sent, cast.partner.pk, claim.pk, cast.outreach.pk) == "incentives_submission_in_person"
        assert refused(sent, cast.partner.pk, claim.pk, None) == "incentives_submission_in_person"
        state = (
            "update incentives_claim set state = 'submitted', claimant_id = %s, first_sent_at = now(), sent_at = now(),"
            " held = '(,)' where id = %s"
        )
        assert refused(state, cast.manager.pk, claim.pk) == "incentives_claim_step_submission"
