"""What the page "Rules and settings" shows: every limit and setting with its versions, and what waits for a second person."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from activity.models import LogEntry, NetworkLogEntry
from common.money import show_money, show_short
from ledger.kinds import KINDS, LimitKind
from ledger.models import Limit, LimitVersion, PartnerLimit
from ledger.operations.settings import worded
from partners.models import FiscalYear, Quarter
from partners.settings import DEFINITIONS, DatedSetting, Definition

SHOWN = 30


@dataclass
class Rule:
    """One limit or setting: what is in force on the day of the page, and its confirmed versions, newest first.

    `own`: limits of one partner that have not ended; each goes before the one for all.
    """

    key: str
    label: str
    now: str = ""
    since: dt.date | None = None
    versions: list[dict[str, Any]] = field(default_factory=list)
    own: list[dict[str, Any]] = field(default_factory=list)


def settings_context(*, on: dt.date, user: Any) -> dict[str, Any]:
    """Everything on the page, in five queries."""
    first_days = {"year": _first_day(FiscalYear, on), "quarter": _first_day(Quarter, on)}
    settings = list(DatedSetting.objects.select_related("proposed_by", "confirmed_by").order_by("-valid_from", "-pk"))
    people = ("proposed_by", "confirmed_by")
    limits: list[LimitVersion] = [
        *Limit.objects.select_related(*people).order_by("-confirmed_at", "-pk"),
        *PartnerLimit.objects.select_related("partner", *people).order_by("-confirmed_at", "-pk"),
    ]
    return {
        "limits": [_limit(kind, label, limits, first_days[KINDS[kind].calendar]) for kind, label in LimitKind.choices],
        "settings": [
            _setting(key, settings, on)
            for key in sorted(DEFINITIONS, key=lambda one: (one.split(".")[0], DEFINITIONS[one].label))
        ],
        "waiting": [
            *(_waiting_limit(row, user) for row in limits if row.is_open),
            *(_waiting_setting(row, user) for row in settings if row.confirmed_at is None and row.withdrawn_at is None),
        ],
        "may_change": user.has_perm("settings.change"),
    }


def timeline_of_rules() -> list[LogEntry | NetworkLogEntry]:
    """The last that happened to limits and settings, what was withdrawn too, newest first (staff door)."""
    network = NetworkLogEntry.objects.about_all(Limit, DatedSetting)[:SHOWN]
    of_partners = (
        LogEntry.objects.filter(subject_type=PartnerLimit._meta.label_lower)
        .select_related("actor", "partner")
        .order_by("-at", "-id")[:SHOWN]
    )
    return sorted([*network, *of_partners], key=lambda entry: entry.at, reverse=True)[:SHOWN]


def _first_day(calendar: Any, on: dt.date) -> dt.date:
    """The first day of the period that holds the date; the date itself where the calendar has not been made."""
    found = calendar.objects.filter(starts_on__lte=on, ends_before__gt=on).first()
    return found.starts_on if found else on


def _limit(kind: str, label: str, limits: list[LimitVersion], on: dt.date) -> Rule:
    rows = [row for row in limits if row.kind == kind and row.is_confirmed]
    general = [row for row in rows if isinstance(row, Limit) and _holds(row, on)]
    rule = Rule(key=kind, label=label)
    if general:
        rule.now, rule.since = show_short(general[0].amount), general[0].valid_from
    own = _of_partners(rows, on)
    rule.own = [_version(row, show_short(row.amount), row.partner) for row in sorted(own, key=_by_partner)]
    rule.versions = [
        _version(row, show_money(row.amount), getattr(row, "partner", None)) for row in rows if row not in own
    ]
    return rule


def _of_partners(rows: list[LimitVersion], on: dt.date) -> list[PartnerLimit]:
    """Of each partner the limit in force, the one confirmed last, and those to come; `rows` are confirmed, the newest first."""
    of_partners = [row for row in rows if isinstance(row, PartnerLimit)]
    in_force = {row.partner_id: row for row in reversed(of_partners) if _holds(row, on)}
    return [*in_force.values(), *(row for row in of_partners if row.valid_from > on)]


def _by_partner(row: PartnerLimit) -> tuple[str, dt.date]:
    return row.partner.name, row.valid_from


def _setting(key: str, settings: list[DatedSetting], on: dt.date) -> Rule:
    definition = DEFINITIONS[key]
    rows = [row for row in settings if row.key == key and row.is_confirmed]
    current = next((row for row in rows if _holds(row, on)), None)
    rule = Rule(key=key, label=definition.label)
    if current is not None:
        rule.now, rule.since = worded(definition, current.value), current.valid_from
    rule.versions = [_version(row, worded(definition, row.value), None) for row in rows]
    return rule


def _holds(row: Any, on: dt.date) -> bool:
    return bool(row.valid_from <= on and (row.valid_before is None or row.valid_before > on))


def _version(row: Any, value: str, partner: Any) -> dict[str, Any]:
    last = row.valid_before - dt.timedelta(days=1) if row.valid_before else None
    return {"value": value, "row": row, "partner": partner, "last_day": last}


def _waiting_limit(row: LimitVersion, user: Any) -> dict[str, Any]:
    return _waiting("limit", row, row.get_kind_display(), show_money(row.amount), user, getattr(row, "partner", None))


def _waiting_setting(row: DatedSetting, user: Any) -> dict[str, Any]:
    definition = DEFINITIONS.get(row.key, Definition(row.key, row.key, "count", Decimal(0), Decimal(0)))
    return _waiting("setting", row, definition.label, worded(definition, row.value), user, None)


def _waiting(what: str, row: Any, label: str, value: str, user: Any, partner: Any) -> dict[str, Any]:
    return {**_version(row, value, partner), "what": what, "label": label, "own": row.proposed_by_id == user.pk}
