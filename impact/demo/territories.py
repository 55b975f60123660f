"""Counties and ZIP codes enough to try the look-up, and who holds which area: the first partner of a state holds it, others hold counties."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from pathlib import Path

from catalog.models import Program
from districts.models import County
from districts.operations import import_counties, import_zips
from impact.coverage.areas import area_of
from impact.demo.network import DemoNetwork
from partners.models import Partner, Territory
from partners.operations import Area, Holding, hold_territory, propose_share

PLACES = Path(__file__).parent / "places"


def load(network: DemoNetwork) -> None:
    """Small fixtures of places, then the territories of a year and a half ago; each eighth partner has not been given its state yet."""
    import_counties(content=(PLACES / "counties.csv").read_bytes())
    import_zips(content=(PLACES / "zips.csv").read_bytes())
    free: dict[str, list[County]] = defaultdict(list)
    for county in County.objects.select_related("state").order_by("-fips"):
        free[county.state.code].append(county)
    taken: set[str] = set()
    for number, partner in enumerate(network.partners):
        for state in partner.states:
            is_first, is_given = state not in taken, number % 8 != 7
            taken.add(state)
            if is_first and is_given:
                _hold(network, partner, area_of(state))
            elif free[state]:
                county = free[state].pop()
                _hold(network, partner, Area("county", county.fips, str(county)))
    _propose_share(network)


def _propose_share(network: DemoNetwork) -> None:
    """One area that its holder and a neighbor are asked to share."""
    holder = network.partners[0]
    neighbor = next(partner for partner in network.partners[1:] if "TX" in partner.states)
    held = Territory.objects.in_force(network.on).filter(partner=holder).order_by("area_name", "id").first()
    if held is not None:
        asked, words = network.on - dt.timedelta(days=3), "Both run workshops for the districts along the state line"
        propose_share(
            territory=held,
            other=neighbor,
            valid_from=network.on + dt.timedelta(days=30),
            reason=words,
            by=network.code_org["staff"][0],
            at=network.instant(asked),
        )


def _hold(network: DemoNetwork, partner: Partner, area: Area) -> None:
    first = max(network.on - dt.timedelta(days=540), partner.started_on)
    holding = Holding(area, Program.objects.get(key="k12"), first, None, "Named in the partner's agreement")
    hold_territory(partner=partner, holding=holding, by=network.code_org["staff"][0], at=network.instant(first))
