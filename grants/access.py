"""Which proposals a person sees through the review door: assigned, declared for the cycle, and free of her own conflicts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from common.tenancy import staff_context
from common.zones import today
from grants.models import Cycle, Declaration, Review
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


def review_load(user: Any) -> list[tuple[Cycle, int, bool]]:
    """Each cycle with open reviews of this person: how many, and whether she has signed its declaration. The earliest due first."""
    with staff_context("reviews of a person", user=user.pk):
        signed = set(Declaration.objects.filter(person=user).values_list("cycle_id", flat=True))
        open_rows = Review.objects.of(user).filter(state="assigned")
        counts = dict(open_rows.values_list("cycle_id").annotate(open=Count("id")).order_by())
        cycles = Cycle.objects.filter(pk__in=counts).select_related("quarter").order_by("reviews_due_at")
        return [(cycle, counts[cycle.pk], cycle.pk in signed) for cycle in cycles]


def undeclared_cycles(user: Any) -> list[tuple[Cycle, int]]:
    """Cycles with open reviews of this person whose declaration she has not signed, each with the number of reviews."""
    return [(cycle, count) for cycle, count, signed in review_load(user) if not signed]
