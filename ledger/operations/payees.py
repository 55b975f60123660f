"""Payee status: whether Finance has a partner's W-9 and bank details on file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError
from common.zones import network_date
from ledger.models import Payee
from ledger.operations.conflicts import conflicts
from partners.models import Partner


class SameStatus(DomainError):
    """The status is what it was: there is nothing to set."""

    code = "same_status"


class PayeeRefused(DomainError):
    """This person does not set the status of this partner."""

    code = "payee_refused"


def is_payable(*, partner: Partner) -> bool:
    """True where the payee status of the partner is "on file"; without a row it is not."""
    return Payee.objects.filter(partner=partner, on_file=True).exists()


@transaction.atomic
def set_payee_status(*, partner: Partner, on_file: bool, reason: str, by: Any, at: dt.datetime) -> Payee:
    """Finance sets the status with a reason (staff door); the partner's timeline tells it. Locks the row. Raises SameStatus, PayeeRefused."""
    if conflicts(person=by, partner=partner, on=network_date(at)):
        raise PayeeRefused(f"Your register of conflicts of interest names {partner.name}, so somebody else sets it.")
    row = Payee.objects.select_for_update(of=("self",)).filter(partner=partner).first()
    before = row.on_file if row is not None else False
    if row is not None and before == on_file:
        raise SameStatus("The status is this already; nothing was changed.", field="status")
    facts = {"on_file": on_file, "reason": reason.strip(), "changed_by": by, "changed_at": at}
    if row is None:
        row = Payee.objects.create(partner=partner, **facts)
    else:
        for name, value in facts.items():
            setattr(row, name, value)
        row.save(update_fields=list(facts))
    words = {True: "on file", False: "not on file"}
    record(
        row,
        verb="payee.set",
        text=f"Payee status of {partner.name} is {words[on_file]}",
        reason=reason.strip(),
        by=by,
        at=at,
        before={"status": words[before]},
        after={"status": words[on_file]},
    )
    return row
