"""Valid and minimal rows, one factory a model; call them inside staff_context()."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from accounts.models import CodeOrgRole, CodeOrgRoleEnd, Side, User
from common.zones import now, today
from partners.models import Membership, OutreachAssignment, Partner

_number = itertools.count(1)
LONG_AGO = dt.date(2024, 1, 1)


def make_user(side: str = Side.PARTNER, **given: Any) -> User:
    """A person who can sign in with `password`, if one is given."""
    n = next(_number)
    password = given.pop("password", None)
    return User.objects.create_user(
        given.pop("email", f"person{n}@example.org"),
        given.pop("name", f"Person {n}"),
        side,
        password,
        joined_at=now(),
        **given,
    )


def make_partner(**given: Any) -> Partner:
    """A partner in the network since 2024."""
    n = next(_number)
    facts = {
        "name": f"Partner {n}",
        "slug": f"partner-{n}",
        "started_on": LONG_AGO,
        "created_at": now(),
        "states": ["NM"],
        **given,
    }
    return Partner.objects.create(**facts)


def make_member(partner: Partner, role: str = "program_manager", **given: Any) -> User:
    """A person who holds this role at this partner today."""
    user = given.pop("user", None) or make_user(
        **{key: given.pop(key) for key in ("email", "name", "password") if key in given}
    )
    ends = (
        {"ends_before": today() + dt.timedelta(days=200)}
        if role == "champion" or given.get("employed") is False
        else {}
    )
    Membership.objects.create(
        partner=partner, user=user, role=role, created_at=now(), **{"starts_on": LONG_AGO, **ends, **given}
    )
    return user


def make_code_org(*roles: str, **given: Any) -> User:
    """A person at Code.org who holds these roles today; each was proposed by one founder and confirmed by the other."""
    user = given.pop("user", None) or make_user(Side.CODE_ORG, **given)
    for role in roles:
        proposer, confirmer = founders()
        CodeOrgRole.objects.create(
            user=user,
            role=role,
            valid_from=LONG_AGO,
            reason="test",
            proposed_by=proposer,
            proposed_at=now(),
            confirmed_by=confirmer,
            confirmed_at=now(),
        )
    return user


def end_code_org_roles(person: User, valid_before: dt.date) -> None:
    """Her roles at Code.org end before this date: one founder proposed it, the other confirmed."""
    proposer, confirmer = founders()
    for role in person.code_org_roles.all():
        end = CodeOrgRoleEnd.objects.create(
            role=role,
            last_day=valid_before - dt.timedelta(days=1),
            reason="test",
            proposed_by=proposer,
            proposed_at=now(),
        )
        end.confirmed_by, end.confirmed_at = confirmer, now()
        end.save(update_fields=["confirmed_by", "confirmed_at"])
    person.code_org_roles.update(valid_before=valid_before)


def founders() -> tuple[User, User]:
    """Two people of Code.org without a role, who stand behind the roles of the others."""
    found = [User.objects.filter(email=f"founder{n}@code.example").first() for n in (1, 2)]
    one, two = (
        person or make_user(Side.CODE_ORG, email=f"founder{n}@code.example") for n, person in enumerate(found, 1)
    )
    return one, two


def assign(manager: User, partner: Partner, **given: Any) -> OutreachAssignment:
    """Make a person the partner's Outreach Manager since 2024."""
    return OutreachAssignment.objects.create(
        partner=partner, user=manager, assigned_at=now(), **{"starts_on": LONG_AGO, **given}
    )
