"""The annual-cap close: what becomes of the rests that a year's cap left unpaid (incentives 4.4; option c waits for its sweep)."""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum

from activity.models import Run
from activity.operations import record
from common.errors import DomainError, refusing
from common.money import CENT, ZERO, show_money, show_short
from common.zones import network_date
from incentives.facts import YEAR, budgets_of
from incentives.models import FiscalOption, Rest, Sweep
from incentives.models.claims import SHOWN
from incentives.operations.verifying import tell_partner
from ledger.models import Budget
from ledger.operations import lock_room, reserve
from partners.models import FiscalYear, Partner
from partners.settings import setting_on

KIND = "annual_cap"
REST = "incentives.rest"
CLAIM = tuple(f"claim__{name}" for name in SHOWN)
SHARE = "incentives.deferred_share_percent"


class OptionRefused(DomainError):
    """The choice for a year cannot be proposed or confirmed like this."""

    code = "option_refused"


class YearNotOver(DomainError):
    """A fiscal year is closed once it has ended."""

    code = "year_not_over"


@transaction.atomic
def propose_option(*, year: FiscalYear, choice: str, reason: str, by: Any, at: dt.datetime) -> FiscalOption:
    """Staff propose what becomes of unpaid rests of a year that has not begun (staff door). Raises OptionRefused."""
    if network_date(at) >= year.starts_on:
        raise OptionRefused(f"{year} has begun: its choice is fixed.", field="year")
    if FiscalOption.objects.filter(fiscal_year=year, confirmed_at__isnull=False).exists():
        raise OptionRefused(f"The choice for {year} is confirmed already.", field="year")
    made = FiscalOption.objects.create(
        fiscal_year=year, choice=choice, reason=reason.strip(), proposed_by=by, proposed_at=at
    )
    record(
        made,
        verb="option.proposed",
        text=f"{year}: {made.get_choice_display()} was proposed",
        reason=reason.strip(),
        by=by,
        at=at,
    )
    return made


@transaction.atomic
def confirm_option(*, option: FiscalOption, by: Any, at: dt.datetime) -> FiscalOption:
    """Another person confirms, before the year begins (staff door). Raises OptionRefused."""
    row = FiscalOption.objects.select_for_update(of=("self",)).select_related("fiscal_year").get(pk=option.pk)
    if row.confirmed_at is not None:
        raise OptionRefused("This choice is confirmed already.")
    if row.proposed_by_id == by.pk:
        raise OptionRefused("You proposed this, so another person confirms it.")
    row.confirmed_by, row.confirmed_at = by, at
    late = OptionRefused(f"{row.fiscal_year} has begun: its choice is fixed.")
    taken = OptionRefused(f"The choice for {row.fiscal_year} is confirmed already.")
    with refusing(incentives_fiscaloption_fixed=late, incentives_fiscaloption_one=taken):
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    record(row, verb="option.confirmed", text=f"{row.fiscal_year}: {row.get_choice_display()}", by=by, at=at)
    return row


def choice_for(year: FiscalYear) -> str:
    """The confirmed choice of a year; without one the rests are kept for recognition (option a [default])."""
    found = FiscalOption.objects.filter(fiscal_year=year, confirmed_at__isnull=False).first()
    return found.choice if found else FiscalOption.Choice.FORFEIT


def partners_to_settle(year: FiscalYear) -> list[Partner]:
    """Partners with rests of the year, settled or not, by id: the list does not change while a run goes on (staff door)."""
    rests = Rest.objects.filter(fiscal_year=year)
    return list(Partner.objects.filter(pk__in=rests.values("partner")).order_by("pk"))


def refuse_running_year(year: FiscalYear, at: dt.datetime) -> None:
    """Raise YearNotOver for a year that has not ended at this instant (network zone)."""
    if network_date(at) < year.ends_before:
        raise YearNotOver(f"{year} ends with {year.last_day:%b %-d, %Y}; it can be closed after that.")


@transaction.atomic
def settle_partner(*, year: FiscalYear, partner: Partner, at: dt.datetime) -> int:
    """Settle every waiting rest of a partner and a closed year, in the order verified-at, then number; how many (staff door).

    Where the year is swept later they go on waiting. Locks the rests, then the next year's budgets. Twice is once. Raises BudgetMissing.
    """
    if choice_for(year) == FiscalOption.Choice.SWEEP:
        return 0
    rows = Rest.objects.filter(fiscal_year=year, partner=partner, state=Rest.State.WAITING)
    locked = list(rows.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    found = Rest.objects.filter(pk__in=locked).select_related(*CLAIM)
    for rest in found.order_by("claim__verified_at", "claim_id"):
        _settle(rest, year, at)
    return len(locked)


def settle_late_rest(*, rest: Rest, at: dt.datetime) -> None:
    """A rest that arises once the close of its year has begun is settled at once, by the same choice; after a sweep it is kept."""
    year = rest.fiscal_year
    waits = (
        choice_for(year) == FiscalOption.Choice.SWEEP
        and not Sweep.objects.filter(fiscal_year=year, confirmed_at__isnull=False).exists()
    )
    if not waits and Run.objects.filter(kind=KIND, period=year.label).exists():
        _settle(rest, year, at)


def _settle(rest: Rest, year: FiscalYear, at: dt.datetime) -> None:
    later = FiscalYear.objects.filter(starts_on=year.ends_before).first()
    amount = _deferrable(rest, later, at) if later and choice_for(year) == FiscalOption.Choice.DEFER else ZERO
    rest.settled_at = at
    if amount > 0 and later is not None:
        rest.move_to(Rest.State.DEFERRED)
        rest.to_year, rest.deferred_amount = later, amount
        _count(rest, later, amount, at)
        words = f"{show_short(amount)} of what the cap of {year} left unpaid moves to {later}"
    else:
        rest.move_to(Rest.State.FORFEITED)
        words = f"{show_short(rest.amount)} that the cap of {year} left unpaid is kept for recognition only"
    rest.save(update_fields=["state", "settled_at", "to_year", "deferred_amount"])
    after = {"state": rest.word, "moved": show_money(amount)}
    record(
        rest.claim,
        verb="claim.rest_settled",
        text=words,
        by=None,
        at=at,
        before={"state": "earned, unpaid"},
        after=after,
    )
    tell_partner(rest.claim, "claim.rest_settled", f"{rest.claim.version.title}, {rest.claim.subject}: {words}", at)


def _deferrable(rest: Rest, later: FiscalYear, at: dt.datetime) -> Decimal:
    """Dollars of a rest that the next year takes: its share of the next cap, what is moved already, and the room there is."""
    room = min(lock_room(partner=rest.claim.partner, budgets=budgets_of(later.label)).values())
    cap = Budget.objects.get(partner=rest.partner_id, kind=YEAR, period=later.label).limit
    share = (cap * setting_on(later.starts_on, SHARE) / 100).quantize(CENT, rounding=ROUND_DOWN)
    moved = (
        Rest.objects.filter(partner=rest.partner_id, to_year=later).aggregate(sum=Sum("deferred_amount"))["sum"] or ZERO
    )
    fits: Decimal = min(rest.amount, share - moved, room)
    return max(fits, ZERO)


def _count(rest: Rest, later: FiscalYear, amount: Decimal, at: dt.datetime) -> None:
    reserve(
        partner=rest.claim.partner,
        amount=amount,
        kind="incentive_deferred",
        reference=(REST, rest.pk),
        budgets=budgets_of(later.label),
        debit="AVAILABLE",
        credit="PAYABLE",
        by=None,
        at=at,
    )
