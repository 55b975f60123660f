"""Posting: budgets and journal change together, nothing passes a limit, nothing is posted twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from ledger import operations
from ledger.models import Entry, Movement, Transaction
from tests import factories
from tests.ledger.factories import budget, network_budget, open_for, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def partner() -> Any:
    with staff_context("arrange"):
        made = factories.make_partner()
        open_for(made)
    return made


@pytest.fixture
def year(partner: Any) -> str:
    with staff_context("arrange"):
        return open_for(partner)[0]


def test_reserve_counts_in_every_budget_and_writes_two_entries(partner: Any, year: str) -> None:
    with staff_context("act"):
        posted = post(operations.reserve, partner, "1500.00", year)
        assert [
            (row.account, row.amount, row.balance_after, row.version) for row in posted.entries.order_by("account")
        ] == [
            ("AVAILABLE", Decimal("-1500.00"), Decimal("-1500.00"), 1),
            ("PAYABLE", Decimal("1500.00"), Decimal("1500.00"), 1),
        ]
        own, total = budget(partner, "incentive_year", year), network_budget("incentive_total", year)
    assert (own.reserved, own.used, own.room) == (Decimal("1500.00"), Decimal("0.00"), Decimal("10500.00"))
    assert (total.reserved, total.room) == (Decimal("1500.00"), Decimal("718500.00"))


def test_spend_release_and_give_back_undo_each_other(partner: Any, year: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "1000.00", year)
        post(operations.reserve, partner, "500.00", year)
        post(operations.spend, partner, "1000.00", year)
        post(operations.release, partner, "500.00", year)
        after_spending = budget(partner, "incentive_year", year)
        post(operations.give_back, partner, "400.00", year, budgets=[("incentive_year", year)])
        own, total = budget(partner, "incentive_year", year), network_budget("incentive_total", year)
    assert (after_spending.reserved, after_spending.used) == (Decimal("0.00"), Decimal("1000.00"))
    assert (own.reserved, own.used) == (Decimal("0.00"), Decimal("600.00"))
    assert (total.reserved, total.used) == (Decimal("0.00"), Decimal("1000.00"))


def test_reserve_refuses_one_cent_more_than_the_room_and_changes_nothing(partner: Any, year: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "11999.00", year)
        with pytest.raises(operations.BudgetExceeded) as refused:
            post(operations.reserve, partner, "1.01", year)
        assert (refused.value.kind, refused.value.period, refused.value.room) == (
            "incentive_year",
            year,
            Decimal("1.00"),
        )
        assert Transaction.objects.count() == 1
        post(operations.reserve, partner, "1.00", year)
        assert budget(partner, "incentive_year", year).room == Decimal("0.00")


def test_spend_refuses_more_than_is_reserved(partner: Any, year: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "100.00", year)
        for operation in (operations.spend, operations.release):
            with pytest.raises(operations.NotCounted):
                post(operation, partner, "100.01", year)
        with pytest.raises(operations.NotCounted):
            post(operations.give_back, partner, "0.01", year)


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.001", "NaN", "Infinity", "10000000000.00"])
def test_no_amount_but_whole_cents_above_zero_is_posted(partner: Any, year: str, amount: str) -> None:
    with staff_context("act"):
        with pytest.raises(operations.AmountRefused):
            post(operations.reserve, partner, amount, year)
        assert Transaction.objects.count() == 0


def test_the_same_kind_reference_and_part_is_posted_once(partner: Any, year: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "300.00", year, reference=("tests.claim", 5))
        with pytest.raises(operations.AlreadyPosted):
            post(operations.reserve, partner, "300.00", year, reference=("tests.claim", 5))
        post(operations.reserve, partner, "300.00", year, reference=("tests.claim", 5), part=1)
        assert budget(partner, "incentive_year", year).reserved == Decimal("600.00")


def test_the_same_key_is_posted_once_for_a_partner_and_again_for_another(partner: Any, year: str) -> None:
    with staff_context("act"):
        other = factories.make_partner()
        open_for(other)
        post(operations.reserve, partner, "300.00", year, key="one")
        with pytest.raises(operations.AlreadyPosted):
            post(operations.reserve, partner, "300.00", year, key="one")
        post(operations.reserve, other, "300.00", year, key="one")


def test_a_transaction_is_reversed_once(partner: Any, year: str) -> None:
    with staff_context("act"):
        approved = post(operations.reserve, partner, "300.00", year)
        post(operations.reserve, partner, "300.00", year)
        post(operations.release, partner, "300.00", year, reverses=approved)
        with pytest.raises(operations.AlreadyPosted):
            post(operations.release, partner, "300.00", year, reverses=approved)


def test_a_missing_budget_is_an_error(partner: Any, year: str) -> None:
    with staff_context("act"):
        for wanted in (("incentive_year", "FY1999"), ("no_such_kind", year)):
            with pytest.raises(operations.BudgetMissing):
                post(operations.reserve, partner, "300.00", year, budgets=[wanted])


def test_lock_budgets_tells_the_room_of_several_partners(partner: Any, year: str) -> None:
    with staff_context("act"):
        other = factories.make_partner()
        open_for(other)
        post(operations.reserve, partner, "2000.00", year)
        keys = [("incentive_total", year), ("incentive_year", year)]
        room = operations.lock_budgets(wanted=[(one, key) for one in (other, partner) for key in keys])
        assert room == {
            (partner.pk, keys[0]): Decimal("718000.00"),
            (partner.pk, keys[1]): Decimal("10000.00"),
            (other.pk, keys[0]): Decimal("718000.00"),
            (other.pk, keys[1]): Decimal("12000.00"),
        }


def attempt(statement: str, *values: Any) -> None:
    """Run it in a savepoint, with what would be asked at the commit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("set constraints all immediate")


