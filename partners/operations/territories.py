"""Who holds which area: staff give one to a partner, and end it (C48)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from activity.operations import record
from common.errors import DomainError, refusing
from partners.models import Partner, Territory


class TerritoryRefused(DomainError):
    """Somebody holds this area then, or a date does not fit."""

    code = "territory_refused"


@dataclass(frozen=True)
class Area:
    """`level` is "state", "county" or "zip"; `key` its postal code, FIPS number or ZIP code; `name` how people read it."""

    level: str
    key: str
    name: str


@dataclass(frozen=True)
class Holding:
    """What is to be held: an area, for a program, from a day to a last one (None: until further notice; network zone), and why."""

    area: Area
    program: Any
    valid_from: dt.date
    last_day: dt.date | None = None
    reason: str = ""

    @property
    def valid_before(self) -> dt.date | None:
        """The first day on which it is no longer held."""
        return self.last_day + dt.timedelta(days=1) if self.last_day else None


@transaction.atomic
def hold_territory(*, partner: Partner, holding: Holding, by: Any, at: dt.datetime) -> Territory:
    """A partner holds an area from now on, or for a time (staff door). Raises TerritoryRefused, which names who holds it then."""
    area, program, valid_from = holding.area, holding.program, holding.valid_from
    if not holding.reason.strip():
        raise TerritoryRefused("Say why this partner holds it.", field="reason")
    if holding.last_day is not None and holding.last_day < valid_from:
        raise TerritoryRefused("The last day is before the first one.", field="last_day")
    lock_area(area.level, area.key)
    _refuse_held(partner, holding)
    meanwhile = TerritoryRefused("Somebody else has just given this area away: look again.", field="area")
    with refusing(partners_territory_one_holder=meanwhile, partners_territory_once=meanwhile):
        made = Territory.objects.create(
            partner=partner,
            level=area.level,
            area=area.key,
            area_name=area.name,
            program=program,
            valid_from=valid_from,
            valid_before=holding.valid_before,
            reason=holding.reason.strip(),
            added_by=by,
            added_at=at,
        )
    record(
        made,
        verb="territory.held",
        text=f"{partner.name} holds {area.name} for {program.name} from {valid_from:%b %-d, %Y}",
        reason=made.reason,
        by=by,
        at=at,
    )
    return made


@transaction.atomic
def end_territory(*, territory: Territory, last_day: dt.date, reason: str, by: Any, at: dt.datetime) -> Territory:
    """The last day (network zone) on which it is held, never later than before (staff door). Locks the row. Raises TerritoryRefused."""
    row = Territory.objects.select_for_update(of=("self",)).select_related("partner").get(pk=territory.pk)
    if not reason.strip():
        raise TerritoryRefused("Say why it ends.", field="reason")
    if last_day < row.valid_from:
        raise TerritoryRefused(
            f"Enter a date on or after {row.valid_from:%b %-d, %Y}, the first day.", field="last_day"
        )
    if row.last_day is not None and last_day > row.last_day:
        raise TerritoryRefused(
            f"Enter a date on or before {row.last_day:%b %-d, %Y}: it ends then already.", field="last_day"
        )
    was, row.valid_before = row.last_day, last_day + dt.timedelta(days=1)
    row.save(update_fields=["valid_before"])
    record(
        row,
        verb="territory.ended",
        text=f"{row.partner.name} holds {row.area_name} until {last_day:%b %-d, %Y}",
        reason=reason.strip(),
        by=by,
        at=at,
        before={"last_day": was},
        after={"last_day": last_day},
    )
    return row


def lock_area(level: str, area: str) -> None:
    """Until the end of the transaction one person alone gives this area away: two inserts that wait for one another would both fail."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"partners.territory:{level}:{area}"])


def _refuse_held(partner: Partner, holding: Holding) -> None:
    area, then = holding.area, Q(valid_before__isnull=True) | Q(valid_before__gt=holding.valid_from)
    if holding.valid_before is not None:
        then &= Q(valid_from__lt=holding.valid_before)
    rows = Territory.objects.filter(then, level=area.level, area=area.key, program=holding.program)
    held = rows.select_related("partner").order_by("valid_from").first()
    if held is None:
        return
    who = f"{partner.name} holds it already" if held.partner_id == partner.pk else f"{held.partner.name} holds it"
    until = f"until {held.last_day:%b %-d, %Y}" if held.last_day else "until further notice"
    raise TerritoryRefused(f"{area.name}: {who} from {held.valid_from:%b %-d, %Y} {until}.", field="area")
