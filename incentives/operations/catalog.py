"""The outcome catalog: staff propose a version, another person confirms it; a version never changes afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from activity.operations import record
from common.errors import DomainError, refusing
from common.money import show_short
from common.zones import network_date
from incentives.models import Outcome, OutcomeVersion, RequiredEvidence
from partners.settings import settings_on

LEAST, MOST = "incentives.least_amount", "incentives.most_amount"


class CatalogRefused(DomainError):
    """The version cannot be proposed or confirmed like this; the message says why."""

    code = "catalog_refused"


@dataclass(frozen=True)
class Terms:
    """What a version says: title, rule, dollars, how often, and its kinds of evidence as (title, confirmed by a person)."""

    title: str
    rule: str
    amount: Decimal
    once: str
    months: int | None
    yearly_limit: int | None
    evidence: Sequence[tuple[str, bool]]


@transaction.atomic
def propose_outcome(
    *, area: str, subject_kind: str, terms: Terms, dates: tuple[dt.date, str], by: Any, at: dt.datetime
) -> OutcomeVersion:
    """Staff propose a new outcome (staff door); `dates` is its first day and the reason. Raises CatalogRefused."""
    position = (Outcome.objects.aggregate(last=Max("position"))["last"] or 0) + 1
    code = _free_code(position)
    with refusing(
        incentives_outcome_code_key=CatalogRefused("Somebody added an outcome at the same moment: send it again.")
    ):
        outcome = Outcome.objects.create(
            code=code, area=area, subject_kind=subject_kind, family=code, position=position
        )
    return propose_version(outcome=outcome, terms=terms, dates=dates, by=by, at=at)


@transaction.atomic
def propose_version(
    *, outcome: Outcome, terms: Terms, dates: tuple[dt.date, str], by: Any, at: dt.datetime
) -> OutcomeVersion:
    """Staff propose a version of an outcome from a later day on (staff door). Raises CatalogRefused."""
    first, reason = dates
    _refuse_past(first, at)
    _refuse_amount(terms.amount, first)
    if not terms.evidence:
        raise CatalogRefused("Name at least one kind of evidence.", field="evidence")
    with refusing(incentives_version_amount=CatalogRefused(_range_words(first), field="amount")):
        made = OutcomeVersion.objects.create(
            outcome=outcome,
            title=terms.title.strip(),
            rule=terms.rule.strip(),
            amount=terms.amount,
            once=terms.once,
            months=terms.months,
            yearly_limit=terms.yearly_limit,
            valid_from=first,
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=at,
        )
    RequiredEvidence.objects.bulk_create(
        RequiredEvidence(version=made, position=position, title=title.strip(), confirmed=confirmed)
        for position, (title, confirmed) in enumerate(terms.evidence, start=1)
    )
    record(outcome, verb="catalog.proposed", text=_words(made, "was proposed"), reason=reason.strip(), by=by, at=at)
    return made


@transaction.atomic
def confirm_version(*, version: OutcomeVersion, by: Any, at: dt.datetime) -> OutcomeVersion:
    """Another person confirms; the version before ends on that day (staff door). Locks the outcome. Raises CatalogRefused.

    A version begins after the day on which it is confirmed, so no outcome date changes its version (II8).
    """
    outcome = Outcome.objects.select_for_update(of=("self",)).get(pk=version.outcome_id)
    row = OutcomeVersion.objects.select_related("outcome").get(pk=version.pk)
    if row.confirmed_at is not None or row.withdrawn_at is not None:
        raise CatalogRefused("This proposal is decided already.")
    if row.proposed_by_id == by.pk:
        raise CatalogRefused("You proposed this version, so another person confirms it.")
    _refuse_past(row.valid_from, at)
    before = OutcomeVersion.objects.confirmed().filter(outcome=outcome).order_by("-valid_from").first()
    if before is not None and before.valid_from >= row.valid_from:
        raise CatalogRefused(f"Another version begins on {before.valid_from:%b %-d, %Y}: propose a later day.")
    row.succeed(before, by=by, at=at)
    facts = {"title": row.title, "amount": row.amount, "from": row.valid_from}
    old = {"title": before.title, "amount": before.amount, "from": before.valid_from} if before else {}
    record(outcome, verb="catalog.confirmed", text=_words(row, "is confirmed"), by=by, at=at, before=old, after=facts)
    return row


@transaction.atomic
def withdraw_version(*, version: OutcomeVersion, by: Any, at: dt.datetime) -> None:
    """Take a proposal back (staff door). Raises CatalogRefused."""
    changed = OutcomeVersion.objects.proposed().filter(pk=version.pk).update(withdrawn_at=at)
    if changed != 1:
        raise CatalogRefused("This proposal is decided already.")
    record(version.outcome, verb="catalog.withdrawn", text=_words(version, "was withdrawn"), by=by, at=at)


def _free_code(position: int) -> str:
    taken = set(Outcome.objects.values_list("code", flat=True))
    return next(f"O{number}" for number in range(position, position + len(taken) + 2) if f"O{number}" not in taken)


def _refuse_past(first: dt.date, at: dt.datetime) -> None:
    if first <= network_date(at):
        raise CatalogRefused("Enter a day after today: outcomes until today keep their version.", field="valid_from")


def _refuse_amount(amount: Decimal, first: dt.date) -> None:
    found = settings_on(first, LEAST, MOST)
    if not found[LEAST] <= amount <= found[MOST]:
        raise CatalogRefused(_range_words(first), field="amount")


def _range_words(first: dt.date) -> str:
    found = settings_on(first, LEAST, MOST)
    return f"Enter an amount from {found[LEAST]:,.2f} to {found[MOST]:,.2f} dollars."


def _words(version: OutcomeVersion, what: str) -> str:
    return f"{version.outcome.code} {version.title}, {show_short(version.amount)} from {version.valid_from:%b %-d, %Y}, {what}"
