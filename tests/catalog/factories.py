"""Proposed rules; call inside staff_context()."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from catalog.models import SubjectRule
from catalog.operations import RuleTerms, propose_rule
from common.zones import now, today
from tests.workshops.factories import the_subject

TERMS = RuleTerms(2, 3, Decimal("13.5"), ["virtual"])


def make_proposal(by: Any, *, days: int = 7, terms: RuleTerms = TERMS) -> SubjectRule:
    """Other rules for Academic Year Workshop 1 + 2, from some days ahead."""
    first = today() + dt.timedelta(days=days)
    return propose_rule(subject=the_subject(), terms=terms, first_day=first, reason="A third day", by=by, at=now())
