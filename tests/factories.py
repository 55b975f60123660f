"""Valid and minimal rows, one factory a model; call them inside staff_context()."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from typing import Any

from accounts.models import CodeOrgRole, CodeOrgRoleEnd, Side, User
from common.zones import now, today
from partners.models import Membership, OutreachAssignment, Partner

_number = itertools.count(1)
LONG_AGO = dt.date(2024, 1, 1)


def make_user(side: str = Side.PARTNER, **given: Any) -> User:
    """A person who can sign in with `password`, if one is given."""
    user = _user(side, **given)
    user.save()
    return user


def _user(side: str, **given: Any) -> User:
    n = next(_number)
    password = given.pop("password", None)
    facts = {"email": f"person{n}@example.org", "name": f"Person {n}", "joined_at": now(), **given}
    user = User(side=side, **facts)
    user.set_password(password)
    return user


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
    _membership(partner, user, role, **given).save()
    return user


def _membership(partner: Partner, user: User, role: str, **given: Any) -> Membership:
    ends = (
        {"ends_before": today() + dt.timedelta(days=200)}
        if role == "champion" or given.get("employed") is False
        else {}
    )
    return Membership(
        partner=partner, user=user, role=role, created_at=now(), **{"starts_on": LONG_AGO, **ends, **given}
    )


def make_members(partner: Partner, names: dict[str, str]) -> dict[str, User]:
    """One person a role, by role: what `make_member` makes one by one, in two statements."""
    people = {role: _user(Side.PARTNER, name=name) for role, name in names.items()}
    User.objects.bulk_create(people.values())
    Membership.objects.bulk_create(_membership(partner, user, role) for role, user in people.items())
    return people


def make_code_org(*roles: str, **given: Any) -> User:
    """A person at Code.org who holds these roles today; each was proposed by one founder and confirmed by the other."""
    user = given.pop("user", None) or make_user(Side.CODE_ORG, **given)
    CodeOrgRole.objects.bulk_create(_roles(user, roles, founders()))
    return user


def _roles(user: User, roles: Iterable[str], by: tuple[User, User]) -> list[CodeOrgRole]:
    proposer, confirmer = by
    facts = {"valid_from": LONG_AGO, "reason": "test", "proposed_at": now(), "confirmed_at": now()}
    return [CodeOrgRole(user=user, role=role, proposed_by=proposer, confirmed_by=confirmer, **facts) for role in roles]


def make_code_org_people(roles: list[tuple[str, str]]) -> list[User]:
    """One person for each pair of a role and a name, as `make_code_org` makes them."""
    people = [_user(Side.CODE_ORG, name=name) for _role, name in roles]
    User.objects.bulk_create(people)
    by = founders()
    CodeOrgRole.objects.bulk_create(
        row for user, (role, _name) in zip(people, roles, strict=True) for row in _roles(user, [role], by)
    )
    return people


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
