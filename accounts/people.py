"""Who holds a role at Code.org on a date; asked of the database, so that pages, jobs and the demo get the same answer."""

from __future__ import annotations

import datetime as dt

from accounts.models import CodeOrgRole, User


def code_org_people(role: str, on: dt.date) -> list[User]:
    """People who hold a role at Code.org on a date (network zone), by id."""
    rows = (
        CodeOrgRole.objects.in_force(on)
        .filter(role=role, user__is_active=True)
        .select_related("user")
        .order_by("user_id")
    )
    return [row.user for row in rows]
