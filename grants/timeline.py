"""Entries and notices about many proposals at once, in a fixed number of statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from activity.models import LogEntry
from grants.models import Proposal


def record_all(told: Iterable[tuple[Proposal, str]], *, verb: str, by: Any, at: dt.datetime, reason: str = "") -> None:
    """One timeline entry for each proposal with its sentence; otherwise as activity.operations.record."""
    LogEntry.objects.bulk_create(
        [
            LogEntry(
                partner_id=proposal.partner_id,
                subject_type=proposal._meta.label_lower,
                subject_id=proposal.pk,
                verb=verb,
                text=text,
                reason=reason,
                actor=by,
                at=at,
            )
            for proposal, text in told
        ],
        batch_size=1000,
    )


def page_of(proposal: Proposal) -> str:
    """The path of a proposal's own page (partner loaded)."""
    return f"/partners/{proposal.partner.slug}/grants/proposals/{proposal.ref}/"
