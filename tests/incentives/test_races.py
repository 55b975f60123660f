"""32 at once, on real connections: no cap and no total is ever passed, and one claim is approved once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from common.errors import DomainError
from common.tenancy import staff_context
from common.zones import now, today
from incentives import operations
from incentives.models import Approval, Claim
from ledger.models import Budget, NetworkBudget
from ledger.operations import verify_ledger
from partners.models import FiscalYear
from tests import factories
from tests.incentives import factories as make
from tests.ledger.factories import set_limit
from tests.server import Server, Visitor, server

__all__ = ["server"]
pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 32


def at_once(act: Callable[[int], Any]) -> Counter[str]:
    """Run it in 32 threads that start together; how often each answer came (a refusal by its code)."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> str:
        barrier.wait()
        try:
            return str(act(number) or "done")
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(AT_ONCE)))


def this_year() -> Any:
    return FiscalYear.objects.get(label=f"FY{today().year}")


def waiting(*, cap: str = "", total: str = "", partners: int = 1) -> tuple[make.Cast, list[Claim]]:
    """32 verified claims of $1,000.00 of some partners, under a cap and a total that do not fit them all."""
    with staff_context("arrange"):
        first = make.make_cast()
        casts = [first, *(make.make_cast(network=first) for _ in range(partners - 1))]
        raisers = (factories.make_code_org("staff"), factories.make_code_org("staff"))
        if cap:
            set_limit("incentive_year", cap, this_year(), people=raisers)
        if total:
            set_limit("incentive_total", total, this_year(), people=raisers)
        return first, [make.verified(casts[number % partners], "O4") for number in range(AT_ONCE)]


def counted() -> tuple[Decimal, Decimal]:
    """The most that a partner has counted, and what the network has; nothing is over, and the ledger is right."""
    with staff_context("look"):
        assert verify_ledger().differences == []
        rows = list(Budget.objects.filter(kind="incentive_year", period=this_year().label))
        total = NetworkBudget.objects.get(kind="incentive_total", period=this_year().label)
        assert all(row.counted <= row.limit for row in [*rows, total])
        return max(row.counted for row in rows), total.counted


def approved_sum() -> Decimal:
    """The sum of all approved amounts."""
    with staff_context("look"):
        return sum(
            (claim.approved_amount or Decimal(0) for claim in Claim.objects.filter(state="approved")), Decimal(0)
        )


def one_of_two(person: User, claim: Claim) -> None:
    """Approve one claim by itself."""
    with staff_context("race"):
        operations.approve_one(claim=claim, expected=Decimal("1000.00"), by=person, at=now())


def test_32_approvals_at_once_never_pass_the_cap() -> None:
    cast, claims = waiting(cap="10500.00")
    answers = at_once(lambda number: one_of_two(cast.approvers[number % 3], claims[number]))
    assert answers == {"done": 10, "stale": 22}
    assert counted() == (Decimal(10000), Decimal(10000))
    assert approved_sum() == Decimal(10000)


def test_32_batches_of_all_claims_at_once_never_pass_the_total_and_never_wait_for_each_other() -> None:
    cast, claims = waiting(total="17400.00", partners=4)

    def approve(number: int) -> None:
        with staff_context("race"):
            chosen = claims[number % 4 :] + claims[: number % 4]
            operations.approve_claims(claims=chosen, by=cast.approvers[number % 3], at=now())

    assert at_once(approve) == {"done": AT_ONCE}
    assert counted()[1] == Decimal(17000) == approved_sum()
    with staff_context("look"):
        assert Approval.objects.count() == 17


def test_one_claim_approved_32_times_at_once_is_approved_once() -> None:
    cast, claims = waiting()
    answers = at_once(lambda number: one_of_two(cast.approvers[number % 3], claims[0]))
    assert answers == {"done": 1, "approval_refused": 31}
    assert counted() == (Decimal(1000), Decimal(1000))


def visitors(server: Server, people: list[User]) -> list[Visitor]:
    """One signed-in browser for each of 32 threads."""
    return [Visitor(server.port).sign_in(people[number % len(people)].ref) for number in range(AT_ONCE)]


def test_32_approvals_at_once_over_http_never_pass_a_limit(server: Server) -> None:
    cast, claims = waiting(cap="6500.00", total="20000.00", partners=4)
    browsers = visitors(server, cast.approvers)

    def approve(number: int) -> Any:
        form = {"claim": claims[number].ref, "confirmed": "1"}
        return browsers[number].request("POST", "/network/approvals/batch/", form)[0]

    assert at_once(approve) == {"303": AT_ONCE}
    most, total = counted()
    assert (most <= Decimal(6500), total) == (True, Decimal(20000))
    assert approved_sum() == Decimal(20000)


def test_one_claim_approved_32_times_at_once_over_http_is_approved_once(server: Server) -> None:
    cast, claims = waiting()
    browsers = visitors(server, cast.approvers)

    def approve(number: int) -> Any:
        form = {"decision": "approved", "expected": "1000.00", "reason": ""}
        return browsers[number].request("POST", f"/network/approvals/{claims[0].ref}/", form)[0]

    assert at_once(approve) == {"303": 1, "422": 31}
    assert counted() == (Decimal(1000), Decimal(1000))
