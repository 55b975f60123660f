"""The register of conflicts of interest: each person of Code.org keeps her own."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from common.errors import DomainError, refusing
from common.zones import network_date
from ledger.models import ConflictOfInterest
from partners.models import Partner


class ConflictRefused(DomainError):
    """The dates do not fit, or the entry stands already."""

    code = "conflict_refused"


def conflicts(*, person: Any, partner: Partner, on: dt.date) -> bool:
    """True where the person has declared an interest in the partner that holds on this date (network zone).

    The staff door sees every register; every other door the register of its own person only.
    """
    return ConflictOfInterest.objects.filter(user=person, partner=partner).in_force(on).exists()


def conflicted_partners(*, person: Any, on: dt.date) -> set[int]:
    """Ids of the partners in which the person has an interest on this date (network zone), in one query."""
    return set(ConflictOfInterest.objects.filter(user=person).in_force(on).values_list("partner_id", flat=True))


@transaction.atomic
def declare_conflict(
    *, person: Any, partner: Partner, period: tuple[dt.date, dt.date | None], reason: str, at: dt.datetime
) -> ConflictOfInterest:
    """A person of Code.org declares an interest: first day, first day after (network zone). Her own register only.

    The door's `app.user` is the person, or the database refuses. Raises ConflictRefused.
    """
    first, before = period
    if before is not None and before <= first:
        raise ConflictRefused("Enter a last day on or after the first.", field="last_day")
    with refusing(
        ledger_conflict_once=ConflictRefused(
            f"Your register names {partner.name} for these days already.", field="partner"
        )
    ):
        return ConflictOfInterest.objects.create(
            user=person, partner=partner, starts_on=first, ends_before=before, reason=reason.strip(), declared_at=at
        )


@transaction.atomic
def end_conflict(*, conflict: ConflictOfInterest, last_day: dt.date, by: Any, at: dt.datetime) -> ConflictOfInterest:
    """Set the last day of an own entry; it is today or later, as the past is kept. Raises ConflictRefused."""
    row = ConflictOfInterest.objects.select_for_update(of=("self",)).get(pk=conflict.pk, user=by)
    if last_day < row.starts_on:
        raise ConflictRefused(f"Enter a date on or after {row.starts_on:%b %-d, %Y}, the first day.", field="last_day")
    if row.ends_before is not None and row.ends_before <= network_date(at):
        raise ConflictRefused("This entry has ended: what was true then is kept.")
    if last_day < network_date(at) - dt.timedelta(days=1):
        raise ConflictRefused("Enter yesterday or a later date: what was true before is kept.", field="last_day")
    row.ends_before = last_day + dt.timedelta(days=1)
    row.save(update_fields=["ends_before"])
    return row
