"""Awards from the waitlist while money frees: offered by one person, approved by another, in the cycle's own quarter and envelope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition, refusing
from common.money import show_short
from common.zones import network_date
from grants.models import Award, Cycle, Decision, Proposal, WaitlistOffer
from grants.operations.slates import award_money, budgets_of, refuse_approver, refuse_raiser
from grants.people import managers_of
from grants.timeline import page_of
from ledger.models import Budget, NetworkBudget
from ledger.operations import conflicts


class OfferRefused(DomainError):
    """The offer cannot be made, approved or dropped; the message says why."""

    code = "offer_refused"


def largest_offer(proposal: Proposal) -> int:
    """Whole dollars that pool, envelope and the partner's cap leave for this proposal, at most its ask; 0 below its minimum."""
    assert proposal.cycle is not None
    return fitting([proposal], proposal.cycle)[proposal.pk]


def fitting(proposals: Sequence[Proposal], cycle: Cycle) -> dict[int, int]:
    """The same for many proposals of one cycle, in two queries: dollars by proposal id, each as if it were the only one."""
    quarter = cycle.quarter
    network = NetworkBudget.objects.filter(
        Q(kind="grant_pool", period=quarter.fiscal_year.label) | Q(kind="grant_envelope", period=quarter.label)
    )
    money = int(min((row.room for row in network), default=Decimal(0)))
    caps = Budget.objects.filter(
        kind="grant_quarter", period=quarter.label, partner__in={row.partner_id for row in proposals}
    )
    rooms = {row.partner_id: int(row.room) for row in caps}
    found = {row.pk: (row.version, min(money, rooms.get(row.partner_id, 0))) for row in proposals}
    return {
        pk: min(room, int(version.ask)) if version and room >= version.minimum else 0
        for pk, (version, room) in found.items()
    }


@transaction.atomic
def offer_award(*, proposal: Proposal, amount: Decimal, reason: str, by: Any, at: dt.datetime) -> WaitlistOffer:
    """Staff offer money that became free to a waitlisted proposal; nothing is reserved (staff door). Locks the proposal.

    Raises IllegalTransition, OfferRefused (amount, activity has begun, a better placed one fits, an offer is open).
    """
    row = _locked(proposal)
    _refuse_late(row, at)
    assert row.version is not None and row.cycle is not None
    if amount != amount.to_integral_value() or not row.version.minimum <= amount <= row.version.ask:
        limits = f"{show_short(row.version.minimum)} to {show_short(row.version.ask)}"
        raise OfferRefused(f"Enter whole dollars from {limits}.", field="amount")
    _refuse_conflict(row, by, at)
    before = _better_placed(row)
    if before is not None:
        raise OfferRefused(f"{before} has an earlier place on the waitlist and fits the money left.")
    with refusing(grants_waitlistoffer_one_open=OfferRefused("An offer to this proposal waits for approval already.")):
        made = WaitlistOffer.objects.create(
            partner_id=row.partner_id, proposal=row, amount=amount, reason=reason, proposed_by=by, proposed_at=at
        )
    record(
        row.cycle,
        verb="cycle.offered",
        text=f"{show_short(amount)} from the waitlist was offered to {row.ref}",
        reason=reason,
        by=by,
        at=at,
    )
    return made


@transaction.atomic
def approve_offer(*, proposal: Proposal, by: Any, at: dt.datetime) -> Award:
    """Another person, who scored nothing in the cycle, approves the open offer: money is reserved and awarded (staff door, fresh sign-in).

    Locks the proposal, then pool, envelope and partner-quarter. Raises IllegalTransition, SlateRefused, OfferRefused,
    BudgetExceeded; then nothing has changed.
    """
    row = _locked(proposal)
    offer = WaitlistOffer.objects.filter(proposal=row, approved_at=None, dropped_at=None).first()
    if offer is None:
        raise OfferRefused("No offer to this proposal waits for approval.")
    _refuse_late(row, at)
    assert row.cycle is not None
    refuse_approver(row.cycle, offer.proposed_by_id, by)
    _refuse_conflict(row, by, at)
    refuse_raiser(row.cycle, [row.partner], by)
    posted = award_money(row, offer.amount, budgets_of(row.cycle), by=by, at=at)
    offer.approved_by, offer.approved_at = by, at
    offer.save(update_fields=["approved_by", "approved_at"])
    return _awarded(row, offer, posted, by, at)


