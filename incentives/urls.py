"""Addresses of incentives."""

from __future__ import annotations

from django.urls import URLPattern, path

from incentives.views import approvals, catalog, claims, overrides, payouts, sweeps, verification

CLAIMS = "partners/<slug:partner>/claims/"
CLAIM = f"{CLAIMS}<str:ref>/"

urlpatterns: list[URLPattern] = [
    path("partners/<slug:partner>/outcomes/", catalog.partner_outcomes, name="partner_outcomes"),
    path(CLAIMS, claims.claim_list, name="claim_list"),
    path(f"{CLAIMS}new/", claims.claim_new, name="claim_new"),
    path(f"{CLAIMS}checks/", claims.claim_checks, name="claim_checks"),
    path(f"{CLAIMS}export/", claims.claim_export, name="claim_export"),
    path(CLAIM, claims.claim_detail, name="claim_detail"),
    path(f"{CLAIM}facts/", claims.claim_edit, name="claim_edit"),
    path(f"{CLAIM}submission/", claims.submission, name="claim_submission"),
    path(f"{CLAIM}withdrawal/", claims.withdrawal, name="claim_withdrawal"),
    path(f"{CLAIM}verification/", verification.verification, name="claim_verification"),
    path(f"{CLAIM}evidence/", claims.evidence_new, name="evidence_new"),
    path("partners/<slug:partner>/evidence/<str:ref>/", claims.evidence_file, name="evidence_file"),
    path("partners/<slug:partner>/evidence/<str:ref>/removal/", claims.evidence_removal, name="evidence_removal"),
    path("network/verifications/", verification.verification_list, name="verification_list"),
    path("network/approvals/", approvals.approval_list, name="approval_list"),
    path("network/approvals/batch/", approvals.approval_batch, name="approval_batch"),
    path("network/approvals/export/", approvals.approval_export, name="approval_export"),
    path("network/approvals/<str:ref>/", approvals.approval, name="approval"),
    path("network/approvals/<str:ref>/overrides/new/", overrides.override_new, name="override_new"),
    path("network/overrides/<str:ref>/confirmation/", overrides.override_confirmation, name="override_confirmation"),
    path("network/overrides/<str:ref>/withdrawal/", overrides.override_withdrawal, name="override_withdrawal"),
    path("network/payouts/", payouts.payout_list, name="payout_list"),
    path("network/payouts/new/", payouts.payout_new, name="payout_new"),
    path("network/payouts/<str:ref>/", payouts.payout, name="payout"),
    path("network/payouts/<str:ref>/export/", payouts.payout_export, name="payout_export"),
    path("network/payouts/<str:ref>/file/", payouts.payout_file, name="payout_file"),
    path("network/payouts/<str:ref>/payment/", payouts.payout_payment, name="payout_payment"),
    path("network/outcomes/", catalog.outcome_list, name="outcome_list"),
    path("network/outcomes/new/", catalog.outcome_new, name="outcome_new"),
    path("network/outcomes/choices/new/", catalog.option_new, name="option_new"),
    path("network/outcomes/choices/<str:ref>/confirmation/", catalog.option_confirmation, name="option_confirmation"),
    path("network/outcomes/choices/<str:ref>/sweep/", sweeps.sweep, name="sweep"),
    path(
        "network/outcomes/choices/<str:ref>/sweep/confirmation/", sweeps.sweep_confirmation, name="sweep_confirmation"
    ),
    path("network/outcomes/<str:ref>/", catalog.version, name="outcome_version"),
    path("network/outcomes/<str:ref>/versions/new/", catalog.version_new, name="version_new"),
    path("network/outcomes/<str:ref>/confirmation/", catalog.version_confirmation, name="version_confirmation"),
    path("network/outcomes/<str:ref>/withdrawal/", catalog.version_withdrawal, name="version_withdrawal"),
]
