"""The quarterly job by its command: closes, opens, proposes reviewers, prepares the slate; people decide."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.tenancy import staff_context
from grants.models import Cycle, Proposal, Review, Slate
from tests import factories
from tests.grants.conftest import arena_of
from tests.grants.factories import DAY, MINUTE, marked, sent
from tests.world import World

pytestmark = pytest.mark.django_db


def ran(quarter: str, at: Any) -> dict[str, Any]:
    """What the command prints."""
    out = StringIO()
    call_command("run_grant_cycle", quarter, "--as-of", at.isoformat(), "--json", stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def test_the_job_closes_proposes_reviewers_and_prepares_but_decides_nothing(world: World) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        for person in (world.people["director"], world.people["program_manager"]):
            sent(world.home, person, arena.cycle)
        sent(world.away, world.away_people["director"], arena.cycle)
    cycle, label = arena.cycle, arena.cycle.quarter.label
    first = ran(label, cycle.closes_at + MINUTE)
    assert (first["created"], first["updated"], first["rejected"], first["slate"]) == (6, 3, [], "waits for scores")
    again = ran(label, cycle.closes_at + 2 * MINUTE)
    assert (again["created"], again["unchanged"]) == (0, 3)
    with staff_context("look"):
        assert {row.state for row in Proposal.objects.all()} == {"in_review"}
        following = Cycle.objects.get(opens_at=cycle.closes_at)
        assert following.opened_at is not None and following.seed_sha256
        reviews = list(Review.objects.select_related("reviewer", "proposal"))
        own = {world.home.pk: world.people["outreach_manager"], world.away.pk: world.away_people["outreach_manager"]}
        assert all(review.reviewer != own[review.partner_id] for review in reviews)
        for review in reviews:
            marked(review, 4, at=cycle.closes_at + DAY)
    last = ran(label, cycle.reviews_due_at + MINUTE)
    assert last["rejected"] == []
    with staff_context("look"):
        slate = Slate.objects.get(cycle=cycle)
        assert (slate.state, slate.proposed_by, slate.lines.count()) == ("prepared", None, 3)


def test_a_cycle_that_still_takes_proposals_is_not_closed(world: World) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
    with pytest.raises(CommandError, match="it is not closed before"):
        ran(arena.cycle.quarter.label, arena.cycle.closes_at - MINUTE)
    with pytest.raises(CommandError, match="There is no cycle"):
        ran("1999Q9", arena.cycle.closes_at)


def test_production_refuses_an_instant_later_than_now(world: World, settings: Any) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        factories.make_code_org("staff")
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="lies in the future"):
        ran(arena.cycle.quarter.label, arena.cycle.closes_at + MINUTE)
