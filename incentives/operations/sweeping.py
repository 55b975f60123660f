"""The year-end sweep: what the network has left of a year pays unpaid rests, under caps raised as far as that needs (incentives 4.4, option c)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, Stale, refusing
from common.money import ZERO, show_money, show_short
from common.zones import network_date
from incentives.facts import TOTAL, YEAR, budgets_of
from incentives.models import Claim, FiscalOption, Rest, Sweep
from incentives.operations.closing import CLAIM, REST, choice_for
from incentives.operations.verifying import tell_partner
from incentives.water import share
from ledger.models import Budget, NetworkBudget
from ledger.operations import agree_limit, conflicted_partners, lock_budgets, reserve
from partners.models import FiscalYear, Partner
from partners.settings import setting_on

DAYS = "incentives.sweep_days"
OPEN = ("submitted", "info_requested", "verified")


class SweepRefused(DomainError):
    """The sweep of this year cannot be proposed or confirmed now; the message says why."""

    code = "sweep_refused"


@dataclass(frozen=True)
class Plan:
    """What a sweep would do: dollars to share and shared, the level, and each rest with what it takes."""

    room: Decimal
    level: Decimal
    takes: tuple[tuple[Rest, Decimal], ...]

    @property
    def shared(self) -> Decimal:
        """The sum of what rests take."""
        return sum((amount for _rest, amount in self.takes), ZERO)


def sweep_from(year: FiscalYear) -> dt.date:
    """The first day on which a year can be swept (network zone)."""
    return year.ends_before + dt.timedelta(days=int(setting_on(year.starts_on, DAYS)))


def open_claims(year: FiscalYear) -> int:
    """Claims of a year that nobody has decided: none may be left (staff door)."""
    return Claim.objects.filter(fiscal_year=year, state__in=OPEN).count()


def why_not(year: FiscalYear, at: dt.datetime) -> str:
    """What stands against a sweep at this instant, in words; empty where nothing does (staff door)."""
    if choice_for(year) != FiscalOption.Choice.SWEEP:
        return f"No sweep was fixed for {year} before it opened."
    first = sweep_from(year)
    if network_date(at) < first:
        return f"{year} can be swept from {first:%b %-d, %Y} on."
    count = open_claims(year)
    if count:
        words = "claim is still open: decide it" if count == 1 else "claims are still open: decide them"
        return f"{year}: {count} {words} first."
    return ""


def plan_of(year: FiscalYear) -> Plan:
    """What a sweep would do now, in the order verified-at, then number; two statements (staff door)."""
    rests = list(
        Rest.objects.filter(fiscal_year=year, state=Rest.State.WAITING)
        .select_related(*CLAIM)
        .order_by("claim__verified_at", "claim_id")
    )
    total = NetworkBudget.objects.filter(kind=TOTAL, period=year.label).first()
    room = max(total.room, ZERO) if total else ZERO
    level, taken = share([rest.amount for rest in rests], room)
    return Plan(room, level, tuple(zip(rests, taken, strict=True)))


def swept(year: FiscalYear) -> Plan:
    """What the confirmed sweep of a year has done (staff door). Raises Sweep.DoesNotExist."""
    done = Sweep.objects.get(fiscal_year=year, confirmed_at__isnull=False)
    rests = (
        Rest.objects.filter(fiscal_year=year, settled_at=done.confirmed_at)
        .select_related(*CLAIM)
        .order_by("claim__verified_at", "claim_id")
    )
    return Plan(done.room, done.level, tuple((rest, rest.deferred_amount or ZERO) for rest in rests))


@transaction.atomic
def propose_sweep(*, year: FiscalYear, by: Any, at: dt.datetime) -> Sweep:
    """Staff propose what the figures say now; nothing is paid or raised yet (staff door). Locks the sweep. Raises SweepRefused."""
    _refuse(year, at)
    plan = plan_of(year)
    _refuse_interest(plan, by, at)
    figures = {"room": plan.room, "shared": plan.shared, "level": plan.level, "proposed_by": by, "proposed_at": at}
    kept = {"incentives_sweep_kept": SweepRefused(f"{year} is swept already.")}
    with refusing(**kept):
        made, _new = Sweep.objects.select_for_update(of=("self",)).update_or_create(fiscal_year=year, defaults=figures)
    text = f"{year}: a sweep of {show_money(plan.shared)} for {len(plan.takes)} rests was proposed"
    record(made, verb="sweep.proposed", text=text, by=by, at=at)
    return made


@transaction.atomic
def confirm_sweep(*, sweep: Sweep, by: Any, at: dt.datetime) -> Sweep:
    """Another person confirms: caps are raised as far as needed, rests count and wait for payment, the others are kept (staff door).

    Locks the sweep, the rests, then the budgets in the ledger's order. Raises SweepRefused; Stale where the figures have changed
    since the proposal; then nothing has changed.
    """
    row = Sweep.objects.select_for_update(of=("self",)).select_related("fiscal_year", "proposed_by").get(pk=sweep.pk)
    year = row.fiscal_year
    if row.confirmed_at is not None:
        raise SweepRefused(f"{year} is swept already.")
    if row.proposed_by_id == by.pk:
        raise SweepRefused("You proposed this sweep, so another person confirms it.")
    _refuse(year, at)
    waiting = Rest.objects.filter(fiscal_year=year, state=Rest.State.WAITING)
    locked = list(waiting.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    partners = list(Partner.objects.filter(pk__in=waiting.values("partner")).order_by("pk"))
    lock_budgets(wanted=[(partner, key) for partner in partners for key in budgets_of(year.label)])
    plan = plan_of(year)
    if (plan.room, plan.shared, plan.level) != (row.room, row.shared, row.level) or len(plan.takes) != len(locked):
        raise Stale("The figures have changed since this was proposed. Propose it again.")
    _refuse_interest(plan, by, at)
    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    _raise_caps(row, plan, by, at)
    for rest, amount in plan.takes:
        _settle(rest, year, amount, by, at)
    text = f"{year}: {show_money(plan.shared)} of {show_money(plan.room)} shared among {len(plan.takes)} rests"
    record(row, verb="sweep.confirmed", text=text, by=by, at=at)
    return row


def _refuse(year: FiscalYear, at: dt.datetime) -> None:
    reason = why_not(year, at)
    if reason:
        raise SweepRefused(reason)


def _refuse_interest(plan: Plan, by: Any, at: dt.datetime) -> None:
    """Raise SweepRefused where the person's register names a partner that the sweep pays."""
    mine = conflicted_partners(person=by, on=network_date(at))
    named = next((rest.claim.partner.name for rest, amount in plan.takes if amount and rest.partner_id in mine), None)
    if named:
        raise SweepRefused(
            f"Your register of conflicts of interest names {named}, which this sweep pays: somebody else does it."
        )


