"""Dated figures and the calendars: one value in force on each date, periods that neither overlap nor leave a gap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import network_date, now
from partners.models import DatedSetting, FiscalYear, ProgramYear, Quarter
from partners.operations import ensure_calendars
from partners.settings import DEFINITIONS, SettingMissing, setting_on, settings_on
from tests import factories
from tests.world import World

pytestmark = pytest.mark.django_db
MARCH, JUNE = dt.date(2026, 3, 1), dt.date(2026, 6, 1)


def version(value: str, start: dt.date, end: dt.date | None = None, **given: Any) -> DatedSetting:
    one, two = factories.founders()
    confirmed = {"confirmed_by": two, "confirmed_at": now()}
    confirmed |= {name: given.pop(name) for name in tuple(confirmed) if name in given}
    facts = {"value": Decimal(value), "valid_from": start, "valid_before": end, "reason": "r", "proposed_by": one}
    made = DatedSetting.objects.create(key="test.days", proposed_at=now(), **{**facts, **given})
    DatedSetting.objects.filter(pk=made.pk).update(**confirmed)
    made.refresh_from_db()
    return made


def test_the_value_in_force_on_a_date() -> None:
    with staff_context("arrange"):
        version("7", MARCH, JUNE)
        version("9", JUNE)
        version("99", MARCH, confirmed_by=None, confirmed_at=None)
        found = {day: setting_on(day, "test.days") for day in (MARCH, dt.date(2026, 5, 31), JUNE, dt.date(2099, 1, 1))}
        assert list(found.values()) == [7, 7, 9, 9]
        for missing in (dt.date(2026, 2, 28), dt.date(2019, 12, 31)):
            with pytest.raises(SettingMissing, match=r"test\.days"):
                settings_on(missing, "test.days")
        with pytest.raises(SettingMissing, match=r"no value of test\.other is"):
            settings_on(JUNE, "test.days", "test.other")


@pytest.mark.parametrize(
    ("start", "end"),
    [(MARCH, JUNE), (MARCH, None), (dt.date(2026, 5, 31), None), (dt.date(2020, 1, 1), dt.date(2026, 3, 2))],
)
def test_overlapping_versions_are_refused(start: dt.date, end: dt.date | None) -> None:
    with staff_context("arrange"):
        version("7", MARCH, JUNE)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            version("8", start, end)
        assert constraint_of(refused.value) == "partners_setting_one_version"
        version("8", dt.date(2020, 1, 1), MARCH)


def test_a_version_has_two_people_and_a_period() -> None:
    with staff_context("arrange"):
        one, _two = factories.founders()
        for given, constraint in (
            ({"confirmed_by": one}, "partners_setting_two_people"),
            ({"confirmed_by": None}, "partners_setting_two_people"),
            ({"end": MARCH}, "partners_setting_period"),
        ):
            with pytest.raises(IntegrityError) as refused, transaction.atomic():
                version(**{"value": "1", "start": MARCH, **given})  # type: ignore[arg-type]
            assert constraint_of(refused.value) == constraint


def test_staff_sql_sets_nothing_without_two_people() -> None:
    with staff_context("act"):
        version("7", MARCH, JUNE)
        waiting = version("9", JUNE, confirmed_by=None, confirmed_at=None)
        seeded = DatedSetting.objects.get(key="partners.invitation_days")
        assert (seeded.proposed_by, seeded.confirmed_by) == (None, None)
        mine, later = DatedSetting.objects.filter(key="test.days", valid_from=MARCH), dt.date(2027, 1, 1)
        refusals: list[Callable[[], object]] = [
            lambda: version("99", later, proposed_by=None, confirmed_by=None),
            lambda: version("99", later, proposed_by=None, confirmed_by=None, confirmed_at=None),
            lambda: mine.update(value=99),
            lambda: mine.update(confirmed_at=now()),
            lambda: mine.update(valid_from=dt.date(2026, 2, 1)),
            lambda: mine.update(valid_before=None),
            lambda: mine.update(proposed_by=None, confirmed_by=None),
            mine.delete,
            lambda: DatedSetting.objects.filter(pk=waiting.pk).update(value=99),
            lambda: DatedSetting.objects.filter(pk=seeded.pk).update(value=99),
        ]
        for number, refused in enumerate(refusals):
            with pytest.raises(IntegrityError) as error, transaction.atomic():
                refused()
            assert constraint_of(error.value) == "partners_setting_kept", number
        assert mine.update(valid_before=dt.date(2026, 5, 1)) == 1
        assert DatedSetting.objects.filter(pk=seeded.pk).update(valid_before=JUNE) == 1


def test_a_partner_reads_settings_and_writes_none(world: World) -> None:
    with tenant_context(world.home.pk):
        assert setting_on(JUNE, "partners.invitation_days") == 7
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            DatedSetting.objects.update(value=30)


def test_every_defined_setting_has_a_value_from_the_start() -> None:
    with staff_context("look"):
        found = settings_on(dt.date(2026, 1, 1), *DEFINITIONS)
    for key, value in found.items():
        assert DEFINITIONS[key].least <= value <= DEFINITIONS[key].most, key


@pytest.mark.parametrize(
    ("day", "fiscal", "quarter", "program"),
    [
        ("2026-01-01", "FY2026", "2026Q1", "2025-26"),
        ("2026-03-31", "FY2026", "2026Q1", "2025-26"),
        ("2026-04-01", "FY2026", "2026Q2", "2025-26"),
        ("2026-06-30", "FY2026", "2026Q2", "2025-26"),
        ("2026-07-01", "FY2026", "2026Q3", "2026-27"),
        ("2026-12-31", "FY2026", "2026Q4", "2026-27"),
        ("2027-01-01", "FY2027", "2027Q1", "2026-27"),
        ("2028-02-29", "FY2028", "2028Q1", "2027-28"),
        ("2099-12-31", "FY2099", "2099Q4", "2099-00"),
    ],
)
def test_the_periods_of_a_date(day: str, fiscal: str, quarter: str, program: str) -> None:
    on = dt.date.fromisoformat(day)
    with staff_context("arrange"):
        ensure_calendars(on=on)
        found = FiscalYear.objects.holding(on), Quarter.objects.holding(on), ProgramYear.objects.holding(on)
    assert tuple(period.label for period in found) == (fiscal, quarter, program)
    assert all(period.holds(on) for period in found)


def test_calendars_are_made_once_and_leave_no_gap() -> None:
    with staff_context("arrange"):
        assert ensure_calendars(on=dt.date(2026, 12, 31)) == 6
        assert ensure_calendars(on=dt.date(2026, 1, 1)) == 0
        for periods in (FiscalYear, Quarter, ProgramYear):
            rows = list(periods.objects.order_by("starts_on"))
            assert [row.ends_before for row in rows[:-1]] == [row.starts_on for row in rows[1:]]
        assert Quarter.objects.count() == 12
        with pytest.raises(IntegrityError), transaction.atomic():
            FiscalYear.objects.create(label="FYX", starts_on=MARCH, ends_before=JUNE)
        with pytest.raises(FiscalYear.DoesNotExist):
            FiscalYear.objects.holding(dt.date(2031, 1, 1))


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-01-01T07:59:59+00:00", "2025-12-31"),
        ("2026-01-01T08:00:00+00:00", "2026-01-01"),
        ("2026-03-08T09:59:59+00:00", "2026-03-08"),
        ("2026-07-01T06:59:59+00:00", "2026-06-30"),
        ("2026-07-01T07:00:00+00:00", "2026-07-01"),
        ("2026-11-01T08:30:00+00:00", "2026-11-01"),
    ],
)
def test_dates_are_those_of_the_networks_zone(instant: str, day: str) -> None:
    assert network_date(dt.datetime.fromisoformat(instant)) == dt.date.fromisoformat(day)
