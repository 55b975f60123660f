"""Partners of the network: add, correct, assign the Outreach Manager, keep the calendars a year ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from activity.operations import record, tell
from common.errors import DomainError, refusing
from common.zones import network_date
from partners.models import FiscalYear, OutreachAssignment, Partner, ProgramYear, Quarter

ON_JOINING: list[Any] = []


class NameTaken(DomainError):
    """Two partners cannot have one name."""

    code = "name_taken"


class AssignmentRefused(DomainError):
    """The dates do not leave exactly one Outreach Manager."""

    code = "assignment_refused"


@transaction.atomic
def add_partner(
    *, name: str, kind: str, states: list[str], started_on: dt.date, by: Any, at: dt.datetime, **more: Any
) -> Partner:
    """Take a partner into the network (staff door). What must exist for each partner is made at once. Raises NameTaken."""
    with refusing(partners_partner_name_key=NameTaken("Another partner has this name.", field="name")):
        partner = Partner.objects.create(
            name=name.strip(),
            slug=free_slug(name),
            kind=kind,
            states=states,
            started_on=started_on,
            created_at=at,
            **more,
        )
    for prepare in ON_JOINING:
        prepare(partner=partner, at=at)
    record(partner, verb="partner.joined", text=f"{partner.name} joined the network", by=by, at=at)
    return partner


@transaction.atomic
def correct_partner(*, partner: Partner, changes: dict[str, Any], by: Any, at: dt.datetime) -> Partner:
    """Correct name, kind, states, zone or end of partnership (staff door). Raises NameTaken."""
    if not changes:
        return partner
    before = _facts(partner, changes)
    for field, value in changes.items():
        setattr(partner, field, value)
    with refusing(partners_partner_name_key=NameTaken("Another partner has this name.", field="name")):
        partner.save(update_fields=list(changes))
    record(
        partner,
        verb="partner.corrected",
        text=f"{partner.name} was corrected",
        by=by,
        at=at,
        before=before,
        after=_facts(partner, changes),
    )
    return partner


@transaction.atomic
def assign_outreach_manager(
    *, partner: Partner, manager: Any, from_day: dt.date, by: Any, at: dt.datetime
) -> OutreachAssignment:
    """Make a person the partner's Outreach Manager from a date (network zone); the one before ends that day (C27).

    Who was to begin on that day or later does not begin: a plan or today's mistake is put right. Locks the partner's assignments.
    Raises AssignmentRefused where one that has begun before today stands in the way, or where nothing would change.
    """
    today = network_date(at)
    rows = list(
        OutreachAssignment.objects.select_for_update(of=("self",))
        .filter(partner=partner)
        .select_related("user")
        .order_by("starts_on")
    )
    instead = [row for row in rows if row.starts_on >= from_day]
    _refuse_assignment(rows, instead, manager, today)
    OutreachAssignment.objects.filter(pk__in=[row.pk for row in instead]).delete()
    for row in rows:
        if row not in instead and (row.ends_before is None or row.ends_before > from_day):
            row.ends_before = from_day
            row.save(update_fields=["ends_before"])
    meanwhile = AssignmentRefused("Somebody else has just chosen an Outreach Manager: look again.")
    with refusing(partners_assignment_one_manager=meanwhile):
        made = OutreachAssignment.objects.create(
            partner=partner, user=manager, starts_on=from_day, assigned_by=by, assigned_at=at
        )
    _record_assignment(made, instead, by, at)
    return made


@transaction.atomic
def ensure_calendars(*, on: dt.date) -> int:
    """Make fiscal years, quarters and program years until the end of the year after `on` (staff door); how many years are new."""
    years = range(on.year - 1, on.year + 2)
    before = _years_kept()
    kept = FiscalYear.objects.bulk_create(map(_fiscal_year, years), ignore_conflicts=True)
    fiscal = {row.starts_on.year: row for row in FiscalYear.objects.filter(label__in=[row.label for row in kept])}
    Quarter.objects.bulk_create(
        (_quarter(fiscal[year], year, number) for year in years for number in range(1, 5)), ignore_conflicts=True
    )
    ProgramYear.objects.bulk_create(map(_program_year, years), ignore_conflicts=True)
    return _years_kept() - before


def _refuse_assignment(
    rows: list[OutreachAssignment], instead: list[OutreachAssignment], manager: Any, today: dt.date
) -> None:
    begun = next((row for row in instead if row.starts_on < today), None)
    if begun is not None:
        raise AssignmentRefused(
            f"{begun.user.name} has begun on {begun.starts_on:%b %-d, %Y}: choose a later date.", field="from_day"
        )
    kept = [row for row in rows if row not in instead]
    if not instead and kept and kept[-1].ends_before is None and kept[-1].user_id == manager.pk:
        raise AssignmentRefused(f"{manager.name} is Outreach Manager already.", field="manager")


def _record_assignment(made: OutreachAssignment, instead: list[OutreachAssignment], by: Any, at: dt.datetime) -> None:
    """On the timeline, and to whom it concerns: who begins, and who was to begin."""
    partner, text = made.partner, f"{made.user.name} is Outreach Manager from {made.starts_on:%b %-d, %Y}"
    planned = ", ".join(f"{row.user.name} from {row.starts_on:%b %-d, %Y}" for row in instead)
    record(partner, verb="partner.outreach_manager", text=text, by=by, at=at, before={"planned": planned})
    yours = f"{partner.name} is yours from {made.starts_on:%b %-d, %Y}"
    _tell_manager(made, made.user, f"assigned:{made.ref}", yours, f"/partners/{partner.slug}/", at)
    for row in instead:
        if row.user_id != made.user_id:
            not_yours = f"{partner.name} is not yours: {made.user.name} looks after it"
            _tell_manager(made, row.user, f"unassigned:{row.ref}", not_yours, "/network/", at)


def _tell_manager(made: OutreachAssignment, whom: Any, key: str, text: str, url: str, at: dt.datetime) -> None:
    tell([whom], kind="partner.assigned", key=key, text=text, url=url, at=at, partner_id=made.partner_id)


def _facts(partner: Partner, fields: dict[str, Any]) -> dict[str, Any]:
    """These fields as people read them."""
    return {name: partner.get_kind_display() if name == "kind" else getattr(partner, name) for name in fields}


def free_slug(name: str) -> str:
    """A slug that no partner has."""
    base = slugify(name)[:70] or "partner"
    taken = set(Partner.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return base if base not in taken else next(f"{base}-{n}" for n in range(2, 10_000) if f"{base}-{n}" not in taken)


def _years_kept() -> int:
    return FiscalYear.objects.count() + ProgramYear.objects.count()


def _fiscal_year(year: int) -> FiscalYear:
    return FiscalYear(label=f"FY{year}", starts_on=dt.date(year, 1, 1), ends_before=dt.date(year + 1, 1, 1))


def _quarter(fiscal: FiscalYear, year: int, number: int) -> Quarter:
    first, after = dt.date(year, 3 * number - 2, 1), dt.date(year + number // 4, 3 * number % 12 + 1, 1)
    return Quarter(label=f"{year}Q{number}", fiscal_year=fiscal, number=number, starts_on=first, ends_before=after)


def _program_year(year: int) -> ProgramYear:
    label = f"{year}-{(year + 1) % 100:02d}"
    return ProgramYear(label=label, starts_on=dt.date(year, 7, 1), ends_before=dt.date(year + 1, 7, 1))
