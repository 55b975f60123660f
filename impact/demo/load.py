"""The steps of the demo network, lowest app first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from activity.models import Notice
from common.refs import seeded
from common.tenancy import staff_context
from impact.demo import districts, grants, incentives, ledger, network, territories, workshops
from impact.demo.network import DemoNetwork
from partners.models import Partner

SEEN_AFTER = dt.timedelta(days=7)


def see_old_notices(network: DemoNetwork) -> None:
    """What people were told more than a week ago, they have seen."""
    Notice.objects.unread().filter(at__lt=network.at - SEEN_AFTER).update(read_at=network.at)


STEPS: list[Callable[[DemoNetwork], None]] = [
    network.load,
    districts.load,
    territories.load,
    workshops.load,
    ledger.load,
    incentives.load,
    grants.load,
    see_old_notices,
]


class NotEmpty(Exception):
    """The database holds partners already: the demo network is loaded into an empty one."""


def load_demo(on: dt.date) -> DemoNetwork:
    """Make the whole demo network of one date in one transaction. Raises NotEmpty."""
    with staff_context("load_demo"), seeded(f"demo {on}"):
        if Partner.objects.exists():
            raise NotEmpty("This database holds partners already; the demo network goes into an empty one.")
        made = network.start(on)
        for step in STEPS:
            step(made)
        return made