@transaction.atomic
def drop_offer(*, proposal: Proposal, by: Any, at: dt.datetime) -> WaitlistOffer:
    """Take an open offer back, or turn it down (staff door). Locks the proposal. Raises OfferRefused, IllegalTransition."""
    row = _locked(proposal)
    offer = WaitlistOffer.objects.filter(proposal=row, approved_at=None, dropped_at=None).first()
    if offer is None:
        raise OfferRefused("No offer to this proposal waits for approval.")
    offer.dropped_by, offer.dropped_at = by, at
    offer.save(update_fields=["dropped_by", "dropped_at"])
    assert row.cycle is not None
    record(
        row.cycle,
        verb="cycle.offer_dropped",
        text=f"The offer of {show_short(offer.amount)} to {row.ref} was dropped",
        by=by,
        at=at,
    )
    return offer


def _awarded(row: Proposal, offer: WaitlistOffer, posted: Any, by: Any, at: dt.datetime) -> Award:
    assert row.cycle is not None
    first = Decision.objects.filter(proposal=row).latest("decided_at", "id")
    full = row.version is not None and offer.amount == row.version.ask
    reason = f"Money became free. You were number {first.place} on the waitlist and receive {show_short(offer.amount)}."
    if not full and row.version is not None:
        reason += f" That is what was left of your ask of {show_short(row.version.ask)}."
    Decision.objects.create(
        partner_id=row.partner_id,
        proposal=row,
        cycle=row.cycle,
        outcome="full" if full else "partial",
        amount=offer.amount,
        score=first.score,
        reason=reason,
        comments=first.comments,
        decided_by=by,
        decided_at=at,
    )
    award = Award.objects.create(
        partner_id=row.partner_id,
        proposal=row,
        cycle=row.cycle,
        transaction=posted,
        amount=offer.amount,
        from_waitlist=True,
        proposed_by=offer.proposed_by,
        approved_by=by,
        approved_at=at,
    )
    row.move_to(Proposal.State.AWARDED)
    row.save(update_fields=["state"])
    text = f"{show_short(offer.amount)} from the waitlist was approved"
    record(row, verb="proposal.decided", text=text, by=by, at=at)
    told = f"{row}: {show_short(offer.amount)} from the waitlist"
    tell(
        [row.author, *managers_of(row.partner, network_date(at))],
        kind="grant.decision",
        key=f"waitlist:{row.ref}",
        text=told,
        url=page_of(row),
        at=at,
        partner_id=row.partner_id,
    )
    return award


def _locked(proposal: Proposal) -> Proposal:
    row = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("partner", "author", "version", "cycle__quarter__fiscal_year")
        .get(pk=proposal.pk)
    )
    if row.state != Proposal.State.WAITLISTED:
        raise IllegalTransition(f"This proposal is {row.word}: it is not on a waitlist.")
    return row


def _refuse_late(row: Proposal, at: dt.datetime) -> None:
    """Money never funds the past, and a waitlist ends at the instant at which the next intake closes (grants.md 3.7)."""
    assert row.version is not None and row.cycle is not None
    if row.version.starts_on <= network_date(at):
        raise OfferRefused("The activity has begun: money never funds the past.")
    if Cycle.objects.filter(opens_at=row.cycle.closes_at, closes_at__lte=at).exists():
        raise OfferRefused(f"The waitlist of {row.cycle.title} ended when the next intake closed.")


def _refuse_conflict(row: Proposal, by: Any, at: dt.datetime) -> None:
    if conflicts(person=by, partner=row.partner, on=network_date(at)):
        raise OfferRefused("You declared an interest in this partner, so somebody else decides.")


def _better_placed(row: Proposal) -> Proposal | None:
    """A proposal with an earlier place, without an open offer, that the money left would fund."""
    place = Decision.objects.filter(proposal=row).latest("decided_at", "id").place or 0
    open_offers = WaitlistOffer.objects.filter(approved_at=None, dropped_at=None).values("proposal")
    earlier = list(
        Proposal.objects.filter(
            cycle=row.cycle, state="waitlisted", decisions__outcome="waitlist", decisions__place__lt=place
        )
        .exclude(pk__in=open_offers)
        .select_related("version")
        .order_by("decisions__place")
    )
    assert row.cycle is not None
    fits = fitting(earlier, row.cycle) if earlier else {}
    return next((one for one in earlier if fits[one.pk]), None)
