"""Files of a claim: added and removed while the partner has it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.files import CheckedFile, keep_file
from activity.operations import record
from common.errors import DomainError, refusing
from incentives.models import Claim, Evidence, RequiredEvidence
from incentives.operations.claiming import locked, refuse_unless_editable

MOST_FILES = 20


class EvidenceRefused(DomainError):
    """The file cannot be added to, or taken from, this claim."""

    code = "evidence_refused"


@transaction.atomic
def add_evidence(*, claim: Claim, kind: RequiredEvidence, file: CheckedFile, by: Any, at: dt.datetime) -> Evidence:
    """Add a checked file of one kind (tenant door). Locks the claim; the same file twice is one. Raises EvidenceRefused, ClaimRefused."""
    row = locked(claim)
    refuse_unless_editable(row)
    if kind.version_id != row.version_id:
        raise EvidenceRefused("This outcome does not ask for that kind of evidence.", field="kind")
    present = list(Evidence.objects.filter(claim=row).select_related("attachment"))
    same = next((one for one in present if one.kind_id == kind.pk and one.attachment.sha256 == file.sha256), None)
    if same is not None:
        return same
    if len(present) >= MOST_FILES:
        raise EvidenceRefused(f"A claim takes {MOST_FILES} files. Remove one, or join pages in one PDF.", field="file")
    attachment = keep_file(partner_id=row.partner_id, file=file, by=by, at=at)
    made = Evidence.objects.create(partner_id=row.partner_id, claim=row, kind=kind, attachment=attachment)
    record(row, verb="claim.evidence_added", text=f"{attachment.name} was added as {kind.title}", by=by, at=at)
    return made


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: Any, at: dt.datetime) -> None:
    """Take a file off a draft or returned claim (tenant door). Locks the claim. Raises EvidenceRefused, ClaimRefused.

    The file itself stays with the partner's rows: the timeline names it.
    """
    row = locked(evidence.claim)
    refuse_unless_editable(row)
    with refusing(incentives_evidence_kept=EvidenceRefused("Evidence of an approved claim stays.")):
        gone, _ = Evidence.objects.filter(pk=evidence.pk, claim=row).delete()
    if gone:
        record(row, verb="claim.evidence_removed", text=f"{evidence.attachment.name} was removed", by=by, at=at)
