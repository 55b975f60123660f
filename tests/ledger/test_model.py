"""The ledger against a plain model in Python: any order of postings, limits and new partners leaves every sum right."""

from __future__ import annotations

import itertools
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from accounts.models import User
from common.errors import DomainError
from common.tenancy import moved_to, staff_context
from common.tenancy.scope import Door, Scope
from common.zones import now
from ledger import operations
from ledger.models import Budget, Entry, NetworkBudget, Transaction
from partners.models import FiscalYear, Partner
from tests import factories
from tests.ledger.factories import open_for, set_limit

pytestmark = pytest.mark.django_db
CAP, TOTAL = Decimal("12000.00"), Decimal("720000.00")
AMOUNTS = st.sampled_from(
    [Decimal(text) for text in ("0.01", "299.99", "300.00", "2500.00", "4999.99", "5000.00", "12000.00", "12000.01")]
)
_reference = itertools.count(1)


@dataclass(frozen=True)
class World:
    """What every example begins with; each takes back what it did."""

    partners: list[Partner]
    people: tuple[User, User]
    year: FiscalYear


class LedgerMachine(RuleBasedStateMachine):
    """Two partners, one fiscal year. `reserved`, `used` and `limit` are what the ledger must say."""

    claims = Bundle("claims")

    world: ClassVar[World]

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = str(connection.savepoint())
        self.door = moved_to(Scope(Door.STAFF, reason="state machine"))
        self.door.__enter__()
        self.partners, self.people, self.year = self.world.partners, self.world.people, self.world.year.label
        self.limit = [CAP, CAP]
        self.total_limit = TOTAL
        self.reserved, self.used = [Decimal(0)] * 2, [Decimal(0)] * 2
        self.accounts: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
        self.posted = self.steps = 0

    def teardown(self) -> None:
        self.door.__exit__(None, None, None)
        connection.savepoint_rollback(self.savepoint)

    def post(self, operation: Any, who: int, amount: Decimal, accounts: tuple[str, str], reference: int) -> bool:
        """True where the ledger took it."""
        kinds = {"reserve": "approved", "spend": "paid", "release": "canceled", "give_back": "returned"}
        try:
            operation(
                partner=self.partners[who],
                amount=amount,
                kind=f"incentive_{kinds[operation.__name__]}",
                reference=("tests.claim", reference),
                budgets=[("incentive_total", self.year), ("incentive_year", self.year)],
                debit=accounts[0],
                credit=accounts[1],
                by=None,
                at=now(),
            )
        except DomainError:
            return False
        self.posted += 1
        self.accounts[who, accounts[0]] -= amount
        self.accounts[who, accounts[1]] += amount
        return True

    @rule(target=claims, who=st.integers(0, 1), amount=AMOUNTS)
    def approve(self, who: int, amount: Decimal) -> tuple[int, Decimal, int]:
        """Taken exactly where the room of the partner and of the network is enough."""
        reference = next(_reference)
        fits = self.reserved[who] + self.used[who] + amount <= self.limit[who]
        fits = fits and sum(self.reserved) + sum(self.used) + amount <= self.total_limit
        assert self.post(operations.reserve, who, amount, ("AVAILABLE", "PAYABLE"), reference) == fits
        if fits:
            self.reserved[who] += amount
        return who, amount, reference if fits else 0

    @rule(claim=claims)
    def approve_again(self, claim: tuple[int, Decimal, int]) -> None:
        """Never twice."""
        who, amount, reference = claim
        if reference:
            assert not self.post(operations.reserve, who, amount, ("AVAILABLE", "PAYABLE"), reference)

    @rule(claim=claims, operation=st.sampled_from(["spend", "release"]))
    def settle(self, claim: tuple[int, Decimal, int], operation: str) -> None:
        """Taken where so much is still reserved, once for each claim and operation."""
        who, amount, reference = claim
        known = Transaction.objects.filter(
            reference_id=reference, kind="incentive_paid" if operation == "spend" else "incentive_canceled"
        )
        fits = bool(reference) and amount <= self.reserved[who] and not known.exists()
        accounts = ("PAYABLE", "PAID") if operation == "spend" else ("PAYABLE", "AVAILABLE")
        if reference:
            assert self.post(getattr(operations, operation), who, amount, accounts, reference) == fits
        if fits:
            self.reserved[who] -= amount
            self.used[who] += amount if operation == "spend" else 0

    @rule(claim=claims)
    def give_back(self, claim: tuple[int, Decimal, int]) -> None:
        """Taken where so much was used."""
        who, amount, reference = claim
        known = Transaction.objects.filter(reference_id=reference, kind="incentive_returned")
        fits = bool(reference) and amount <= self.used[who] and not known.exists()
        if reference:
            assert self.post(operations.give_back, who, amount, ("PAID", "AVAILABLE"), reference) == fits
        if fits:
            self.used[who] -= amount

    @rule(
        who=st.integers(0, 1),
        amount=st.sampled_from([Decimal(text) for text in ("0.00", "5000.00", "11999.99", "12000.00", "20000.00")]),
    )
    def change_limit(self, who: int, amount: Decimal) -> None:
        """Two people change it exactly where nothing above it is counted."""
        fits = amount >= self.reserved[who] + self.used[who]
        try:
            set_limit(
                "incentive_year",
                str(amount),
                self.world.year,
                partner=self.partners[who],
                people=self.people,
                last=self.world.year,
            )
            assert fits
            self.limit[who] = amount
        except operations.LimitBelowCounted:
            assert not fits

    @rule(amount=st.sampled_from([Decimal(text) for text in ("10000.00", "15000.00", "720000.00")]))
    def change_total(self, amount: Decimal) -> None:
        """The same for the network."""
        fits = amount >= sum(self.reserved) + sum(self.used)
        try:
            set_limit("incentive_total", str(amount), self.world.year, people=self.people)
            assert fits
            self.total_limit = amount
        except operations.LimitBelowCounted:
            assert not fits

    @invariant()
    def budgets_are_what_the_model_says(self) -> None:
        """And never over their limit."""
        rows = {row.partner_id: row for row in Budget.objects.filter(kind="incentive_year", period=self.year)}
        for who, partner in enumerate(self.partners):
            row = rows[partner.pk]
            assert (row.limit, row.reserved, row.used) == (self.limit[who], self.reserved[who], self.used[who])
            assert 0 <= row.counted <= row.limit
        total = NetworkBudget.objects.get(kind="incentive_total", period=self.year)
        assert (total.limit, total.reserved, total.used) == (self.total_limit, sum(self.reserved), sum(self.used))

    @invariant()
    def the_journal_is_whole(self) -> None:
        """verify_ledger finds nothing, and balances are those of the model; asked at each tenth step, as it asks for everything."""
        self.steps += 1
        if self.steps % 10:
            return
        found = operations.verify_ledger()
        assert (found.transactions, found.entries, found.differences) == (self.posted, 2 * self.posted, [])
        for (who, account), balance in self.accounts.items():
            last = Entry.objects.filter(partner=self.partners[who], account=account).order_by("-version").first()
            assert last is not None
            assert last.balance_after == balance


def run(examples: int, steps: int) -> None:
    """All examples in one transaction, each in a savepoint of its own."""
    with staff_context("state machine"):
        partners = [factories.make_partner(), factories.make_partner()]
        label = {open_for(partner)[0] for partner in partners}.pop()
        people = factories.make_code_org("staff"), factories.make_code_org("staff")
        LedgerMachine.world = World(partners, people, FiscalYear.objects.get(label=label))
        run_state_machine_as_test(
            LedgerMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_ledger_is_what_a_plain_model_says() -> None:
    run(30, 30)


@pytest.mark.full
def test_the_ledger_is_what_a_plain_model_says_at_full_size() -> None:
    run(500, 50)
