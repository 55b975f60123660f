"""The outcome catalog, claims, and the row that each human step leaves."""

from incentives.models.catalog import (
    Area,
    FiscalOption,
    Once,
    Outcome,
    OutcomeVersion,
    RequiredEvidence,
    SubjectKind,
    Sweep,
)
from incentives.models.claims import Claim, ClaimQuerySet, Evidence, State
from incentives.models.steps import (
    Approval,
    EvidenceCheck,
    Override,
    Rejection,
    Rest,
    Submission,
    Verification,
    Withdrawal,
)

__all__ = [
    "Approval",
    "Area",
    "Claim",
    "ClaimQuerySet",
    "Evidence",
    "EvidenceCheck",
    "FiscalOption",
    "Once",
    "Outcome",
    "OutcomeVersion",
    "Override",
    "Rejection",
    "RequiredEvidence",
    "Rest",
    "State",
    "SubjectKind",
    "Submission",
    "Sweep",
    "Verification",
    "Withdrawal",
]
