"""The slate: prepared by the rules, proposed by one person, approved by another; approval reserves the money."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.people import code_org_people
from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition, refusing
from common.money import show_short
from common.zones import network_date
from grants.allocation import Outcome, replay_hash
from grants.models import (
    Award,
    Cycle,
    CycleSeed,
    Decision,
    PolicyChoice,
    Proposal,
    Review,
    ReviewScore,
    Slate,
    SlateLine,
)
from grants.operations.slate_inputs import inputs_of, write_lines
from grants.people import managers_by_partner
from grants.timeline import page_of, record_all
from ledger.models import Limit, PartnerLimit
from ledger.operations import conflicted_partners, lock_budgets, reserve

AWARDED = "grant_awarded"


class SlateRefused(DomainError):
    """This person cannot take this step, or the slate is not where it leads on; the message says why."""

    code = "slate_refused"


class NotScored(DomainError):
    """Reviews are missing: there is no slate before all scores are in."""

    code = "not_scored"


@transaction.atomic
def prepare_slate(*, cycle: Cycle, by: Any, at: dt.datetime) -> Slate:
    """Open the scores and work out every result under the chosen policy (staff door); `by` is None for the job. Locks the cycle.

    A slate that was prepared or returned before is replaced. Raises NotScored, SlateRefused.
    """
    row = Cycle.objects.select_for_update(of=("self",)).select_related("quarter").get(pk=cycle.pk)
    if row.closed_at is None:
        raise SlateRefused(f"The intake of {row.title} has not been closed.")
    waiting = Proposal.objects.filter(cycle=row, state__in=("submitted", "in_review")).count()
    if waiting:
        raise NotScored(f"{waiting} {'proposal waits' if waiting == 1 else 'proposals wait'} for scores.")
    if row.slates.filter(state__in=("proposed", "approved")).exists():
        raise SlateRefused("The slate of this cycle is proposed already.")
    _refuse_tainted(row, at)
    Cycle.objects.filter(pk=row.pk, scores_opened_at=None).update(scores_opened_at=at)
    row.slates.filter(state__in=("prepared", "returned")).update(state="replaced")
    chosen = PolicyChoice.objects.filter(cycle=row).latest("chosen_at", "id")
    inputs = inputs_of(row)
    result = inputs.allocated(chosen.policy, chosen.line)
    slate = Slate.objects.create(
        cycle=row,
        number=row.slates.count() + 1,
        policy=chosen.policy,
        line=chosen.line,
        level=None if result.level is None else Decimal(result.level),
        envelope=inputs.envelope,
        total=Decimal(result.total),
        replay_sha256=replay_hash(result, rooms=inputs.rooms, seed_sha256=row.seed_sha256),
        prepared_at=at,
    )
    write_lines(slate, result, inputs)
    text = f"The slate of {row.title} is prepared: ${result.total:,} for {result.funded} of {len(result.shares)}"
    record(slate, verb="slate.prepared", text=text, by=by, at=at)
    tell(
        code_org_people("staff", network_date(at)),
        kind="grant.slate",
        key=f"prepared:{slate.ref}",
        text=text,
        url=slate_page(row),
        at=at,
    )
    return slate


def _refuse_tainted(cycle: Cycle, at: dt.datetime) -> None:
    """Nobody with an interest has a score on a slate (GI6)."""
    found = Review.objects.of_cycle(cycle).standing().conflicted(network_date(at)).select_related("version")
    if (first := found.order_by("id").first()) is not None:
        raise NotScored(
            f"{first.reviewer_name} has declared an interest in {first.version.partner_name}: "
            f"somebody else scores {first.version.title} first."
        )


@transaction.atomic
def end_empty_cycle(*, cycle: Cycle, at: dt.datetime) -> None:
    """A closed cycle without a proposal is decided: its envelope stays in the pool, its seed is revealed (staff door). Raises SlateRefused."""
    row = Cycle.objects.select_for_update(of=("self",)).select_related("quarter").get(pk=cycle.pk)
    if row.closed_at is None or Proposal.objects.in_cycle(row).exists():
        raise SlateRefused(f"{row.title} is open, or has proposals to decide on.")
    reveal(row, at)
    record(row, verb="cycle.empty", text=f"{row.title} ended without a proposal", by=None, at=at)


def reveal(cycle: Cycle, at: dt.datetime) -> None:
    """The cycle is decided; everybody may check the draw."""
    seed = CycleSeed.objects.get(cycle=cycle)
    Cycle.objects.filter(pk=cycle.pk).update(decided_at=at, seed=bytes(seed.seed).hex())


@transaction.atomic
def propose_slate(*, slate: Slate, by: Any, at: dt.datetime) -> Slate:
    """Staff propose a prepared slate; nothing is reserved (staff door). Locks slate and proposals. Raises SlateRefused."""
    row = _locked(slate, Slate.State.PREPARED, "propose")
    if _proposals_of(row).exclude(state="scored").exists():
        raise SlateRefused("A proposal on this slate waits for another score. Prepare the slate again once it is in.")
    _refuse_conflicted(row, by, at)
    row.move_to(Slate.State.PROPOSED)
    row.proposed_by, row.proposed_at = by, at
    row.save(update_fields=["state", "proposed_by", "proposed_at"])
    _proposals_of(row).update(state="proposed")
    text = f"{by.name} proposed the slate of {row.cycle.title}"
    record(row, verb="slate.proposed", text=f"The slate of {row.cycle.title} was proposed", by=by, at=at)
    others = [person for person in code_org_people("staff", network_date(at)) if person.pk != by.pk]
    tell(
        others,
        kind="grant.slate",
        key=f"proposed:{row.ref}",
        text=f"{text}: another person approves it",
        url=slate_page(row.cycle),
        at=at,
    )
    return row


@transaction.atomic
def return_slate(*, slate: Slate, reason: str, by: Any, at: dt.datetime) -> Slate:
    """Another person gives a proposed slate back with a reason; it is prepared anew (staff door). Locks it. Raises SlateRefused."""
    row = _locked(slate, Slate.State.PROPOSED, "return")
    row.move_to(Slate.State.RETURNED)
    row.returned_by, row.return_reason = by, reason
    row.save(update_fields=["state", "returned_by", "return_reason"])
    _proposals_of(row).update(state="scored")
    record(
        row,
        verb="slate.returned",
        text=f"The slate of {row.cycle.title} was returned",
        reason=reason,
        by=by,
        at=at,
    )
    text = f"{by.name} returned the slate: {reason}"[:500]
    tell([row.proposed_by], kind="grant.slate", key=f"returned:{row.ref}", text=text, url=slate_page(row.cycle), at=at)
    return row


@transaction.atomic
def approve_slate(*, slate: Slate, by: Any, at: dt.datetime) -> Slate:
    """Approve a slate that somebody else proposed: reserve every award in pool, envelope and partner-quarter, decide every proposal,
    tell every applicant, reveal the seed. All or nothing (staff door, fresh sign-in).

    Locks the slate, its proposals by id, then the budgets in the ledger's order.
    Raises SlateRefused, BudgetExceeded, BudgetMissing; then nothing has changed.
    """
    row = _locked(slate, Slate.State.PROPOSED, "approve")
    refuse_approver(row.cycle, row.proposed_by_id, by)
    _refuse_conflicted(row, by, at)
    lines = list(
        SlateLine.objects.filter(slate=row)
        .select_related("proposal__partner", "proposal__author")
        .order_by("partner_id", "rank")
    )
    list(_proposals_of(row).order_by("id").select_for_update(of=("self",)).values_list("pk"))
    refuse_raiser(row.cycle, [line.proposal.partner for line in lines if line.amount], by)
    _award(row, [line for line in lines if line.amount], by, at)
    _decide(row, lines, by, at)
    row.move_to(Slate.State.APPROVED)
    row.approved_by, row.approved_at = by, at
    with refusing(grants_slate_guard=SlateRefused("You scored in this cycle, so somebody else approves its slate.")):
        row.save(update_fields=["state", "approved_by", "approved_at"])
    reveal(row.cycle, at)
    record(
        row,
        verb="slate.approved",
        text=f"The slate of {row.cycle.title} was approved, ${row.total:,.2f}",
        by=by,
        at=at,
    )
    return row


def budgets_of(cycle: Cycle) -> list[tuple[str, str]]:
    """What an award of this cycle counts against, whenever it is made (grants.md 3.7, "Cap use")."""
    return [
        ("grant_pool", cycle.quarter.fiscal_year.label),
        ("grant_envelope", cycle.quarter.label),
        ("grant_quarter", cycle.quarter.label),
    ]


def slate_page(cycle: Cycle) -> str:
    """The path of a cycle's slate."""
    return f"/network/grants/cycles/{cycle.ref}/slate/"


