"""Figures that staff change: one dated row a version, with who, when and why; never a constant in code."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q

from common.dated import DatedRow, in_force, never_overlapping, starts_before_end, two_people
from common.money import ExactField
from common.refs import RefField
from common.tenancy import DoorGrant
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import NetworkModel


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


class TwoPeopleSetIt(WallConstraint):
    """A version is proposed by a person and confirmed once; after that only its end moves, and only to an earlier day.

    Rows that come with the product have no people: migrations write them as the owner of the table, whom this lets pass.
    """

    PROPOSED: ClassVar[tuple[str, ...]] = ("key", "value", "reason", "proposed_by_id", "proposed_at")
    DECIDED: ClassVar[tuple[str, ...]] = ("valid_from", "confirmed_by_id", "confirmed_at", "withdrawn_at")

    def statements(self, table: str) -> list[str]:
        body = (
            "begin if current_user not in ('rp_app', 'rp_staff') then return coalesce(new, old); end if; "
            f"if tg_op = 'DELETE' then {self._refuse('a version of a setting is never deleted')} end if; "
            f"if tg_op = 'INSERT' and new.proposed_by_id is null then {self._refuse('a setting is proposed by a person')} end if; "
            f"if tg_op = 'UPDATE' and ({self._differ(self.PROPOSED)} "
            f"or (coalesce(old.confirmed_at, old.withdrawn_at) is not null and {self._differ(self.DECIDED)}) "
            "or (old.valid_before is not null and (new.valid_before is null or new.valid_before > old.valid_before))) then "
            f"{self._refuse('a version of a setting is only confirmed, withdrawn or ended')} end if; return new; end"
        )
        return [
            f"CREATE FUNCTION app.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$",
            f"CREATE TRIGGER {self.name} BEFORE INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION app.{self.name}()",
        ]

    def undo(self, table: str) -> list[str]:
        return [f"DROP TRIGGER {self.name} ON {table}", f"DROP FUNCTION app.{self.name}()"]

    def _refuse(self, words: str) -> str:
        return f"raise exception '{words}' using errcode = '23514', constraint = '{self.name}';"

    @staticmethod
    def _differ(columns: tuple[str, ...]) -> str:
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
        return f"({old}) is distinct from ({new})"


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
            models.CheckConstraint(
                name="partners_setting_one_end", condition=Q(confirmed_at__isnull=True) | Q(withdrawn_at__isnull=True)
            ),
            TwoPeopleSetIt(name="partners_setting_kept"),
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


def setting_on(on: dt.date, key: str) -> Decimal:
    """One value in force on a date (network zone)."""
    return settings_on(on, key)[key]
