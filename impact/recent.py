"""What a home says has changed: entries that the reader may know of, each with the name and the page of its record."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, JSONField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import JSONArray, JSONObject
from django.urls import reverse

from activity.models import LogEntry
from grants.models import Proposal
from incentives.models import Claim
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
    """The last entries, newest first: of this partner, or of every partner in reach; each knows its `record`. One statement."""
    rows = LogEntry.objects.filter(partner=partner) if partner else LogEntry.objects.all()
    readable = _readable(rows, user, partner).select_related("actor", "partner").annotate(facts=RECORD)
    found: list[Any] = list(readable.order_by("-at", "-id")[:MOST])
    for entry in found:
        entry.record = None if user.standing.is_code_org("finance") else _record_of(entry)
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
    led = Workshop.objects.filter(partner=partner).own_of(user).values("pk")
    return rows.exclude(verb__in=ABOUT_REVIEWERS).filter(
        Q(subject_type="grants.proposal", subject_id__in=written)
        | Q(subject_type="workshops.workshop", subject_id__in=led)
    )


def _record_of(entry: Any) -> dict[str, str] | None:
    """Name and address of the record, where it has a page of its own."""
    if not entry.facts:
        return None
    name = " · ".join(part for part in entry.facts["names"] if part)
    url = reverse(PAGES[entry.subject_type], args=[entry.partner.slug, entry.facts["ref"]])
    return {"name": name or NAMELESS[entry.subject_type], "url": url}


def _facts(model: Any, *names: str) -> Subquery:
    """Reference and names of the record that an entry is about."""
    told = JSONObject(ref="ref", names=JSONArray(*names))
    return Subquery(model.objects.filter(pk=OuterRef("subject_id")).values(told=told)[:1])


NAMELESS = {
    "workshops.workshop": "Workshop without a course",
    "grants.proposal": "Proposal without a title",
    "incentives.claim": "Claim without a subject",
}
PAGES = {
    "workshops.workshop": "workshop_detail",
    "grants.proposal": "proposal_detail",
    "incentives.claim": "claim_detail",
}
RECORD = Case(
    When(subject_type="workshops.workshop", then=_facts(Workshop, "course__name", "subject__name")),
    When(subject_type="grants.proposal", then=_facts(Proposal, "title")),
    When(subject_type="incentives.claim", then=_facts(Claim, "version__title")),
    output_field=JSONField(),
)
