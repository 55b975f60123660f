"""The annual-cap job: once a fiscal year has ended, its unpaid rests are settled, partner by partner (incentives 4.4)."""

from __future__ import annotations

import datetime as dt

from activity.models import Run
from activity.runs import Kind, Period, in_chunks
from common.zones import network_date, network_zone
from incentives.operations import partners_to_settle, settle_partner
from incentives.operations.closing import KIND
from partners.models import FiscalYear, Partner

CHUNK = 5


def years_due(at: dt.datetime) -> list[Period]:
    """Each fiscal year that has ended, due from the first moment after it (network zone)."""
    ended = FiscalYear.objects.filter(ends_before__lte=network_date(at)).order_by("starts_on")
    return [(year.label, due_at(year)) for year in ended]


def due_at(year: FiscalYear) -> dt.datetime:
    """The first moment after a fiscal year (network zone)."""
    return dt.datetime.combine(year.ends_before, dt.time(), network_zone())


def close_year(run: Run) -> bool:
    """Five partners a chunk; a year without rests is closed at once."""
    year = FiscalYear.objects.get(label=run.period)

    def do(item: str) -> None:
        partner = Partner.objects.get(ref=item)
        run.outcome["rests"] = run.outcome.get("rests", 0) + settle_partner(year=year, partner=partner, at=run.as_of)

    return in_chunks(run, [partner.ref for partner in partners_to_settle(year)], do, size=CHUNK)


ANNUAL_CAP = Kind(KIND, due=years_due, work=close_year, label="Close of a fiscal year's caps")
