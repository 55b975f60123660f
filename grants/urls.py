"""Addresses of grants."""

from __future__ import annotations

from django.urls import URLPattern, path

from grants.views import cycles, proposals, reviews, sending, slates

HOME = "partners/<slug:partner>/grants/"
ONE = f"{HOME}proposals/<str:ref>/"
NETWORK = "network/grants/"
CYCLE = f"{NETWORK}cycles/<str:ref>/"

urlpatterns: list[URLPattern] = [
    path(HOME, proposals.proposal_list, name="proposal_list"),
    path(f"{HOME}export/", proposals.proposal_export, name="proposal_export"),
    path(f"{HOME}proposals/new/", proposals.proposal_new, name="proposal_new"),
    path(ONE, proposals.proposal_detail, name="proposal_detail"),
    path(f"{ONE}draft/", proposals.proposal_draft, name="proposal_draft"),
    path(f"{ONE}checks/", proposals.proposal_checks, name="proposal_checks"),
    path(f"{ONE}submission/", sending.submission, name="submission"),
    path(f"{ONE}recall/", sending.recall, name="recall"),
    path(f"{ONE}withdrawal/", proposals.withdrawal, name="withdrawal"),
    path(f"{ONE}objection/", proposals.objection, name="objection"),
    path(f"{ONE}endorsement/", proposals.endorsement, name="endorsement"),
    path(f"{ONE}context/", proposals.context_note, name="context_note"),
    path(f"{NETWORK}reviews/", reviews.review_queue, name="review_queue"),
    path(f"{NETWORK}reviews/declarations/<str:ref>/", reviews.declaration, name="declaration"),
    path(f"{NETWORK}reviews/<str:ref>/", reviews.review, name="review"),
    path(f"{NETWORK}reviews/<str:ref>/conflict/", reviews.stand_down, name="stand_down"),
    path(f"{NETWORK}cycles/", cycles.cycle_list, name="cycle_list"),
    path(CYCLE, cycles.cycle_detail, name="cycle_detail"),
    path(f"{CYCLE}export/", cycles.cycle_export, name="cycle_export"),
    path(f"{CYCLE}policy/", cycles.policy, name="policy"),
    path(f"{CYCLE}preparation/", cycles.preparation, name="preparation"),
    path(f"{CYCLE}slate/", slates.slate, name="slate"),
    path(f"{CYCLE}waitlist/", slates.waitlist, name="waitlist"),
    path(f"{NETWORK}slates/<str:ref>/export/", slates.slate_export, name="slate_export"),
    path(f"{NETWORK}slates/<str:ref>/proposal/", slates.slate_proposal, name="slate_proposal"),
    path(f"{NETWORK}slates/<str:ref>/approval/", slates.slate_approval, name="slate_approval"),
    path(f"{NETWORK}slates/<str:ref>/return/", slates.slate_return, name="slate_return"),
    path(f"{NETWORK}proposals/<str:ref>/reviewers/", cycles.reviewers, name="reviewers"),
    path(f"{NETWORK}proposals/<str:ref>/offer/", slates.offer, name="offer"),
    path(f"{NETWORK}proposals/<str:ref>/offer/approval/", slates.offer_approval, name="offer_approval"),
]
