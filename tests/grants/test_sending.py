"""Sending, recalling, endorsing and objecting: exactly what was read is sent, and the partner answers on exactly that version."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from activity.models import Notice
from common.errors import IllegalTransition
from common.tenancy import tenant_context
from common.zones import network_date
from grants import operations
from grants.content import answers_of
from grants.models import Cycle, Endorsement, Proposal, Review
from grants.operations.endorsement import content_of
from grants.operations.sending import objection_until
from tests import factories
from tests.grants.conftest import Arena
from tests.grants.factories import DAY, MINUTE, close, draft, marked, sent

pytestmark = pytest.mark.django_db


def endorsed(proposal: Proposal, arena: Arena, *, at: dt.datetime | None = None, sha256: str = "") -> Proposal:
    """Endorsed by the Director."""
    assert proposal.version is not None
    return operations.endorse_proposal(
        proposal=proposal,
        sha256=sha256 or proposal.version.sha256,
        note="",
        by=arena.world.people["director"],
        at=at or arena.during,
    )


def test_a_draft_that_changed_after_it_was_read_is_not_sent(arena: Arena) -> None:
    row, said = draft(arena.world.home, arena.world.people["director"], arena.cycle)
    read = row.revision
    other = replace(said, place="Elsewhere")
    operations.save_draft(
        proposal=row, answers=answers_of(other), facts=(other.title, other.ask), by=row.author, at=arena.during
    )
    with pytest.raises(operations.StaleDraft):
        operations.send_proposal(proposal=row, content=other, by=row.author, at=arena.during, revision=read)
    assert (Proposal.objects.get(pk=row.pk).state, row.versions.count()) == ("draft", 0)


@pytest.mark.parametrize(
    ("role", "employed", "state"),
    [
        ("director", True, "submitted"),
        ("program_manager", True, "submitted"),
        ("facilitator", True, "submitted"),
        ("program_manager", False, "pm_review"),
        ("champion", True, "pm_review"),
    ],
)
def test_who_needs_the_endorsement_of_the_partner(arena: Arena, role: str, employed: bool, state: str) -> None:
    author = factories.make_member(arena.world.home, role, employed=employed)
    assert sent(arena.world.home, author, arena.cycle).state == state


def test_nobody_applies_whose_designation_has_ended(arena: Arena) -> None:
    ended = network_date(arena.during)
    author = factories.make_member(arena.world.home, "champion", ends_before=ended)
    row, said = draft(arena.world.home, author, arena.cycle)
    with pytest.raises(operations.NotReady, match="has ended"):
        operations.send_proposal(proposal=row, content=said, by=author, at=arena.during)


def test_a_change_after_the_endorsement_needs_it_again(arena: Arena) -> None:
    row = endorsed(sent(arena.world.home, arena.world.people["champion"], arena.cycle), arena)
    row = operations.recall_proposal(proposal=row, by=row.author, at=arena.during)
    said = replace(content_of(row.version), place="Elsewhere")
    operations.save_draft(
        proposal=row, answers=answers_of(said), facts=(said.title, said.ask), by=row.author, at=arena.during
    )
    row = operations.send_proposal(proposal=row, content=said, by=row.author, at=arena.during)
    assert (row.state, row.cycle, row.version.number) == ("pm_review", None, 2)
    first = row.versions.get(number=1)
    with pytest.raises(operations.StaleVersion):
        endorsed(row, arena, sha256=first.sha256)
    row = endorsed(row, arena)
    assert (row.state, Endorsement.objects.get(version=row.version).sha256) == ("submitted", row.version.sha256)


def test_a_return_needs_a_note_and_gives_the_draft_back(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["champion"], arena.cycle)
    given = {"proposal": row, "sha256": row.version.sha256, "by": arena.world.people["program_manager"]}
    with pytest.raises(operations.EndorsementRefused, match="Say what to change"):
        operations.return_proposal(note=" ", at=arena.during, **given)
    row = operations.return_proposal(note="Name the schools.", at=arena.during, **given)
    assert row.state == "draft"
    assert Notice.objects.filter(user=row.author, text__contains="Name the schools.").count() == 1
    with pytest.raises(IllegalTransition):
        endorsed(row, arena)


def test_an_endorsement_after_the_deadline_is_in_the_next_cycle(arena: Arena) -> None:
    following = Cycle.objects.get(opens_at=arena.cycle.closes_at)
    first = following.quarter.starts_on + 3 * DAY
    row = sent(arena.world.home, arena.world.people["champion"], arena.cycle, starts_on=first, ends_on=first)
    row = endorsed(row, arena, at=arena.cycle.closes_at)
    assert (row.state, row.cycle) == ("submitted", following)


def test_only_the_author_recalls_and_only_until_the_deadline(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    with pytest.raises(operations.NotYours):
        operations.recall_proposal(proposal=row, by=arena.world.people["program_manager"], at=arena.during)
    with pytest.raises(operations.TooLate):
        operations.recall_proposal(proposal=row, by=row.author, at=arena.cycle.closes_at)
    just_in_time = arena.cycle.closes_at - dt.timedelta(seconds=1)
    assert operations.recall_proposal(proposal=row, by=row.author, at=just_in_time).state == "draft"


def test_the_partner_is_told_of_a_facilitators_proposal_and_until_when_it_can_object(arena: Arena) -> None:
    at = arena.during
    sent(arena.world.home, arena.world.people["facilitator"], arena.cycle, at=at)
    until = objection_until(at)
    told = Notice.objects.filter(kind="grant.facilitator", text__contains=f"until {until:%a, %b} {until.day}")
    assert {one.user for one in told} == {arena.world.people["director"], arena.world.people["program_manager"]}


@pytest.mark.parametrize(
    ("submitted", "last"),
    [("2026-11-20", "2026-11-25"), ("2026-11-25", "2026-12-01"), ("2026-12-23", "2026-12-29")],
    ids=["over a weekend", "over Thanksgiving", "over Christmas"],
)
def test_three_working_days_skip_weekends_and_federal_holidays(arena: Arena, submitted: str, last: str) -> None:
    at = dt.datetime.fromisoformat(f"{submitted}T20:00:00+00:00")
    assert objection_until(at) == dt.date.fromisoformat(last)


def test_an_objection_in_time_withdraws_and_later_is_refused(arena: Arena) -> None:
    rows = [sent(arena.world.home, arena.world.people["facilitator"], arena.cycle, at=arena.during) for _ in range(2)]
    director, too_late = arena.world.people["director"], arena.during + 9 * DAY
    with tenant_context(arena.world.home.pk, user=director.pk):
        done = operations.object_to_proposal(proposal=rows[0], reason="Not ours", by=director, at=arena.during + DAY)
    assert done.state == "withdrawn"
    with pytest.raises(operations.TooLate):
        operations.object_to_proposal(proposal=rows[1], reason="Not ours", by=director, at=too_late)


def test_the_days_to_object_run_on_after_the_deadline_and_end_the_reviews(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["facilitator"], arena.cycle, at=arena.cycle.closes_at - MINUTE)
    close(arena.cycle)
    operations.propose_reviewers(proposals=[row], at=arena.cycle.closes_at + MINUTE)
    director = arena.world.people["director"]
    with tenant_context(arena.world.home.pk, user=director.pk):
        operations.object_to_proposal(
            proposal=row, reason="Not ours", by=director, at=arena.cycle.closes_at + 2 * MINUTE
        )
    assert Proposal.objects.get(pk=row.pk).state == "withdrawn"
    assert {review.state for review in Review.objects.filter(proposal=row)} == {"stood_down"}


def test_an_objection_to_a_scored_proposal_is_refused(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["facilitator"], arena.cycle, at=arena.cycle.closes_at - MINUTE)
    close(arena.cycle)
    operations.propose_reviewers(proposals=[row], at=arena.cycle.closes_at + MINUTE)
    for review in Review.objects.select_related("reviewer"):
        marked(review, 4, at=arena.cycle.closes_at + MINUTE)
    with pytest.raises(IllegalTransition):
        operations.object_to_proposal(
            proposal=row, reason="x", by=arena.world.people["director"], at=arena.cycle.closes_at + 2 * MINUTE
        )


def test_what_two_reviewers_have_is_not_withdrawn(arena: Arena) -> None:
    row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
    close(arena.cycle)
    operations.propose_reviewers(proposals=[row], at=arena.after)
    with pytest.raises(IllegalTransition):
        operations.withdraw_proposal(proposal=row, reason="x", by=row.author, at=arena.after)
