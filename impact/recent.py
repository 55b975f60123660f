"""What a home says has changed: entries that the reader may know of, each with the name and the page of its record."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from activity.models import LogEntry
from grants.models import Proposal
from incentives.models import Claim
from incentives.models.claims import SHOWN
from partners.models import Partner
from workshops.models import Workshop
from workshops.timeline import MAY_NAME_TEACHERS, NAMES_TEACHERS

MOST = 8
BEFORE_IT_IS_SENT = (
    "workshop.drafted",
    "workshop.discarded",
    "proposal.started",
    "proposal.sent",
    "proposal.returned",
    "claim.started",
    "claim.evidence_added",
    "claim.evidence_removed",
)
ABOUT_REVIEWERS = ("proposal.reviewers", "proposal.context")
MONEY = ("claim.approved", "claim.in_batch", "claim.paid", "claim.rest_settled", "payee.set")


def recent_of(user: Any, partner: Partner | None = None) -> list[LogEntry]:
    """The last entries, newest first: of this partner, or of every partner in reach; each knows its `record`."""
    rows = LogEntry.objects.filter(partner=partner) if partner else LogEntry.objects.all()
    found = list(_readable(rows, user, partner).select_related("actor", "partner").order_by("-at", "-id")[:MOST])
    records = {} if user.standing.is_code_org("finance") else _records_of(found)
    for entry in found:
        entry.record = records.get((entry.subject_type, entry.subject_id))  # type: ignore[attr-defined]
    return found


def _readable(rows: QuerySet[LogEntry], user: Any, partner: Partner | None) -> QuerySet[LogEntry]:
    """A partner's leads read all of it but who reviews; Code.org what was sent, without names of teachers; Finance money; others their own."""
    if partner and user.standing.at(partner.pk, "director", "program_manager"):
        return rows.exclude(verb__in=ABOUT_REVIEWERS)
    if user.standing.is_code_org("staff", "outreach_manager"):
        return rows.exclude(verb__in=(*NAMES_TEACHERS, MAY_NAME_TEACHERS, *BEFORE_IT_IS_SENT))
    if user.standing.is_code_org("finance"):
        return rows.filter(verb__in=MONEY)
    if partner is None or user.standing.code_org:
        return rows.none()
    written = Proposal.objects.filter(partner=partner, author=user).values("pk")
    led = Workshop.objects.filter(partner=partner).led_by(user).values("pk")
    return rows.exclude(verb__in=ABOUT_REVIEWERS).filter(
        Q(subject_type="grants.proposal", subject_id__in=written)
        | Q(subject_type="workshops.workshop", subject_id__in=led)
    )


def _records_of(entries: list[LogEntry]) -> dict[tuple[str, int], dict[str, str]]:
    """Name and address of each record that has a page of its own; one query for each kind that occurs."""
    found: dict[tuple[str, int], dict[str, str]] = {}
    for kind, (model, related, page) in PAGES.items():
        keys = [entry.subject_id for entry in entries if entry.subject_type == kind]
        for row in model.objects.filter(pk__in=keys).select_related(*related) if keys else []:
            url = reverse(page, args=[row.partner.slug, row.ref])
            found[kind, row.pk] = {"name": NAMES[kind](row), "url": url}
    return found


PAGES: dict[str, tuple[Any, tuple[str, ...], str]] = {
    "workshops.workshop": (Workshop, ("partner", "course", "subject"), "workshop_detail"),
    "grants.proposal": (Proposal, ("partner",), "proposal_detail"),
    "incentives.claim": (Claim, SHOWN, "claim_detail"),
}
NAMES: dict[str, Any] = {
    "workshops.workshop": lambda row: row.title,
    "grants.proposal": str,
    "incentives.claim": lambda row: f"{row.version.title}, {row.subject}",
}
