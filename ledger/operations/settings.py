"""Dated settings (days, rates, shares): proposed by one person, confirmed by another, within what their definition allows."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from activity.operations import record
from common.errors import DomainError, refusing
from common.zones import network_date
from partners.settings import DEFINITIONS, DatedSetting, Definition

WHOLE = ("days", "count")


class SettingRefused(DomainError):
    """The version cannot be proposed or confirmed; the message says why."""

    code = "setting_refused"


@transaction.atomic
def propose_setting(
    *, key: str, value: Decimal, from_day: dt.date, reason: str, by: Any, at: dt.datetime
) -> DatedSetting:
    """Staff propose a version of a setting from today or a later day on (network zone, staff door). Raises SettingRefused."""
    definition = DEFINITIONS.get(key)
    if definition is None:
        raise SettingRefused("This setting is not known.")
    _refuse_value(definition, value)
    if from_day < network_date(at):
        raise SettingRefused("Choose today or a later day: what was in force stays as it was.", field="from_day")
    _refuse_same_day(key, from_day)
    made = DatedSetting.objects.create(
        key=key, value=value, valid_from=from_day, reason=reason.strip(), proposed_by=by, proposed_at=at
    )
    text = f"{definition.label}: {worded(definition, value)} from {from_day:%b %-d, %Y} was proposed"
    record(made, verb="setting.proposed", text=text, reason=reason.strip(), by=by, at=at)
    return made


@transaction.atomic
def confirm_setting(*, version: DatedSetting, by: Any, at: dt.datetime) -> DatedSetting:
    """Another person confirms; the version before ends that day. A day that has passed meanwhile becomes today.

    Locks the versions of the key. Raises SettingRefused.
    """
    rows = list(
        DatedSetting.objects.select_for_update(of=("self",)).filter(key=version.key).order_by("valid_from", "pk")
    )
    row = next((one for one in rows if one.pk == version.pk), None)
    if row is None or row.confirmed_at is not None or row.withdrawn_at is not None:
        raise SettingRefused("This proposal is decided already.")
    if row.proposed_by_id == by.pk:
        raise SettingRefused("You proposed this, so another person confirms it.")
    row.valid_from = max(row.valid_from, network_date(at))
    _refuse_same_day(row.key, row.valid_from)
    confirmed = [one for one in rows if one.confirmed_at is not None]
    before = next((one for one in reversed(confirmed) if one.valid_from < row.valid_from), None)
    row.valid_before = next((one.valid_from for one in confirmed if one.valid_from > row.valid_from), None)
    if before is not None and (before.valid_before is None or before.valid_before > row.valid_from):
        before.valid_before = row.valid_from
        before.save(update_fields=["valid_before"])
    row.confirmed_by, row.confirmed_at = by, at
    with refusing(
        partners_setting_one_version=SettingRefused("Another version was confirmed for these days meanwhile.")
    ):
        row.save(update_fields=["valid_from", "valid_before", "confirmed_by", "confirmed_at"])
    definition = DEFINITIONS[row.key]
    value = worded(definition, row.value)
    text = f"{definition.label} is {value} from {row.valid_from:%b %-d, %Y}"
    old = {"value": worded(definition, before.value)} if before else {}
    record(row, verb="setting.confirmed", text=text, by=by, at=at, before=old, after={"value": value})
    return row


@transaction.atomic
def withdraw_setting(*, version: DatedSetting, by: Any, at: dt.datetime) -> None:
    """Take a proposal back, or refuse to confirm it; the timeline keeps it. Raises SettingRefused once it is confirmed."""
    row = (
        DatedSetting.objects.select_for_update(of=("self",))
        .filter(pk=version.pk, confirmed_at=None, withdrawn_at=None)
        .first()
    )
    if row is None:
        raise SettingRefused("This proposal is decided already.")
    row.withdrawn_at = at
    row.save(update_fields=["withdrawn_at"])
    record(
        row, verb="setting.withdrawn", text=f"The proposal for {DEFINITIONS[row.key].label} was withdrawn", by=by, at=at
    )


def worded(definition: Definition, value: Decimal) -> str:
    """`$5,000`, `7 days`, `20%`, `3`."""
    plain = f"{value:,.2f}".removesuffix(".00") if definition.unit == "money" else f"{value.normalize():f}"
    shapes = {"money": f"${plain}", "percent": f"{plain}%", "days": f"{plain} {'day' if value == 1 else 'days'}"}
    return shapes.get(definition.unit, plain)


def _refuse_value(definition: Definition, value: Decimal) -> None:
    if not value.is_finite() or not definition.least <= value <= definition.most:
        least, most = worded(definition, definition.least), worded(definition, definition.most)
        raise SettingRefused(f"Enter a value from {least} to {most}.", field="value")
    step = (
        Decimal(1) if definition.unit in WHOLE else Decimal("0.01") if definition.unit == "money" else Decimal("0.0001")
    )
    if value != value.quantize(step):
        words = {"money": "Enter whole cents.", "percent": "Enter at most four decimals."}
        raise SettingRefused(words.get(definition.unit, "Enter a whole number."), field="value")


def _refuse_same_day(key: str, from_day: dt.date) -> None:
    if DatedSetting.objects.filter(Q(key=key, valid_from=from_day, confirmed_at__isnull=False)).exists():
        raise SettingRefused(
            f"A version begins on {from_day:%b %-d, %Y} already: choose a later day.", field="from_day"
        )
