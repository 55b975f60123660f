"""Sending: freeze a version, ask for endorsement or submit; recall, withdraw, object."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction

from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition
from common.money import show_short
from common.tenancy import staff_context
from common.zones import network_date
from grants.content import Content
from grants.eligibility import Circumstances, Finding, Result, check, is_ready
from grants.models import Cycle, Endorsement, Proposal, ProposalVersion, Review, VersionLine, VersionOutcome
from grants.models.proposals import FROZEN, hash_of
from grants.operations.drafts import NotYours, StaleDraft, refuse_unless_own_draft
from grants.people import Applicant, applicant_of, endorsers_of, managers_of
from grants.timeline import page_of
from grants.timetable import working_days_later
from ledger.models import Budget
from partners.models import Partner
from partners.settings import setting_on, settings_on

OPEN_TO_OBJECTION = (Proposal.State.SUBMITTED, Proposal.State.IN_REVIEW)


class NotReady(DomainError):
    """Something is missing or wrong; `findings` says what, each with its field."""

    code = "not_ready"

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = [finding for finding in findings if finding.result != Result.PASS]
        super().__init__(self.findings[0].reason, field=self.findings[0].field)

    def by_field(self) -> dict[str, list[str]]:
        """Every finding at its field."""
        fields = dict.fromkeys(finding.field for finding in self.findings)
        return {name: [one.reason for one in self.findings if one.field == name] for name in fields}


class NoOpenCycle(DomainError):
    """The calendar of cycles ends before this instant."""

    code = "no_open_cycle"


class TooLate(DomainError):
    """The deadline or the time to object has passed."""

    code = "too_late"


def cycle_at(at: dt.datetime) -> Cycle:
    """The cycle that takes a proposal at this instant. Raises NoOpenCycle."""
    try:
        return Cycle.objects.open_at(at)
    except Cycle.DoesNotExist:
        raise NoOpenCycle("No cycle is open: the calendar of cycles ends before today. Tell Code.org.") from None


def circumstances_of(partner: Partner, applicant: Applicant | None, cycle: Cycle) -> Circumstances:
    """What the checks need to know for a partner and a cycle: three queries."""
    deadline, decision = network_date(cycle.closes_at), network_date(cycle.slate_due_at)
    budget = Budget.objects.filter(partner=partner, kind="grant_quarter", period=cycle.quarter.label).first()
    figures = settings_on(deadline, "grants.activity_months", "grants.minimum_percent")
    return Circumstances(
        partner_is_active=partner.is_active(deadline),
        deadline_on=deadline,
        may_apply=applicant is not None,
        decision_on=decision,
        room=budget.room if budget else None,
        months=int(figures["grants.activity_months"]),
        minimum_percent=Decimal(figures["grants.minimum_percent"]),
    )


@transaction.atomic
def send_proposal(
    *, proposal: Proposal, content: Content, by: Any, at: dt.datetime, revision: int | None = None
) -> Proposal:
    """Freeze the draft as its next version; a champion's or contracted Program Manager's goes to the partner first, others are submitted.

    Who may: the author. Locks the proposal. `at` is the server's clock: it picks the cycle (GI7). `revision` is that of the
    draft which the author read before sending. Raises NotYours, IllegalTransition, StaleDraft, NoOpenCycle, NotReady.
    """
    row = Proposal.objects.select_for_update(of=("self",)).select_related("partner").get(pk=proposal.pk)
    refuse_unless_own_draft(row, by)
    if revision is not None and row.revision != revision:
        raise StaleDraft(
            "The draft was changed in another tab after you had read it here. Read it again, then send it."
        )
    cycle, applicant = cycle_at(at), applicant_of(by, row.partner, network_date(at))
    findings = check(content, circumstances_of(row.partner, applicant, cycle))
    if applicant is None or not is_ready(findings):
        raise NotReady(findings)
    version = _freeze(row, content, applicant, by, at)
    row.version, row.title, row.ask = version, version.title, version.ask
    if applicant.needs_endorsement:
        return _ask_partner(row, version, by, at)
    submit(row, cycle, by=by, at=at)
    if applicant.role == "facilitator":
        _tell_managers(row, by, at)
    return row


def submit(row: Proposal, cycle: Cycle, *, by: Any, at: dt.datetime) -> None:
    """Hand a locked proposal to its cycle; the database asks again for time and endorsement (GI7, GI8)."""
    row.move_to(Proposal.State.SUBMITTED)
    row.cycle, row.submitted_at, row.submitted_by = cycle, at, by
    row.save()
    assert row.version is not None
    text = f"Version {row.version.number} was submitted to {cycle.title}, asking {show_short(row.version.ask)}"
    record(row, verb="proposal.submitted", text=text, by=by, at=at)


@transaction.atomic
def recall_proposal(*, proposal: Proposal, by: Any, at: dt.datetime) -> Proposal:
    """The author takes it back to the draft: from the Program Manager at any time, from the cycle until its deadline. Locks it.

    Raises NotYours, IllegalTransition, TooLate.
    """
    row = Proposal.objects.select_for_update(of=("self",)).select_related("cycle").get(pk=proposal.pk)
    if row.author_id != by.pk:
        raise NotYours("Only the person who wrote this proposal recalls it.")
    if row.state not in (Proposal.State.PM_REVIEW, Proposal.State.SUBMITTED):
        raise IllegalTransition(f"This proposal is {row.word}: it cannot be recalled.")
    if row.state == Proposal.State.SUBMITTED and row.cycle is not None and at >= row.cycle.closes_at:
        raise TooLate("The deadline has passed: reviewers have this proposal now.")
    row.move_to(Proposal.State.DRAFT)
    row.cycle = row.submitted_at = row.submitted_by = None
    row.save()
    record(row, verb="proposal.recalled", text="The proposal was recalled to the draft", by=by, at=at)
    return row


@transaction.atomic
def withdraw_proposal(*, proposal: Proposal, reason: str, by: Any, at: dt.datetime) -> Proposal:
    """End a proposal that is not with its two reviewers yet. Locks it. Raises IllegalTransition."""
    row = _whole(proposal)
    if row.state == Proposal.State.IN_REVIEW:
        raise IllegalTransition("Two reviewers have this proposal: it cannot be withdrawn now.")
    return _withdraw(row, reason, by, at)


def _whole(proposal: Proposal) -> Proposal:
    whole = Proposal.objects.select_for_update(of=("self",)).select_related("partner", "author", "version", "cycle")
    return whole.get(pk=proposal.pk)


def _withdraw(row: Proposal, reason: str, by: Any, at: dt.datetime) -> Proposal:
    """After the deadline somebody may have a review of it, which the partner's door neither shows nor changes."""
    row.move_to(Proposal.State.WITHDRAWN)
    if row.cycle is not None and at >= row.cycle.closes_at:
        with staff_context("the partner withdraws a proposal", user=by.pk):
            standing = Review.objects.filter(proposal=row).standing()
            standing.update(state="stood_down", stood_down_at=at, stood_down_reason="The partner withdrew it.")
            row.save(update_fields=["state"])
    else:
        row.save(update_fields=["state"])
    record(row, verb="proposal.withdrawn", text="The proposal was withdrawn", reason=reason, by=by, at=at)
    if row.author_id != by.pk:
        _tell_author(row, "withdrawn", f"{by.name} withdrew {row}: {reason}"[:500], at)
    return row


