"""What incentives ask of people on their homes: returned claims and drafts, verifications, approvals, batches, missing payees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Subquery

from common.dated import in_force
from common.money import ZERO, show_short
from common.templatetags.rp import countdown, day, plural
from common.zones import network_date, network_zone
from impact.todos import MOST, Todo
from incentives.facts import year_figures
from incentives.models import Claim, Override
from incentives.promises import working_days_after
from ledger.models import ConflictOfInterest, PaymentBatch
from partners.models import FiscalYear, OutreachAssignment, Partner
from partners.settings import setting_in_query, setting_on

SINGLY = 4
SHOWN_OF_MANY = 54
ASKED_OF_A_CLAIM = (
    *("verified_at", "version__amount", "claimant", "verifier", "approver"),
    *("has_conflict", "payee_on_file", "needs_no_payee"),
)


def claims_to_do(*, user: Any, partner: Partner, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Claims that a Director or Program Manager has: returned ones first, then drafts by the last day to send them."""
    if not user.has_perm("incentives.claim", partner):
        return []
    mine = Claim.objects.filter(partner=partner, state__in=("draft", "info_requested")).shown()
    window = setting_in_query(on, "incentives.claim_window_days")
    rows: list[Any] = list(mine.annotate(window=window).order_by("-state", "outcome_on", "id")[:MOST])
    return [
        _returned(row, partner) if row.state == "info_requested" else _draft(row, partner, on, int(row.window))
        for row in rows
    ]


def _returned(claim: Claim, partner: Partner) -> Todo:
    return Todo(
        due=claim.sent_at,
        when="Returned",
        note="",
        title=f"Put right the claim on {claim}",
        why="It came back with what is missing; it keeps its place.",
        url=f"/partners/{partner.slug}/claims/{claim.ref}/",
        action="Open claim",
        tone="soon",
    )


def _draft(claim: Claim, partner: Partner, on: dt.date, days: int) -> Todo:
    last = claim.window_ends_on(days)
    left = (last - on).days
    return Todo(
        due=_instant(last),
        when=day(last) if left >= 0 else "Over",
        note=countdown(last),
        title=f"Send the claim on {claim}, {show_short(claim.version.amount)}",
        why=f"It can be sent for {days} days after the outcome, {day(claim.outcome_on)}.",
        url=f"/partners/{partner.slug}/claims/{claim.ref}/",
        action="Open draft",
        tone="late" if left < 0 else "soon" if left <= 14 else "",
    )


def verifications_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Claims of an Outreach Manager's partners by age, but for partners in which she has an interest."""
    if not user.standing.portfolio:
        return []
    mine: Any = Claim.objects.filter(partner__in=user.standing.portfolio).with_interest_of(user, on)
    rows = list(mine.filter(has_conflict=False).to_verify().shown()[:SHOWN_OF_MANY])
    if not rows:
        return []
    days = int(setting_on(on, "incentives.verify_days"))
    return [_verification(row, on, days) for row in rows[:SINGLY]] + _more_verifications(rows[SINGLY:], on, days)


def _more_verifications(rest: list[Claim], on: dt.date, days: int) -> list[Todo]:
    """One line for those that the list has no room for."""
    if not rest:
        return []
    by = working_days_after(network_date(rest[0].sent_at or rest[0].created_at), days)
    count = f"{len(rest)} or more" if len(rest) == SHOWN_OF_MANY - SINGLY else str(len(rest))
    return [
        Todo(
            **_until(by, on),
            title=f"Verify {count} more {_noun(len(rest))}",
            why="The oldest stand first.",
            url="/network/verifications/",
            action="Open queue",
        )
    ]


def _verification(claim: Claim, on: dt.date, days: int) -> Todo:
    sent = network_date(claim.sent_at or claim.created_at)
    by = working_days_after(sent, days)
    return Todo(
        **_until(by, on),
        title=f"Verify {claim.version.title}, {show_short(claim.version.amount)}",
        why=f"{claim.subject}, {claim.partner.name}. Sent {day(sent)}.",
        url=f"/partners/{claim.partner.slug}/claims/{claim.ref}/verification/",
        action="Verify claim",
    )


def claims_without_verifier(on: dt.date) -> Subquery:
    """How many claims of a partner wait for an Outreach Manager who has an interest in it; None for none (staff door)."""
    declared = ConflictOfInterest.objects.in_force(on).filter(user=OuterRef("user"), partner=OuterRef("partner"))
    barred = OutreachAssignment.objects.active(on).filter(Exists(declared), partner=OuterRef("partner"))
    waiting = Claim.objects.to_verify().filter(Exists(barred), partner=OuterRef("pk"))
    return Subquery(waiting.order_by().values("partner").annotate(count=Count("pk")).values("count"))


