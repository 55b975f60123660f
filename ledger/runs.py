"""The calendar job: fiscal years, quarters, program years and budgets are made a year ahead, each month."""

from __future__ import annotations

import datetime as dt

from activity.models import Run
from activity.runs import Kind, Period, in_chunks
from common.zones import network_date, network_zone
from ledger.operations.budgets import open_budgets, open_network_budgets
from partners.models import Partner
from partners.operations import ensure_calendars

CALENDARS = "calendars"


def months_due(at: dt.datetime) -> list[Period]:
    """The month of this instant (network zone), due from its first moment; so it runs at the first start of the product too."""
    first = network_date(at).replace(day=1)
    return [(f"{first:%Y-%m}", dt.datetime.combine(first, dt.time(), network_zone()))]


def extend_calendars(run: Run) -> bool:
    """The calendars and the network's budgets first, then the budgets of 20 partners a chunk."""
    on = network_date(run.as_of)

    def do(item: str) -> None:
        if item == CALENDARS:
            run.outcome["periods"] = ensure_calendars(on=on)
            run.outcome["budgets"] = open_network_budgets()
        else:
            partner = Partner.objects.get(ref=item)
            run.outcome["budgets"] += open_budgets(partner=partner, on=on, at=run.as_of)

    active = Partner.objects.active(on).order_by("pk").values_list("ref", flat=True)
    return in_chunks(run, [CALENDARS, *active], do)


CALENDAR = Kind("calendar", due=months_due, work=extend_calendars, label="Calendars and budgets a year ahead")
