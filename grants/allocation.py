"""Who gets how much: rank and fill (P1) and equal awards (P3), whole dollars, the same inputs always give the same awards.

Pure: no row, no clock. Rules: product/grants.md 3.6, "Exactly".
"""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal


class Policy(enum.StrEnum):
    """How an envelope is shared."""

    RANK_AND_FILL = "P1"
    EQUAL_AWARDS = "P3"


class Outcome(enum.StrEnum):
    """What a proposal gets."""

    FULL = "full"
    PARTIAL = "partial"
    WAITLIST = "waitlist"
    DECLINE = "decline"


class Cause(enum.StrEnum):
    """Why it gets that, and not more."""

    FITS = "fits"
    SHARE = "share"
    CAP_CUT = "cap_cut"
    BELOW_LINE = "below_line"
    CAP_ROOM = "cap_room"
    MINIMUM_ABOVE_MONEY = "minimum_above_money"
    MONEY = "money"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True)
class Candidate:
    """One scored proposal: whole dollars; `partner` names whose cap it uses."""

    ref: str
    score: Decimal
    ask: int
    minimum: int
    partner: str


@dataclass(frozen=True)
class Share:
    """The result for one proposal; `bound` is what its cap room leaves of the ask, `place` its place on the waitlist."""

    candidate: Candidate
    rank: int
    bound: int
    amount: int
    outcome: Outcome
    cause: Cause
    place: int | None = None


@dataclass(frozen=True)
class Allocation:
    """All shares in rank order; `level` is the most that one award may be under P3, `envelope` whole dollars."""

    policy: Policy
    envelope: int
    line: Decimal
    level: int | None
    shares: tuple[Share, ...]

    @property
    def total(self) -> int:
        """The sum of all awards, in dollars."""
        return sum(share.amount for share in self.shares)

    @property
    def left(self) -> int:
        """Whole dollars that stay in the envelope."""
        return self.envelope - self.total

    @property
    def funded(self) -> int:
        """How many get money."""
        return sum(share.amount > 0 for share in self.shares)


def allocate(
    policy: Policy,
    candidates: Sequence[Candidate],
    *,
    envelope: Decimal,
    rooms: Mapping[str, Decimal],
    line: Decimal,
    seed: bytes,
) -> Allocation:
    """Share an envelope (dollars; cents stay in it). `rooms` is what each partner's cap of the quarter still leaves.

    Rank, line, cap room, then the policy. Ties are drawn by `seed`.
    """
    money = max(int(envelope), 0)
    ranked = [
        Share(candidate, number, 0, 0, Outcome.DECLINE, Cause.BELOW_LINE)
        for number, candidate in enumerate(in_rank(candidates, seed), start=1)
    ]
    bounded = _with_bounds([share for share in ranked if share.candidate.score >= line], rooms)
    fill = {Policy.RANK_AND_FILL: _rank_and_fill, Policy.EQUAL_AWARDS: _equal_awards}[policy]
    level, decided = fill([share for share in bounded if share.bound], money)
    by_rank = {share.rank: share for share in [*ranked, *bounded, *decided]}
    return Allocation(policy, money, line, level, tuple(_placed([by_rank[rank] for rank in sorted(by_rank)])))


def in_rank(candidates: Sequence[Candidate], seed: bytes) -> list[Candidate]:
    """Best score first; ties by the draw of the seed, then by reference."""
    return sorted(candidates, key=lambda one: (-one.score, draw(seed, one.ref), one.ref))


def draw(seed: bytes, ref: str) -> str:
    """The lot of one proposal: SHA-256 of seed and reference."""
    return hashlib.sha256(seed + ref.encode()).hexdigest()


def water_level(bounds: Sequence[tuple[int, int]], money: int) -> int:
    """The largest whole L at which the sum of clamp(L, minimum, bound) is at most `money`; the highest bound where all fit.

    Minimums must fit `money`. Minimum and bound are whole, so flooring L floors every share.
    """
    low, high = 0, max((bound for _minimum, bound in bounds), default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if sum(clamped(middle, minimum, bound) for minimum, bound in bounds) <= money:
            low = middle
        else:
            high = middle - 1
    return low


def clamped(level: int, minimum: int, bound: int) -> int:
    """`level`, but not below the minimum and not above the bound."""
    return min(max(level, minimum), bound)


def replay_hash(allocation: Allocation, *, rooms: Mapping[str, Decimal], seed_sha256: str) -> str:
    """SHA-256 over inputs and awards: the same inputs, policy and seed give the same hash (GI9)."""
    told = {
        "policy": allocation.policy,
        "envelope": allocation.envelope,
        "line": str(allocation.line),
        "seed": seed_sha256,
        "rooms": sorted((partner, str(room)) for partner, room in rooms.items()),
        "shares": [
            [
                share.candidate.ref,
                str(share.candidate.score),
                share.candidate.ask,
                share.candidate.minimum,
                share.amount,
                share.outcome,
            ]
            for share in allocation.shares
        ],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _with_bounds(ranked: list[Share], rooms: Mapping[str, Decimal]) -> list[Share]:
    """Caps first, down the rank: a bound that is too small for the minimum is 0, and leaves the room to the next."""
    left = {partner: int(room) for partner, room in rooms.items()}
    found = []
    for share in ranked:
        one = share.candidate
        bound = min(one.ask, left.get(one.partner, 0))
        if bound < one.minimum:
            found.append(replace(share, outcome=Outcome.WAITLIST, cause=Cause.CAP_ROOM))
            continue
        left[one.partner] -= bound
        found.append(replace(share, bound=bound))
    return found


def _rank_and_fill(group: list[Share], money: int) -> tuple[int | None, list[Share]]:
    """P1: down the rank, the whole bound where it fits, else skip and go on."""
    decided = []
    for share in group:
        if share.bound <= money:
            money -= share.bound
            decided.append(_funded(share, share.bound))
        else:
            decided.append(replace(share, outcome=Outcome.WAITLIST, cause=Cause.DOES_NOT_FIT))
    return None, decided


def _equal_awards(group: list[Share], money: int) -> tuple[int | None, list[Share]]:
    """P3: one water level over all; who cannot be served steps back from the lowest rank up."""
    out = [
        replace(s, outcome=Outcome.WAITLIST, cause=Cause.MINIMUM_ABOVE_MONEY)
        for s in group
        if s.candidate.minimum > money
    ]
    inside = [share for share in group if share.candidate.minimum <= money]
    needed = sum(share.candidate.minimum for share in inside)
    while needed > money:
        last = inside.pop()
        needed -= last.candidate.minimum
        out.append(replace(last, outcome=Outcome.WAITLIST, cause=Cause.MONEY))
    level = water_level([(share.candidate.minimum, share.bound) for share in inside], money)
    return level, [*out, *(_funded(s, clamped(level, s.candidate.minimum, s.bound)) for s in inside)]


def _funded(share: Share, amount: int) -> Share:
    full = amount == share.candidate.ask
    cause = Cause.FITS if full else Cause.CAP_CUT if amount == share.bound else Cause.SHARE
    return replace(share, amount=amount, outcome=Outcome.FULL if full else Outcome.PARTIAL, cause=cause)


def _placed(shares: list[Share]) -> list[Share]:
    places: Callable[[], int] = iter(range(1, len(shares) + 1)).__next__
    return [replace(share, place=places()) if share.outcome == Outcome.WAITLIST else share for share in shares]
