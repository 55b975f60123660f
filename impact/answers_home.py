"""What a partner's home says of answers that are missing: of people who are invited, and of a Director who is asked to share an area."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Case, F, Value, When

from common.templatetags.rp import countdown, day
from impact.todos import MOST, Todo
from partners.models import Invitation, Partner, Role, TerritoryShare

INVITED, SHARED = "invited", "shared"


def answers_to_do(*, user: Any, partner: Partner, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Invitations that nobody has answered and that end within 2 days or have ended, and shares that wait for her; one statement."""
    asked = []
    if user.has_perm("partners.invite", partner):
        rows = Invitation.objects.filter(partner=partner, accepted_at=None, withdrawn_at=None)
        soon = rows.filter(expires_at__lt=at + dt.timedelta(days=2)).order_by()
        asked.append(soon.values_list(Value(INVITED), "name", "role", F("expires_at")))
    if user.has_perm("territories.answer_share", partner):
        fellow = Case(When(holder=partner, then="other_name"), default="holder_name")
        mine = TerritoryShare.objects.waiting().of(partner).exclude(holder=partner, holder_at__isnull=False)
        mine = mine.exclude(other=partner, other_at__isnull=False).order_by()
        asked.append(mine.values_list(Value(SHARED), "area_name", fellow, F("proposed_at")))
    if not asked:
        return []
    first, *more = asked
    found = list((first.union(*more, all=True) if more else first)[: 2 * MOST])
    makers = {INVITED: _invited, SHARED: _shared}
    return [makers[kind](partner, what, which, when, at) for kind, what, which, when in found]


def _invited(partner: Partner, name: str, role: str, expires_at: dt.datetime, at: dt.datetime) -> Todo:
    return Todo(
        due=expires_at,
        when="Over" if expires_at <= at else day(expires_at),
        note=countdown(expires_at),
        title=f"Ask {name} about the invitation",
        why=f"Nobody has answered the invitation as {Role(role).label}.",
        url=f"/partners/{partner.slug}/people/",
        action="Open people",
        tone="soon",
    )


def _shared(partner: Partner, area: str, fellow: str, proposed_at: dt.datetime, at: dt.datetime) -> Todo:
    return Todo(
        due=proposed_at,
        when="Waits",
        note="",
        title=f"Answer whether you share {area}",
        why=f"Code.org proposes that {fellow} serves it too.",
        url=f"/partners/{partner.slug}/territories/",
        action="Answer",
    )
