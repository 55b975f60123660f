"""Figures that staff change: one dated row a version, with who, when and why; never a constant in code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q, Subquery

from common.dated import DatedRow, in_force, never_overlapping, starts_before_end, two_people
from common.money import ExactField
from common.refs import RefField
from common.tenancy import DoorGrant
from common.tenancy.models import NetworkModel
from common.two_people import ConfirmedByAnother, InPerson


class SettingMissing(LookupError):
    """No version of this setting is in force on that date: an error, never "no limit"."""


@dataclass(frozen=True)
class Definition:
    """What a setting is: words, unit ("money", "days", "percent", "count"), and the least and most that it may be."""

    key: str
    label: str
    unit: str
    least: Decimal
    most: Decimal


DEFINITIONS: dict[str, Definition] = {}


def define(key: str, label: str, unit: str, least: str, most: str) -> None:
    """Make a setting known to the page of rules and settings; the app that reads it calls this in its rules.py."""
    DEFINITIONS[key] = Definition(key, label, unit, Decimal(least), Decimal(most))


class DatedSetting(NetworkModel, DatedRow):
    """One version of one figure, such as `incentives.two_approver_limit` in dollars."""

    ref = RefField("S")
    key = models.CharField(max_length=60)
    value = ExactField(max_digits=14, decimal_places=4)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[DatedSetting]] = models.Manager()

    class Meta:
        constraints = [
            never_overlapping("key", name="partners_setting_one_version", condition=Q(confirmed_at__isnull=False)),
            starts_before_end("partners_setting_period"),
            two_people("partners_setting_two_people"),
            ConfirmedByAnother(name="partners_setting_kept", columns=["key", "value"]),
            InPerson(name="partners_setting_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            models.CheckConstraint(
                name="partners_setting_one_end", condition=Q(confirmed_at__isnull=True) | Q(withdrawn_at__isnull=True)
            ),
            DoorGrant(name="partners_setting_review", role="rp_review"),
        ]
        indexes = [models.Index(fields=["key", "-valid_from"], name="partners_setting_key")]

    def __str__(self) -> str:
        return f"{self.key} from {self.valid_from}"


def settings_on(on: dt.date, *keys: str) -> dict[str, Decimal]:
    """Values in force on a date (network zone), in one query. Raises SettingMissing for a key without one."""
    rows = DatedSetting.objects.filter(in_force(on), key__in=keys, confirmed_at__isnull=False)
    found = {row.key: row.value for row in rows}
    missing = sorted(set(keys) - found.keys())
    if missing:
        raise SettingMissing(f"no value of {', '.join(missing)} is in force on {on:%Y-%m-%d}")
    return found


def setting_in_query(on: dt.date, key: str) -> Subquery:
    """The same as a column of another query, for a page that has no statement to spare; None where the key has no value."""
    return Subquery(DatedSetting.objects.filter(in_force(on), key=key, confirmed_at__isnull=False).values("value")[:1])


def setting_on(on: dt.date, key: str) -> Decimal:
    """One value in force on a date (network zone)."""
    return settings_on(on, key)[key]
