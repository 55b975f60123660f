"""Limits of money: proposed by one person, confirmed by another, with a reason; never below what is counted already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Subquery

from activity.operations import record
from common.dated import in_force
from common.errors import DomainError
from common.money import CENT, show_money
from common.tenancy import staff_context
from common.zones import network_date
from ledger.kinds import KINDS, LimitKind, PartnerKind
from ledger.models import Budget, Limit, LimitVersion, NetworkBudget, PartnerLimit
from ledger.operations.conflicts import conflicts
from ledger.operations.posting import RANK
from partners.models import FiscalYear, Partner, Quarter

Period = FiscalYear | Quarter
# Apps that know more about a period add a function (kind, period, at) -> reason why it cannot be lowered, or "".
LOWERING_REFUSED: list[Callable[[str, Period, dt.datetime], str]] = []


class LimitRefused(DomainError):
    """The version cannot be proposed or confirmed; the message says why."""

    code = "limit_refused"


class LimitBelowCounted(DomainError):
    """A budget has more counted against it than the new limit would allow."""

    code = "limit_below_counted"


@transaction.atomic
def propose_limit(
    *,
    kind: str,
    amount: Decimal,
    periods: tuple[Period, Period | None],
    partner: Partner | None = None,
    reason: str,
    by: Any,
    at: dt.datetime,
) -> LimitVersion:
    """Staff propose a limit in dollars from one period on, or for (first, last) only; for one partner or for all (staff door).

    The first period has not ended. Raises LimitRefused, LimitBelowCounted (nothing is written).
    """
    first, last = periods
    _refuse_unsuitable(kind, amount, first, last, partner, at)
    _refuse_interest(partner, by, at)
    facts = {
        "kind": kind,
        "amount": amount,
        "valid_from": first.starts_on,
        "valid_before": last.ends_before if last else None,
        "reason": reason.strip(),
        "proposed_by": by,
        "proposed_at": at,
    }
    made: LimitVersion = (
        PartnerLimit.objects.create(partner=partner, **facts) if partner else Limit.objects.create(**facts)
    )
    _refuse_below_counted(made)
    _refuse_lowering(made, at)
    text = f"{made.get_kind_display()} from {first}: {show_money(amount)} was proposed"
    record(made, verb="limit.proposed", text=text, reason=reason.strip(), by=by, at=at)
    return made


@transaction.atomic
def confirm_limit(*, limit: LimitVersion, by: Any, at: dt.datetime) -> LimitVersion:
    """Another person confirms; the budgets of its periods change at once (staff door).

    Locks the version and the budgets in the one order. Raises LimitRefused, LimitBelowCounted.
    """
    row: LimitVersion = _open_version(limit)
    if row.proposed_by_id == by.pk:
        raise LimitRefused("You proposed this limit, so another person confirms it.")
    _refuse_interest(getattr(row, "partner", None), by, at)
    _refuse_lowering(row, at)
    return _confirm(row, by, at)


@transaction.atomic
def agree_limit(
    *,
    kind: str,
    period: Period,
    partner: Partner,
    amount: Decimal,
    reason: str,
    agreed: tuple[tuple[Any, dt.datetime], tuple[Any, dt.datetime]],
) -> LimitVersion:
    """Write a partner's limit in dollars for one period, ended or not, on which two people have agreed elsewhere (staff door).

    For the year-end sweep of incentives 4.4. `agreed`: who proposed it and when, who confirmed it and when. Locks the budgets.
    Raises LimitRefused, LimitBelowCounted.
    """
    (proposer, proposed_at), (by, at) = agreed
    if proposer.pk == by.pk:
        raise LimitRefused("You proposed this limit, so another person confirms it.")
    with staff_context("a limit that was proposed elsewhere", user=proposer.pk):  # a step is signed by its own person
        row = PartnerLimit.objects.create(
            partner=partner,
            kind=kind,
            amount=amount,
            valid_from=period.starts_on,
            valid_before=period.ends_before,
            reason=reason,
            proposed_by=proposer,
            proposed_at=proposed_at,
        )
    return _confirm(row, by, at)


def _confirm(row: LimitVersion, by: Any, at: dt.datetime) -> LimitVersion:
    """A proposed version comes into force: its budgets change at once."""
    row.replaces = limit_for(kind=row.kind, partner=getattr(row, "partner", None), starts_on=row.valid_from)
    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["replaces", "confirmed_by", "confirmed_at"])
    _apply(row)
    text = f"{row.get_kind_display()} is {show_money(row.amount)} from {row.valid_from:%b %-d, %Y}"
    record(
        row,
        verb="limit.confirmed",
        text=text,
        by=by,
        at=at,
        before={"amount": row.replaces},
        after={"amount": row.amount},
    )
    return row


@transaction.atomic
def withdraw_limit(*, limit: LimitVersion, by: Any, at: dt.datetime) -> LimitVersion:
    """Take a proposal back, or refuse to confirm it (staff door). Raises LimitRefused once it is decided."""
    row: LimitVersion = _open_version(limit)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    record(row, verb="limit.withdrawn", text=f"The proposal of {show_money(row.amount)} was withdrawn", by=by, at=at)
    return row


def raised_by(*, partner: Partner, kind: str, period: str) -> set[int]:
    """Ids of the people who raised this limit (proposed or confirmed a raise that holds for the period): they cannot approve under it."""
    starts_on = period_of(kind, period).starts_on
    found: set[int] = set()
    for row in _versions(kind, partner, starts_on):
        if row.is_raise:
            found |= {ident for ident in (row.proposed_by_id, row.confirmed_by_id) if ident is not None}
    return found


def limit_for(*, kind: str, partner: Partner | None, starts_on: dt.date) -> Decimal | None:
    """The confirmed limit of a period that begins on a date, in dollars; None where there has never been one."""
    versions = _versions(kind, partner, starts_on)
    return versions[0].amount if versions else None


def period_of(kind: str, label: str) -> Period:
    """The fiscal year or quarter of this label, whichever calendar the kind follows. Raises LimitRefused."""
    calendar: Any = FiscalYear if KINDS[kind].calendar == "year" else Quarter
    found: Period | None = calendar.objects.filter(label=label).first()
    if found is None:
        raise LimitRefused(f"There is no period {label} in the calendar.", field="first_period")
    return found


def _versions(kind: str, partner: Partner | None, starts_on: dt.date) -> list[LimitVersion]:
    """Confirmed versions that hold for the period, the one that counts first."""
    wanted = Q(kind=kind, confirmed_at__isnull=False) & in_force(starts_on)
    own: list[LimitVersion] = (
        list(PartnerLimit.objects.filter(wanted, partner=partner).order_by("-confirmed_at", "-id")) if partner else []
    )
    return [*own, *Limit.objects.filter(wanted).order_by("-confirmed_at", "-id")]


def _refuse_unsuitable(
    kind: str, amount: Decimal, first: Period, last: Period | None, partner: Partner | None, at: dt.datetime
) -> None:
    if kind not in LimitKind.values:
        raise LimitRefused("Choose a limit of the list.", field="kind")
    if partner is not None and kind not in PartnerKind.values:
        raise LimitRefused("This limit is for the whole network: it has no partner.", field="partner")
    if amount < 0 or amount != amount.quantize(CENT):
        raise LimitRefused("Enter $0.00 or more, in whole cents.", field="amount")
    if first.ends_before <= network_date(at):
        raise LimitRefused(f"{first} has ended: choose the current period or a later one.", field="first_period")
    if last is not None and last.starts_on < first.starts_on:
        raise LimitRefused(f"Choose {first} or a later period as the last one.", field="last_period")


def _refuse_interest(partner: Partner | None, by: Any, at: dt.datetime) -> None:
    if partner is not None and conflicts(person=by, partner=partner, on=network_date(at)):
        raise LimitRefused(
            f"Your register of conflicts of interest names {partner.name}, so somebody else decides.", field="partner"
        )


def _refuse_lowering(row: LimitVersion, at: dt.datetime) -> None:
    """A quarter that has begun is not lowered, and no period that an app objects to (GI14: raises only)."""
    calendar: Any = FiscalYear if KINDS[row.kind].calendar == "year" else Quarter
    touched = calendar.objects.filter(starts_on__gte=row.valid_from).order_by("starts_on")
    for period in touched.filter(starts_on__lt=row.valid_before) if row.valid_before else touched:
        now_in_force = limit_for(kind=row.kind, partner=getattr(row, "partner", None), starts_on=period.starts_on)
        if now_in_force is None or row.amount >= now_in_force:
            continue
        reasons = (
            [f"{period} has begun: a limit of a quarter is only raised in it."]
            if _has_begun(row.kind, period, at)
            else []
        )
        reasons += [reason for refused in LOWERING_REFUSED if (reason := refused(row.kind, period, at))]
        if reasons:
            raise LimitRefused(reasons[0], field="amount")


def _has_begun(kind: str, period: Period, at: dt.datetime) -> bool:
    return KINDS[kind].calendar == "quarter" and period.starts_on <= network_date(at)


def _reached(row: LimitVersion) -> Any:
    """The budgets of the version's kind and periods that follow it: a partner with a limit of its own does not follow the one for all."""
    calendar: Any = FiscalYear if KINDS[row.kind].calendar == "year" else Quarter
    model: Any = NetworkBudget if KINDS[row.kind].of_network else Budget
    first_day = Subquery(calendar.objects.filter(label=OuterRef("period")).values("starts_on"))
    rows = model.objects.filter(kind=row.kind).annotate(starts_on=first_day).filter(starts_on__gte=row.valid_from)
    rows = rows.filter(starts_on__lt=row.valid_before) if row.valid_before else rows
    if isinstance(row, PartnerLimit):
        return rows.filter(partner_id=row.partner_id)
    if model is NetworkBudget:
        return rows
    end = Q(valid_before__isnull=True) | Q(valid_before__gt=OuterRef("starts_on"))
    own = PartnerLimit.objects.filter(
        end, partner=OuterRef("partner_id"), kind=row.kind, valid_from__lte=OuterRef("starts_on")
    )
    return rows.filter(~Exists(own.filter(confirmed_at__isnull=False)))


