"""Cycles by the calendar: make them, open and close their intake, fix the envelope, choose the policy, end the waitlist."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from activity.operations import record, tell
from common.errors import DomainError
from common.money import CENT, ZERO
from common.refs import chance
from grants.models import Cycle, CycleSeed, Decision, PolicyChoice, Proposal, WaitlistOffer
from grants.models.cycles import rubric_on
from grants.timeline import page_of, record_all
from grants.timetable import KEYS, Timetable, timetable_of
from ledger.models import NetworkBudget
from ledger.operations import fix_envelope
from partners.models import Quarter
from partners.settings import settings_on

WAITLIST_ENDED = "The waitlist of this cycle ended when the next intake closed, and no money had become free for you."


class CycleRefused(DomainError):
    """The cycle is not where this step leads on; the message says why."""

    code = "cycle_refused"


class PolicyRefused(DomainError):
    """A policy is chosen before scores are opened."""

    code = "policy_refused"


@transaction.atomic
def ensure_cycles(*, at: dt.datetime) -> int:
    """Make a cycle for every quarter of the calendar that has none, and open the one whose time it is (staff door); how many are new.

    The first of all is the one that is open at this instant: no cycle is made whose intake nobody could have used.
    The figures are those in force on the quarter's first day. Intake begins at the instant at which the one before ends.
    """
    known = {cycle.quarter_id: cycle for cycle in Cycle.objects.in_order().select_for_update()}
    made, before = 0, None
    for quarter in Quarter.objects.order_by("starts_on"):
        cycle = known.get(quarter.pk)
        if cycle is None:
            times = _times(quarter)
            if before is None and times.closes_at <= at:
                continue
            opens_at = before.closes_at if before is not None else _a_quarter_before(quarter)
            cycle = Cycle.objects.create(
                quarter=quarter,
                rubric=rubric_on(quarter.starts_on),
                opens_at=opens_at,
                closes_at=times.closes_at,
                reviews_due_at=times.reviews_due_at,
                slate_due_at=times.slate_due_at,
            )
            made += 1
        before = cycle
    current = Cycle.objects.filter(opens_at__lte=at, closes_at__gt=at, opened_at=None).first()
    if current is not None:
        open_cycle(cycle=current, at=at)
    return made


@transaction.atomic
def open_cycle(*, cycle: Cycle, at: dt.datetime) -> Cycle:
    """Draw the seed for ties and set the default policy; locks the cycle; a cycle that is open stays as it is (staff door)."""
    row = Cycle.objects.select_for_update(of=("self",)).select_related("quarter").get(pk=cycle.pk)
    if row.opened_at is not None:
        return row
    drawn = chance().randbytes(32)
    CycleSeed.objects.create(cycle=row, seed=drawn, drawn_at=at)
    row.seed_sha256, row.opened_at = hashlib.sha256(drawn).hexdigest(), at
    row.save(update_fields=["seed_sha256", "opened_at"])
    figures = settings_on(row.quarter.starts_on, "grants.policy", "grants.line_score")
    PolicyChoice.objects.create(
        cycle=row,
        policy=f"P{figures['grants.policy']:.0f}",
        line=figures["grants.line_score"],
        reason="The default",
        chosen_at=at,
    )
    record(
        row,
        verb="cycle.opened",
        text=f"Intake of {row.title} opened; ties are drawn by seed {row.seed_sha256[:12]}…",
        by=None,
        at=at,
    )
    return row


@transaction.atomic
def close_intake(*, cycle: Cycle, by: Any, at: dt.datetime) -> Cycle:
    """Fix the envelope, end the waitlist of the cycle before, open the next intake (staff door); locks it and its neighbors. Twice is once.

    Raises CycleRefused before the deadline.
    """
    row = lock_with_neighbors(cycle)
    if row.closed_at is not None:
        return row
    if at < row.closes_at:
        raise CycleRefused(f"The intake of {row.title} has not ended.")
    open_cycle(cycle=row, at=at)
    before = Cycle.objects.filter(closes_at=row.opens_at).first()
    if before is not None:
        end_waitlist(cycle=before, at=at)
    envelope = envelope_of(row.quarter)
    fix_envelope(quarter=row.quarter.label, amount=envelope, by=by, at=at)
    Cycle.objects.filter(pk=row.pk).update(closed_at=at)
    row = Cycle.objects.select_related("quarter").get(pk=row.pk)
    record(
        row,
        verb="cycle.closed",
        text=f"Intake of {row.title} closed with an envelope of ${envelope:,.2f}",
        by=by,
        at=at,
    )
    following = Cycle.objects.filter(opens_at=row.closes_at).first()
    if following is not None:
        open_cycle(cycle=following, at=at)
    return row


def lock_with_neighbors(cycle: Cycle) -> Cycle:
    """A cycle, the one before and the one after, locked from the oldest on: whoever locks several does it in this order."""
    around = Q(pk=cycle.pk) | Q(closes_at=cycle.opens_at) | Q(opens_at=cycle.closes_at)
    rows = (
        Cycle.objects.filter(around).in_order().select_related("quarter__fiscal_year").select_for_update(of=("self",))
    )
    return {row.pk: row for row in rows}[cycle.pk]


def envelope_of(quarter: Quarter) -> Decimal:
    """(pool - committed and not released - reserve) x w_q / sum of w from q to Q4, dollars, cents cut (grants.md 3.7)."""
    pool = NetworkBudget.objects.get(kind="grant_pool", period=quarter.fiscal_year.label)
    keys = [f"grants.weight_q{number}" for number in range(quarter.number, 5)]
    figures = settings_on(quarter.starts_on, "grants.reserve_percent", *keys)
    reserve = pool.limit * figures["grants.reserve_percent"] / 100
    weights = sum((figures[key] for key in keys), Decimal(0))
    share = figures[keys[0]] / weights if weights else Decimal(0)
    envelope: Decimal = max(((pool.room - reserve) * share).quantize(CENT, rounding=ROUND_DOWN), ZERO)
    return envelope


@transaction.atomic
def choose_policy(*, cycle: Cycle, policy: str, line: Decimal, reason: str, by: Any, at: dt.datetime) -> PolicyChoice:
    """Staff choose how the envelope is shared, before scores are opened; locks the cycle. Raises PolicyRefused."""
    row = Cycle.objects.select_for_update(of=("self",)).select_related("quarter").get(pk=cycle.pk)
    if row.scores_opened_at is not None:
        raise PolicyRefused("The scores of this cycle are open: the policy stays as it was chosen.")
    made = PolicyChoice.objects.create(cycle=row, policy=policy, line=line, reason=reason, chosen_by=by, chosen_at=at)
    text = f"{made.get_policy_display()} ({policy}) was chosen for {row.title}, line {line.normalize():f}"
    record(row, verb="cycle.policy", text=text, reason=reason, by=by, at=at)
    return made


@transaction.atomic
def end_waitlist(*, cycle: Cycle, at: dt.datetime) -> int:
    """Whoever still waits is declined with the reason; open offers are dropped (staff door). Locks the proposals. How many."""
    Cycle.objects.filter(pk=cycle.pk, waitlist_ended_at=None).update(waitlist_ended_at=at)
    waiting = list(
        Proposal.objects.filter(cycle=cycle, state="waitlisted")
        .order_by("id")
        .select_for_update(of=("self",))
        .select_related("partner", "author")
    )
    if not waiting:
        return 0
    scores = dict(
        Decision.objects.filter(proposal__in=waiting).order_by("decided_at").values_list("proposal_id", "score")
    )
    WaitlistOffer.objects.filter(proposal__in=waiting, approved_at=None, dropped_at=None).update(dropped_at=at)
    Decision.objects.bulk_create(
        [
            Decision(
                partner_id=row.partner_id,
                proposal=row,
                cycle=cycle,
                outcome="decline",
                amount=ZERO,
                score=scores[row.pk],
                reason=WAITLIST_ENDED,
                decided_at=at,
            )
            for row in waiting
        ]
    )
    Proposal.objects.filter(pk__in=[row.pk for row in waiting]).update(state="declined")
    record_all(
        [(row, f"The waitlist ended; {row.title} was declined") for row in waiting],
        verb="proposal.declined",
        by=None,
        at=at,
        reason=WAITLIST_ENDED,
    )
    for row in waiting:
        text = f"{row.title}: the waitlist ended, no award"
        tell(
            [row.author],
            kind="grant.decision",
            key=f"waitlist-ended:{row.ref}",
            text=text,
            url=page_of(row),
            at=at,
            partner_id=row.partner_id,
        )
    return len(waiting)


def _times(quarter: Quarter) -> Timetable:
    return timetable_of(quarter.starts_on, settings_on(quarter.starts_on, *KEYS))


def _a_quarter_before(quarter: Quarter) -> dt.datetime:
    """Where the first intake of all begins: at the deadline that the quarter before would have had."""
    month = quarter.starts_on.month - 3
    starts_on = quarter.starts_on.replace(year=quarter.starts_on.year - (month < 1), month=month + 12 * (month < 1))
    return timetable_of(starts_on, settings_on(quarter.starts_on, *KEYS)).closes_at
