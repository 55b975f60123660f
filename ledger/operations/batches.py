"""Payment batches: lines while it is open, a file with control totals when it is exported, paid by another person."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Model, Sum

from activity.operations import record
from common.errors import DomainError, refusing
from common.money import show_money
from ledger.models import PaymentBatch, PaymentLine
from partners.models import Partner


class BatchRefused(DomainError):
    """The batch cannot take this step; the message says why."""

    code = "batch_refused"


class SamePerson(DomainError):
    """Who made or exported the batch does not mark it paid."""

    code = "same_person"


@transaction.atomic
def open_batch(*, by: Any, at: dt.datetime) -> PaymentBatch:
    """Finance begins a batch (staff door)."""
    made = PaymentBatch.objects.create(created_by=by, created_at=at)
    record(made, verb="batch.opened", text=f"Batch {made.ref} was opened", by=by, at=at)
    return made


@transaction.atomic
def add_line(
    *, batch: PaymentBatch, partner: Partner, reference: Model | tuple[str, int], amount: Decimal, part: int = 0
) -> PaymentLine:
    """Put one payment (dollars) into an open batch; the caller has locked what it pays. Raises BatchRefused."""
    label, ident = reference if isinstance(reference, tuple) else (reference._meta.label_lower, reference.pk)
    with refusing(
        ledger_paymentline_once=BatchRefused("This is in a batch already."),
        ledger_paymentline_open_batch=BatchRefused(f"Batch {batch.ref} is not open any more."),
        ledger_paymentline_amount=BatchRefused("A payment is more than $0.00.", field="amount"),
    ):
        return PaymentLine.objects.create(
            batch=batch, partner=partner, reference_type=label, reference_id=ident, part=part, amount=amount
        )


@transaction.atomic
def remove_line(*, line: PaymentLine) -> None:
    """Take one payment out of an open batch. Raises BatchRefused."""
    with refusing(ledger_paymentline_open_batch=BatchRefused("The batch is not open any more.")):
        line.delete()


@transaction.atomic
def export_batch(*, batch: PaymentBatch, content: bytes, by: Any, at: dt.datetime) -> PaymentBatch:
    """Close the batch and keep its file with SHA-256 and control totals (count of lines, sum in dollars); locks the batch.

    Raises BatchRefused for an empty batch, IllegalTransition for one that is not open.
    """
    row = lock_batch(batch=batch)
    totals = PaymentLine.objects.filter(batch=row).aggregate(lines=Count("pk"), total=Sum("amount"))
    if not totals["lines"]:
        raise BatchRefused("The batch is empty: put claims into it first.")
    row.move_to(PaymentBatch.State.EXPORTED)
    row.exported_by, row.exported_at = by, at
    row.line_count, row.total = totals["lines"], totals["total"]
    row.content, row.sha256 = content, hashlib.sha256(content).hexdigest()
    row.save(update_fields=["state", "exported_by", "exported_at", "line_count", "total", "content", "sha256"])
    text = f"Batch {row.ref} was exported: {row.line_count} lines, {show_money(totals['total'])}"
    record(row, verb="batch.exported", text=text, by=by, at=at)
    return row


@transaction.atomic
def mark_batch_paid(
    *, batch: PaymentBatch, bank_reference: str, paid_on: dt.date, by: Any, at: dt.datetime
) -> PaymentBatch:
    """Another person of Finance notes that the bank has paid; the caller posts spend() for each line in the same transaction.

    Locks the batch. Raises SamePerson, IllegalTransition.
    """
    row = lock_batch(batch=batch)
    if by.pk in (row.created_by_id, row.exported_by_id):
        raise SamePerson("You made or exported this batch, so another person of Finance marks it paid.")
    row.move_to(PaymentBatch.State.PAID)
    row.paid_by, row.paid_at, row.paid_on, row.bank_reference = by, at, paid_on, bank_reference.strip()
    row.save(update_fields=["state", "paid_by", "paid_at", "paid_on", "bank_reference"])
    record(row, verb="batch.paid", text=f"Batch {row.ref} was paid: {row.bank_reference}", by=by, at=at)
    return row


def lock_batch(*, batch: PaymentBatch) -> PaymentBatch:
    """The batch as it is now, locked until the end of the transaction."""
    return PaymentBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
