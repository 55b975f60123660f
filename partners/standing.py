"""From a signed-in person to what she may see: read from the database at every request, so an end takes effect at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from accounts.models import CodeOrgRole, Side
from common.standing import NOBODY_IN_PARTICULAR, Post, Standing
from common.tenancy import Door, Scope
from partners.models import Membership, OutreachAssignment

STAFF_DOOR_ROLES = ("staff", "finance", "administrator")


def standing_of(user: Any, on: dt.date) -> Standing:
    """Posts, Code.org roles and portfolio on a date (network zone); app.user must be set, nothing else."""
    if not user.is_authenticated:
        return NOBODY_IN_PARTICULAR
    if user.side == Side.PARTNER:
        rows = Membership.own.filter(user=user).in_force(on).order_by("id")
        return Standing(posts=tuple(Post(row.partner_id, row.role, row.employed) for row in rows))
    roles = frozenset(CodeOrgRole.objects.filter(user=user).in_force(on).values_list("role", flat=True))
    portfolio: frozenset[int] = frozenset()
    if "outreach_manager" in roles:
        portfolio = frozenset(
            OutreachAssignment.own.filter(user=user).in_force(on).values_list("partner_id", flat=True)
        )
    return Standing(code_org=roles, portfolio=portfolio)


def scope_of(user: Any, standing: Standing) -> Scope:
    """The widest scope of a person; a partner in the URL narrows it."""
    if standing.is_code_org(*STAFF_DOOR_ROLES):
        return Scope(Door.STAFF, user=user.pk, reason="staff page")
    partners = standing.portfolio or {post.partner_id for post in standing.posts}
    if partners:
        return Scope(Door.TENANT, tuple(sorted(partners)), None, user.pk)
    return Scope(Door.NONE, user=user.pk)
