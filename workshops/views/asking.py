"""What every page that asks for a correction says, and whom it tells."""

from __future__ import annotations

from accounts.models import User
from common.access import ScopedRequest
from common.zones import now, today
from partners.models import OutreachAssignment
from workshops.operations import Asking

ASKED = "The correction waits for your Outreach Manager."


def asking_of(request: ScopedRequest, reason: str) -> Asking:
    """This person asks, and the partner's Outreach Manager of today is told."""
    return Asking(reason, request.user, now(), outreach_managers(request))


def outreach_managers(request: ScopedRequest) -> tuple[User, ...]:
    """Who is told: the Outreach Manager of today."""
    rows = OutreachAssignment.objects.filter(partner=request.partner).in_force(today())
    return tuple(User.objects.filter(pk__in=rows.values("user")))
