"""Partners and people of the demo network."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress

from accounts.models import CodeOrgRole, Side, User
from common.zones import network_zone
from impact.demo import names
from partners.models import Membership, Partner
from partners.operations import add_partner, assign_outreach_manager, ensure_calendars


@dataclass
class DemoNetwork:
    """What later steps build on. `people[partner.pk][role]` are users; `code_org[role]` too.

    `at` is the first instant of the date, so that nothing lies ahead of whoever looks.
    """

    on: dt.date
    at: dt.datetime
    rng: random.Random
    partners: list[Partner] = field(default_factory=list)
    people: dict[int, dict[str, list[User]]] = field(default_factory=dict)
    code_org: dict[str, list[User]] = field(default_factory=dict)
    outreach_of: dict[int, User] = field(default_factory=dict)

    def instant(self, on: dt.date, hour: int = 10, minute: int = 0) -> dt.datetime:
        """A moment of a day in the network's zone, never after `at`."""
        return min(dt.datetime.combine(on, dt.time(hour, minute), network_zone()), self.at)


def start(on: dt.date) -> DemoNetwork:
    """An empty network of this date."""
    at = dt.datetime.combine(on, dt.time(), network_zone())
    return DemoNetwork(on=on, at=at, rng=random.Random(f"demo {on}"))


def load(network: DemoNetwork) -> None:
    """Calendars, Code.org's people, about 60 partners with their people."""
    for year in range(network.on.year - 2, network.on.year + 1):
        ensure_calendars(on=dt.date(year, 6, 1))
    _code_org(network)
    begun = dt.date(network.on.year - 2, 1, 1)
    for number, (name, kind, states, group, zone) in enumerate(names.partners()):
        started = dt.date(2019 + number % 5, 1 + number % 12, 1) if number % 9 else begun
        partner = add_partner(
            name=name,
            kind=kind,
            states=states,
            started_on=started,
            by=network.code_org["staff"][0],
            at=network.instant(begun),
            contract_group=group,
            time_zone=zone,
        )
        network.partners.append(partner)
        managers = network.code_org["outreach_manager"]
        manager = managers[number % len(managers)]
        assign_outreach_manager(
            partner=partner, manager=manager, from_day=begun, by=network.code_org["staff"][1], at=network.instant(begun)
        )
        network.outreach_of[partner.pk] = manager
        _people(network, partner, number)


def _code_org(network: DemoNetwork) -> None:
    since = dt.date(network.on.year - 3, 1, 1)
    at = network.instant(since)
    people = {name: _user(name, Side.CODE_ORG, "code.example", at) for name, _roles in names.CODE_ORG}
    proposer, confirmer = [people[name] for name, roles in names.CODE_ORG if "administrator" in roles][:2]
    for name, roles in names.CODE_ORG:
        for role in roles:
            CodeOrgRole.objects.create(
                user=people[name],
                role=role,
                valid_from=since,
                reason="Demo network",
                proposed_by=proposer,
                proposed_at=at,
                confirmed_by=confirmer,
                confirmed_at=at,
            )
            network.code_org.setdefault(role, []).append(people[name])


ROLES_OF_EACH = ("program_manager", "director", "facilitator", "champion")


def _people(network: DemoNetwork, partner: Partner, number: int) -> None:
    roles = [*ROLES_OF_EACH]
    if number % 4 == 0:
        roles.append("contracted")
    if number % 3 == 0:
        roles.append("facilitator")
    for position, role in enumerate(roles):
        first = names.FIRST[(number * 7 + position * 13) % len(names.FIRST)]
        last = names.LAST[(number * 11 + position * 17 + number // 60) % len(names.LAST)]
        name = "Marisol Vega" if number == 0 and position == 0 else f"{first} {last}"
        at = network.instant(dt.date(network.on.year - 2, 1, 2))
        user = _user(name, Side.PARTNER, f"{'-'.join(partner.slug.split('-')[:2])}.example", at)
        _member(network, partner, user, role, at)


def _member(network: DemoNetwork, partner: Partner, user: User, role: str, at: dt.datetime) -> None:
    contracted = role == "contracted"
    held = "program_manager" if contracted else role
    ends = network.on + dt.timedelta(days=150) if contracted or role == "champion" else None
    Membership.objects.create(
        partner=partner,
        user=user,
        role=held,
        employed=not contracted and role != "champion",
        starts_on=dt.date(network.on.year - 2, 1, 2),
        ends_before=ends,
        created_at=at,
    )
    network.people.setdefault(partner.pk, {}).setdefault("contracted" if contracted else held, []).append(user)


def _user(name: str, side: str, domain: str, at: dt.datetime) -> User:
    base = name.lower().replace(" ", ".")
    taken = User.objects.filter(email__startswith=f"{base}", email__endswith=f"@{domain}").count()
    email = f"{base}{taken + 1 if taken else ''}@{domain}"
    user = User.objects.create_user(email, name, side, joined_at=at)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
