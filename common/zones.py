"""The network's zone and today's date in it; only edges read the clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

UTC = dt.UTC


def network_zone() -> ZoneInfo:
    """America/Los_Angeles [default]."""
    return ZoneInfo(settings.TIME_ZONE)


def network_date(at: dt.datetime) -> dt.date:
    """The date of an instant in the network's zone."""
    return at.astimezone(network_zone()).date()


def now() -> dt.datetime:
    """This instant, UTC."""
    return timezone.now()


def today() -> dt.date:
    """Today in the network's zone."""
    return network_date(now())
