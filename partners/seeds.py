"""Rows that come with the product: first versions of dated settings, written by migrations of the app that needs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

FIRST_DAY = dt.date(2020, 1, 1)


def settings_of(*rows: tuple[str, str, str]) -> Callable[[Any, Any], None]:
    """For RunPython: (key, value, reason) rows in force from 2020 on, unless the key has a version."""

    def seed(apps: Any, editor: Any) -> None:
        setting = apps.get_model("partners", "DatedSetting")
        at = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
        for key, value, reason in rows:
            if not setting.objects.using(editor.connection.alias).filter(key=key).exists():
                setting.objects.using(editor.connection.alias).create(
                    key=key, value=Decimal(value), valid_from=FIRST_DAY, reason=reason, proposed_at=at, confirmed_at=at
                )

    return seed


def remove_settings(*keys: str) -> Callable[[Any, Any], None]:
    """The way back."""

    def remove(apps: Any, editor: Any) -> None:
        apps.get_model("partners", "DatedSetting").objects.using(editor.connection.alias).filter(key__in=keys).delete()

    return remove
