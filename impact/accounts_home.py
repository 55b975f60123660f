"""What an Administrator's home says: roles and ends of roles that wait for a second person, and jobs and mails that have stopped."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q

from accounts.models import CodeOrgInvitation, CodeOrgRoleEnd
from activity.models import Mail, Run
from activity.upkeep import heartbeats
from common.templatetags.rp import plural
from impact.todos import MOST, Todo


def roles_to_confirm(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Roles that another Administrator has proposed for somebody else, oldest first."""
    if not user.has_perm("accounts.administer"):
        return []
    rows = (
        CodeOrgInvitation.objects.waiting().filter(confirmed_at=None).exclude(Q(proposed_by=user) | Q(email=user.email))
    )
    return [
        Todo(
            due=row.proposed_at,
            when="Waits",
            note="",
            title=f"Confirm {row.name} as {row.get_role_display()}",
            why=f"{row.proposed_by.name} proposed it: {row.reason}",
            url="/network/accounts/",
            action="Open accounts",
        )
        for row in rows[:MOST]
    ]


def role_ends_to_confirm(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Ends that another Administrator has proposed of somebody else's role, oldest first."""
    if not user.has_perm("accounts.administer"):
        return []
    rows = CodeOrgRoleEnd.objects.waiting().exclude(Q(proposed_by=user) | Q(role__user=user))
    return [
        Todo(
            due=row.proposed_at,
            when="Waits",
            note="",
            title=f"Confirm that {row.role.user.name} ends as {row.role.get_role_display()}",
            why=f"{row.proposed_by.name} proposed it, last day {row.last_day:%b %-d, %Y}: {row.reason}",
            url=f"/network/accounts/roles/{row.role.ref}/end/",
            action="Open the proposal",
        )
        for row in rows[:7]
    ]


def stopped_jobs(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Runs and mails that were given up, and the clock or worker where it has not been seen."""
    if not user.has_perm("activity.keep_jobs"):
        return []
    found = [
        (Run.objects.filter(state=Run.State.DEAD).count(), "stopped job", "Each was tried five times."),
        (
            Mail.objects.filter(state=Mail.State.DEAD).count(),
            "mail that does not go out,mails that do not go out",
            "Each was tried five times.",
        ),
        (
            sum(bool(row["late"]) for row in heartbeats(at)),
            "part that shows no life,parts that show no life",
            "What is due waits for them.",
        ),
    ]
    return [
        Todo(
            due=None,
            when="Open now",
            note="",
            title=f"Look after {plural(count, words)}",
            why=why,
            url="/network/jobs/",
            action="Open jobs",
            tone="late",
        )
        for count, words, why in found
        if count
    ]
