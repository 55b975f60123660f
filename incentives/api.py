"""Calls about the outcome catalog and claims; verifying, approving and paying is done in the browser."""

from __future__ import annotations

import uuid
from typing import Any

import django_filters
from django.db.models import Prefetch

from common.api.endpoint import Endpoint, allows
from common.api.fields import Nothing, ReasonGiven
from common.api.lists import DayFilter, Listing, NamedFilter
from common.zones import now, today
from incentives import operations
from incentives.models import Area, Claim, Evidence, OutcomeVersion, State
from incentives.serializers import (
    ClaimChangeGiven,
    ClaimDetailShown,
    ClaimGiven,
    ClaimShown,
    OutcomeShown,
    subject_given,
    version_given,
)
from ledger.models import PaymentBatch
from ledger.replies import once
from partners.models import FiscalYear, Partner

READ, WRITE = "incentives:read", "incentives:write"
BY_DATE = {"-outcome_on": ("-outcome_on", "-id"), "outcome_on": ("outcome_on", "id")}


class OutcomeFilter(django_filters.FilterSet):
    """Filters of the catalog."""

    area = django_filters.ChoiceFilter(field_name="outcome__area", choices=Area.choices)


class PartnerOutcomes(Endpoint):
    """The outcome catalog."""

    @allows(
        "incentives.see_catalog",
        READ,
        gives=OutcomeShown,
        lists=Listing(
            {"position": ("outcome__position", "id"), "-position": ("-outcome__position", "-id")}, OutcomeFilter
        ),
    )
    def get(self, request: Any) -> Any:
        """List what can be claimed today, what it pays in dollars, and what shows it."""
        return OutcomeVersion.objects.on(today()).prefetch_related("evidence_kinds")


class ClaimFilter(django_filters.FilterSet):
    """Filters of claims."""

    state = django_filters.ChoiceFilter(choices=State.choices)
    area = django_filters.ChoiceFilter(field_name="version__outcome__area", choices=Area.choices)
    year = NamedFilter(
        rows=FiscalYear.objects.all, by="label", field_name="fiscal_year", help_text="A fiscal year, such as FY2026."
    )
    since = DayFilter(field_name="outcome_on", lookup_expr="gte", help_text="Achieved on this date or later.")
    until = DayFilter(field_name="outcome_on", lookup_expr="lte", help_text="Achieved on this date or before.")


class NetworkClaimFilter(django_filters.FilterSet):
    """Filters of the network's queues."""

    partner = NamedFilter(rows=Partner.objects.all, by="slug", help_text="A partner by its slug.")


def with_files(rows: Any) -> Any:
    """What one claim shows, in two statements."""
    files = Evidence.objects.select_related("attachment", "kind").order_by("id")
    return rows.shown().prefetch_related(Prefetch("evidence", files))


def read_again(claim: Claim) -> Claim:
    """The claim as it is now."""
    found: Claim = with_files(Claim.objects.filter(pk=claim.pk)).get()
    return found


class Claims(Endpoint):
    """Claims of one partner."""

    @allows("incentives.see", READ, gives=ClaimShown, lists=Listing(BY_DATE, ClaimFilter))
    def get(self, request: Any) -> Any:
        """List claims of a partner."""
        return Claim.objects.filter(partner=request.partner).shown()

    @allows("incentives.claim", WRITE, takes=ClaimGiven, gives=ClaimDetailShown, status=201, once=once)
    def post(self, request: Any, given: dict[str, Any]) -> Claim:
        """Begin a draft of a claim; its evidence is added on its page in the browser."""
        version = version_given(given)
        made = operations.start_claim(
            partner=request.partner,
            version=version,
            subject=subject_given(given, version.outcome.subject_kind),
            outcome_on=given["outcome_on"],
            by=request.user,
            at=now(),
            typed=operations.Typed(given.get("words", ""), uuid.uuid4()),
        )
        return read_again(made)


class OfClaim(Endpoint):
    """An address below one claim."""

    model = Claim

    def rows(self) -> Any:
        """Claims with everything that they show."""
        return with_files(Claim.objects.all())


class OneClaim(OfClaim):
    """One claim."""

    @allows("incentives.see", READ, gives=ClaimDetailShown)
    def get(self, request: Any, claim: Claim) -> Claim:
        """Read one claim."""
        return claim

    @allows("incentives.claim", WRITE, takes=ClaimChangeGiven, gives=ClaimDetailShown)
    def put(self, request: Any, claim: Claim, given: dict[str, Any]) -> Claim:
        """Correct a draft or a returned claim; what is sent replaces all of its facts."""
        changed = operations.change_claim(
            claim=claim,
            subject=subject_given(given, claim.subject_kind),
            outcome_on=given["outcome_on"],
            words=given.get("words", ""),
            edition=given["edition"],
            by=request.user,
            at=now(),
        )
        return read_again(changed)


class ClaimSubmission(OfClaim):
    """The sending of a claim."""

    @allows("incentives.claim", WRITE, takes=Nothing, gives=ClaimDetailShown, once=once)
    def post(self, request: Any, claim: Claim, given: dict[str, Any]) -> Claim:
        """Send a draft or returned claim to the Outreach Manager."""
        return read_again(operations.submit_claim(claim=claim, by=request.user, at=now()))


class ClaimWithdrawal(OfClaim):
    """The taking back of a claim."""

    @allows("incentives.claim", WRITE, takes=ReasonGiven, gives=ClaimDetailShown, once=once)
    def post(self, request: Any, claim: Claim, given: dict[str, Any]) -> Claim:
        """Take a claim back that is not approved."""
        return read_again(operations.withdraw_claim(claim=claim, by=request.user, at=now(), **given))


class Verifications(Endpoint):
    """Claims that wait for their Outreach Manager."""

    @allows(
        "incentives.see_verifications",
        READ,
        gives=ClaimShown,
        lists=Listing({"sent_at": ("sent_at", "id"), "-sent_at": ("-sent_at", "-id")}, NetworkClaimFilter),
    )
    def get(self, request: Any) -> Any:
        """List claims of your partners that wait for you."""
        return Claim.objects.filter(partner__in=request.user.standing.portfolio).shown().to_verify()


class Approvals(Endpoint):
    """Claims that wait for an approver."""

    @allows(
        "incentives.approve",
        READ,
        gives=ClaimShown,
        lists=Listing(
            {"verified_at": ("verified_at", "id"), "-verified_at": ("-verified_at", "-id")}, NetworkClaimFilter
        ),
    )
    def get(self, request: Any) -> Any:
        """List verified claims in the order in which they are paid."""
        return Claim.objects.shown().to_approve()


class ClaimVerification(OfClaim):
    """The judgment on a claim."""

    @allows("incentives.verify", WRITE, page="claim_verification")
    def post(self, request: Any, claim: Claim) -> None:
        """Verify, return or reject a claim: in the browser only."""


class ClaimApproval(OfClaim):
    """The approval of a claim."""

    @allows("incentives.approve", WRITE, page="approval")
    def post(self, request: Any, claim: Claim) -> None:
        """Approve a claim: in the browser only."""


class PayoutPayment(Endpoint):
    """The payment of a batch."""

    model = PaymentBatch

    @allows("incentives.pay", WRITE, page="payout_payment")
    def post(self, request: Any, batch: PaymentBatch) -> None:
        """Mark a payout as paid: in the browser only."""
