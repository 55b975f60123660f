"""Reviewers: two by load, none with a conflict of interest, changed until the first mark, and after it where an interest is declared."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import Error

from accounts.models import User
from common.errors import constraint_of
from common.tenancy import staff_context
from common.zones import network_date
from grants import operations
from grants.models import Cycle, Proposal, Review
from ledger.operations import declare_conflict
from partners.models import Partner
from tests.grants.conftest import Arena
from tests.grants.factories import assigned, close, marked, scored, sent
from tests.workshops.factories import make_facilitator, make_workshop, some_facts

pytestmark = pytest.mark.django_db


def closed(arena: Arena, count: int = 1) -> list[Proposal]:
    """Some submitted proposals of the home partner; the intake is closed."""
    rows = [sent(arena.world.home, arena.world.people["director"], arena.cycle) for _ in range(count)]
    close(arena.cycle)
    return rows


def declare(person: User, partner: Partner, at: dt.datetime) -> None:
    """A line in the own register, from that day on."""
    with staff_context("declare", user=person.pk):
        declare_conflict(person=person, partner=partner, period=(network_date(at), None), reason="family", at=at)


def months_before(at: dt.datetime, months: int) -> dt.date:
    """A date some months before, on the 10th."""
    month = at.year * 12 + at.month - 1 - months
    return dt.date(month // 12, month % 12 + 1, 10)


def test_reviews_are_shared_by_load_two_a_proposal(arena: Arena) -> None:
    rows = closed(arena, 6)
    assert operations.propose_reviewers(proposals=rows, at=arena.after) == 12
    load = Counter(Review.objects.values_list("reviewer_name", flat=True))
    managers = {"Reviewer 1", "Reviewer 2", "Code.org second outreach manager"}
    assert (set(load), set(load.values())) == (managers, {4})
    assert operations.propose_reviewers(proposals=rows, at=arena.after) == 0
    assert {row.state for row in Proposal.objects.all()} == {"in_review"}


def test_staff_step_in_where_outreach_managers_do_not_suffice_and_are_told_where_nobody_does(arena: Arena) -> None:
    row = closed(arena)[0]
    for person in (*arena.reviewers, arena.world.away_people["outreach_manager"], *arena.staff[1:]):
        declare(person, arena.world.home, arena.during)
    assert operations.propose_reviewers(proposals=[row], at=arena.after) == 1
    assert Review.objects.get().reviewer == arena.staff[0]
    assert Proposal.objects.get().state == "submitted"


def made_conflict(arena: Arena, person: User, how: str) -> None:
    """One of the reasons of grants.md 3.5; work counts for 24 months."""
    home, at = arena.world.home, arena.after
    if how == "declared":
        declare(person, home, at)
    elif how.startswith("led"):
        day, leader = months_before(at, 26 if how == "led long ago" else 23), make_facilitator("csp", user=person)
        make_workshop(home, arena.world.people["program_manager"], facts=some_facts(day, facilitators=(leader,)))


@pytest.mark.parametrize(
    ("how", "blocked"), [("declared", True), ("led", True), ("led long ago", False), ("nothing", False)]
)
def test_a_conflict_blocks_in_python_and_in_the_database(arena: Arena, how: str, blocked: bool) -> None:
    row, person = closed(arena)[0], arena.reviewers[0]
    made_conflict(arena, person, how)
    assert (person not in operations.clean_reviewers(row, network_date(arena.after))) is blocked
    values: dict[str, Any] = {
        "partner": row.partner,
        "proposal": row,
        "version": row.version,
        "cycle": arena.cycle,
        "reviewer": person,
        "reviewer_name": person.name,
        "assigned_on": network_date(arena.after),
        "assigned_at": arena.after,
    }
    if blocked:
        with pytest.raises(operations.ReviewerRefused):
            assigned(row, person, arena.staff[0], arena.after)
        with pytest.raises(Error) as caught, transaction.atomic():
            Review.objects.create(**values)
        assert constraint_of(caught.value) == "grants_review_guard"  # type: ignore[arg-type]
    else:
        assigned(row, person, arena.staff[0], arena.after)


def test_a_reviewer_is_changed_until_the_first_mark(arena: Arena) -> None:
    row = closed(arena)[0]
    first = assigned(row, arena.reviewers[0], arena.staff[0], arena.after)
    second = assigned(row, arena.staff[2], arena.staff[0], arena.after)
    changed = operations.change_reviewer(review=second, person=arena.reviewers[1], by=arena.staff[0], at=arena.after)
    assert {one.reviewer for one in Review.objects.all()} == set(arena.reviewers)
    marked(first, {"reach": 3}, at=arena.after, finish=False)
    with pytest.raises(operations.ReviewerRefused, match="first mark"):
        operations.change_reviewer(review=changed, person=arena.staff[2], by=arena.staff[0], at=arena.after)


def test_who_declares_an_interest_after_scoring_is_replaced_and_her_marks_do_not_count(arena: Arena) -> None:
    row = scored(closed(arena)[0], 5, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
    cycle = Cycle.objects.get(pk=arena.cycle.pk)
    declare(arena.reviewers[0], arena.world.home, arena.after)
    with pytest.raises(operations.NotScored, match="Reviewer 1 has declared an interest"):
        operations.prepare_slate(cycle=cycle, by=arena.staff[1], at=arena.after)
    old = Review.objects.get(proposal=row, reviewer=arena.reviewers[0])
    new = operations.change_reviewer(review=old, person=arena.staff[2], by=arena.staff[0], at=arena.after)
    assert Proposal.objects.get(pk=row.pk).state == "in_review"
    assert set(Review.objects.values_list("released_at", flat=True)) == {None}
    marked(new, 1, at=arena.after)
    slate = operations.prepare_slate(cycle=cycle, by=arena.staff[1], at=arena.after)
    assert [line.score for line in slate.lines.all()] == [50]


def test_a_slate_whose_proposal_waits_for_another_score_is_not_proposed(arena: Arena) -> None:
    row = scored(closed(arena)[0], 5, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
    slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=arena.cycle.pk), by=None, at=arena.after)
    declare(arena.reviewers[0], arena.world.home, arena.after)
    old = Review.objects.get(proposal=row, reviewer=arena.reviewers[0])
    operations.change_reviewer(review=old, person=arena.staff[2], by=arena.staff[0], at=arena.after)
    with pytest.raises(operations.SlateRefused, match="another score"):
        operations.propose_slate(slate=slate, by=arena.staff[1], at=arena.after)
