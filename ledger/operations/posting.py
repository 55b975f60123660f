"""Posting: the one way in which money moves; a budget and its journal change in the same transaction of the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NotRequired, TypedDict, Unpack

from django.db import transaction
from django.db.models import Case, IntegerField, Model, Q, Value, When

from common.errors import DomainError, refusing
from common.money import CENT, show_money
from ledger.kinds import KINDS, BudgetKey, NetworkKind, PartnerKind
from ledger.models import Budget, Entry, Movement, NetworkBudget, Transaction
from partners.models import Partner

MOST = Decimal("9999999999.99")
RANK = Case(*(When(kind=kind, then=Value(facts.rank)) for kind, facts in KINDS.items()), output_field=IntegerField())
Row = Budget | NetworkBudget


class BudgetExceeded(DomainError):
    """The amount is more than what a budget has left. `room` is what is left, in dollars."""

    code = "budget_exceeded"

    def __init__(self, kind: str, period: str, room: Decimal) -> None:
        self.kind, self.period, self.room = kind, period, room
        words = {**dict(PartnerKind.choices), **dict(NetworkKind.choices)}.get(kind, kind)
        super().__init__(f"{words} {period}: {show_money(room)} is left.", field="amount")


class NotCounted(DomainError):
    """A budget holds less (reserved or used) than is to be taken out of it."""

    code = "not_counted"


class BudgetMissing(DomainError):
    """There is no budget of this kind and period: an error, never "no limit"."""

    code = "budget_missing"


class AlreadyPosted(DomainError):
    """The same thing about the same record, or the same key, has been posted: nothing moves twice."""

    code = "already_posted"


class AmountRefused(DomainError):
    """An amount is more than zero and has whole cents."""

    code = "amount_refused"


class Fact(TypedDict):
    """What is posted. The amount (dollars) leaves the account `debit` and arrives at `credit`.

    `reference` is the row that the posting is about, or its (label, id); `part` tells several postings of one kind about it
    apart; `key` is an idempotency key, unique for the partner; `by` is a User, or None for the system.
    """

    partner: Partner
    amount: Decimal
    kind: str
    reference: Model | tuple[str, int]
    budgets: Sequence[BudgetKey]
    debit: str
    credit: str
    by: Any
    at: dt.datetime
    key: NotRequired[str | None]
    part: NotRequired[int]
    reverses: NotRequired[Transaction | None]


def reserve(**fact: Unpack[Fact]) -> Transaction:
    """Count an amount against every budget named (approve, award). The caller has locked the claim or proposal (staff door).

    Locks the budgets in the one order. Raises BudgetExceeded, BudgetMissing, AlreadyPosted, AmountRefused; then nothing has changed.
    """
    return _post(fact, reserved=1, used=0)


def spend(**fact: Unpack[Fact]) -> Transaction:
    """What was reserved is paid: reserved becomes used. Raises NotCounted where less is reserved, else as reserve()."""
    return _post(fact, reserved=-1, used=1)


def release(**fact: Unpack[Fact]) -> Transaction:
    """What was reserved is not needed: room again. Raises NotCounted where less is reserved, else as reserve()."""
    return _post(fact, reserved=-1, used=0)


def give_back(**fact: Unpack[Fact]) -> Transaction:
    """What was used has come back: room again. Raises NotCounted where less is used, else as reserve()."""
    return _post(fact, reserved=0, used=-1)


def move(**fact: Unpack[Fact]) -> Transaction:
    """From one account to another; no budget changes (`budgets` is empty), as when spending is accepted."""
    return _post(fact, reserved=0, used=0)


@transaction.atomic
def lock_room(*, partner: Partner, budgets: Sequence[BudgetKey]) -> dict[BudgetKey, Decimal]:
    """Lock these budgets until the end of the transaction, in the one order, and tell the room of each in dollars.

    Raises BudgetMissing.
    """
    return {key: row.room for key, row in _locked(partner, budgets).items()}


@transaction.atomic
def lock_budgets(*, wanted: Iterable[tuple[Partner, BudgetKey]]) -> dict[tuple[int, BudgetKey], Decimal]:
    """The same for several partners at once: network budgets first, then partners by id. Many postings in one transaction
    that touch different periods begin with this, or two of them could wait for each other. Raises BudgetMissing."""
    pairs = list(wanted)
    of_network = _rows_of_network({key for _partner, key in pairs if _kind(key).of_network})
    found: dict[tuple[int, BudgetKey], Decimal] = {}
    for partner in sorted({partner for partner, _key in pairs}, key=lambda one: one.pk):
        keys = [key for one, key in pairs if one == partner]
        rows = {**of_network, **_rows_of_partner(partner, {key for key in keys if not _kind(key).of_network})}
        found.update({(partner.pk, key): _present(rows, key).room for key in keys})
    return found


@transaction.atomic
def _post(fact: Fact, *, reserved: int, used: int) -> Transaction:
    amount, partner = _exact(fact["amount"]), fact["partner"]
    rows = _locked(partner, fact["budgets"])
    _refuse_what_is_not_there(rows, amount, reserved, used)
    posted = _transaction(fact, amount)
    ordered = sorted(rows, key=lambda key: (KINDS[key[0]].rank, key[1]))
    Movement.objects.bulk_create(
        Movement(
            partner=partner,
            transaction=posted,
            kind=kind,
            period=period,
            reserved=reserved * amount,
            used=used * amount,
        )
        for kind, period in ordered
    )
    legs = sorted([(fact["debit"], -amount), (fact["credit"], amount)])
    Entry.objects.bulk_create(
        Entry(
            partner=partner,
            transaction=posted,
            family=posted.family,
            account=account,
            amount=leg,
            balance_after=0,
            version=0,
        )
        for account, leg in legs
    )
    return posted


def _transaction(fact: Fact, amount: Decimal) -> Transaction:
    reference = fact["reference"]
    label, ident = reference if isinstance(reference, tuple) else (reference._meta.label_lower, reference.pk)
    twice = AlreadyPosted("This has been posted already; nothing was counted twice.")
    with refusing(
        ledger_transaction_once=twice, ledger_transaction_key_once=twice, ledger_transaction_reverses_id_key=twice
    ):
        return Transaction.objects.create(
            partner=fact["partner"],
            kind=fact["kind"],
            reference_type=label,
            reference_id=ident,
            part=fact.get("part", 0),
            amount=amount,
            key=fact.get("key") or "",
            reverses=fact.get("reverses"),
            by=fact["by"],
            at=fact["at"],
        )


def _exact(amount: Decimal) -> Decimal:
    if (
        not isinstance(amount, Decimal)
        or not amount.is_finite()
        or not 0 < amount <= MOST
        or amount != amount.quantize(CENT)
    ):
        raise AmountRefused("Enter an amount of more than $0.00 in whole cents.", field="amount")
    return amount.quantize(CENT)


def _refuse_what_is_not_there(rows: dict[BudgetKey, Row], amount: Decimal, reserved: int, used: int) -> None:
    for (kind, period), row in rows.items():
        if reserved + used > 0 and amount > row.room:
            raise BudgetExceeded(kind, period, row.room)
        if (reserved < 0 and amount > row.reserved) or (used < 0 and amount > row.used):
            raise NotCounted(
                f"{row}: only {show_money(row.reserved if reserved < 0 else row.used)} is counted.", field="amount"
            )


def _locked(partner: Partner, budgets: Sequence[BudgetKey]) -> dict[BudgetKey, Row]:
    keys = set(budgets)
    of_network = {key for key in keys if _kind(key).of_network}
    rows = {**_rows_of_network(of_network), **_rows_of_partner(partner, keys - of_network)}
    return {key: _present(rows, key) for key in budgets}


def _rows_of_network(keys: set[BudgetKey]) -> dict[BudgetKey, Row]:
    if not keys:
        return {}
    rows = NetworkBudget.objects.filter(_any_of(keys)).order_by(RANK, "period").select_for_update()
    return {(row.kind, row.period): row for row in rows}


def _rows_of_partner(partner: Partner, keys: set[BudgetKey]) -> dict[BudgetKey, Row]:
    if not keys:
        return {}
    rows = Budget.objects.filter(_any_of(keys), partner=partner).order_by(RANK, "period").select_for_update()
    return {(row.kind, row.period): row for row in rows}


def _any_of(keys: set[BudgetKey]) -> Q:
    wanted = Q()
    for kind, period in sorted(keys):
        wanted |= Q(kind=kind, period=period)
    return wanted


def _kind(key: BudgetKey) -> Any:
    if key[0] not in KINDS:
        raise BudgetMissing(f"There is no kind of budget named {key[0]}.")
    return KINDS[key[0]]


def _present(rows: dict[BudgetKey, Row], key: BudgetKey) -> Row:
    if key not in rows:
        raise BudgetMissing(f"There is no budget {key[0]} for {key[1]}: the calendar job makes it a year ahead.")
    return rows[key]
