"""The partner's oversight (C75): endorse exactly one version, or return it with a note."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition, Stale, refusing
from common.zones import network_date
from grants.content import BudgetLine, Content, Promise
from grants.eligibility import check, is_ready
from grants.models import Endorsement, Proposal, ProposalVersion
from grants.operations.sending import NotReady, circumstances_of, cycle_at, submit
from grants.people import applicant_of, may_endorse
from grants.timeline import page_of


class EndorsementRefused(DomainError):
    """This person cannot answer on this proposal."""

    code = "endorsement_refused"


class StaleVersion(Stale):
    """The author sent another version since the page was opened."""

    code = "stale_version"


@transaction.atomic
def endorse_proposal(*, proposal: Proposal, sha256: str, note: str, by: Any, at: dt.datetime) -> Proposal:
    """Endorse exactly the version with this hash and submit it; the server's clock picks the cycle now. Locks the proposal.

    Who may: a Director or employed Program Manager, never the author. Raises EndorsementRefused, StaleVersion, IllegalTransition, NotReady.
    """
    row, version = _locked(proposal, sha256, by, at)
    cycle = cycle_at(at)
    findings = check(
        content_of(version),
        circumstances_of(row.partner, applicant_of(row.author, row.partner, network_date(at)), cycle),
    )
    if not is_ready(findings):
        raise NotReady(findings)
    _answer(version, Endorsement.Outcome.ENDORSED, note, by, at)
    record(row, verb="proposal.endorsed", text=f"Version {version.number} was endorsed", reason=note, by=by, at=at)
    submit(row, cycle, by=by, at=at)
    _tell_author(row, version, f"{by.name} endorsed {version.title}: it is in {cycle.title}", at)
    return row


@transaction.atomic
def return_proposal(*, proposal: Proposal, sha256: str, note: str, by: Any, at: dt.datetime) -> Proposal:
    """Give it back to its author with a note; it can be changed and sent again. Locks the proposal. Raises as endorse_proposal."""
    row, version = _locked(proposal, sha256, by, at)
    if not note.strip():
        raise EndorsementRefused("Say what to change.", field="note")
    _answer(version, Endorsement.Outcome.RETURNED, note, by, at)
    row.move_to(Proposal.State.DRAFT)
    row.save(update_fields=["state"])
    record(row, verb="proposal.returned", text=f"Version {version.number} was returned", reason=note, by=by, at=at)
    _tell_author(row, version, f"{by.name} returned {version.title}: {note}"[:500], at)
    return row


def content_of(version: ProposalVersion) -> Content:
    """A frozen version as typed content."""
    return Content(
        title=version.title,
        audience=version.audience,
        audience_size=version.audience_size,
        audience_note=version.audience_note,
        goals=tuple(version.goals),
        objectives=version.objectives,
        ask=version.ask,
        minimum=version.minimum,
        starts_on=version.starts_on,
        ends_on=version.ends_on,
        place=version.place,
        lines=tuple(
            BudgetLine(one.family, one.what, one.basis, one.amount) for one in version.lines.order_by("position")
        ),
        outcomes=tuple(
            Promise(one.measure, one.what, one.baseline, one.promised, one.by)
            for one in version.outcomes.order_by("position")
        ),
    )


def _locked(proposal: Proposal, sha256: str, by: Any, at: dt.datetime) -> tuple[Proposal, ProposalVersion]:
    row = (
        Proposal.objects.select_for_update(of=("self",))
        .select_related("partner", "author", "version")
        .get(pk=proposal.pk)
    )
    version = row.version
    if row.state != Proposal.State.PM_REVIEW or version is None:
        raise IllegalTransition(f"This proposal is {row.word}: it does not wait for endorsement.")
    if row.author_id == by.pk:
        raise EndorsementRefused("You wrote this proposal, so someone else endorses it.")
    if not may_endorse(by, row.partner, network_date(at)):
        raise EndorsementRefused("A Director or an employed Program Manager endorses.")
    if version.sha256 != sha256 or version.content_hash() != sha256:
        raise StaleVersion("The author sent another version since you opened this page. Read it again.")
    return row, version


def _answer(version: ProposalVersion, outcome: str, note: str, by: Any, at: dt.datetime) -> None:
    with refusing(grants_endorsement_once=IllegalTransition("This version has been answered already.")):
        Endorsement.objects.create(
            partner_id=version.partner_id,
            version=version,
            sha256=version.sha256,
            outcome=outcome,
            note=note.strip(),
            answered_by=by,
            answered_on=network_date(at),
            answered_at=at,
        )


def _tell_author(row: Proposal, version: ProposalVersion, text: str, at: dt.datetime) -> None:
    key = f"answer:{row.ref}:{version.number}"
    tell([row.author], kind="grant.answer", key=key, text=text, url=page_of(row), at=at, partner_id=row.partner_id)
