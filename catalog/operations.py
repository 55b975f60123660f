"""Rules of a subject: staff propose a version from a later day on, another person confirms it; it never changes afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from activity.operations import record
from catalog.models import Subject, SubjectRule
from common.errors import DomainError
from common.zones import network_date


class RuleRefused(DomainError):
    """The version cannot be proposed or confirmed like this; the message says why."""

    code = "rule_refused"


@dataclass(frozen=True)
class RuleTerms:
    """What a version says: days at least and at most, hours that count at most (None: no limit), formats."""

    min_days: int | None
    max_days: int | None
    max_hours: Decimal | None
    formats: list[str]


@transaction.atomic
def propose_rule(
    *, subject: Subject, terms: RuleTerms, first_day: dt.date, reason: str, by: Any, at: dt.datetime
) -> SubjectRule:
    """Staff propose the rules of a subject from a later day on (staff door). Raises RuleRefused."""
    _refuse_past(first_day, at)
    if not terms.formats:
        raise RuleRefused("Choose at least one format.", field="formats")
    if terms.min_days and terms.max_days and terms.max_days < terms.min_days:
        raise RuleRefused("At most cannot be less than at least.", field="max_days")
    made = SubjectRule.objects.create(
        subject=subject,
        min_days=terms.min_days,
        max_days=terms.max_days,
        max_hours=terms.max_hours,
        formats=terms.formats,
        valid_from=first_day,
        reason=reason.strip(),
        proposed_by=by,
        proposed_at=at,
    )
    record(subject, verb="rule.proposed", text=_words(made, "were proposed"), reason=reason.strip(), by=by, at=at)
    return made


@transaction.atomic
def confirm_rule(*, rule: SubjectRule, by: Any, at: dt.datetime) -> SubjectRule:
    """Another person confirms; the version before ends on that day (staff door). Locks the subject. Raises RuleRefused.

    It begins after the day on which it is confirmed, so that no workshop that is over changes its hours.
    """
    subject = Subject.objects.select_for_update(of=("self",)).get(pk=rule.subject_id)
    row = SubjectRule.objects.select_related("subject").get(pk=rule.pk)
    if not row.is_open:
        raise RuleRefused("This proposal is decided already.")
    if row.proposed_by_id == by.pk:
        raise RuleRefused("You proposed these rules, so another person confirms them.")
    _refuse_past(row.valid_from, at)
    before = SubjectRule.objects.filter(subject=subject, confirmed_at__isnull=False).order_by("-valid_from").first()
    if before is not None and before.valid_from >= row.valid_from:
        raise RuleRefused(f"Other rules begin on {before.valid_from:%b %-d, %Y}: propose a later day.")
    row.succeed(before, by=by, at=at)
    told: dict[str, Any] = {
        "before": {"rules": before.whole_sentence if before else ""},
        "after": {"rules": row.whole_sentence},
    }
    record(subject, verb="rule.confirmed", text=_words(row, "are confirmed"), by=by, at=at, **told)
    return row


@transaction.atomic
def withdraw_rule(*, rule: SubjectRule, by: Any, at: dt.datetime) -> None:
    """Take a proposal back (staff door). Raises RuleRefused."""
    still = SubjectRule.objects.filter(pk=rule.pk, confirmed_at__isnull=True, withdrawn_at__isnull=True)
    if still.update(withdrawn_at=at) != 1:
        raise RuleRefused("This proposal is decided already.")
    record(rule.subject, verb="rule.withdrawn", text=_words(rule, "were withdrawn"), by=by, at=at)


def _refuse_past(first_day: dt.date, at: dt.datetime) -> None:
    if first_day <= network_date(at):
        raise RuleRefused("Enter a day after today: workshops until today keep their rules.", field="first_day")


def _words(rule: SubjectRule, what: str) -> str:
    return f"Rules of {rule.subject.title} from {rule.valid_from:%b %-d, %Y} {what}"
