"""What the pages of claims show besides the rows: the path of a claim, who has it, what is still missing, how long it waits."""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from common.money import show_money, show_short
from common.zones import network_date
from incentives.checks import Check, Figures, can_be_approved_alone, checks, due, is_green, open_checks, part_that_fits
from incentives.facts import facts_of
from incentives.models import Area, Claim, Evidence, Override, RequiredEvidence, State
from incentives.models.claims import ClaimQuerySet
from incentives.operations import AlreadyClaimed
from incentives.promises import working_days_after, working_days_between
from ledger.operations import is_payable
from partners.models import Partner

PATH = ("draft", "submitted", "verified", "approved", "in_batch", "paid")
VIEWS = {
    "all": ("All", ()),
    "yours": ("With you", ("draft", "info_requested")),
    "waiting": ("With Code.org", ("submitted", "verified", "approved", "in_batch")),
    "paid": ("Paid", ("paid",)),
    "ended": ("Ended", ("rejected", "withdrawn")),
}


def chosen_view(request: HttpRequest) -> str:
    """The saved view of the claims list, from the URL."""
    asked = request.GET.get("view", "all")
    return asked if asked in VIEWS else "all"


def filtered(request: HttpRequest, claims: ClaimQuerySet) -> QuerySet[Claim]:
    """The claims list by the filters of the URL: saved view, fiscal year, area."""
    states = VIEWS[chosen_view(request)][1]
    rows = claims.filter(state__in=states) if states else claims
    year, area = request.GET.get("year", "").replace("\0", "")[:12], request.GET.get("area", "")
    if year:
        rows = rows.filter(fiscal_year__label=year)
    if area in Area.values:
        rows = rows.filter(version__outcome__area=area)
    return rows


def track(claim: Claim) -> list[dict[str, str]]:
    """Steps of the path of a claim with their dates, for <c-track>."""
    dates = {
        "draft": claim.created_at,
        "submitted": claim.sent_at,
        "verified": claim.verified_at,
        "approved": claim.approved_at,
        "paid": claim.paid_at,
    }
    now_at = "submitted" if claim.state == State.INFO_REQUESTED else claim.state
    ended = claim.state in (State.REJECTED, State.WITHDRAWN)
    furthest = max((place for place, state in enumerate(PATH) if dates.get(state)), default=0)
    reached = furthest if ended else PATH.index(now_at)
    steps = []
    for place, state in enumerate(PATH):
        is_last = place == reached and not ended
        mark = "done" if place < reached or ended or claim.state == State.PAID else "now" if is_last else ""
        word = State(claim.state if is_last else state).label
        steps.append({"word": word, "note": _date(dates.get(state)), "state": mark})
    if ended:
        steps = [*steps[: reached + 1], {"word": State(claim.state).label, "note": "", "state": "stop"}]
    return steps


def who_has_it(claim: Claim, promises: dict[str, Decimal], manager: Any) -> tuple[str, str]:
    """(who, the rest of the sentence) below the path of a claim."""
    name = manager.name if manager else "Code.org"
    if claim.state in (State.DRAFT, State.INFO_REQUESTED):
        return (
            "With you",
            "until you send it" if claim.state == State.DRAFT else "again: put right what is named below and send it",
        )
    if claim.state == State.SUBMITTED and claim.sent_at:
        by = working_days_after(network_date(claim.sent_at), int(promises["incentives.verify_days"]))
        return f"With {name}", f"since {_date(claim.sent_at)}. Verified by {by:%b %-d} at the latest is the promise."
    if claim.state == State.VERIFIED and claim.verified_at:
        by = working_days_after(network_date(claim.verified_at), int(promises["incentives.approve_days"]))
        second = " One of two approvals is given." if claim.approver_id else ""
        return (
            "With Code.org staff",
            f"since {_date(claim.verified_at)}. Approved by {by:%b %-d} is the promise.{second}",
        )
    if claim.state in (State.APPROVED, State.IN_BATCH) and claim.approved_at:
        by = network_date(claim.approved_at) + dt.timedelta(days=int(promises["incentives.pay_days"]))
        return "With Finance", f"since {_date(claim.approved_at)}. Paid by {by:%b %-d} is the promise."
    return {
        "paid": ("Done", "it is paid"),
        "rejected": ("Ended", "without payment"),
        "withdrawn": ("Ended", "you took it back"),
    }[claim.state]


@dataclass(frozen=True)
class Pace:
    """How long a step took in the middle of the cases of a year, and what is promised; both in `unit`. None: there was no case."""

    step: str
    middle: float | None
    promised: int
    unit: str


def paces(claims: ClaimQuerySet, promises: Mapping[str, Decimal], at: dt.datetime) -> list[Pace]:
    """Verified, approved and paid: the medians of the 365 days before an instant, beside the promises (incentives 4.2). One statement."""
    recent = claims.filter(verified_at__gte=at - dt.timedelta(days=365)).order_by("-verified_at")
    rows = [
        [network_date(at) if at else None for at in row]
        for row in recent.values_list("sent_at", "verified_at", "approved_at", "paid_at")[:500]
    ]
    verified = [working_days_between(sent, done) for sent, done, _approved, _paid in rows if sent and done]
    approved = [working_days_between(done, then) for _sent, done, then, _paid in rows if done and then]
    paid = [(last - then).days for _sent, _done, then, last in rows if then and last]
    return [
        Pace("Verified", _middle(verified), int(promises["incentives.verify_days"]), "working day"),
        Pace("Approved", _middle(approved), int(promises["incentives.approve_days"]), "working day"),
        Pace("Paid", _middle(paid), int(promises["incentives.pay_days"]), "day"),
    ]


