"""Approval: many green claims at once, ambers of two kinds one by one; money moves through the ledger alone (incentives 4.3, 4.4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from activity.operations import record
from common.errors import DomainError, Stale
from common.money import ZERO, show_money, show_short
from common.zones import network_date
from incentives.checks import Check, Figures, can_be_approved_alone, checks, due, is_green, open_checks, part_that_fits
from incentives.facts import budgets_of, facts_of, figures_on, judged
from incentives.models import Approval, Claim, Rest, State
from incentives.operations.closing import settle_late_rest
from incentives.operations.verifying import tell_partner
from ledger.operations import lock_budgets, reserve

REFERENCE = "incentives.claim"


class ApprovalRefused(DomainError):
    """The claim cannot be approved by this person now; the message says why."""

    code = "approval_refused"


@dataclass
class Result:
    """What a batch did: claims approved with their amounts, and claims that stay with what is open about each."""

    approved: list[Claim] = field(default_factory=list)
    left: list[tuple[Claim, str]] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        """Dollars approved."""
        return sum((claim.approved_amount or ZERO for claim in self.approved), ZERO)


class Room:
    """What the locked budgets have left while a batch goes through its claims, in dollars."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        """Lock the budgets of all these claims in the one order. Raises BudgetMissing."""
        wanted = [(claim.partner, key) for claim in claims for key in budgets_of(claim.fiscal_year.label)]
        left = lock_budgets(wanted=wanted)
        self.years = {
            (partner, label): room for (partner, (kind, label)), room in left.items() if kind == "incentive_year"
        }
        self.totals = {label: room for (_partner, (kind, label)), room in left.items() if kind == "incentive_total"}

    def of(self, claim: Claim) -> Decimal:
        """The least of the partner's cap and the network's total."""
        label = claim.fiscal_year.label
        return min(self.years[claim.partner_id, label], self.totals[label])

    def take(self, claim: Claim, amount: Decimal) -> None:
        """Count an approval."""
        label = claim.fiscal_year.label
        self.years[claim.partner_id, label] -= amount
        self.totals[label] -= amount


@transaction.atomic
def approve_claims(*, claims: Sequence[Claim], by: Any, at: dt.datetime) -> Result:
    """Approve every claim that is green now, in the order verified-at, then number; the others stay and are named (staff door).

    Whatever was chosen on the page: each claim is checked again under the lock. Locks claims by id, then budgets.
    """
    result = Result()
    rows = _locked(claims, by, network_date(at))
    waiting = [row for row in rows if row.state == State.VERIFIED]
    result.left += [(row, f"It is {row.word} already") for row in rows if row.state != State.VERIFIED]
    room, figures = Room(waiting), figures_on(network_date(at))
    for row in sorted(waiting, key=lambda one: (one.verified_at, one.pk)):
        facts = facts_of(row)
        found = checks(row, by, facts, room=room.of(row), figures=figures)
        if not is_green(found):
            result.left.append((row, _words(found)))
            continue
        amount = due(row, facts)
        approve_amount(row, asked=amount, amount=amount, by=by, at=at)
        room.take(row, amount)
        result.approved.append(row)
    return result


@transaction.atomic
def approve_one(*, claim: Claim, expected: Decimal, by: Any, at: dt.datetime, reason: str = "") -> Claim:
    """Approve one claim that is green, cut by the cap, or needs two approvers: the first or the second of them (staff door).

    `expected` is the part in dollars that the approver saw; another part now is refused. Locks the claim, then the budgets.
    Raises ApprovalRefused, Stale, IllegalTransition.
    """
    row: Claim = next(one for one in _locked([claim], by, network_date(at)) if one.pk == claim.pk)
    if row.state != State.VERIFIED:
        raise ApprovalRefused(f"It is {row.word} already.")
    figures, facts, room = figures_on(network_date(at)), facts_of(row), Room([row])
    found = checks(row, by, facts, room=room.of(row), figures=figures)
    if not can_be_approved_alone(found) or facts.raised_limit:
        raise ApprovalRefused(f"It cannot be approved now. {_words(found)}.")
    asked, amount = due(row, facts), part_that_fits(row, facts, room.of(row))
    if amount != expected:
        raise Stale(
            f"The caps leave {show_money(amount)} now, not {show_money(expected)}. Look again before you approve."
        )
    if _needs_second(asked, figures) and row.approver_id is None:
        return _first_word(row, amount, by, at, reason)
    approve_amount(row, asked=asked, amount=amount, by=by, at=at, reason=reason)
    if amount < asked:
        rest = Rest.objects.create(
            partner_id=row.partner_id, claim=row, fiscal_year=row.fiscal_year, amount=asked - amount
        )
        settle_late_rest(rest=rest, at=at)
    return row


def _locked(claims: Sequence[Claim], by: Any, on: dt.date) -> list[Any]:
    """These claims and those of the same cohorts' other step, locked by id; then their facts as they are now, without the others."""
    wanted = [claim.pk for claim in claims]
    keys = [claim.subject_key for claim in claims if claim.subject_kind == "cohort"]
    same = Q(pk__in=wanted) | Q(
        subject_key__in=keys, subject_kind="cohort", partner__in=[claim.partner_id for claim in claims]
    )
    list(Claim.objects.filter(same).order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    return list(judged(Claim.objects.filter(pk__in=wanted), by, on))


def _first_word(claim: Claim, amount: Decimal, by: Any, at: dt.datetime, reason: str) -> Claim:
    Approval.objects.create(
        partner_id=claim.partner_id, claim=claim, by=by, at=at, number=1, amount=amount, reason=reason.strip()
    )
    claim.approver = by
    claim.save(update_fields=["approver"])
    record(
        claim,
        verb="claim.approved_first",
        text=f"First of two approvals: {show_money(amount)}",
        reason=reason.strip(),
        by=by,
        at=at,
    )
    return claim


def approve_amount(
    claim: Claim, *, asked: Decimal, amount: Decimal, by: Any, at: dt.datetime, reason: str = ""
) -> None:
    """Write the approval, count the money, move the claim; in this order, which the database asks for. The claim is locked."""
    second = claim.approver_id is not None
    Approval.objects.create(
        partner_id=claim.partner_id,
        claim=claim,
        by=by,
        at=at,
        number=2 if second else 1,
        amount=amount,
        reason=reason.strip(),
    )
    if amount > 0:
        reserve(
            partner=claim.partner,
            amount=amount,
            kind="incentive_approved",
            reference=(REFERENCE, claim.pk),
            budgets=budgets_of(claim.fiscal_year.label),
            debit="AVAILABLE",
            credit="PAYABLE",
            by=by,
            at=at,
        )
    claim.move_to(State.APPROVED)
    claim.due, claim.approved_amount, claim.approved_at = asked, amount, at
    if second:
        claim.second_approver = by
    else:
        claim.approver = by
    claim.save(update_fields=["state", "due", "approved_amount", "approved_at", "approver", "second_approver"])
    text = f"Approved: {show_money(amount)}" + (
        f" of {show_money(asked)}, the cap leaves no more" if amount < asked else ""
    )
    record(claim, verb="claim.approved", text=text, reason=reason.strip(), by=by, at=at)
    tell_partner(claim, "claim.approved", f"{claim.version.title}, {claim.subject}: {_news(asked, amount)}", at)


def _news(asked: Decimal, amount: Decimal) -> str:
    if amount == asked:
        return f"{show_short(amount)} is approved"
    return f"the cap leaves {show_short(amount)} of {show_short(asked)}; {show_short(asked - amount)} stays on record as earned and unpaid"


def _needs_second(asked: Decimal, figures: Figures) -> bool:
    return asked >= figures.two_approvers_from


def _words(found: Iterable[Check]) -> str:
    return "; ".join(f"{check.title}: {check.words}" for check in open_checks(found))
