"""The Outreach Manager's side: verified with what she checked, returned or rejected with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition
from common.zones import network_date
from incentives.checks import facts_hash
from incentives.facts import files_of
from incentives.models import Claim, EvidenceCheck, Rejection, RequiredEvidence, State, Verification
from incentives.operations.claiming import locked, missing_kinds
from ledger.operations import conflicts
from partners.models import Membership


class VerificationRefused(DomainError):
    """The claim cannot be verified like this; the message says why."""

    code = "verification_refused"


@dataclass(frozen=True)
class Reached:
    """Who confirmed a kind of evidence, how the verifier reached her, and on which day (network zone)."""

    whom: str
    how: str
    on: dt.date


@transaction.atomic
def verify_claim(
    *, claim: Claim, reached: Mapping[RequiredEvidence, Reached], by: Any, at: dt.datetime, reason: str = ""
) -> Claim:
    """The partner's Outreach Manager has looked at every file and reached who confirms (tenant door).

    Locks the claim, freezes its facts by a hash. Raises VerificationRefused, IllegalTransition.
    """
    row = locked(claim)
    _refuse_person(row, by, at)
    row.move_to(State.VERIFIED)
    missing = missing_kinds(row)
    if missing:
        raise VerificationRefused(
            f"There is no file for: {', '.join(kind.title for kind in missing)}. Return the claim."
        )
    kinds = list(RequiredEvidence.objects.filter(version=row.version_id, confirmed=True).order_by("position"))
    _refuse_unconfirmed(row, kinds, reached, at)
    row.verifier, row.verified_at, row.facts_hash = by, at, facts_hash(row, files_of(row))
    made = Verification.objects.create(
        partner_id=row.partner_id,
        claim=row,
        by=by,
        at=at,
        outcome=Verification.Outcome.VERIFIED,
        facts_hash=row.facts_hash,
        reason=reason.strip(),
    )
    EvidenceCheck.objects.bulk_create(
        EvidenceCheck(
            partner_id=row.partner_id,
            verification=made,
            claim=row,
            kind=kind,
            whom=reached[kind].whom.strip(),
            how=reached[kind].how,
            reached_on=reached[kind].on,
        )
        for kind in kinds
    )
    row.save(update_fields=["state", "verifier", "verified_at", "facts_hash"])
    record(row, verb="claim.verified", text="The claim was verified", reason=reason.strip(), by=by, at=at)
    tell_partner(row, "claim.verified", f"{row.version.title}, {row.subject}: verified, Code.org approves it next", at)
    return row


@transaction.atomic
def return_claim(*, claim: Claim, reason: str, by: Any, at: dt.datetime) -> Claim:
    """Back to the partner with what is missing (tenant door). Locks the claim. Raises VerificationRefused, IllegalTransition."""
    row = locked(claim)
    _refuse_person(row, by, at)
    if not reason.strip():
        raise VerificationRefused("Say what is missing, so that it can be put right.", field="reason")
    row.move_to(State.INFO_REQUESTED)
    Verification.objects.create(
        partner_id=row.partner_id,
        claim=row,
        by=by,
        at=at,
        outcome=Verification.Outcome.RETURNED,
        facts_hash=facts_hash(row, files_of(row)),
        reason=reason.strip(),
    )
    row.save(update_fields=["state"])
    record(row, verb="claim.returned", text="The claim was returned", reason=reason.strip(), by=by, at=at)
    tell_partner(row, "claim.returned", f"{row.version.title}, {row.subject}: returned. {reason.strip()}", at)
    return row


@transaction.atomic
def reject_claim(*, claim: Claim, stage: State, reason: str, by: Any, at: dt.datetime) -> Claim:
    """End a claim without money: the verifier at the stage "submitted", an approver at "verified". Its outcome can be claimed again.

    Locks the claim. Raises VerificationRefused, IllegalTransition where it has left that stage.
    """
    row = locked(claim)
    if row.state != stage:
        raise IllegalTransition(f"The claim is {row.word} by now, so it cannot be rejected here. Nothing was changed.")
    _refuse_person(row, by, at)
    if not reason.strip():
        raise VerificationRefused("Say why, in words that the partner reads.", field="reason")
    row.move_to(State.REJECTED)
    Rejection.objects.create(partner_id=row.partner_id, claim=row, by=by, at=at, reason=reason.strip())
    row.save(update_fields=["state"])
    record(row, verb="claim.rejected", text="The claim was rejected", reason=reason.strip(), by=by, at=at)
    tell_partner(row, "claim.rejected", f"{row.version.title}, {row.subject}: rejected. {reason.strip()}", at)
    return row


def tell_partner(claim: Claim, kind: str, text: str, at: dt.datetime) -> None:
    """Tell who claimed, and the partner's Directors and Program Managers of the day."""
    rows = Membership.objects.filter(partner=claim.partner_id, role__in=("director", "program_manager"))
    people = [row.user for row in rows.in_force(network_date(at)).select_related("user")]
    tell(
        people,
        kind=kind,
        key=f"{kind}:{claim.ref}:{at.isoformat()}",
        text=text[:500],
        url=f"/partners/{claim.partner.slug}/claims/{claim.ref}/",
        at=at,
        partner_id=claim.partner_id,
    )


def _refuse_person(claim: Claim, by: Any, at: dt.datetime) -> None:
    if by.pk == claim.claimant_id:
        raise VerificationRefused("You claimed it, so someone else verifies it.")
    if conflicts(person=by, partner=claim.partner, on=network_date(at)):
        raise VerificationRefused(
            f"Your register of conflicts of interest names {claim.partner.name}, so someone else decides."
        )


def _refuse_unconfirmed(
    claim: Claim, kinds: list[RequiredEvidence], reached: Mapping[RequiredEvidence, Reached], at: dt.datetime
) -> None:
    for kind in kinds:
        found = reached.get(kind)
        if found is None or not found.whom.strip() or found.how not in EvidenceCheck.How.values:
            raise VerificationRefused(
                f"Say whom you reached for “{kind.title}”, how and when.", field=f"whom_{kind.ref}"
            )
        if not claim.outcome_on <= found.on <= network_date(at):
            raise VerificationRefused(
                f"“{kind.title}”: enter a day from {claim.outcome_on:%b %-d, %Y}, the outcome date, to today.",
                field=f"on_{kind.ref}",
            )
