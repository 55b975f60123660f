"""Payouts: a batch of approved claims, its file for the bank, paid by another person (incentives 4.2, 4.3)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, refusing
from common.money import show_money, show_short
from common.zones import network_date
from incentives.facts import budgets_of
from incentives.models import Claim, Rest, State
from incentives.operations.approving import REFERENCE
from incentives.operations.closing import CLAIM, REST
from incentives.operations.verifying import tell_partner
from incentives.payout_file import payout_file
from ledger.models import Payee, PaymentBatch, PaymentLine
from ledger.operations import (
    add_line,
    conflicted_partners,
    export_batch,
    lock_batch,
    lock_budgets,
    mark_batch_paid,
    open_batch,
    spend,
)

FOUR = ("claimant_id", "verifier_id", "approver_id", "second_approver_id")


class PayoutRefused(DomainError):
    """The batch cannot take this step; the message says why."""

    code = "payout_refused"


@dataclass
class Opened:
    """A new batch, and what stays outside with the reason."""

    batch: PaymentBatch
    left: list[tuple[Claim, str]] = field(default_factory=list)


@transaction.atomic
def open_payout(*, by: Any, at: dt.datetime) -> Opened:
    """Put everything approved and payable into one batch (Finance, staff door). Locks the claims and rests by id.

    Left outside: partners without a payee on file or in the person's register, claims that the person had a part in.
    Raises PayoutRefused where nothing can be paid or another batch is open.
    """
    claims = _locked_claims(Claim.objects.to_pay())
    rests = _locked_rests(Rest.objects.filter(state=Rest.State.DEFERRED))
    standing = PaymentBatch.objects.filter(state=PaymentBatch.State.OPEN).first()
    if standing is not None:
        raise PayoutRefused(f"Batch {standing.ref} is open: export it first.")
    opened = Opened(open_batch(by=by, at=at))
    payable = set(Payee.objects.filter(on_file=True).values_list("partner_id", flat=True))
    conflicted = conflicted_partners(person=by, on=network_date(at))
    waiting: list[Claim | Rest] = [*claims, *rests]
    for row in waiting:
        claim = row if isinstance(row, Claim) else row.claim
        reason = _why_not(claim, by, payable, conflicted)
        if reason:
            opened.left.append((claim, reason))
        else:
            _put_in(opened.batch, row, by, at)
    if not PaymentLine.objects.filter(batch=opened.batch).exists():
        raise PayoutRefused("Nothing can be paid now." + (f" {opened.left[0][1]}." if opened.left else ""))
    return opened


@transaction.atomic
def export_payout(*, batch: PaymentBatch, by: Any, at: dt.datetime) -> PaymentBatch:
    """Write the file with its control totals and SHA-256, and close the batch (Finance, staff door). Locks batch, claims, rests.

    Raises PayoutRefused, IllegalTransition. The person becomes the payer of every claim in it.
    """
    row = lock_batch(batch=batch)
    lines = lines_of(row)
    claims, rests = paid_by_lines(lines)
    _refuse_person([*claims.values(), *(rest.claim for rest in rests.values())], by, at)
    on_file = set(Payee.objects.filter(on_file=True).values_list("partner_id", flat=True))
    gone = next((line.partner.name for line in lines if line.partner_id not in on_file), None)
    if gone:
        raise PayoutRefused(f"The payee status of {gone} is not on file any more. Set it, then export.")
    done = export_batch(batch=row, content=payout_file(row, lines, claims, rests, by=by, at=at), by=by, at=at)
    Claim.objects.filter(pk__in=list(claims)).update(payer=by)
    return done


@transaction.atomic
def mark_payout_paid(
    *, batch: PaymentBatch, bank_reference: str, paid_on: dt.date, by: Any, at: dt.datetime
) -> PaymentBatch:
    """Another person of Finance notes the bank's reference and date: every line is paid, in the ledger too (staff door).

    Locks batch, claims, rests, then the budgets. Raises SamePerson, PayoutRefused, IllegalTransition.
    """
    row = lock_batch(batch=batch)
    if paid_on > network_date(at) or (row.exported_at and paid_on < network_date(row.exported_at)):
        raise PayoutRefused("Enter the day of the payment: from the day of the export to today.", field="paid_on")
    lines = lines_of(row)
    claims, rests = paid_by_lines(lines)
    _refuse_person([*claims.values(), *(rest.claim for rest in rests.values())], by, at)
    done = mark_batch_paid(batch=row, bank_reference=bank_reference, paid_on=paid_on, by=by, at=at)
    labels = {line.pk: _year_of(line, claims, rests) for line in lines}
    lock_budgets(wanted=[(line.partner, key) for line in lines for key in budgets_of(labels[line.pk])])
    for line in lines:
        _pay(line, labels[line.pk], claims, rests, by, at)
    return done


def lines_of(batch: PaymentBatch) -> list[PaymentLine]:
    """The lines of a batch in the order of its file."""
    return list(
        PaymentLine.objects.filter(batch=batch)
        .select_related("partner")
        .order_by("partner__name", "reference_type", "reference_id")
    )


def paid_by_lines(lines: Iterable[PaymentLine]) -> tuple[dict[int, Claim], dict[int, Rest]]:
    """Claims and rests that the lines pay, locked by id."""
    wanted = list(lines)
    claims = _locked_claims(
        Claim.objects.filter(pk__in=[line.reference_id for line in wanted if line.reference_type == REFERENCE])
    )
    rests = _locked_rests(
        Rest.objects.filter(pk__in=[line.reference_id for line in wanted if line.reference_type == REST])
    )
    return {claim.pk: claim for claim in claims}, {rest.pk: rest for rest in rests}


def _locked_claims(wanted: Any) -> list[Claim]:
    keys = list(wanted.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(Claim.objects.shown().filter(pk__in=keys).order_by("approved_at", "pk"))


def _locked_rests(wanted: Any) -> list[Rest]:
    keys = list(wanted.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    shown = Rest.objects.select_related(*CLAIM, "to_year")
    return list(shown.filter(pk__in=keys).order_by("pk"))


def _why_not(claim: Claim, by: Any, payable: set[int], conflicted: set[int]) -> str:
    if claim.partner_id not in payable:
        return f"The payee status of {claim.partner.name} is not on file"
    if claim.partner_id in conflicted:
        return f"Your register of conflicts of interest names {claim.partner.name}"
    if by.pk in [getattr(claim, name) for name in FOUR]:
        return f"You had a part in {claim.ref}, so someone else pays it"
    return ""


def _put_in(batch: PaymentBatch, row: Claim | Rest, by: Any, at: dt.datetime) -> None:
    claim = row if isinstance(row, Claim) else row.claim
    amount = row.approved_amount if isinstance(row, Claim) else row.deferred_amount
    assert amount is not None, "approved claims and deferred rests have an amount"
    add_line(
        batch=batch,
        partner=claim.partner,
        reference=(REFERENCE if isinstance(row, Claim) else REST, row.pk),
        amount=amount,
    )
    row.move_to(State.IN_BATCH)
    row.save(update_fields=["state"])
    record(claim, verb="claim.in_batch", text=f"{show_money(amount)} is in batch {batch.ref}", by=by, at=at)


def _refuse_person(claims: Iterable[Claim], by: Any, at: dt.datetime) -> None:
    conflicted = conflicted_partners(person=by, on=network_date(at))
    for claim in claims:
        if claim.partner_id in conflicted:
            raise PayoutRefused(
                f"Your register of conflicts of interest names {claim.partner.name}, so someone else does this."
            )
        if by.pk in [getattr(claim, name) for name in FOUR]:
            raise PayoutRefused(f"You had a part in {claim.ref}, so someone else does this.")


def _year_of(line: PaymentLine, claims: dict[int, Claim], rests: dict[int, Rest]) -> str:
    if line.reference_type == REFERENCE:
        return claims[line.reference_id].fiscal_year.label
    later = rests[line.reference_id].to_year
    assert later is not None, "a rest in a batch has moved to a year"
    return later.label


def _pay(
    line: PaymentLine, label: str, claims: dict[int, Claim], rests: dict[int, Rest], by: Any, at: dt.datetime
) -> None:
    spend(
        partner=line.partner,
        amount=line.amount,
        kind="incentive_paid",
        reference=(line.reference_type, line.reference_id),
        budgets=budgets_of(label),
        debit="PAYABLE",
        credit="PAID",
        by=by,
        at=at,
    )
    if line.reference_type == REST:
        rest = rests[line.reference_id]
        rest.move_to(Rest.State.PAID).paid_at = at
        rest.save(update_fields=["state", "paid_at"])
        claim = rest.claim
    else:
        claim = claims[line.reference_id]
        claim.move_to(State.PAID)
        claim.paid_by, claim.paid_at = by, at
        with refusing(**_same_people()):
            claim.save(update_fields=["state", "paid_by", "paid_at"])
    record(claim, verb="claim.paid", text=f"{show_money(line.amount)} was paid, reference {line.ref}", by=by, at=at)
    tell_partner(claim, "claim.paid", f"{claim.version.title}, {claim.subject}: {show_short(line.amount)} is paid", at)


def _same_people() -> dict[str, Exception]:
    refusal = PayoutRefused("Claimant, verifier, approvers, payer and who marks it paid are different people.")
    return {
        f"incentives_claim_{one}_not_paid_by": refusal
        for one in ("claimant", "verifier", "approver", "second_approver", "payer")
    }
