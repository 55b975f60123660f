"""The override: two people of staff lift an amber check of a verified claim, and administrators are told (incentives 4.3)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.people import code_org_people
from activity.operations import record, tell
from common.errors import DomainError, refusing
from common.money import ZERO
from common.zones import network_date
from incentives.checks import checks
from incentives.facts import facts_of, figures_on, judged
from incentives.models import Claim, Override, State
from incentives.operations.claiming import locked
from ledger.operations import conflicts


class OverrideRefused(DomainError):
    """The check cannot be lifted, or not by this person; the message says why."""

    code = "override_refused"


@transaction.atomic
def propose_override(*, claim: Claim, check: str, reason: str, by: Any, at: dt.datetime) -> Override:
    """One person of staff proposes to lift one open check; nothing changes yet (staff door). Locks the claim. Raises OverrideRefused."""
    row = locked(claim)
    _refuse(row, check, by, at)
    if not reason.strip():
        raise OverrideRefused("Say why the check may be lifted; administrators read it.", field="reason")
    twice = OverrideRefused("Somebody has proposed to lift this check already.")
    with refusing(incentives_override_once=twice):
        made = Override.objects.create(
            partner_id=row.partner_id,
            claim=row,
            check_name=check,
            facts_hash=row.facts_hash,
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=at,
        )
    text = f"To lift “{made.get_check_name_display()}” was proposed"
    record(row, verb="claim.override_proposed", text=text, reason=reason.strip(), by=by, at=at)
    return made


@transaction.atomic
def confirm_override(*, override: Override, by: Any, at: dt.datetime) -> Override:
    """Another person confirms: an approver may now approve the claim alone; every Administrator is told (staff door).

    Locks the claim, then the override. Raises OverrideRefused.
    """
    claim, row = _locked(override)
    if row.proposed_by_id == by.pk:
        raise OverrideRefused("You proposed this, so another person confirms it.")
    _refuse(claim, row.check_name, by, at)
    row.confirmed_by, row.confirmed_at = by, at
    row.save(update_fields=["confirmed_by", "confirmed_at"])
    text = f"“{row.get_check_name_display()}” was lifted by {row.proposed_by.name} and {by.name}"
    record(claim, verb="claim.override", text=text, reason=row.reason, by=by, at=at)
    tell(
        code_org_people("administrator", network_date(at)),
        kind="claim.override",
        key=f"override:{row.ref}",
        text=f"{text}: {claim.version.title}, {claim.partner.name}. {row.reason}"[:500],
        url="/notices/",
        at=at,
    )
    return row


@transaction.atomic
def withdraw_override(*, override: Override, by: Any, at: dt.datetime) -> Override:
    """Take a proposal back, or turn it down (staff door). Raises OverrideRefused once it is decided."""
    claim, row = _locked(override)
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    text = f"To lift “{row.get_check_name_display()}” was turned down"
    record(claim, verb="claim.override_withdrawn", text=text, by=by, at=at)
    return row


def _locked(override: Override) -> tuple[Claim, Override]:
    claim = locked(override.claim)
    row = Override.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=override.pk)
    if not row.is_open:
        raise OverrideRefused("This is decided already.")
    return claim, row


def _refuse(claim: Claim, check: str, by: Any, at: dt.datetime) -> None:
    if claim.state != State.VERIFIED:
        raise OverrideRefused(f"The claim is {claim.word}: checks are lifted while it waits for approval.")
    if by.pk in (claim.claimant_id, claim.verifier_id, claim.approver_id):
        raise OverrideRefused("You had a part in this claim, so somebody else lifts its checks.")
    on = network_date(at)
    if conflicts(person=by, partner=claim.partner, on=on):
        raise OverrideRefused("Your register of conflicts of interest names this partner, so somebody else decides.")
    found = judged(Claim.objects.filter(pk=claim.pk), by, on).get()
    open_now = [
        one.name for one in checks(found, by, facts_of(found), room=ZERO, figures=figures_on(on)) if not one.passed
    ]
    if check not in Override.Liftable.values or check not in open_now:
        raise OverrideRefused("This check cannot be lifted: it passes, or nothing lifts it.")
