"""32 connections at once: no cap is passed by a cent, nobody waits for ever, one claim is posted once."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from common.errors import DomainError
from common.tenancy import staff_context
from common.zones import now
from ledger import operations
from ledger.models import Transaction
from partners.models import FiscalYear, Partner
from tests import factories
from tests.ledger.factories import budget, network_budget, open_for, post

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 32


def at_once(work: Callable[[int], Any]) -> Counter[str]:
    """Run work(number) in 32 threads that start together; how many ended with which word or error."""
    start, ended = threading.Barrier(THREADS), Counter[str]()
    lock = threading.Lock()

    def one(number: int) -> None:
        start.wait()
        try:
            with staff_context("race"):
                work(number)
            word = "done"
        except DomainError as error:
            word = type(error).__name__
        except Exception as error:
            word = repr(error)
        finally:
            connections.close_all()
        with lock:
            ended[word] += 1

    threads = [threading.Thread(target=one, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def partners(number: int) -> tuple[list[Partner], str]:
    with staff_context("arrange"):
        made = [factories.make_partner() for _ in range(number)]
        return made, {open_for(partner)[0] for partner in made}.pop()


def sound() -> list[Any]:
    with staff_context("look"):
        return operations.verify_ledger().differences


def test_one_cap_is_never_passed() -> None:
    (partner,), year = partners(1)
    ended = at_once(lambda number: post(operations.reserve, partner, "500.00", year))
    with staff_context("look"):
        assert budget(partner, "incentive_year", year).room == Decimal("0.00")
    assert ended == {"done": 24, "BudgetExceeded": 8}
    assert sound() == []


def test_the_total_of_the_network_is_never_passed_by_many_partners() -> None:
    made, year = partners(8)
    with staff_context("arrange"):
        people = factories.make_code_org("staff"), factories.make_code_org("staff")
        first = FiscalYear.objects.get(label=year)
        limit = operations.propose_limit(
            kind="incentive_total", amount=Decimal("7777.77"), periods=(first, None), reason="x", by=people[0], at=now()
        )
        operations.confirm_limit(limit=limit, by=people[1], at=now())
    ended = at_once(lambda number: post(operations.reserve, made[number % 8], "400.00", year))
    with staff_context("look"):
        assert network_budget("incentive_total", year).reserved == Decimal("7600.00")
    assert ended == {"done": 19, "BudgetExceeded": 13}
    assert sound() == []


def test_one_claim_posted_32_times_at_once_is_posted_once() -> None:
    (partner,), year = partners(1)
    ended = at_once(lambda number: post(operations.reserve, partner, "300.00", year, reference=("tests.claim", 1)))
    with staff_context("look"):
        assert Transaction.objects.count() == 1
        assert budget(partner, "incentive_year", year).reserved == Decimal("300.00")
    assert ended == {"done": 1, "AlreadyPosted": 31}


def test_many_postings_in_one_transaction_in_any_order_never_wait_for_each_other_for_ever() -> None:
    made, year = partners(3)
    with staff_context("look"):
        years = list(FiscalYear.objects.order_by("starts_on").values_list("label", flat=True))

    def work(number: int) -> None:
        chosen = [(partner, label) for partner in made for label in years]
        random.Random(number).shuffle(chosen)
        keys = [(partner, (kind, label)) for partner, label in chosen for kind in ("incentive_year", "incentive_total")]
        operations.lock_budgets(wanted=keys)
        for partner, label in chosen:
            post(operations.reserve, partner, "300.00", label)

    assert at_once(work) == {"done": THREADS}
    with staff_context("look"):
        assert {budget(partner, "incentive_year", year).reserved for partner in made} == {Decimal("9600.00")}
    assert sound() == []


def test_a_limit_that_is_lowered_meanwhile_is_not_passed() -> None:
    (partner,), year = partners(1)
    with staff_context("arrange"):
        people = factories.make_code_org("staff"), factories.make_code_org("staff")
        first = FiscalYear.objects.get(label=year)
        limit = operations.propose_limit(
            kind="incentive_year", amount=Decimal("4000.00"), periods=(first, None), reason="x", by=people[0], at=now()
        )

    def work(number: int) -> None:
        if number == 5:
            operations.confirm_limit(limit=limit, by=people[1], at=now())
        else:
            post(operations.reserve, partner, "500.00", year)

    ended = at_once(work)
    with staff_context("look"):
        row = budget(partner, "incentive_year", year)
    assert row.counted == row.limit
    assert row.limit == (Decimal("12000.00") if ended["LimitBelowCounted"] else Decimal("4000.00"))
    assert set(ended) <= {"done", "BudgetExceeded", "LimitBelowCounted"}
    assert sound() == []