def _raise_caps(sweep: Sweep, plan: Plan, by: Any, at: dt.datetime) -> None:
    """A dated cap row for each partner whose cap does not hold what its rests take: exactly as high as needed."""
    takes: dict[int, Decimal] = defaultdict(Decimal)
    people = {rest.partner_id: rest.claim.partner for rest, _amount in plan.takes}
    for rest, amount in plan.takes:
        takes[rest.partner_id] += amount
    budgets = {
        budget.partner_id: budget
        for budget in Budget.objects.filter(kind=YEAR, period=sweep.fiscal_year.label, partner__in=takes)
    }
    for partner, amount in sorted(takes.items()):
        needed = budgets[partner].counted + amount
        if needed > budgets[partner].limit:
            agree_limit(
                kind=YEAR,
                period=sweep.fiscal_year,
                partner=people[partner],
                amount=needed,
                reason=f"Sweep of {sweep.fiscal_year}",
                agreed=((sweep.proposed_by, sweep.proposed_at), (by, at)),
            )


def _settle(rest: Rest, year: FiscalYear, amount: Decimal, by: Any, at: dt.datetime) -> None:
    rest.settled_at = at
    if amount > 0:
        rest.move_to(Rest.State.DEFERRED)
        rest.to_year, rest.deferred_amount = year, amount
        reserve(
            partner=rest.claim.partner,
            amount=amount,
            kind="incentive_deferred",
            reference=(REST, rest.pk),
            budgets=budgets_of(year.label),
            debit="AVAILABLE",
            credit="PAYABLE",
            by=by,
            at=at,
        )
        words = f"{show_short(amount)} of {show_short(rest.amount)} that the cap of {year} left unpaid is paid from what the network had left"
    else:
        rest.move_to(Rest.State.FORFEITED)
        words = f"{show_short(rest.amount)} that the cap of {year} left unpaid is kept for recognition only"
    rest.save(update_fields=["state", "settled_at", "to_year", "deferred_amount"])
    after = {"state": rest.word, "paid later": show_money(amount)}
    record(
        rest.claim, verb="claim.rest_settled", text=words, by=by, at=at, before={"state": "earned, unpaid"}, after=after
    )
    tell_partner(rest.claim, "claim.rest_settled", f"{rest.claim.version.title}, {rest.claim.subject}: {words}", at)
