"""Lists of proposals: who sees which, saved views and filters in the URL, columns of the export."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q
from django.http import HttpRequest

from grants.models import Cycle, Decision, Proposal, Review
from partners.models import Partner

VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "draft": ("Drafts", ("draft",)),
    "endorse": ("With Program Manager", ("pm_review",)),
    "open": ("With Code.org", ("submitted", "in_review", "scored", "proposed", "waitlisted")),
    "awarded": ("Awarded", ("awarded",)),
    "closed": ("Declined or withdrawn", ("declined", "withdrawn")),
}
STAGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "": ("All", ()),
    "waiting": ("Needs a reviewer", ("submitted",)),
    "review": ("In review", ("in_review",)),
    "scored": ("Scored", ("scored", "proposed")),
    "awarded": ("Awarded", ("awarded",)),
    "waitlisted": ("Waitlisted", ("waitlisted",)),
    "declined": ("Declined", ("declined",)),
}
HEADER = (
    "Reference",
    "Partner",
    "Title",
    "State",
    "Ask (USD)",
    "Still useful from (USD)",
    "Author",
    "Cycle",
    "Submitted (UTC)",
    "Awarded (USD)",
)


def proposals_seen_by(user: Any, partner: Partner) -> Any:
    """A Director or Program Manager sees the partner's, Code.org what was sent, others their own."""
    rows = Proposal.objects.filter(partner=partner)
    if user.standing.at(partner.pk, "director", "program_manager"):
        return rows
    return rows.sent() if user.standing.code_org else rows.by(user)


def shown_proposals(
    request: HttpRequest, rows: Any, views: dict[str, tuple[str, tuple[str, ...]]] = VIEWS
) -> tuple[Any, dict[str, str]]:
    """The rows of the saved view and the search of this URL, with what a list shows of each."""
    view = request.GET.get("view", "")
    wanted = request.GET.get("q", "").strip()[:100].replace("\0", "")
    view = view if view in views else ""
    if views[view][1]:
        rows = rows.filter(state__in=views[view][1])
    if wanted:
        rows = rows.filter(Q(title__icontains=wanted) | Q(ref__iexact=wanted) | Q(partner__name__icontains=wanted))
    rows = rows.select_related("author", "version", "partner", "cycle__quarter").with_returned()
    return rows, {"view": view, "q": wanted}


def of_cycle(cycle: Cycle) -> Any:
    """Proposals of a cycle with their reviews."""
    standing = Review.objects.standing().order_by("id")
    return Proposal.objects.in_cycle(cycle).prefetch_related(Prefetch("reviews", queryset=standing, to_attr="panel"))


def columns_of(rows: Any) -> tuple[tuple[str, ...], list[list[Any]]]:
    """Header and lines of the export, in two queries."""
    found = list(rows)
    money = {
        one.proposal_id: one.amount for one in Decision.objects.filter(proposal__in=found).order_by("decided_at", "id")
    }
    lines = [
        [
            row.ref,
            row.partner.name,
            str(row),
            row.get_state_display(),
            row.ask,
            row.version.minimum if row.version else None,
            row.author.name,
            str(row.cycle) if row.cycle else None,
            row.submitted_at,
            money.get(row.pk),
        ]
        for row in found
    ]
    return HEADER, lines
