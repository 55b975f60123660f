"""verify_ledger finds what a person with the owner's rights could break, each by name."""

from __future__ import annotations

import pytest

from common.tenancy import staff_context
from ledger import operations
from tests import factories
from tests.commands import printed
from tests.conftest import owner_connection
from tests.ledger.factories import open_for, post

pytestmark = pytest.mark.django_db(transaction=True)

BREAKS = {
    "update ledger_budget set reserved = reserved + 1 where kind = 'incentive_year' and reserved > 0": {
        "a partner's budget is not what its movements say"
    },
    "update ledger_networkbudget set used = 7 where kind = 'grant_pool'": {
        "a budget of the network is not what its movements say"
    },
    "delete from ledger_entry where account = 'PAID'": {
        "entries of a transaction do not sum to zero",
        "an account is not what its entries say",
    },
    "update ledger_entry set balance_after = 1 where version = 1 and account = 'PAYABLE'": {
        "the chain of an account is broken"
    },
    "update ledger_account set balance = balance + 5 where name = 'PAYABLE'": {
        "an account is not what its entries say"
    },
    "update ledger_budget set \"limit\" = 999999 where kind = 'grant_quarter'": {
        "a limit is not the confirmed version in force"
    },
    "delete from ledger_budget where kind = 'incentive_year' and used > 0": {"a movement has no budget"},
}


@pytest.fixture
def posted() -> None:
    with staff_context("arrange"):
        partner = factories.make_partner()
        year = open_for(partner)[0]
        post(operations.reserve, partner, "1500.00", year)
        post(operations.reserve, partner, "500.00", year)
        post(operations.spend, partner, "1500.00", year)


def test_a_sound_ledger_has_no_differences(posted: None) -> None:
    code, found = printed("verify_ledger")
    assert (code, found["ok"], found["transactions"], found["entries"], found["differences"]) == (0, True, 3, 6, [])
    assert [found[name] for name in ("created", "updated", "unchanged", "rejected")] == [0, 0, 3, []]
    assert found["seconds"] >= 0


@pytest.mark.parametrize("statement", list(BREAKS))
def test_each_break_is_found(posted: None, statement: str) -> None:
    tables = ("ledger_budget", "ledger_networkbudget", "ledger_entry", "ledger_account")
    with owner_connection() as owner:
        for table in tables:
            owner.execute(f"alter table {table} disable trigger user")
            owner.execute(f"alter table {table} no force row level security")
        owner.execute(statement)
        for table in tables:
            owner.execute(f"alter table {table} enable trigger user")
            owner.execute(f"alter table {table} force row level security") if table != "ledger_networkbudget" else None
    code, found = printed("verify_ledger")
    assert (code, {row["check"] for row in found["differences"]}) == (1, BREAKS[statement])
    assert len(found["rejected"]) == len(found["differences"])
    assert all(set(row) == {"line", "reason"} for row in found["rejected"])
