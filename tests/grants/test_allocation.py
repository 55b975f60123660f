"""The rules of allocation: golden figures of the design page, tables by hand, and properties that must always hold."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grants.allocation import Allocation, Candidate, Cause, Outcome, Policy, allocate, draw, replay_hash

SEED = bytes(range(32))
LINE = Decimal(60)
CAP = Decimal("5000.00")


def proposal(ref: str, score: str, ask: int, minimum: int = 1, partner: str = "") -> Candidate:
    """One candidate; without a partner named it has a cap of its own."""
    return Candidate(ref, Decimal(score), ask, minimum, partner or ref)


def shared(
    policy: Policy, candidates: list[Candidate], envelope: str, rooms: dict[str, Decimal] | None = None
) -> Allocation:
    """Allocate with $5,000.00 of room for whoever is not in `rooms`."""
    found = {one.partner: CAP for one in candidates} | (rooms or {})
    return allocate(policy, candidates, envelope=Decimal(envelope), rooms=found, line=LINE, seed=SEED)


def amounts(result: Allocation) -> dict[str, int]:
    """Dollars by reference."""
    return {share.candidate.ref: share.amount for share in result.shares}


def test_twenty_asks_of_5000_share_62500_at_3125_each() -> None:
    result = shared(Policy.EQUAL_AWARDS, [proposal(f"P{n:02}", "80", 5000, 3000) for n in range(20)], "62500.00")
    assert set(amounts(result).values()) == {3125}
    assert (result.level, result.total, result.left) == (3125, 62500, 0)


def test_small_asks_are_met_in_full_and_the_rest_share_at_3500() -> None:
    small = [proposal(f"S{n:02}", "70", 1000) for n in range(10)]
    large = [proposal(f"L{n:02}", "90", 5000, 3000) for n in range(15)]
    result = shared(Policy.EQUAL_AWARDS, [*small, *large], "62500.00")
    assert {amounts(result)[one.ref] for one in small} == {1000}
    assert {amounts(result)[one.ref] for one in large} == {3500}
    assert result.total == 62500


def test_rank_and_fill_skips_what_does_not_fit_in_full_and_goes_on() -> None:
    result = shared(
        Policy.RANK_AND_FILL, [proposal("A", "90", 4000), proposal("B", "80", 3000), proposal("C", "70", 1500)], "6000"
    )
    assert amounts(result) == {"A": 4000, "B": 0, "C": 1500}
    assert [share.outcome for share in result.shares] == [Outcome.FULL, Outcome.WAITLIST, Outcome.FULL]
    assert result.shares[1].cause == Cause.DOES_NOT_FIT
    assert (result.shares[1].place, result.left) == (1, 500)


@pytest.mark.parametrize("policy", list(Policy))
def test_a_score_below_the_line_gets_nothing_and_one_on_it_does(policy: Policy) -> None:
    result = shared(policy, [proposal("A", "60.00", 100), proposal("B", "59.99", 100)], "1000")
    assert amounts(result) == {"A": 100, "B": 0}
    assert result.shares[1].outcome == Outcome.DECLINE


@pytest.mark.parametrize("policy", list(Policy))
def test_the_better_proposal_of_a_partner_uses_its_cap_first(policy: Policy) -> None:
    two = [
        proposal("A", "70", 3000, 1000, "one"),
        proposal("B", "80", 4000, 1000, "one"),
        proposal("C", "65", 2500, 1500, "one"),
    ]
    result = shared(policy, two, "50000")
    assert amounts(result) == {"B": 4000, "A": 1000, "C": 0}
    assert {share.candidate.ref: share.cause for share in result.shares} == {
        "B": Cause.FITS,
        "A": Cause.CAP_CUT,
        "C": Cause.CAP_ROOM,
    }


def test_room_that_is_too_small_for_a_minimum_stays_for_the_next() -> None:
    result = shared(
        Policy.EQUAL_AWARDS,
        [proposal("A", "80", 4000, 2000, "one"), proposal("B", "70", 1500, 100, "one")],
        "9000",
        {"one": Decimal("1999.99")},
    )
    assert amounts(result) == {"A": 0, "B": 1500}


def test_a_minimum_above_all_the_money_steps_back_before_the_lowest_rank_does() -> None:
    result = shared(
        Policy.EQUAL_AWARDS,
        [proposal("A", "90", 5000, 2500), proposal("B", "80", 3000, 1200), proposal("C", "70", 2000, 900)],
        "2000",
    )
    assert amounts(result) == {"A": 0, "B": 2000, "C": 0}
    assert [(share.cause, share.place) for share in result.shares] == [
        (Cause.MINIMUM_ABOVE_MONEY, 1),
        (Cause.SHARE, None),
        (Cause.MONEY, 2),
    ]


def test_cents_of_the_envelope_stay_in_it() -> None:
    result = shared(Policy.EQUAL_AWARDS, [proposal("A", "90", 1000), proposal("B", "80", 1000)], "1001.99")
    assert amounts(result) == {"A": 500, "B": 500}
    assert (result.envelope, result.left) == (1001, 1)


def test_equal_scores_are_ordered_by_the_draw_of_the_seed() -> None:
    tied = [proposal(f"P{n}", "75", 600) for n in range(6)]
    result = shared(Policy.RANK_AND_FILL, tied, "700")
    first = min(tied, key=lambda one: draw(SEED, one.ref)).ref
    assert [ref for ref, amount in amounts(result).items() if amount] == [first]


@pytest.mark.parametrize("policy", list(Policy))
def test_nothing_is_shared_when_there_is_no_money(policy: Policy) -> None:
    result = shared(policy, [proposal("A", "90", 1000, 10)], "0.99")
    assert (result.total, result.shares[0].outcome) == (0, Outcome.WAITLIST)


def test_without_proposals_the_whole_envelope_is_left() -> None:
    assert shared(Policy.EQUAL_AWARDS, [], "62500.00").left == 62500


@st.composite
def slates(draw_from: st.DrawFn) -> tuple[list[Candidate], Decimal, dict[str, Decimal], bytes]:
    """Up to 12 proposals of up to 5 partners, with rooms and an envelope that may be too small."""
    partners = [f"partner-{n}" for n in range(5)]
    found = []
    for number in range(draw_from(st.integers(0, 12))):
        ask = draw_from(st.integers(2, 5000))
        minimum = draw_from(st.integers(1, max(1, ask * 6 // 10)))
        score = Decimal(draw_from(st.integers(5000, 10000))) / 100
        found.append(Candidate(f"P-{number:02}", score, ask, minimum, draw_from(st.sampled_from(partners))))
    rooms = {partner: Decimal(draw_from(st.integers(0, 500000))) / 100 for partner in partners}
    return (
        found,
        Decimal(draw_from(st.integers(0, 3000000))) / 100,
        rooms,
        draw_from(st.binary(min_size=32, max_size=32)),
    )


@settings(max_examples=50, deadline=None)
@given(slates(), st.sampled_from(list(Policy)))
def test_awards_are_whole_useful_and_within_every_limit(
    case: tuple[list[Candidate], Decimal, dict[str, Decimal], bytes], policy: Policy
) -> None:
    candidates, envelope, rooms, seed = case
    result = allocate(policy, candidates, envelope=envelope, rooms=rooms, line=LINE, seed=seed)
    assert sorted(share.candidate.ref for share in result.shares) == sorted(one.ref for one in candidates)
    used: dict[str, int] = defaultdict(int)
    for share in result.shares:
        used[share.candidate.partner] += share.amount
        assert share.amount == 0 or share.candidate.minimum <= share.amount <= share.candidate.ask
        assert (share.amount > 0) == (share.outcome in (Outcome.FULL, Outcome.PARTIAL))
        assert (share.outcome == Outcome.DECLINE) == (share.candidate.score < LINE)
    assert result.total <= envelope
    assert all(total <= rooms[partner] for partner, total in used.items())


@settings(max_examples=30, deadline=None)
@given(slates(), st.sampled_from(list(Policy)), st.randoms(use_true_random=False))
def test_a_replay_gives_the_same_awards_in_whatever_order_the_inputs_come(
    case: tuple[list[Candidate], Decimal, dict[str, Decimal], bytes], policy: Policy, shuffler: object
) -> None:
    candidates, envelope, rooms, seed = case
    first = allocate(policy, candidates, envelope=envelope, rooms=rooms, line=LINE, seed=seed)
    again = list(candidates)
    shuffler.shuffle(again)  # type: ignore[attr-defined]
    second = allocate(policy, again, envelope=envelope, rooms=dict(reversed(rooms.items())), line=LINE, seed=seed)
    assert first == second
    assert replay_hash(first, rooms=rooms, seed_sha256="x") == replay_hash(second, rooms=rooms, seed_sha256="x")


@settings(max_examples=50, deadline=None)
@given(slates(), st.sampled_from(list(Policy)))
def test_a_higher_score_never_gets_less_unless_a_logged_cause_says_why(
    case: tuple[list[Candidate], Decimal, dict[str, Decimal], bytes], policy: Policy
) -> None:
    candidates, envelope, rooms, seed = case
    result = allocate(policy, candidates, envelope=envelope, rooms=rooms, line=LINE, seed=seed)
    said = {Cause.CAP_ROOM, Cause.CAP_CUT} | ({Cause.DOES_NOT_FIT} if policy == Policy.RANK_AND_FILL else set())
    for number, better in enumerate(result.shares):
        for worse in result.shares[number + 1 :]:
            one, other = better.candidate, worse.candidate
            if (
                (one.ask, one.minimum) == (other.ask, other.minimum)
                and one.score > other.score
                and better.cause not in said
            ):
                assert better.amount >= worse.amount
            if policy == Policy.EQUAL_AWARDS and worse.amount and not better.amount:
                assert better.cause in {Cause.CAP_ROOM, Cause.MINIMUM_ABOVE_MONEY}


@settings(max_examples=30, deadline=None)
@given(slates())
def test_under_equal_awards_money_is_left_only_as_rounding_or_when_all_bounds_are_met(
    case: tuple[list[Candidate], Decimal, dict[str, Decimal], bytes],
) -> None:
    candidates, envelope, rooms, seed = case
    result = allocate(Policy.EQUAL_AWARDS, candidates, envelope=envelope, rooms=rooms, line=LINE, seed=seed)
    served = [share for share in result.shares if share.amount]
    below = [share for share in served if share.amount < share.bound]
    assert result.left < len(below) if below else all(share.amount == share.bound for share in served)
