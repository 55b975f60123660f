"""Use cases of grants: cycles, proposals, endorsement, reviews, slates, waitlist.

Lock order: the slate, then proposals by id, then (in ledger) pool, envelope, partner-quarter, partners by id.
"""

from grants.operations.cycles import (
    CycleRefused,
    PolicyRefused,
    choose_policy,
    close_intake,
    end_waitlist,
    ensure_cycles,
    open_cycle,
)
from grants.operations.drafts import NotYours, OpenPage, StaleDraft, save_draft, start_proposal
from grants.operations.endorsement import EndorsementRefused, StaleVersion, endorse_proposal, return_proposal
from grants.operations.reviewers import (
    ReviewerRefused,
    add_reviewer,
    change_reviewer,
    clean_reviewers,
    propose_reviewers,
)
from grants.operations.reviewing import (
    MarksRefused,
    ReviewClosed,
    save_review,
    settle_reviews,
    sign_declaration,
    stand_down,
    write_context,
)
from grants.operations.sending import (
    NoOpenCycle,
    NotReady,
    TooLate,
    circumstances_of,
    object_to_proposal,
    recall_proposal,
    send_proposal,
    withdraw_proposal,
)
from grants.operations.slates import (
    NotScored,
    SlateRefused,
    approve_slate,
    end_empty_cycle,
    prepare_slate,
    propose_slate,
    return_slate,
)
from grants.operations.waitlist import OfferRefused, approve_offer, drop_offer, fitting, largest_offer, offer_award

__all__ = [
    "CycleRefused",
    "EndorsementRefused",
    "MarksRefused",
    "NoOpenCycle",
    "NotReady",
    "NotScored",
    "NotYours",
    "OfferRefused",
    "OpenPage",
    "PolicyRefused",
    "ReviewClosed",
    "ReviewerRefused",
    "SlateRefused",
    "StaleDraft",
    "StaleVersion",
    "TooLate",
    "add_reviewer",
    "approve_offer",
    "approve_slate",
    "change_reviewer",
    "choose_policy",
    "circumstances_of",
    "clean_reviewers",
    "close_intake",
    "drop_offer",
    "end_empty_cycle",
    "end_waitlist",
    "endorse_proposal",
    "ensure_cycles",
    "fitting",
    "largest_offer",
    "object_to_proposal",
    "offer_award",
    "open_cycle",
    "prepare_slate",
    "propose_reviewers",
    "propose_slate",
    "recall_proposal",
    "return_proposal",
    "return_slate",
    "save_draft",
    "save_review",
    "send_proposal",
    "settle_reviews",
    "sign_declaration",
    "stand_down",
    "start_proposal",
    "withdraw_proposal",
    "write_context",
]