def refused(statement: str, *values: Any) -> str | None:
    """The constraint that the database names when it refuses this statement (also at the commit)."""
    with pytest.raises(IntegrityError) as error:
        attempt(statement, *values)
    return constraint_of(error.value)


def test_direct_sql_as_staff_that_passes_a_cap_or_edits_a_budget_is_refused(partner: Any, year: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "300.00", year)
        posted = Transaction.objects.get()
        movement = "insert into ledger_movement (partner_id, transaction_id, kind, period, reserved, used) values (%s, %s, 'grant_quarter', %s, %s, 0)"
        quarter = open_for(partner)[1]
        assert refused(movement, partner.pk, posted.pk, quarter, "5000.01") == "ledger_budget_within_limit"
        assert refused(movement, partner.pk, posted.pk, "1999Q1", "1.00") == "ledger_movement_moves_budget"
        assert refused("update ledger_budget set used = 0, reserved = 0") == "ledger_budget_by_movement"
        assert refused("update ledger_networkbudget set used = 5") == "ledger_networkbudget_by_movement"
        assert refused('update ledger_budget set "limit" = 1000000') == "ledger_budget_confirmed_limit"
        assert (
            refused('update ledger_networkbudget set "limit" = 1 where kind = %s', "grant_pool")
            == "ledger_networkbudget_confirmed_limit"
        )
        assert refused("delete from ledger_budget where reserved = 0") == "ledger_budget_by_movement"
        assert refused("update ledger_account set balance = 0") == "ledger_account_by_entry"


def test_an_unbalanced_transaction_is_refused_at_the_commit(partner: Any, year: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "300.00", year)
        posted = Transaction.objects.get()
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
            cursor.execute("set constraints all deferred")
        entry = (
            "insert into ledger_entry (partner_id, transaction_id, family, account, amount, balance_after, version) "
            "values (%s, %s, 'incentive', 'PAID', 5, 0, 0)"
        )
        assert refused(entry, partner.pk, posted.pk) == "ledger_entry_zero_sum"
        bare = (
            "insert into ledger_transaction (partner_id, ref, kind, reference_type, reference_id, part, amount, key, at) "
            "values (%s, 'T-0000000000', 'incentive_approved', 'tests.claim', 999999, 0, 5, '', now())"
        )
        assert refused(bare, partner.pk) == "ledger_transaction_zero_sum"


@pytest.mark.parametrize("table", ["ledger_transaction", "ledger_entry", "ledger_movement"])
@pytest.mark.parametrize(
    "statement", ["update {} set partner_id = partner_id", "delete from {}", "truncate {} cascade"]
)
def test_the_journal_is_only_ever_added_to(partner: Any, year: str, table: str, statement: str) -> None:
    with staff_context("act"):
        post(operations.reserve, partner, "300.00", year)
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement.format(table))


@pytest.mark.parametrize(
    "table",
    [
        "ledger_transaction",
        "ledger_entry",
        "ledger_movement",
        "ledger_budget",
        "ledger_account",
        "ledger_networkbudget",
    ],
)
def test_a_partner_writes_nothing_in_the_ledger(partner: Any, year: str, table: str) -> None:
    with staff_context("arrange"):
        post(operations.reserve, partner, "300.00", year)
    for statement in (f"update {table} set id = id", f"delete from {table}", f"insert into {table} default values"):
        with (
            tenant_context(partner.pk),
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_a_partner_reads_its_own_entries_only(partner: Any, year: str) -> None:
    with staff_context("arrange"):
        other = factories.make_partner()
        open_for(other)
        post(operations.reserve, other, "777.00", year)
        post(operations.reserve, partner, "300.00", year)
    with tenant_context(partner.pk):
        assert [row.amount for row in Transaction.objects.all()] == [Decimal("300.00")]
        assert {row.partner_id for row in [*Entry.objects.all(), *Movement.objects.all()]} == {partner.pk}
