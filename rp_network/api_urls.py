"""Addresses of the API, version 1: those of the pages, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from districts import api as districts
from facilitators import api as facilitators
from grants import api as grants
from impact import api as impact
from incentives import api as incentives
from ledger import api as ledger
from partners import api as partners
from rp_network import api_docs
from workshops import api as workshops

PARTNER = "partners/<slug:partner>/"
WORKSHOP = f"{PARTNER}workshops/<reference:ref>/"
CLAIM = f"{PARTNER}claims/<reference:ref>/"
PROPOSAL = f"{PARTNER}grants/proposals/<reference:ref>/"

urlpatterns: list[URLPattern] = [
    path("docs/", api_docs.docs, name="api_docs"),
    path("schema/", api_docs.schema, name="api_schema"),
    path("me/", impact.Me.as_view(), name="api_me"),
    path("notices/", impact.Notices.as_view(), name="api_notices"),
    path("partners/", partners.Partners.as_view(), name="api_partners"),
    path(PARTNER, partners.OnePartner.as_view(), name="api_partner"),
    path(f"{PARTNER}limits/", impact.PartnerLimits.as_view(), name="api_partner_limits"),
    path("network/limits/", ledger.NetworkLimits.as_view(), name="api_network_limits"),
    path(
        "network/limits/<reference:ref>/confirmation/",
        ledger.LimitConfirmation.as_view(),
        name="api_limit_confirmation",
    ),
    path("districts/", districts.Districts.as_view(), name="api_districts"),
    path("districts/<reference:ref>/", districts.OneDistrict.as_view(), name="api_district"),
    path("schools/", districts.Schools.as_view(), name="api_schools"),
    path("schools/<reference:ref>/", districts.OneSchool.as_view(), name="api_school"),
    path("courses/", facilitators.Courses.as_view(), name="api_courses"),
    path(f"{PARTNER}facilitators/", facilitators.PartnerFacilitators.as_view(), name="api_facilitators"),
    path(f"{PARTNER}workshops/", workshops.Workshops.as_view(), name="api_workshops"),
    path(f"{PARTNER}workshops/log/", workshops.WorkshopLog.as_view(), name="api_workshop_log"),
    path(WORKSHOP, workshops.OneWorkshop.as_view(), name="api_workshop"),
    path(f"{WORKSHOP}start/", workshops.WorkshopStart.as_view(), name="api_workshop_start"),
    path(f"{WORKSHOP}end/", workshops.WorkshopEnd.as_view(), name="api_workshop_end"),
    path(f"{WORKSHOP}cancellation/", workshops.WorkshopCancellation.as_view(), name="api_workshop_cancellation"),
    path(f"{WORKSHOP}attendance/", workshops.WorkshopAttendance.as_view(), name="api_workshop_attendance"),
    path(f"{WORKSHOP}enrollments/", workshops.WorkshopEnrollments.as_view(), name="api_enrollments"),
    path(
        f"{PARTNER}workshops/enrollments/<reference:ref>/cancellation/",
        workshops.EnrollmentCancellation.as_view(),
        name="api_enrollment_cancellation",
    ),
    path("network/workshops/", workshops.NetworkWorkshops.as_view(), name="api_network_workshops"),
    path(f"{PARTNER}outcomes/", incentives.PartnerOutcomes.as_view(), name="api_outcomes"),
    path(f"{PARTNER}claims/", incentives.Claims.as_view(), name="api_claims"),
    path(CLAIM, incentives.OneClaim.as_view(), name="api_claim"),
    path(f"{CLAIM}submission/", incentives.ClaimSubmission.as_view(), name="api_claim_submission"),
    path(f"{CLAIM}withdrawal/", incentives.ClaimWithdrawal.as_view(), name="api_claim_withdrawal"),
    path(f"{CLAIM}verification/", incentives.ClaimVerification.as_view(), name="api_claim_verification"),
    path("network/verifications/", incentives.Verifications.as_view(), name="api_verifications"),
    path("network/approvals/", incentives.Approvals.as_view(), name="api_approvals"),
    path("network/approvals/<reference:ref>/", incentives.ClaimApproval.as_view(), name="api_claim_approval"),
    path("network/payouts/<reference:ref>/payment/", incentives.PayoutPayment.as_view(), name="api_payout_payment"),
    path("grants/cycles/", grants.Cycles.as_view(), name="api_cycles"),
    path(f"{PARTNER}grants/proposals/", grants.Proposals.as_view(), name="api_proposals"),
    path(PROPOSAL, grants.OneProposal.as_view(), name="api_proposal"),
    path(f"{PROPOSAL}submission/", grants.ProposalSubmission.as_view(), name="api_proposal_submission"),
    path(f"{PROPOSAL}recall/", grants.ProposalRecall.as_view(), name="api_proposal_recall"),
    path(f"{PROPOSAL}withdrawal/", grants.ProposalWithdrawal.as_view(), name="api_proposal_withdrawal"),
    path("network/grants/proposals/", grants.NetworkProposals.as_view(), name="api_network_proposals"),
    path("network/grants/slates/<reference:ref>/approval/", grants.SlateApproval.as_view(), name="api_slate_approval"),
]