def refuse_approver(cycle: Cycle, proposed_by_id: int | None, by: Any) -> None:
    """Raises SlateRefused for the proposer and for whoever scored in the cycle."""
    if proposed_by_id == by.pk:
        raise SlateRefused("You proposed this, so somebody else approves it.")
    if ReviewScore.objects.filter(review__cycle=cycle, review__reviewer=by, review__stood_down_at=None).exists():
        raise SlateRefused("You scored in this cycle, so somebody else approves its awards.")


def refuse_raiser(cycle: Cycle, partners: Sequence[Any], by: Any) -> None:
    """Who raised the cap or the pool of this period does not approve under it (architecture, "Money")."""
    first = cycle.quarter.starts_on
    ids = {partner.pk for partner in partners}
    general = Limit.objects.filter(kind__in=("grant_pool", "grant_quarter"), valid_from__lte=first)
    own = PartnerLimit.objects.filter(kind="grant_quarter", partner__in=ids, valid_from__lte=first)
    for version in [*general, *own]:
        ended = version.valid_before is not None and version.valid_before <= first
        if version.is_raise and not ended and by.pk in (version.proposed_by_id, version.confirmed_by_id):
            raise SlateRefused("You raised a limit of this quarter, so somebody else approves under it.")


def _locked(slate: Slate, state: str, act: str) -> Slate:
    row = (
        Slate.objects.select_for_update(of=("self",))
        .select_related("cycle__quarter__fiscal_year", "proposed_by")
        .get(pk=slate.pk)
    )
    if row.state != state:
        raise IllegalTransition(f"This slate is {row.word}: nobody can {act} it now.")
    return row


