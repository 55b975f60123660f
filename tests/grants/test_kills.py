"""The quarterly job killed four times, and once with Redis emptied, ends as one that nobody disturbed."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from activity.models import LogEntry, Notice, Run, RunItem
from activity.runs import complete, fire
from common.tenancy import staff_context
from common.zones import now
from grants.models import Cycle, Proposal, Review, Slate, SlateLine
from ledger.models import NetworkBudget
from tests import factories
from tests.conftest import wipe
from tests.grants.conftest import Arena, arena_of
from tests.grants.factories import DAY, MINUTE, marked, sent
from tests.runs.harness import Workers, workers
from tests.world import World

__all__ = ["workers"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]


def arrange(world: World) -> Arena:
    """14 proposals of two partners, submitted."""
    arena = arena_of(world, now() - dt.timedelta(days=170))
    for number in range(14):
        partner, author = [(world.home, world.people["director"]), (world.away, world.away_people["director"])][
            number % 2
        ]
        sent(partner, author, arena.cycle, title=f"Proposal {number:02}", at=arena.during)
    later = {"reviews_due_at": now() + 10 * DAY, "slate_due_at": now() + 20 * DAY}
    Cycle.objects.filter(pk=arena.cycle.pk).update(**later)  # or the sweep would look for scores before they are given
    return arena


def again() -> World:
    """The same network once more, after a wipe."""
    from tests.world import CODE_ORG_ROLES, PARTNER_ROLES, SECRET

    made = World(
        factories.make_partner(name="Home Mesa CS Alliance", slug="home-mesa"),
        factories.make_partner(name=f"Away {SECRET}", slug="away"),
    )
    for role in PARTNER_ROLES:
        made.people[role] = factories.make_member(made.home, role, name=f"Home {role}")
        made.away_people[role] = factories.make_member(made.away, role, name=f"{SECRET} {role}")
    for role in CODE_ORG_ROLES:
        made.people[role] = factories.make_code_org(role, name=f"Code.org {role}")
    other = factories.make_code_org("outreach_manager", name="Code.org second outreach manager")
    made.away_people["outreach_manager"] = other
    factories.assign(made.people["outreach_manager"], made.home)
    factories.assign(other, made.away)
    return made


def picture(label: str) -> dict[str, Any]:
    """Everything that the job makes of this cycle, without keys of rows and without the seeds, which are drawn."""
    with staff_context("look"):
        cycle = Cycle.objects.get(quarter__label=label)
        slates = Slate.objects.filter(cycle=cycle)
        reviews = Review.objects.filter(cycle=cycle).order_by("proposal__title", "reviewer_name")
        lines = SlateLine.objects.filter(slate__in=slates).order_by("proposal__title")
        runs = Run.objects.filter(kind="grant_cycle", period__startswith=label).order_by("period")
        return {
            "states": list(Proposal.objects.order_by("title").values_list("title", "state")),
            "reviews": list(reviews.values_list("proposal__title", "reviewer_name", "state")),
            "closed": cycle.closed_at,
            "envelope": NetworkBudget.objects.get(kind="grant_envelope", period=label).limit,
            "slates": list(slates.values_list("state", "policy", "total", "envelope")),
            "lines": list(lines.values_list("proposal__title", "amount", "outcome")),
            "entries": list(LogEntry.objects.order_by("verb", "subject_id").values_list("verb", "text")),
            "notices": list(Notice.objects.order_by("user__name", "text").values_list("user__name", "kind", "text")),
            "items": list(
                RunItem.objects.filter(run__in=runs).order_by("run__period", "item").values_list("run__period", "item")
            ),
            "runs": list(runs.values_list("period", "state", "outcome")),
        }


def mark_all(at: dt.datetime) -> None:
    """Every review; no two proposals have the same score, as ties are drawn by a seed that is another one each time."""
    with staff_context("mark"):
        for review in Review.objects.select_related("reviewer", "version").order_by("id"):
            number = int(review.version.title[-2:])
            given = {
                "alignment": 3 + number // 5,
                "reach": 4,
                "outcomes": 4,
                "budget": 4,
                "underserved": 1 + number % 5,
            }
            marked(review, given, at=at)


def undisturbed(world: World) -> dict[str, Any]:
    """Both runs without a kill, in this process; then an empty database."""
    with staff_context("arrange"):
        cycle = arrange(world).cycle
    for period, at in (
        (cycle.quarter.label, cycle.closes_at + MINUTE),
        (f"{cycle.quarter.label} slate", cycle.closes_at + 2 * DAY),
    ):
        with staff_context("fire"):
            run = fire(kind="grant_cycle", period=period, due_at=at, at=at)
        assert complete(run_id=run.pk, at=at)
        mark_all(cycle.closes_at + DAY) if period == cycle.quarter.label else None
    found = picture(cycle.quarter.label)
    wipe()
    return found


def test_the_quarterly_job_killed_four_times_with_redis_emptied_equals_an_undisturbed_one(
    world: World, workers: Workers
) -> None:
    expected = undisturbed(world)
    assert {state for _title, state in expected["states"]} == {"scored"}
    assert len(expected["lines"]) == 14
    with staff_context("arrange"):
        cycle = arrange(again()).cycle
    first = workers.fire_and_kill(
        "grant_cycle", cycle.quarter.label, as_of=cycle.closes_at + MINUTE, kills=4, flush_after=2
    )
    assert first.state == Run.State.DONE
    mark_all(cycle.closes_at + DAY)
    second = workers.fire_and_kill(
        "grant_cycle", f"{cycle.quarter.label} slate", as_of=cycle.closes_at + 2 * DAY, kills=1, flush_after=1
    )
    assert second.state == Run.State.DONE
    assert picture(cycle.quarter.label) == expected
