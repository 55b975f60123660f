"""Why a proposal gets what it gets, in words that its applicant reads (GI12); pure."""

from __future__ import annotations

from decimal import Decimal

from common.money import show_short
from grants.allocation import Allocation, Cause, Outcome, Policy, Share


def reason_of(share: Share, result: Allocation) -> str:
    """One or two sentences: the score, the rule that decided, the amount."""
    score, ask = f"Your score is {share.candidate.score:.2f}.", _dollars(share.candidate.ask)
    if share.outcome == Outcome.DECLINE:
        return f"{score} Proposals below {result.line.normalize():f} get no award in this cycle. Read the reviewers’ comments; the next cycle is open."
    if share.outcome == Outcome.FULL:
        return f"{score} Your whole ask of {ask} fits: it is awarded in full."
    if share.outcome == Outcome.PARTIAL:
        return f"{score} {_why_part(share, result)} You receive {_dollars(share.amount)} of {ask}."
    return f"{score} {_why_waiting(share, result)} You are number {share.place} on the waitlist, which ends when the next intake closes."


def _why_part(share: Share, result: Allocation) -> str:
    if share.cause == Cause.CAP_CUT:
        return f"Your partner had {_dollars(share.bound)} left under its cap of the quarter."
    level = _dollars(result.level or 0)
    return f"{_dollars(result.envelope)} is shared by {result.funded} proposals, up to {level} each or what is needed to be useful."


def _why_waiting(share: Share, result: Allocation) -> str:
    least = _dollars(share.candidate.minimum)
    return {
        Cause.CAP_ROOM: f"What your partner had left under its cap of the quarter is less than {least}, the least that you call useful.",
        Cause.MINIMUM_ABOVE_MONEY: f"The envelope of {_dollars(result.envelope)} is less than {least}, the least that you call useful.",
        Cause.MONEY: f"The money ended with stronger proposals before your {least}, the least that you call useful, could be met.",
        Cause.DOES_NOT_FIT: f"After stronger proposals the money left did not cover {_dollars(share.bound)} in full.",
    }[share.cause]


def policy_word(policy: str) -> str:
    """`Equal awards`."""
    return {Policy.RANK_AND_FILL: "Rank and fill", Policy.EQUAL_AWARDS: "Equal awards"}[Policy(policy)]


def _dollars(amount: int) -> str:
    return show_short(Decimal(amount).quantize(Decimal("0.01")))
