"""What a slate is worked out from: scored proposals, marks, money and rooms, read once; and its lines."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from common.money import ZERO
from grants.allocation import Allocation, Candidate, Policy, allocate
from grants.explanations import reason_of
from grants.models import Cycle, CycleSeed, Proposal, ReviewScore, Slate, SlateLine
from grants.scoring import Marks, gap_of, score_of
from ledger.models import Budget, NetworkBudget


@dataclass(frozen=True)
class Inputs:
    """What the rules work on, read once: proposals by reference, their scores and gaps, money and rooms in dollars."""

    proposals: dict[str, Proposal]
    scores: dict[str, Decimal]
    gaps: dict[str, tuple[Decimal, int]]
    envelope: Decimal
    rooms: dict[str, Decimal]
    seed: bytes

    def allocated(self, policy: str, line: Decimal) -> Allocation:
        """The result under a policy."""
        candidates = [
            Candidate(ref, self.scores[ref], int(row.version.ask), int(row.version.minimum), str(row.partner_id))
            for ref, row in self.proposals.items()
        ]
        return allocate(Policy(policy), candidates, envelope=self.envelope, rooms=self.rooms, line=line, seed=self.seed)


def inputs_of(cycle: Cycle) -> Inputs:
    """Scored proposals of a closed cycle with everything that the rules need, in a fixed number of queries."""
    rows = Proposal.objects.filter(cycle=cycle, state__in=("scored", "proposed")).select_related("version", "partner")
    proposals = {row.ref: row for row in rows}
    weights = cycle.rubric.weights
    marks = _marks(list(proposals.values()))
    money = {
        budget.kind: budget.room
        for budget in NetworkBudget.objects.filter(kind="grant_envelope", period=cycle.quarter.label)
    }
    pool = NetworkBudget.objects.get(kind="grant_pool", period=cycle.quarter.fiscal_year.label)
    rooms = Budget.objects.filter(
        kind="grant_quarter", period=cycle.quarter.label, partner__in={row.partner_id for row in proposals.values()}
    )
    return Inputs(
        proposals=proposals,
        scores={ref: score_of(marks[row.pk], weights) for ref, row in proposals.items()},
        gaps={ref: gap_of(marks[row.pk], weights) for ref, row in proposals.items()},
        envelope=max(min(money["grant_envelope"], pool.room), ZERO),
        rooms={str(budget.partner_id): budget.room for budget in rooms},
        seed=bytes(CycleSeed.objects.get(cycle=cycle).seed),
    )


def _marks(proposals: list[Proposal]) -> dict[int, list[Marks]]:
    found: dict[int, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = ReviewScore.objects.filter(review__proposal__in=proposals, review__state="done").order_by(
        "review_id", "criterion_id"
    )
    for proposal, review, key, value in rows.values_list("review__proposal_id", "review_id", "criterion__key", "value"):
        found[proposal][review][key] = value
    return {proposal: list(reviews.values()) for proposal, reviews in found.items()}


def write_lines(slate: Slate, result: Allocation, inputs: Inputs) -> None:
    other = inputs.allocated("P1" if slate.policy == "P3" else "P3", slate.line)
    elsewhere = {share.candidate.ref: share.amount for share in other.shares}
    SlateLine.objects.bulk_create(
        [
            SlateLine(
                partner_id=inputs.proposals[share.candidate.ref].partner_id,
                slate=slate,
                proposal=inputs.proposals[share.candidate.ref],
                rank=share.rank,
                score=share.candidate.score,
                gap=inputs.gaps[share.candidate.ref][0],
                gap_step=inputs.gaps[share.candidate.ref][1],
                ask=share.candidate.ask,
                minimum=share.candidate.minimum,
                bound=share.bound,
                amount=share.amount,
                other_amount=elsewhere[share.candidate.ref],
                outcome=share.outcome.value,
                cause=share.cause.value,
                place=share.place,
                reason=reason_of(share, result),
            )
            for share in result.shares
        ],
        batch_size=1000,
    )
