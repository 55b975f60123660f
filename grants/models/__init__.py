"""Cycles and their rubric, proposals and their frozen versions, reviews, slates and awards."""

from grants.models.cycles import Criterion, Cycle, CycleSeed, PolicyChoice, Rubric
from grants.models.proposals import ContextNote, Endorsement, Proposal, ProposalVersion, VersionLine, VersionOutcome
from grants.models.reviews import Declaration, Review, ReviewScore
from grants.models.slates import Award, Decision, Slate, SlateLine, WaitlistOffer
from grants.words import Audience, Family, Goal, Measure

__all__ = [
    "Audience",
    "Award",
    "ContextNote",
    "Criterion",
    "Cycle",
    "CycleSeed",
    "Decision",
    "Declaration",
    "Endorsement",
    "Family",
    "Goal",
    "Measure",
    "PolicyChoice",
    "Proposal",
    "ProposalVersion",
    "Review",
    "ReviewScore",
    "Rubric",
    "Slate",
    "SlateLine",
    "VersionLine",
    "VersionOutcome",
    "WaitlistOffer",
]
