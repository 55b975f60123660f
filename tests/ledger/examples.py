"""One row of each model that a URL of this app, or of activity, names, for the authorization test."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from activity.models import Run
from common.zones import now, today
from ledger.models import Limit
from partners.models import FiscalYear, Partner
from partners.settings import DatedSetting
from tests.world import World


def a_limit(world: World, partner: Partner) -> Limit:
    """Proposed by nobody who is asked."""
    return Limit.objects.create(
        kind="grant_pool",
        amount=Decimal("260000.00"),
        valid_from=FiscalYear.objects.latest("starts_on").starts_on,
        reason="more",
        proposed_by=world.away_people["outreach_manager"],
        proposed_at=now(),
    )


def a_setting(world: World, partner: Partner) -> DatedSetting:
    """Proposed by nobody who is asked."""
    return DatedSetting.objects.create(
        key="partners.invitation_days",
        value=Decimal(9),
        valid_from=today(),
        reason="more",
        proposed_by=world.away_people["outreach_manager"],
        proposed_at=now(),
    )


def a_run(world: World, partner: Partner) -> Run:
    """Due, of a kind that nothing works on; made once for both tenants."""
    facts = {"due_at": now(), "as_of": now(), "run_after": now()}
    return Run.objects.get_or_create(kind="example", period="2026", defaults=facts)[0]


EXAMPLES: dict[type[Any], Any] = {Limit: a_limit, DatedSetting: a_setting, Run: a_run}
KWARGS: dict[str, dict[str, str]] = {
    "setting_new": {"key": "partners.invitation_days"},
    "limit_new": {"kind": "incentive_year"},
}
