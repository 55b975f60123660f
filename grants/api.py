"""Calls about grant cycles and proposals; reviewing and deciding is done in the browser."""

from __future__ import annotations

import secrets
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import Q

from common.api.endpoint import Endpoint, allows
from common.api.fields import Nothing, ReasonGiven
from common.api.lists import Listing, NamedFilter, WordsFilter
from common.zones import now
from grants import operations
from grants.content import answers_of
from grants.listing import proposals_seen_by
from grants.models import Cycle, Proposal, Slate
from grants.serializers import (
    CycleShown,
    DraftChangeGiven,
    DraftGiven,
    ProposalDetailShown,
    ProposalShown,
    SendingGiven,
    content_given,
    content_shown,
)
from ledger.replies import once
from partners.models import Partner

READ, WRITE = "grants:read", "grants:write"
BY_TIME = {"-saved_at": ("-saved_at", "-id"), "saved_at": ("saved_at", "id")}


class Cycles(Endpoint):
    """Grant cycles."""

    @allows(
        "home.view",
        READ,
        gives=CycleShown,
        lists=Listing({"-opens_at": ("-opens_at", "-id"), "opens_at": ("opens_at", "id")}),
    )
    def get(self, request: Any) -> Any:
        """List the rounds of grants with their deadlines."""
        return Cycle.objects.select_related("quarter")


class ProposalFilter(django_filters.FilterSet):
    """Filters of proposals."""

    state = django_filters.ChoiceFilter(choices=Proposal.State.choices)
    cycle = NamedFilter(rows=Cycle.objects.all, help_text="A cycle by its reference.")
    q = WordsFilter(method="about", help_text="Words of the title, or the reference.")

    def about(self, rows: Any, name: str, value: str) -> Any:
        """Title or reference."""
        return rows.filter(Q(title__icontains=value) | Q(ref__iexact=value))


class NetworkProposalFilter(ProposalFilter):
    """Filters of the network's list."""

    partner = NamedFilter(rows=Partner.objects.all, by="slug", help_text="A partner by its slug.")


def with_names(rows: Any) -> Any:
    """What a row names."""
    return rows.select_related("author", "partner", "cycle", "version")


def read_again(proposal: Proposal) -> Proposal:
    """The proposal as it is now, with what it says."""
    found: Any = with_names(Proposal.objects.filter(pk=proposal.pk)).get()
    found.content = content_shown(found)
    return found  # type: ignore[no-any-return]


class Proposals(Endpoint):
    """Proposals of one partner."""

    @allows("grants.list", READ, gives=ProposalShown, lists=Listing(BY_TIME, ProposalFilter))
    def get(self, request: Any) -> Any:
        """List proposals of a partner: all of them for who leads it, one's own for others, what was sent for Code.org."""
        return with_names(proposals_seen_by(request.user, request.partner))

    @allows("grants.draft", WRITE, takes=DraftGiven, gives=ProposalDetailShown, status=201, once=once)
    @transaction.atomic
    def post(self, request: Any, given: dict[str, Any]) -> Proposal:
        """Begin a draft."""
        made = operations.start_proposal(partner=request.partner, by=request.user, at=now())
        return saved(request, made, given, revision=made.revision)


def saved(request: Any, proposal: Proposal, given: dict[str, Any], *, revision: int) -> Proposal:
    """The draft with what was sent."""
    content = content_given(given)
    kept = operations.save_draft(
        proposal=proposal,
        answers=answers_of(content),
        facts=(content.title, content.ask),
        by=request.user,
        at=now(),
        page=operations.OpenPage(secrets.token_hex(8), revision),
    )
    return read_again(kept)


class OfProposal(Endpoint):
    """An address below one proposal."""

    model = Proposal


class OneProposal(OfProposal):
    """One proposal."""

    @allows("grants.view", READ, gives=ProposalDetailShown)
    def get(self, request: Any, proposal: Proposal) -> Proposal:
        """Read one proposal as it was last sent, or the draft as it stands."""
        return read_again(proposal)

    @allows("grants.edit", WRITE, takes=DraftChangeGiven, gives=ProposalDetailShown)
    def put(self, request: Any, proposal: Proposal, given: dict[str, Any]) -> Proposal:
        """Change one's own draft; what is sent replaces all of it."""
        return saved(request, proposal, given, revision=given["revision"])


class ProposalSubmission(OfProposal):
    """The sending of a proposal."""

    @allows("grants.edit", WRITE, takes=SendingGiven, gives=ProposalDetailShown, once=once)
    def post(self, request: Any, proposal: Proposal, given: dict[str, Any]) -> Proposal:
        """Send one's own draft: to the partner's endorsement, or to the cycle that is open now."""
        content = content_shown(proposal)
        sent = operations.send_proposal(proposal=proposal, content=content, by=request.user, at=now(), **given)
        return read_again(sent)


class ProposalRecall(OfProposal):
    """The recall of a proposal."""

    @allows("grants.edit", WRITE, takes=Nothing, gives=ProposalDetailShown, once=once)
    def post(self, request: Any, proposal: Proposal, given: dict[str, Any]) -> Proposal:
        """Take one's own proposal back to the draft, until the deadline."""
        return read_again(operations.recall_proposal(proposal=proposal, by=request.user, at=now()))


class ProposalWithdrawal(OfProposal):
    """The end of a proposal."""

    @allows("grants.withdraw", WRITE, takes=ReasonGiven, gives=ProposalDetailShown, once=once)
    def post(self, request: Any, proposal: Proposal, given: dict[str, Any]) -> Proposal:
        """Withdraw a proposal that is not with its reviewers."""
        return read_again(operations.withdraw_proposal(proposal=proposal, by=request.user, at=now(), **given))


class NetworkProposals(Endpoint):
    """Proposals of the network."""

    @allows("grants.run_cycle", READ, gives=ProposalShown, lists=Listing(BY_TIME, NetworkProposalFilter))
    def get(self, request: Any) -> Any:
        """List proposals that were sent to a cycle."""
        return with_names(Proposal.objects.sent())


class SlateApproval(Endpoint):
    """The approval of a slate."""

    model = Slate

    @allows("grants.decide", WRITE, page="slate_approval")
    def post(self, request: Any, slate: Slate) -> None:
        """Approve a slate: in the browser only."""