def _middle(days: list[int]) -> float | None:
    return statistics.median(days) if days else None


@dataclass(frozen=True)
class Finding:
    """One line of "Before you send". tone: bad keeps it from being sent, warn does not, good is done."""

    tone: str
    text: str
    url: str = ""


def before_you_send(
    claim: Claim, figures: Figures, kinds: list[dict[str, Any]], today: dt.date, left: Decimal
) -> list[Finding]:
    """What is missing and what is good to know before a claim is sent; `left` is the room in dollars."""
    found = [
        Finding(
            "good" if row["files"] else "bad",
            f"{row['kind'].title}: {'there' if row['files'] else 'add a file'}",
            f"#kind-{row['kind'].ref}",
        )
        for row in kinds
    ]
    last = claim.window_ends_on(figures.window_days)
    if claim.first_sent_at is None:
        found.append(
            Finding(
                "good" if today <= last else "bad",
                f"{'Can be sent until' if today <= last else 'Could be sent until'} {last:%b %-d, %Y}",
            )
        )
    if not is_payable(partner=claim.partner):
        found.append(
            Finding(
                "warn",
                "Finance has no payee details of yours on file: it can be sent, and is approved once they are there",
            )
        )
    if left < claim.version.amount:
        found.append(
            Finding(
                "warn",
                f"The cap of {claim.fiscal_year} leaves {show_short(max(left, Decimal(0)))} of {show_short(claim.version.amount)}",
            )
        )
    return found


def claimed_already(taken: AlreadyClaimed | None, partner: Partner) -> list[Finding]:
    """The line that says that an outcome is held already, with the way to the claim that holds it where it is one's own."""
    if taken is None:
        return []
    held_by = taken.held_by
    return [Finding("bad", taken.message, reverse("claim_detail", args=[partner.slug, held_by.ref]) if held_by else "")]


def kinds_with_files(claim: Claim) -> list[dict[str, Any]]:
    """Each kind of evidence with its files, in the catalog's order."""
    kinds = list(RequiredEvidence.objects.filter(version=claim.version_id).order_by("position"))
    files = list(Evidence.objects.filter(claim=claim).select_related("attachment__uploaded_by").order_by("id"))
    return [{"kind": kind, "files": [file for file in files if file.kind_id == kind.pk]} for kind in kinds]


@dataclass
class Row:
    """A verified claim in the approval queue, with the checks of the person who looks."""

    claim: Claim
    checks: list[Check]
    asked: Decimal
    pays: Decimal
    days: int
    late: bool

    @property
    def is_green(self) -> bool:
        """Every check passes."""
        return is_green(self.checks)

    @property
    def can_be_opened(self) -> bool:
        """It may be approved alone."""
        return can_be_approved_alone(self.checks)

    @property
    def open(self) -> list[Check]:
        """Checks that do not pass."""
        return open_checks(self.checks)

    @property
    def liftable(self) -> list[Check]:
        """Open checks that two people may lift."""
        return [check for check in self.open if check.name in Override.Liftable.values and not check.lifted]

    @property
    def count(self) -> str:
        """`1 of 11 checks open`."""
        return f"{len(self.open)} of {len(self.checks)} checks open"


def queue(claims: list[Any], person: Any, figures: Figures, *, today: dt.date, approve_days: int) -> list[Row]:
    """The queue in the order of payment; room goes to green claims in that order, so what is green can be approved together."""
    rows = []
    years = {(claim.partner_id, claim.fiscal_year_id): claim.year_room for claim in claims}
    totals = {claim.fiscal_year_id: claim.total_room for claim in claims}
    for claim in claims:
        facts, key = facts_of(claim), (claim.partner_id, claim.fiscal_year_id)
        room = min(years[key] or Decimal(0), totals[claim.fiscal_year_id] or Decimal(0))
        found = checks(claim, person, facts, room=room, figures=figures)
        verified_on = network_date(claim.verified_at)
        row = Row(
            claim,
            found,
            due(claim, facts),
            part_that_fits(claim, facts, room),
            (today - verified_on).days,
            today > working_days_after(verified_on, approve_days),
        )
        if row.is_green:
            years[key] -= row.asked
            totals[claim.fiscal_year_id] -= row.asked
        rows.append(row)
    return rows


@dataclass
class RoomLine:
    """Room left of a partner and year after the green claims of the queue."""

    name: str
    label: str
    cap: Decimal
    before: Decimal
    batch: Decimal


def room_after(rows: list[Row], budgets: dict[tuple[int, str], Any]) -> list[RoomLine]:
    """One line a partner and year with green claims, the least room first."""
    found: dict[tuple[int, str], RoomLine] = {}
    for row in rows:
        key = (row.claim.partner_id, row.claim.fiscal_year.label)
        budget = budgets.get(key)
        if not row.is_green or budget is None:
            continue
        line = found.setdefault(key, RoomLine(row.claim.partner.name, key[1], budget.limit, budget.counted, Decimal(0)))
        line.batch += row.asked
    return sorted(found.values(), key=lambda line: (line.cap - line.before - line.batch, line.name))


def batch_words(approved: list[Claim], total: Decimal) -> str:
    """What a batch approval did, in one sentence."""
    partners = len({claim.partner_id for claim in approved})
    claims, parts = (
        f"{len(approved)} claim{'' if len(approved) == 1 else 's'}",
        f"{partners} partner{'' if partners == 1 else 's'}",
    )
    return f"Approved {claims}: {show_money(total)} to {parts}."


def _date(at: dt.datetime | None) -> str:
    return f"{network_date(at):%b %-d}" if at else ""
