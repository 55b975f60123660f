"""The file that goes to the bank: documented columns, one line a payment, control totals at the end (docs/payout-file.md)."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from common.exports import safe_cell
from common.money import ZERO
from incentives.models import Claim, Rest
from ledger.models import PaymentBatch, PaymentLine

COLUMNS = [
    "record",
    "batch",
    "line",
    "payment_reference",
    "partner_ref",
    "partner",
    "claim",
    "outcome",
    "outcome_title",
    "fiscal_year",
    "outcome_on",
    "amount",
    "currency",
]


def payout_file(
    batch: PaymentBatch,
    lines: Sequence[PaymentLine],
    claims: Mapping[int, Claim],
    rests: Mapping[int, Rest],
    *,
    by: Any,
    at: dt.datetime,
) -> bytes:
    """UTF-8 CSV: the columns, one PAYMENT a line, one TOTAL with the number of payments and their sum in dollars."""
    written = io.StringIO(newline="")
    sheet = csv.writer(written, lineterminator="\r\n")
    sheet.writerow(COLUMNS)
    for number, line in enumerate(lines, start=1):
        rest = rests.get(line.reference_id) if line.reference_type.endswith(".rest") else None
        claim = rest.claim if rest else claims[line.reference_id]
        year = rest.to_year if rest else claim.fiscal_year
        sheet.writerow(
            [
                "PAYMENT",
                batch.ref,
                number,
                line.ref,
                line.partner.ref,
                safe_cell(line.partner.name),
                claim.ref,
                claim.version.outcome.code,
                safe_cell(claim.version.title),
                year.label if year else "",
                claim.outcome_on.isoformat(),
                f"{line.amount:.2f}",
                "USD",
            ]
        )
    total = sum((line.amount for line in lines), ZERO)
    sheet.writerow(_trailer(batch, len(lines), total, by, at))
    return written.getvalue().encode()


def _trailer(batch: PaymentBatch, count: int, total: Decimal, by: Any, at: dt.datetime) -> list[Any]:
    blank = [""] * (len(COLUMNS) - 7)
    return ["TOTAL", batch.ref, count, f"exported {at:%Y-%m-%dT%H:%M:%SZ}", by.ref, *blank, f"{total:.2f}", "USD"]
