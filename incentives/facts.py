"""The facts of many claims in one statement, for the checks; who looks and on which day are given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import JSONObject

from common.money import ZERO
from incentives.checks import Facts, Figures, FileFact, Kind
from incentives.models import Claim, Evidence, EvidenceCheck, Override, RequiredEvidence
from incentives.models.claims import DECIDED, LIVE, ClaimQuerySet
from ledger.models import Budget, Limit, NetworkBudget, PartnerLimit
from partners.settings import settings_on

TWO_FROM, WINDOW = "incentives.two_approver_limit", "incentives.claim_window_days"
YEAR, TOTAL = "incentive_year", "incentive_total"


def figures_on(on: dt.date) -> Figures:
    """The dated settings of the checks."""
    return figures_in(settings_on(on, TWO_FROM, WINDOW))


def figures_in(found: Mapping[str, Decimal]) -> Figures:
    """The same from settings that are read already."""
    return Figures(two_approvers_from=found[TWO_FROM].quantize(Decimal("0.01")), window_days=int(found[WINDOW]))


def budgets_of(label: str) -> list[tuple[str, str]]:
    """What an incentive of this fiscal year counts against: the network's total, then the partner's cap."""
    return [(TOTAL, label), (YEAR, label)]


def judged(claims: ClaimQuerySet, person: Any, on: dt.date) -> ClaimQuerySet:
    """The claims with everything that the checks ask, in one statement (staff door)."""
    same = Claim.objects.filter(partner=OuterRef("partner"), subject_key=OuterRef("subject_key"), state__in=LIVE)
    lower = same.filter(version__outcome=OuterRef("version__outcome__tops_up"))
    lifted = Override.objects.filter(
        claim=OuterRef("pk"), facts_hash=OuterRef("facts_hash"), confirmed_at__isnull=False
    ).order_by("id")
    shown = claims.shown().with_interest_of(person, on).with_payee_on_file()
    return shown.annotate(
        required_kinds=ArraySubquery(
            RequiredEvidence.objects.filter(version=OuterRef("version"))
            .order_by("position")
            .values(json=JSONObject(id="id", title="title", confirmed="confirmed"))
        ),
        file_facts=ArraySubquery(
            Evidence.objects.filter(claim=OuterRef("pk"))
            .order_by("id")
            .values(json=JSONObject(kind="kind_id", sha256="attachment__sha256", checked="attachment__checked"))
        ),
        confirmed_kinds=ArraySubquery(
            EvidenceCheck.objects.filter(claim=OuterRef("pk"), verification__outcome="verified")
            .order_by("id")
            .values("kind_id")
        ),
        lifted_checks=ArraySubquery(lifted.values(json=JSONObject(name="check_name", why="reason"))),
        lifted_here=Exists(lifted.filter(Q(proposed_by=person) | Q(confirmed_by=person))),
        topped=Subquery(lower.filter(state__in=DECIDED).order_by("id").values("due")[:1]),
        lower_is_open=Exists(lower.exclude(state__in=DECIDED)),
        higher_exists=Exists(same.filter(version__outcome__tops_up=OuterRef("version__outcome"), state__in=DECIDED)),
        raised_limit=Exists(_raises(PartnerLimit, person).filter(partner=OuterRef("partner"), kind=YEAR))
        | Exists(_raises(Limit, person).filter(kind__in=[YEAR, TOTAL])),
        year_room=Subquery(
            Budget.objects.filter(partner=OuterRef("partner"), kind=YEAR, period=OuterRef("fiscal_year__label")).values(
                room=F("limit") - F("reserved") - F("used")
            )
        ),
        total_room=Subquery(
            NetworkBudget.objects.filter(kind=TOTAL, period=OuterRef("fiscal_year__label")).values(
                room=F("limit") - F("reserved") - F("used")
            )
        ),
    )


def _raises(model: Any, person: Any) -> Any:
    """Limits that this person raised for the fiscal year of the claim (who raised one cannot approve under it)."""
    return model.objects.filter(
        in_force_at_start(),
        Q(proposed_by=person) | Q(confirmed_by=person),
        confirmed_at__isnull=False,
        amount__gt=F("replaces"),
    )


def in_force_at_start() -> Q:
    """A version that holds for the claim's fiscal year: limits hold for periods that begin in their dates."""
    starts = OuterRef("fiscal_year__starts_on")
    return Q(valid_from__lte=starts) & (Q(valid_before__isnull=True) | Q(valid_before__gt=starts))


def facts_of(claim: Any) -> Facts:
    """The facts of one claim that `judged` has loaded."""
    return Facts(
        required=tuple(Kind(kind["id"], kind["title"], kind["confirmed"]) for kind in claim.required_kinds),
        files=tuple(
            FileFact(file["kind"], file["sha256"], file["checked"] in ("released", "unscanned"))
            for file in claim.file_facts
        ),
        confirmed=frozenset(claim.confirmed_kinds),
        in_version=in_version(claim),
        topped=claim.topped,
        lower_is_open=claim.lower_is_open,
        higher_exists=claim.higher_exists,
        payee_on_file=claim.payee_on_file,
        conflict=claim.has_conflict,
        raised_limit=claim.raised_limit,
        lifted={one["name"]: one["why"] for one in claim.lifted_checks},
        lifted_here=claim.lifted_here,
    )


def in_version(claim: Claim) -> bool:
    """Its date lies in the version that it names (II8)."""
    version = claim.version
    return version.valid_from <= claim.outcome_on and (
        version.valid_before is None or claim.outcome_on < version.valid_before
    )


def files_of(claim: Claim) -> tuple[FileFact, ...]:
    """The files of one claim, read now."""
    rows = Evidence.objects.filter(claim=claim).select_related("attachment").order_by("id")
    return tuple(FileFact(row.kind_id, row.attachment.sha256, row.attachment.is_released) for row in rows)


def year_figures(partner: Any, label: Any) -> dict[str, Any]:
    """The room-left meter of a partner and fiscal year, in dollars: cap, approved, waiting, left, and free once all that waits is approved. One statement.

    `label` is that of the year, or a queryset of one.
    """
    wanted = {"period": label} if isinstance(label, str) else {"period__in": label}
    waiting = Claim.objects.filter(
        partner=OuterRef("partner"),
        fiscal_year__label=OuterRef("period"),
        state__in=("submitted", "info_requested", "verified"),
    )
    summed = waiting.order_by().values("partner").annotate(sum=Sum("version__amount")).values("sum")
    budget = Budget.objects.filter(partner=partner, kind=YEAR, **wanted).annotate(waiting=Subquery(summed)).first()
    if budget is None:
        nothing = dict.fromkeys(("cap", "approved", "waiting", "left", "free"), ZERO)
        return {"label": label if isinstance(label, str) else "", **nothing}
    asked = vars(budget)["waiting"] or ZERO
    figures = {"cap": budget.limit, "approved": budget.counted, "waiting": asked, "left": budget.room}
    figures["free"] = max(budget.room - asked, ZERO)
    return {"label": budget.period, **figures}
