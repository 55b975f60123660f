"""The annual-cap job: forfeited or moved to the next year within its share, once, whoever fires it."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from common.errors import constraint_of
from common.tenancy import staff_context
from common.zones import network_zone, now, today
from incentives import operations
from incentives.models import Claim, FiscalOption, Rest
from ledger import operations as ledger
from ledger.models import Budget
from partners.models import FiscalYear
from partners.operations import ensure_calendars
from tests.incentives import factories as make
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db


def year(offset: int = 0) -> Any:
    return FiscalYear.objects.get(label=f"FY{today().year + offset}")


def cast_with_cap(amount: str, *, network: make.Cast | None = None) -> make.Cast:
    """A partner whose cap of this year is this amount."""
    cast = make.make_cast(network=network)
    set_limit(
        "incentive_year", amount, year(), partner=cast.partner, people=(cast.finance[1], cast.finance[2]), last=year()
    )
    return cast


def cut(cast: make.Cast, code: str, fits: str) -> Claim:
    """A claim of which the cap leaves a part."""
    claim = make.verified(cast, code)
    return operations.approve_one(claim=claim, expected=Decimal(fits), by=cast.approvers[0], at=now())


def option(cast: make.Cast, choice: str) -> None:
    """Fixed by two people a day before the year begins."""
    at = dt.datetime.combine(year().starts_on - dt.timedelta(days=1), dt.time(12), network_zone())
    made = operations.propose_option(year=year(), choice=choice, reason="fair", by=cast.approvers[0], at=at)
    operations.confirm_option(option=made, by=cast.approvers[1], at=at)


def after_the_year() -> dt.datetime:
    """The first moment of the next year."""
    return dt.datetime.combine(year().ends_before, dt.time(0, 30), network_zone())


def close(**given: Any) -> dict[str, Any]:
    """What the command prints."""
    out = StringIO()
    at = given.get("at") or after_the_year()
    call_command("close_fiscal_year", str(today().year), "--as-of", at.isoformat(), "--json", stdout=out)
    return json.loads(out.getvalue())  # type: ignore[no-any-return]


def arranged(choice: str) -> make.Cast:
    """One partner with two rests, $1,350.00 and $300.00, in the order of verification; the choice is fixed."""
    cast = cast_with_cap("150.00")
    if choice:
        option(cast, choice)
    cut(cast, "O17", "150.00")
    cut(cast, "O15", "0.00")
    ensure_calendars(on=year(1).starts_on)
    ledger.open_budgets(on=today(), at=now())
    ledger.open_budgets(partner=cast.partner, on=today(), at=now())
    return cast


def test_without_a_choice_rests_are_kept_for_recognition() -> None:
    with staff_context("test"):
        arranged("")
        assert close() | {"seconds": 0} == {"created": 0, "updated": 2, "unchanged": 0, "rejected": [], "seconds": 0}
        assert set(Rest.objects.values_list("state", "deferred_amount")) == {("forfeited", None)}
        assert close() | {"seconds": 0} == {"created": 0, "updated": 0, "unchanged": 2, "rejected": [], "seconds": 0}


def test_deferred_rests_take_at_most_a_quarter_of_the_next_cap_in_the_order_of_verification() -> None:
    with staff_context("test"):
        cast = arranged("defer")
        raisers = (cast.finance[1], cast.finance[2])
        set_limit("incentive_year", "5800.00", year(1), partner=cast.partner, people=raisers)
        assert close()["created"] == 2
        found = list(Rest.objects.order_by("claim__verified_at").values_list("state", "amount", "deferred_amount"))
        assert found == [
            ("deferred", Decimal("1350.00"), Decimal("1350.00")),
            ("deferred", Decimal("300.00"), Decimal("100.00")),
        ]
        budget = Budget.objects.get(partner=cast.partner, kind="incentive_year", period=year(1).label)
        assert budget.reserved == Decimal("1450.00")
        assert ledger.verify_ledger().differences == []


def test_a_deferred_rest_is_paid_under_the_next_years_cap() -> None:
    with staff_context("test"):
        cast = arranged("defer")
        close()
        at = after_the_year() + dt.timedelta(days=3)
        batch = operations.open_payout(by=cast.finance[0], at=at).batch
        operations.export_payout(batch=batch, by=cast.finance[0], at=at)
        done = operations.mark_payout_paid(
            batch=batch, bank_reference="ACH 9", paid_on=at.date(), by=cast.finance[1], at=at
        )
        assert done.total == Decimal("150.00") + Decimal("1350.00") + Decimal("300.00")
        assert set(Rest.objects.values_list("state", flat=True)) == {"paid"}
        assert Budget.objects.get(partner=cast.partner, period=year(1).label, kind="incentive_year").used == Decimal(
            "1650.00"
        )
        assert ledger.verify_ledger().differences == []


def test_a_rest_that_comes_after_the_close_is_settled_at_once() -> None:
    with staff_context("test"):
        cast = arranged("")
        waiting = make.verified(cast, "O11")
        close()
        done = operations.approve_one(
            claim=waiting, expected=Decimal("0.00"), by=cast.approvers[0], at=after_the_year()
        )
        assert Rest.objects.get(claim=done).state == "forfeited"


def test_a_year_that_has_not_ended_is_not_closed() -> None:
    with staff_context("test"):
        arranged("")
        with pytest.raises(CommandError, match="it can be closed after that"):
            close(at=after_the_year() - dt.timedelta(hours=1))
        with pytest.raises(CommandError, match="no fiscal year"):
            call_command("close_fiscal_year", "20x6")
        assert set(Rest.objects.values_list("state", flat=True)) == {"waiting"}


def test_in_production_an_instant_to_come_is_refused(settings: Any) -> None:
    settings.PRODUCTION = True
    with staff_context("test"):
        arranged("")
        with pytest.raises(CommandError, match="lies in the future"):
            close(at=now() + dt.timedelta(days=400))


def test_the_choice_is_fixed_by_two_people_before_the_year_opens() -> None:
    with staff_context("test"):
        cast = make.make_cast()
        one, other = cast.approvers[:2]
        with pytest.raises(operations.OptionRefused, match="has begun"):
            operations.propose_option(year=year(), choice="defer", reason="late", by=one, at=now())
        made = operations.propose_option(year=year(1), choice="defer", reason="fair", by=one, at=now())
        with pytest.raises(operations.OptionRefused, match="another person"):
            operations.confirm_option(option=made, by=one, at=now())
        with pytest.raises(operations.OptionRefused, match="has begun"):
            operations.confirm_option(option=made, by=other, at=after_the_year())
        assert operations.choice_for(year(1)) == "forfeit"
        operations.confirm_option(option=made, by=other, at=now())
        assert operations.choice_for(year(1)) == "defer"
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            FiscalOption.objects.filter(pk=made.pk).update(choice="forfeit")
        assert constraint_of(refused.value) == "incentives_fiscaloption_fixed_kept"
