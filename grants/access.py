"""Which proposals a person sees through the review door: assigned, declared for the cycle, and free of her own conflicts."""

from __future__ import annotations

from typing import Any

from common.tenancy import staff_context
from common.zones import today
from grants.models import Declaration, Review
from ledger.operations import conflicted_partners


def reviewed_by(user: Any) -> tuple[int, ...]:
    """Ids of proposals (asked by the middleware for pages behind the review door); none for people without such a role."""
    if not user.standing.is_code_org("outreach_manager", "staff"):
        return ()
    with staff_context("proposals of a reviewer", user=user.pk):
        signed = Declaration.objects.filter(person=user).values("cycle")
        rows = (
            Review.objects.of(user)
            .standing()
            .filter(cycle__in=signed)
            .exclude(partner__in=conflicted_partners(person=user, on=today()))
        )
        return tuple(rows.order_by("proposal_id").values_list("proposal_id", flat=True))


def undeclared_cycles(user: Any) -> list[tuple[Any, int]]:
    """Cycles with open reviews of this person whose declaration she has not signed, each with the number of reviews."""
    with staff_context("declarations of a reviewer", user=user.pk):
        signed = Declaration.objects.filter(person=user).values("cycle")
        rows = (
            Review.objects.of(user).filter(state="assigned").exclude(cycle__in=signed).select_related("cycle__quarter")
        )
        found: dict[int, tuple[Any, int]] = {}
        for row in rows:
            found[row.cycle_id] = (row.cycle, found.get(row.cycle_id, (row.cycle, 0))[1] + 1)
        return list(found.values())
