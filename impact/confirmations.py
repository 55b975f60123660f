"""What waits for a second person of staff: limits, settings, rules, outcomes, choices, sweeps and lifted checks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from django.db.models import QuerySet, Value

from catalog.models import SubjectRule
from common.templatetags.rp import plural
from impact.todos import Todo
from incentives.models import Override
from incentives.models.catalog import FiscalOption, OutcomeVersion, Sweep
from ledger.models import Limit, PartnerLimit
from partners.models import DatedSetting

Page = tuple[str, str, str]
SETTINGS: Page = ("limit or setting,limits or settings", "/network/settings/", "Open rules and settings")
OUTCOMES: Page = ("outcome or choice of a year,outcomes or choices of a year", "/network/outcomes/", "Open outcomes")
COURSES: Page = ("rule of a subject,rules of subjects", "/network/courses/", "Open courses")
APPROVALS: Page = ("lifted check,lifted checks", "/network/approvals/", "Open approvals")
PLACES: tuple[tuple[Any, Page, bool], ...] = (  # the last: a proposal of this kind can be withdrawn
    (Limit, SETTINGS, True),
    (PartnerLimit, SETTINGS, True),
    (DatedSetting, SETTINGS, True),
    (OutcomeVersion, OUTCOMES, True),
    (FiscalOption, OUTCOMES, False),
    (Sweep, OUTCOMES, False),
    (SubjectRule, COURSES, True),
    (Override, APPROVALS, True),
)


def proposals_to_confirm(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """One line for each page on which somebody else's proposal waits, since when; one statement for all of them."""
    if not user.has_perm("settings.change"):
        return []
    first, *rest = [_waiting(user, *place) for place in PLACES]
    since: dict[Page, list[dt.datetime]] = defaultdict(list)
    pages = {page[1]: page for _model, page, _ends in PLACES}
    for url, proposed_at in first.union(*rest, all=True):
        since[pages[url]].append(proposed_at)
    return [
        Todo(
            due=min(instants),
            when="Waits",
            note="",
            title=f"Confirm {plural(len(instants), page[0])}",
            why="Somebody else proposed it; a second person decides.",
            url=page[1],
            action=page[2],
        )
        for page, instants in since.items()
    ]


def _waiting(user: Any, model: Any, page: Page, can_be_withdrawn: bool) -> QuerySet[Any, tuple[str, dt.datetime]]:
    rows = model.objects.filter(confirmed_at=None, proposed_by__isnull=False).exclude(proposed_by=user)
    if can_be_withdrawn:
        rows = rows.filter(withdrawn_at=None)
    found: QuerySet[Any, tuple[str, dt.datetime]] = rows.values_list(Value(page[1]), "proposed_at")
    return found