@transaction.atomic
def object_to_proposal(*, proposal: Proposal, reason: str, by: Any, at: dt.datetime) -> Proposal:
    """A Director or Program Manager takes back what a facilitator submitted, within 3 working days [default]. Locks it.

    The days run on while reviewers have it: their reviews end. Raises IllegalTransition where it is no facilitator’s or scored, TooLate.
    """
    row = _whole(proposal)
    if row.state not in OPEN_TO_OBJECTION or row.version is None or row.version.applicant != "facilitator":
        raise IllegalTransition("Only a facilitator’s submitted proposal can be objected to.")
    if row.submitted_at is None or network_date(at) > objection_until(row.submitted_at):
        raise TooLate("The days to object have passed.")
    return _withdraw(row, reason, by, at)


def objection_until(submitted_at: dt.datetime) -> dt.date:
    """The last day to object (network zone)."""
    on = network_date(submitted_at)
    return working_days_later(on, int(setting_on(on, "grants.objection_days")))


def _freeze(row: Proposal, content: Content, applicant: Applicant, by: Any, at: dt.datetime) -> ProposalVersion:
    facts = {name: getattr(content, name) for name in FROZEN} | {"goals": list(content.goals)}
    made = ProposalVersion.objects.create(
        partner_id=row.partner_id,
        proposal=row,
        number=row.versions.count() + 1,
        author=by,
        author_name=by.name,
        applicant=applicant.role,
        needs_endorsement=applicant.needs_endorsement,
        partner_name=row.partner.name,
        partner_states=row.partner.place,
        sha256=hash_of(content, content.lines, content.outcomes),
        frozen_on=network_date(at),
        frozen_at=at,
        **facts,
    )
    own: dict[str, Any] = {"partner_id": row.partner_id, "version": made}
    lines = [VersionLine(**own, position=number, **asdict(one)) for number, one in enumerate(content.lines, 1)]
    VersionLine.objects.bulk_create(lines)
    outcomes = [VersionOutcome(**own, position=number, **asdict(one)) for number, one in enumerate(content.outcomes, 1)]
    VersionOutcome.objects.bulk_create(outcomes)
    return made


def _ask_partner(row: Proposal, version: ProposalVersion, by: Any, at: dt.datetime) -> Proposal:
    row.move_to(Proposal.State.PM_REVIEW)
    row.save()
    record(row, verb="proposal.sent", text=f"Version {version.number} was sent for endorsement", by=by, at=at)
    people = [person for person in endorsers_of(row.partner, network_date(at)) if person.pk != by.pk]
    text = f"{by.name} asks you to endorse {version.title}, {show_short(version.ask)}"
    url = f"{page_of(row)}endorsement/"
    tell(
        people,
        kind="grant.endorse",
        key=f"endorse:{row.ref}:{version.number}",
        text=text,
        url=url,
        at=at,
        partner_id=row.partner_id,
    )
    return row


def _tell_managers(row: Proposal, by: Any, at: dt.datetime) -> None:
    until = objection_until(at)
    text = f"{by.name}, facilitator, submitted {row}. You can object until {until:%a, %b} {until.day}."
    people = [person for person in managers_of(row.partner, network_date(at)) if person.pk != by.pk]
    tell(
        people,
        kind="grant.facilitator",
        key=f"facilitator:{row.ref}:{row.version.number if row.version else 0}",
        text=text,
        url=page_of(row),
        at=at,
        partner_id=row.partner_id,
    )


def _tell_author(row: Proposal, what: str, text: str, at: dt.datetime) -> None:
    tell(
        [row.author],
        kind=f"grant.{what}",
        key=f"{what}:{row.ref}:{row.revision}",
        text=text,
        url=page_of(row),
        at=at,
        partner_id=row.partner_id,
    )


def last_answer(proposal: Proposal) -> Endorsement | None:
    """What the partner answered on the version that stands now."""
    return Endorsement.objects.filter(version_id=proposal.version_id).select_related("answered_by").first()
