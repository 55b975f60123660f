"""What must never be true is refused by the database itself, whoever writes and by which door."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from common.errors import constraint_of
from common.tenancy import review_context, staff_context, tenant_context
from grants import operations
from grants.models import Award, Proposal, Review, ReviewScore, Rubric
from tests import factories
from tests.grants.conftest import Arena, arena_of, proposed_slate
from tests.grants.factories import assigned, close, marked, sent
from tests.world import World

pytestmark = pytest.mark.django_db


def refused(statement: str, values: list[Any]) -> str:
    """The name of the constraint that refused a statement, or the sentence of a missing right."""
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return constraint_of(caught.value) or str(caught.value).splitlines()[0]  # type: ignore[arg-type]


def test_nobody_approves_the_own_slate(arena: Arena) -> None:
    slate = proposed_slate(arena)
    statement = (
        "update grants_slate set state = 'approved', approved_by_id = proposed_by_id, approved_at = now() where id = %s"
    )
    assert refused(statement, [slate.pk]) == "grants_slate_guard"


def test_nobody_who_scored_approves_the_slate(arena: Arena) -> None:
    slate = proposed_slate(arena)
    statement = "update grants_slate set state = 'approved', approved_by_id = %s, approved_at = now() where id = %s"
    assert refused(statement, [arena.reviewers[0].pk, slate.pk]) == "grants_slate_guard"


def test_an_approved_slate_and_its_awards_are_never_changed(arena: Arena) -> None:
    slate = operations.approve_slate(slate=proposed_slate(arena), by=arena.staff[1], at=arena.decided)
    assert refused("update grants_slate set total = 1 where id = %s", [slate.pk]) == "grants_slate_guard"
    assert "permission denied" in refused("update grants_award set amount = 1", [])
    assert "permission denied" in refused("delete from grants_decision", [])


@pytest.mark.parametrize("column", ["ask", "objectives", "sha256"])
def test_a_frozen_version_is_never_changed(arena: Arena, column: str) -> None:
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    statement = f"update grants_proposalversion set {column} = %s where proposal_id = %s"
    value = 1 if column == "ask" else "x"
    assert "permission denied" in refused(statement, [value, row.pk])
    with tenant_context(arena.world.home.pk):
        assert "permission denied" in refused(statement, [value, row.pk])
        assert "permission denied" in refused("delete from grants_versionline", [])


@pytest.mark.parametrize("state", ["in_review", "awarded"])
def test_the_partner_does_not_decide(arena: Arena, state: str) -> None:
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    with tenant_context(arena.world.home.pk):
        found = refused("update grants_proposal set state = %s where id = %s", [state, row.pk])
    assert found in {"grants_proposal_guard", "grants_proposal_states"}


def test_a_champions_proposal_is_not_submitted_without_endorsement(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["champion"], arena.cycle)
    values = [arena.cycle.pk, arena.during, row.author_id, row.pk]
    statement = "update grants_proposal set state = 'submitted', cycle_id = %s, submitted_at = %s, submitted_by_id = %s where id = %s"
    with tenant_context(arena.world.home.pk):
        assert refused(statement, values) == "grants_proposal_guard"


def test_a_champion_does_not_endorse_and_nobody_endorses_the_own_one(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["champion"], arena.cycle)
    statement = (
        "insert into grants_endorsement (partner_id, version_id, sha256, outcome, note, answered_by_id, answered_on, answered_at) "
        "values (%s, %s, %s, 'endorsed', '', %s, %s, now())"
    )
    for person in ("champion", "facilitator"):
        values = [
            row.partner_id,
            row.version_id,
            row.version.sha256,
            arena.world.people[person].pk,
            arena.during.date(),
        ]
        assert refused(statement, values) == "grants_endorsement_guard"
    wrong_hash = [row.partner_id, row.version_id, "0" * 64, arena.world.people["director"].pk, arena.during.date()]
    assert refused(statement, wrong_hash) == "grants_endorsement_guard"


def test_a_version_cannot_claim_that_it_needs_no_endorsement(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["champion"], arena.cycle)
    columns = [
        field.column
        for field in row.version._meta.local_fields
        if field.column not in ("id", "number", "needs_endorsement")
    ]
    names = ", ".join(columns)
    statement = f"insert into grants_proposalversion (number, needs_endorsement, {names}) select 9, false, {names} from grants_proposalversion where id = %s"
    assert refused(statement, [row.version_id]) == "grants_proposalversion_guard"


def test_nothing_is_submitted_at_the_deadline_or_after_it(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    row = operations.recall_proposal(proposal=row, by=row.author, at=arena.during)
    statement = "update grants_proposal set state = 'submitted', cycle_id = %s, submitted_at = %s, submitted_by_id = %s where id = %s"
    assert refused(statement, [arena.cycle.pk, arena.cycle.closes_at, row.author_id, row.pk]) == "grants_proposal_guard"


def test_two_cycles_are_never_open_at_once(arena: Arena) -> None:
    statement = "update grants_cycle set closes_at = closes_at + interval '1 second' where id = %s"
    assert refused(statement, [arena.cycle.pk]) == "grants_cycle_one_open"


@pytest.mark.parametrize("who", ["manager", "member", "declared"])
def test_nobody_with_a_conflict_of_interest_reviews(arena: Arena, who: str) -> None:
    world, row = arena.world, sent(arena.world.home, arena.world.people["director"], arena.cycle)
    close(arena.cycle)
    person = {
        "manager": world.people["outreach_manager"],
        "member": world.people["director"],
        "declared": arena.reviewers[0],
    }[who]
    if who == "declared":
        from ledger.operations import declare_conflict

        with staff_context("declare", user=person.pk):
            declare_conflict(
                person=person, partner=world.home, period=(arena.during.date(), None), reason="family", at=arena.during
            )
    statement = (
        "insert into grants_review (ref, partner_id, proposal_id, version_id, cycle_id, reviewer_id, reviewer_name, state, assigned_on, assigned_at, "
        "to_applicant, internal, stood_down_reason) values ('R-X', %s, %s, %s, %s, %s, 'x', 'assigned', %s, now(), '', '', '')"
    )
    values = [world.home.pk, row.pk, row.version_id, arena.cycle.pk, person.pk, arena.after.date()]
    assert refused(statement, values) == "grants_review_guard"


def test_an_award_needs_its_ledger_transaction_and_stays_within_the_ask(arena: Arena) -> None:
    slate = proposed_slate(arena)
    row = Proposal.objects.get()
    with pytest.raises(Error) as caught, transaction.atomic():
        Award.objects.create(
            partner=row.partner,
            proposal=row,
            cycle=slate.cycle,
            transaction_id=999_999,
            amount=slate.lines.get().amount,
            proposed_by=arena.staff[0],
            approved_by=arena.staff[1],
            approved_at=arena.decided,
        )
    assert constraint_of(caught.value) == "grants_award_guard"  # type: ignore[arg-type]


def test_a_rubric_always_has_alignment_and_reach(arena: Arena) -> None:
    rubric = Rubric.objects.create(
        valid_from=dt.date(2090, 1, 1), reason="New", proposed_by=arena.staff[0], proposed_at=arena.during
    )
    columns = "key, label, weight, anchor_1, anchor_3, anchor_5, position"
    copied = f"insert into grants_criterion (rubric_id, {columns}) select %s, {columns} from grants_criterion where rubric_id = %s"
    with connection.cursor() as cursor:
        cursor.execute(copied, [rubric.pk, arena.cycle.rubric_id])
    zero = "update grants_criterion set weight = 0 where key = 'alignment' and rubric_id = %s"
    assert refused(zero, [rubric.pk]) == "grants_criterion_never_zero"
    gone = "delete from grants_criterion where key = 'reach' and rubric_id = %s; set constraints all immediate"
    assert refused(gone, [rubric.pk]) == "grants_criterion_always_present"


def test_the_partner_sees_no_review_and_no_slate(arena: Arena) -> None:
    slate = proposed_slate(arena)
    assert (Review.objects.count(), slate.lines.count()) == (2, 1)
    with tenant_context(arena.world.home.pk), connection.cursor() as cursor:
        for table in ("grants_review", "grants_reviewscore", "grants_slateline", "grants_waitlistoffer"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table


def test_the_review_door_shows_own_marks_and_others_only_once_all_are_in(world: World) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        row = sent(world.home, world.people["director"], arena.cycle)
        other = sent(world.away, world.away_people["director"], arena.cycle)
        close(arena.cycle)
        one, two = (assigned(row, reviewer, arena.staff[0], arena.after) for reviewer in arena.reviewers)
        assigned(other, arena.reviewers[1], arena.staff[0], arena.after)
        marked(two, 3, at=arena.after)
    with review_context(row.pk, user=arena.reviewers[0].pk), connection.cursor() as cursor:
        cursor.execute("select proposal_id from grants_proposalversion")
        assert cursor.fetchall() == [(row.pk,)]
        assert [review.pk for review in Review.objects.all()] == [one.pk]
        assert ReviewScore.objects.count() == 0
        for table in (
            "grants_proposal",
            "grants_endorsement",
            "grants_slateline",
            "grants_award",
            "activity_logentry",
            "partners_partner",
        ):
            assert "permission denied" in refused(f"select count(*) from {table}", []), table
        assert refused("update grants_review set released_at = now() where id = %s", [one.pk]) == "grants_review_guard"
    with staff_context("finish"):
        marked(one, 4, at=arena.after)
    with review_context(row.pk, user=arena.reviewers[0].pk):
        assert {review.pk for review in Review.objects.all()} == {one.pk, two.pk}
        assert ReviewScore.objects.count() == 10


def test_a_reviewer_cannot_mark_for_somebody_else(world: World) -> None:
    with staff_context("arrange"):
        arena = arena_of(world)
        row = sent(world.home, world.people["director"], arena.cycle)
        close(arena.cycle)
        one, _two = (assigned(row, reviewer, arena.staff[0], arena.after) for reviewer in arena.reviewers)
        criterion = arena.cycle.rubric.criteria.earliest("id")
        outsider = factories.make_code_org("outreach_manager")
    with review_context(row.pk, user=outsider.pk):
        values = [row.partner_id, one.pk, criterion.pk]
        found = refused(
            "insert into grants_reviewscore (partner_id, review_id, criterion_id, value) values (%s, %s, %s, 5)", values
        )
        assert found == "grants_reviewscore_guard"
