"""Who applies, endorses, reviews and is told; asked of the database for a date, so that pages, jobs and the demo get the same answer."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from partners.models import Membership, OutreachAssignment, Partner, Role


@dataclass(frozen=True)
class Applicant:
    """In which role a person applies (C72), and whether the partner must endorse it (C75)."""

    role: str
    needs_endorsement: bool

    @property
    def word(self) -> str:
        """`Champion`."""
        return str(Role(self.role).label)


def applicant_of(person: Any, partner: Partner, on: dt.date) -> Applicant | None:
    """The role that asks least of the partner, of those held on a date (network zone); None where none is held."""
    held = Membership.objects.filter(partner=partner, user=person).in_force(on)
    found = [
        Applicant(row.role, row.role == Role.CHAMPION or (row.role == Role.PROGRAM_MANAGER and not row.employed))
        for row in held
    ]
    order = [Role.DIRECTOR, Role.PROGRAM_MANAGER, Role.FACILITATOR, Role.CHAMPION]
    return min(found, key=lambda one: (one.needs_endorsement, order.index(Role(one.role))), default=None)


def may_endorse(person: Any, partner: Partner, on: dt.date) -> bool:
    """A Director or an employed Program Manager on a date (network zone)."""
    return any(row.pk == person.pk for row in endorsers_of(partner, on))


def endorsers_of(partner: Partner, on: dt.date) -> list[User]:
    """Directors and employed Program Managers on a date."""
    rows = (
        Membership.objects.filter(partner=partner, role__in=(Role.DIRECTOR, Role.PROGRAM_MANAGER))
        .in_force(on)
        .select_related("user")
    )
    return [row.user for row in rows if row.role == Role.DIRECTOR or row.employed]


def managers_of(partner: Partner, on: dt.date) -> list[User]:
    """Directors and Program Managers on a date: who is told about the partner's proposals."""
    return managers_by_partner([partner.pk], on)[partner.pk]


def managers_by_partner(partners: Iterable[int], on: dt.date) -> dict[int, list[User]]:
    """The same for many partners (ids), in one query."""
    rows = Membership.objects.filter(partner__in=set(partners), role__in=(Role.DIRECTOR, Role.PROGRAM_MANAGER))
    found: dict[int, list[User]] = defaultdict(list)
    for row in rows.in_force(on).select_related("user").order_by("user_id"):
        found[row.partner_id].append(row.user)
    return found


def outreach_manager_of(partner: Partner, on: dt.date) -> list[User]:
    """The partner's Outreach Manager on a date, as a list of at most one."""
    return [row.user for row in OutreachAssignment.objects.filter(partner=partner).in_force(on).select_related("user")]