def approvals_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """One line for all that this person can approve now, by the age of the oldest; what waits for others is named beside it."""
    if not user.has_perm("incentives.approve"):
        return []
    ready, for_finance, for_others = _waiting_for_approval(user, on)
    if not ready:
        return []
    by = working_days_after(network_date(ready[0].verified_at), int(setting_on(on, "incentives.approve_days")))
    total, count = sum((claim.version__amount for claim in ready), ZERO), len(ready)
    words = [
        f"The oldest was verified {day(ready[0].verified_at)}. Green ones are approved together; the others say why they wait.",
        f"{plural(for_finance, 'more waits,more wait')} for Finance." if for_finance else "",
        f"{plural(for_others, 'more waits,more wait')} for another approver." if for_others else "",
    ]
    return [
        Todo(
            **_until(by, on),
            title=f"Approve {count} verified {_noun(count)}, {show_short(total)}",
            why=" ".join(filter(None, words)),
            url="/network/approvals/",
            action="Open approvals",
        )
    ]


def _waiting_for_approval(user: Any, on: dt.date) -> tuple[list[Any], int, int]:
    """Verified claims that this person can approve, oldest first; how many wait for payee details; how many for somebody else."""
    lifted = Override.objects.filter(
        claim=OuterRef("pk"), facts_hash=OuterRef("facts_hash"), check_name="payee", confirmed_at__isnull=False
    )
    waiting: Any = Claim.objects.to_approve().with_interest_of(user, on).with_payee_on_file()
    rows: list[Any] = list(waiting.annotate(needs_no_payee=Exists(lifted)).values_list(*ASKED_OF_A_CLAIM, named=True))
    hers = [row for row in rows if not row.has_conflict and user.pk not in (row.claimant, row.verifier, row.approver)]
    ready = [row for row in hers if row.payee_on_file or row.needs_no_payee]
    return ready, len(hers) - len(ready), len(rows) - len(hers)


def payouts_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """The batch that is due, batches that another person marks paid, and payees that are missing while money waits."""
    if not user.has_perm("incentives.pay"):
        return []
    waiting: Any = Claim.objects.to_pay().with_payee_on_file()
    rows: list[Any] = list(waiting.values_list("approved_at", "approved_amount", "payee_on_file", "partner"))
    ready = [(when, amount) for when, amount, payable, _partner in rows if payable]
    missing = {partner for _when, _amount, payable, partner in rows if not payable}
    batches = (
        PaymentBatch.objects.filter(state="exported")
        .exclude(created_by=user)
        .exclude(exported_by=user)
        .order_by("exported_at")
    )
    return [*_batch_due(ready, on), *(_to_mark(batch) for batch in batches[:MOST]), *_missing(len(missing))]


def _batch_due(ready: Sequence[tuple[dt.datetime, Decimal]], on: dt.date) -> list[Todo]:
    if not ready:
        return []
    by = network_date(ready[0][0]) + dt.timedelta(days=int(setting_on(on, "incentives.pay_days")))
    total, count = sum((amount for _when, amount in ready), ZERO), len(ready)
    return [
        Todo(
            **_until(by, on),
            title=f"Pay {count} approved {_noun(count)}, {show_short(total)}",
            why="Open a batch, export its file, and let another person mark it paid.",
            url="/network/payouts/",
            action="Open payouts",
        )
    ]


def _to_mark(batch: PaymentBatch) -> Todo:
    return Todo(
        due=batch.exported_at,
        when="Exported",
        note=day(batch.exported_at),
        title=f"Mark batch {batch.ref} paid, {show_short(batch.total or ZERO)}",
        why="Somebody else exported it, so you note the reference of the bank.",
        url=f"/network/payouts/{batch.ref}/",
        action="Open batch",
    )


def _missing(count: int) -> list[Todo]:
    if not count:
        return []
    whose = "1 partner waits" if count == 1 else f"{count} partners wait"
    why = "Approved money is paid once the W-9 and bank details are on file."
    return [
        Todo(
            None,
            "Waits",
            "",
            f"Ask for payee details: {whose}",
            why,
            "/network/payees/?status=missing",
            "Open payees",
            "soon",
        )
    ]


def incentive_room(*, user: Any, partner: Partner, on: dt.date, at: dt.datetime) -> dict[str, Any] | None:
    """The room left under this fiscal year's cap."""
    if not user.has_perm("incentives.see", partner):
        return None
    label = FiscalYear.objects.filter(in_force(on, start="starts_on", end="ends_before")).values("label")
    figures = year_figures(partner, label)
    return {"template": "impact/incentive_room_panel.html", "place": "aside", "partner": partner, "figures": figures}


def _until(by: dt.date, on: dt.date) -> dict[str, Any]:
    """A deadline in the words of "Do next"."""
    late = by < on
    return {
        "due": _instant(by),
        "when": "Overdue" if late else day(by),
        "note": countdown(by),
        "tone": "late" if late else "",
    }


def _noun(count: int) -> str:
    return "claim" if count == 1 else "claims"


def _instant(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(17), network_zone())
