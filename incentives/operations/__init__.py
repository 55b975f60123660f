"""Use cases of incentives."""

from incentives.operations.approving import ApprovalRefused, Result, approve_claims, approve_one
from incentives.operations.catalog import (
    CatalogRefused,
    Terms,
    confirm_version,
    propose_outcome,
    propose_version,
    withdraw_version,
)
from incentives.operations.claiming import (
    AlreadyClaimed,
    ClaimRefused,
    EvidenceMissing,
    Subject,
    WindowOver,
    change_claim,
    start_claim,
    submit_claim,
    withdraw_claim,
)
from incentives.operations.closing import (
    OptionRefused,
    YearNotOver,
    choice_for,
    confirm_option,
    partners_to_settle,
    propose_option,
    refuse_running_year,
    settle_partner,
)
from incentives.operations.evidence import EvidenceRefused, add_evidence, remove_evidence
from incentives.operations.paying import Opened, PayoutRefused, export_payout, mark_payout_paid, open_payout
from incentives.operations.verifying import Reached, VerificationRefused, reject_claim, return_claim, verify_claim

__all__ = [
    "AlreadyClaimed",
    "ApprovalRefused",
    "CatalogRefused",
    "ClaimRefused",
    "EvidenceMissing",
    "EvidenceRefused",
    "Opened",
    "OptionRefused",
    "PayoutRefused",
    "Reached",
    "Result",
    "Subject",
    "Terms",
    "VerificationRefused",
    "WindowOver",
    "YearNotOver",
    "add_evidence",
    "approve_claims",
    "approve_one",
    "change_claim",
    "choice_for",
    "confirm_option",
    "confirm_version",
    "export_payout",
    "mark_payout_paid",
    "open_payout",
    "partners_to_settle",
    "propose_option",
    "propose_outcome",
    "propose_version",
    "refuse_running_year",
    "reject_claim",
    "remove_evidence",
    "return_claim",
    "settle_partner",
    "start_claim",
    "submit_claim",
    "verify_claim",
    "withdraw_claim",
    "withdraw_version",
]
