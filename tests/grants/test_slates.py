"""The slate: two people, the second of whom scored nothing; every result has a reason; the same inputs give the same awards."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from activity.models import Notice
from common.errors import IllegalTransition, constraint_of
from common.tenancy import staff_context
from common.zones import network_date
from grants import operations
from grants.models import Award, Cycle, CycleSeed, Decision, Proposal, Slate, SlateLine
from ledger.operations import declare_conflict
from tests import factories
from tests.grants.conftest import Arena
from tests.grants.factories import assigned, close, marked, scored, sent
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db


def three(arena: Arena, **given: Any) -> list[Proposal]:
    """Scored 100, 75 and 25: two of the home partner under its cap of $5,000.00, the weak one of the other."""
    world = arena.world
    rows = [
        sent(world.home, world.people["director"], arena.cycle, ask="4000.00", minimum="2000.00", **given),
        sent(world.home, world.people["program_manager"], arena.cycle, ask="3000.00", minimum="1000.00", **given),
        sent(world.away, world.away_people["director"], arena.cycle, ask="1500.00", minimum="500.00", **given),
    ]
    close(arena.cycle)
    return [
        scored(row, mark, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
        for row, mark in zip(rows, (5, 4, 2), strict=True)
    ]


def prepared(arena: Arena) -> Slate:
    """The slate of the cycle."""
    return operations.prepare_slate(cycle=Cycle.objects.get(pk=arena.cycle.pk), by=None, at=arena.decided)


def proposed(arena: Arena) -> Slate:
    """By the first of the staff."""
    return operations.propose_slate(slate=prepared(arena), by=arena.staff[0], at=arena.decided)


def refused(arena: Arena, slate: Slate, by: Any) -> str:
    """Why this person cannot approve; nothing has moved then."""
    with pytest.raises(operations.SlateRefused) as caught:
        operations.approve_slate(slate=slate, by=by, at=arena.decided)
    assert (Award.objects.count(), Decision.objects.count()) == (0, 0)
    return caught.value.message


def test_the_proposer_does_not_approve(arena: Arena) -> None:
    three(arena)
    assert "You proposed this" in refused(arena, proposed(arena), arena.staff[0])


def test_a_person_with_one_mark_in_the_cycle_does_not_approve(arena: Arena) -> None:
    rows = three(arena)
    slate = proposed(arena)
    assert "You scored in this cycle" in refused(arena, slate, arena.reviewers[0])
    assert Proposal.objects.get(pk=rows[0].pk).state == "proposed"


def test_who_has_an_interest_in_a_partner_neither_proposes_nor_approves(arena: Arena) -> None:
    three(arena)
    person = arena.staff[1]
    with staff_context("declare", user=person.pk):
        declare_conflict(
            person=person,
            partner=arena.world.away,
            period=(network_date(arena.during), None),
            reason="family",
            at=arena.during,
        )
    with pytest.raises(operations.SlateRefused, match="declared an interest"):
        operations.propose_slate(slate=prepared(arena), by=person, at=arena.decided)
    slate = operations.propose_slate(slate=Slate.objects.get(), by=arena.staff[0], at=arena.decided)
    assert "declared an interest" in refused(arena, slate, person)


def test_who_raised_a_cap_of_the_quarter_does_not_approve_under_it(arena: Arena) -> None:
    raiser, other = factories.make_code_org("staff"), factories.make_code_org("staff")
    set_limit("grant_quarter", "6000.00", arena.cycle.quarter, people=(other, raiser))
    three(arena)
    assert "You raised a limit" in refused(arena, proposed(arena), raiser)


def test_a_returned_slate_is_prepared_anew_and_says_why(arena: Arena) -> None:
    rows = three(arena)
    slate = operations.return_slate(
        slate=proposed(arena), reason="Look at the gap", by=arena.staff[1], at=arena.decided
    )
    assert (slate.state, Proposal.objects.get(pk=rows[0].pk).state) == ("returned", "scored")
    assert Notice.objects.filter(user=arena.staff[0], text__contains="Look at the gap").count() == 1
    again = prepared(arena)
    assert (again.number, Slate.objects.get(pk=slate.pk).state) == (2, "replaced")
    with pytest.raises(IllegalTransition):
        operations.approve_slate(slate=again, by=arena.staff[1], at=arena.decided)


def test_the_policy_is_chosen_before_scores_are_opened(arena: Arena) -> None:
    rows = three(arena)
    given: Any = {"cycle": arena.cycle, "line": Decimal(50), "reason": "Few asks", "by": arena.staff[0]}
    operations.choose_policy(policy="P1", at=arena.after, **given)
    slate = prepared(arena)
    lines = {line.proposal_id: (line.outcome, line.amount) for line in slate.lines.all()}
    assert (slate.policy, slate.line) == ("P1", Decimal(50))
    assert [lines[row.pk] for row in rows] == [("full", 4000), ("partial", 1000), ("decline", 0)]
    with pytest.raises(operations.PolicyRefused):
        operations.choose_policy(policy="P3", at=arena.decided, **given)


def test_the_same_inputs_policy_and_seed_give_the_same_awards(arena: Arena) -> None:
    three(arena)

    def told(slate: Slate) -> list[tuple[Any, ...]]:
        return list(SlateLine.objects.filter(slate=slate).order_by("rank").values_list("proposal_id", "amount"))

    first, again = prepared(arena), prepared(arena)
    assert (told(first), first.replay_sha256) == (told(again), again.replay_sha256)


def test_the_seed_is_hidden_until_the_decision_and_then_proves_the_draw(arena: Arena) -> None:
    three(arena)
    slate = proposed(arena)
    before = Cycle.objects.get(pk=arena.cycle.pk)
    assert (before.seed, len(before.seed_sha256)) == ("", 64)
    operations.approve_slate(slate=slate, by=arena.staff[1], at=arena.decided)
    after = Cycle.objects.get(pk=arena.cycle.pk)
    assert hashlib.sha256(bytes.fromhex(after.seed)).hexdigest() == before.seed_sha256
    assert bytes(CycleSeed.objects.get(cycle=after).seed).hex() == after.seed


def test_every_applicant_and_the_leaders_of_the_partner_are_told_and_read_a_reason(arena: Arena) -> None:
    rows = three(arena)
    operations.approve_slate(slate=proposed(arena), by=arena.staff[1], at=arena.decided)
    reasons = dict(Decision.objects.values_list("proposal_id", "reason"))
    assert "Your whole ask of $4,000 fits" in reasons[rows[0].pk]
    assert "You receive $1,000 of $3,000." in reasons[rows[1].pk]
    assert "Proposals below 60 get no award" in reasons[rows[2].pk]
    people = arena.world.people
    told = Notice.objects.filter(kind="grant.decision", partner=arena.world.home)
    assert {one.user for one in told} == {people["director"], people["program_manager"]}
    assert told.count() == 4


def test_staff_see_where_two_reviewers_lie_far_apart(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    close(arena.cycle)
    for reviewer, mark in zip(arena.reviewers, (5, 2), strict=True):
        marked(assigned(row, reviewer, arena.staff[0], arena.after), mark, at=arena.after)
    line = prepared(arena).lines.get()
    assert (line.score, line.gap, line.gap_step) == (Decimal("62.50"), Decimal("75.00"), 3)


def test_a_waitlist_award_needs_two_people_in_time_and_within_what_was_asked(arena: Arena) -> None:
    world = arena.world
    asks = [("4000.00", "2400.00"), ("3000.00", "1500.00")]  # whichever the draw puts first, the other does not fit
    rows = [sent(world.home, world.people["director"], arena.cycle, ask=ask, minimum=minimum) for ask, minimum in asks]
    close(arena.cycle)
    for row in rows:
        scored(row, 4, reviewers=arena.reviewers, by=arena.staff[0], at=arena.after)
    operations.approve_slate(slate=proposed(arena), by=arena.staff[1], at=arena.decided)
    row = Proposal.objects.get(state="waitlisted")
    raisers = (factories.make_code_org("staff"), factories.make_code_org("staff"))
    given: Any = {"proposal": row, "reason": "Raised cap", "by": arena.staff[0], "at": arena.decided}
    set_limit("grant_quarter", "9000.00", arena.cycle.quarter, people=raisers)
    for amount in ("1.00", "1500.50", "4000.01"):
        with pytest.raises(operations.OfferRefused, match="whole dollars"):
            operations.offer_award(amount=Decimal(amount), **given)
    operations.offer_award(amount=row.version.minimum, **given)
    with pytest.raises(operations.OfferRefused, match="waits for approval already"):
        operations.offer_award(amount=row.version.minimum, **given)
    for person in (arena.staff[0], arena.reviewers[0], raisers[0]):
        with pytest.raises(operations.SlateRefused):
            operations.approve_offer(proposal=row, by=person, at=arena.decided)
    award = operations.approve_offer(proposal=row, by=arena.staff[1], at=arena.decided)
    assert (award.amount, award.from_waitlist) == (row.version.minimum, True)
    last = Decision.objects.filter(proposal=row).latest("id")
    assert (last.outcome, "Money became free." in last.reason) == ("partial", True)


@pytest.mark.parametrize("outcome", ["full", "partial", "waitlist", "decline"])
def test_a_result_without_a_reason_is_refused_by_the_database(arena: Arena, outcome: str) -> None:
    row = three(arena)[0]
    amount = Decimal(4000) if outcome in ("full", "partial") else Decimal(0)
    facts: dict[str, Any] = {
        "partner": row.partner,
        "proposal": row,
        "cycle": arena.cycle,
        "outcome": outcome,
        "amount": amount,
    }
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Decision.objects.create(**facts, score=Decimal(80), reason="", decided_at=arena.decided)
    assert constraint_of(caught.value) == "grants_decision_reason"