def _proposals_of(slate: Slate) -> Any:
    return Proposal.objects.filter(pk__in=SlateLine.objects.filter(slate=slate).values("proposal"))


def _refuse_conflicted(slate: Slate, by: Any, at: dt.datetime) -> None:
    declared = conflicted_partners(person=by, on=network_date(at))
    if declared and SlateLine.objects.filter(slate=slate, partner__in=declared).exists():
        raise SlateRefused("You declared an interest in a partner on this slate, so somebody else decides.")


def _award(slate: Slate, funded: list[SlateLine], by: Any, at: dt.datetime) -> None:
    keys = budgets_of(slate.cycle)
    if not funded:
        return
    lock_budgets(wanted=[(line.proposal.partner, key) for line in funded for key in keys])
    posted = [(line, award_money(line.proposal, line.amount, keys, by=by, at=at)) for line in funded]
    Award.objects.bulk_create(
        [
            Award(
                partner_id=line.partner_id,
                proposal=line.proposal,
                cycle=slate.cycle,
                transaction=transaction_row,
                amount=line.amount,
                proposed_by=slate.proposed_by,
                approved_by=by,
                approved_at=at,
            )
            for line, transaction_row in posted
        ]
    )


def award_money(proposal: Proposal, amount: Decimal, keys: list[tuple[str, str]], *, by: Any, at: dt.datetime) -> Any:
    """Reserve one award (dollars) in pool, envelope and partner-quarter: AVAILABLE -> COMMITTED. Raises BudgetExceeded, AlreadyPosted."""
    return reserve(
        partner=proposal.partner,
        amount=amount,
        kind=AWARDED,
        reference=proposal,
        budgets=keys,
        debit="AVAILABLE",
        credit="COMMITTED",
        by=by,
        at=at,
    )


def _decide(slate: Slate, lines: list[SlateLine], by: Any, at: dt.datetime) -> None:
    comments = comments_of([line.proposal_id for line in lines])
    Decision.objects.bulk_create(
        [
            Decision(
                partner_id=line.partner_id,
                proposal=line.proposal,
                cycle=slate.cycle,
                outcome=line.outcome,
                amount=line.amount,
                score=line.score,
                place=line.place,
                reason=line.reason,
                comments=comments.get(line.proposal_id, ""),
                decided_by=by,
                decided_at=at,
            )
            for line in lines
        ]
    )
    states = {
        Outcome.FULL: "awarded",
        Outcome.PARTIAL: "awarded",
        Outcome.WAITLIST: "waitlisted",
        Outcome.DECLINE: "declined",
    }
    for outcome, state in states.items():
        Proposal.objects.filter(pk__in=[line.proposal_id for line in lines if line.outcome == outcome]).update(
            state=state
        )
    record_all(
        [(line.proposal, _told(line)) for line in lines],
        verb="proposal.decided",
        by=by,
        at=at,
    )
    _tell_partners(slate, lines, at)


def _told(line: SlateLine) -> str:
    """`Awarded in part, $2,200`."""
    word = str(Decision.Outcome(line.outcome).label)
    return f"{word}, {show_short(line.amount)}" if line.amount else word


def _tell_partners(slate: Slate, lines: list[SlateLine], at: dt.datetime) -> None:
    """The author of each proposal, and the Director and Program Managers of its partner."""
    leaders = managers_by_partner((line.partner_id for line in lines), network_date(at))
    for line in lines:
        text = f"{line.proposal}: {_told(line).lower()}"
        key = f"decision:{line.proposal.ref}:{slate.number}"
        tell(
            [line.proposal.author, *leaders[line.partner_id]],
            kind="grant.decision",
            key=key,
            text=text,
            url=page_of(line.proposal),
            at=at,
            partner_id=line.partner_id,
        )


def comments_of(proposal_ids: list[int]) -> dict[int, str]:
    """What reviewers wrote to the applicant, by proposal, in the order of their reviews; no names."""
    found: dict[int, list[str]] = defaultdict(list)
    for proposal, text in (
        Review.objects.filter(proposal__in=proposal_ids, state="done")
        .order_by("id")
        .values_list("proposal_id", "to_applicant")
    ):
        if text:
            found[proposal].append(text)
    return {proposal: "\n\n".join(texts) for proposal, texts in found.items()}