def _refuse_below_counted(row: LimitVersion) -> None:
    """Lowering a limit below what is counted already fails loudly, with the first budget that stands against it."""
    over = _reached(row).annotate(counted_now=F("reserved") + F("used")).filter(counted_now__gt=row.amount)
    first = over.order_by("period", "pk").first()
    if first is not None:
        whose = f"{first.partner}, {first.period}" if isinstance(first, Budget) else first.period
        raise LimitBelowCounted(
            f"{whose}: {show_money(first.counted)} is counted already, more than {show_money(row.amount)}.",
            field="amount",
        )


def _apply(row: LimitVersion) -> None:
    """Write the new limit into the budgets that follow it; the network's rows are locked first, as every posting does."""
    family = row.kind.split("_", 1)[0]
    list(NetworkBudget.objects.filter(kind__startswith=family).order_by(RANK, "period").select_for_update())
    rows = _reached(row)
    ordered = rows.order_by("period") if KINDS[row.kind].of_network else rows.order_by("partner_id", "period")
    keys = [found.pk for found in ordered.select_for_update(of=("self",))]
    _refuse_below_counted(row)
    model: Any = NetworkBudget if KINDS[row.kind].of_network else Budget
    model.objects.filter(pk__in=keys).update(limit=row.amount)


def _open_version(limit: LimitVersion) -> Any:
    model: Any = type(limit)
    row = model.objects.select_for_update(of=("self",)).get(pk=limit.pk)
    if not row.is_open:
        raise LimitRefused("This proposal is decided already.")
    return row
