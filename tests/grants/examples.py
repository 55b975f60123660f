"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from common.zones import now
from grants.models import Cycle, Proposal, Slate
from partners.models import Partner
from tests.grants.factories import open_network, sent
from tests.world import SECRET, World


def a_proposal(world: World, partner: Partner) -> Proposal:
    """A champion's, sent for endorsement; the other tenant's carries the secret."""
    own = partner == world.home
    people = world.people if own else world.away_people
    return sent(
        partner, people["champion"], open_network(), at=now(), title="Breakfast" if own else f"Breakfast {SECRET}"
    )


def a_slate(world: World, partner: Partner) -> Slate:
    """Prepared, empty."""
    return Slate.objects.create(
        cycle=open_network(),
        number=Slate.objects.count() + 1,
        policy="P3",
        line=Decimal(60),
        envelope=Decimal(0),
        total=Decimal(0),
        replay_sha256="0" * 64,
        prepared_at=now(),
        state="prepared",
    )


def a_cycle(world: World, partner: Partner) -> Cycle:
    """The open one."""
    return open_network()


EXAMPLES: dict[type[Any], Any] = {
    Proposal: a_proposal,
    Cycle: a_cycle,
    Slate: lambda world, partner: Slate.objects.first() or a_slate(world, partner),
}

KWARGS: dict[str, dict[str, str]] = {
    "review": {"ref": "R-0000000000"},
    "stand_down": {"ref": "R-0000000000"},
}
