"""II1 to II4, II6 to II9 and II12 of incentives 4.7 hold after every step of random histories."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from common.tenancy import staff_context
from common.zones import now, today
from incentives import operations
from incentives.models import Claim, Evidence, State
from incentives.models.claims import DECIDED, FOUR_PEOPLE, LIVE, STEPS
from incentives.operations import Subject
from ledger.models import Budget, PaymentBatch, PaymentLine, Transaction
from ledger.operations import verify_ledger
from partners.models import FiscalYear
from tests.incentives import factories as make
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db
CODES = ("O11", "O17", "O7", "O15", "O1", "O2")
ACTIONS = (
    "submit",
    "verify",
    "return",
    "send",
    "reject",
    "withdraw",
    "approve",
    "one",
    "lose",
    "open",
    "export",
    "pay",
)
STEP = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 5), st.integers(0, 2))


@dataclass
class History:
    """Two partners at a low cap, six subjects that they both want, and what was true before each step."""

    casts: list[make.Cast]
    subjects: dict[str, Subject]
    states: dict[int, str] = field(default_factory=dict)
    paid: dict[int, tuple[Any, ...]] = field(default_factory=dict)

    def claim(self, place: int, *states: str) -> Claim | None:
        """One of the claims in these states."""
        rows = list(Claim.objects.shown().filter(state__in=states).order_by("id"))
        return rows[place % len(rows)] if rows else None

    def of(self, claim: Claim) -> make.Cast:
        """The people of its partner."""
        return next(cast for cast in self.casts if cast.partner.pk == claim.partner_id)


def take(history: History, action: str, place: int, person: int) -> None:
    """One step; a refusal is an answer like any other."""
    try:
        with transaction.atomic():
            STEPS_OF[action](history, place, person)
    except DomainError:
        return


def submit(history: History, place: int, person: int) -> None:
    code, cast = CODES[place], history.casts[person % 2]
    make.submitted(cast, code, subject=history.subjects[code])


def verify(history: History, place: int, person: int) -> None:
    claim = history.claim(place, "submitted")
    if claim is not None:
        operations.verify_claim(claim=claim, reached=make.reached(claim), by=history.of(claim).outreach, at=now())


def send_back(history: History, place: int, person: int) -> None:
    claim = history.claim(place, *LIVE)
    if claim is not None:
        operations.return_claim(claim=claim, reason="Not yet.", by=history.of(claim).outreach, at=now())


def send_again(history: History, place: int, person: int) -> None:
    claim = history.claim(place, "info_requested", "draft", "verified")
    if claim is not None:
        operations.submit_claim(claim=claim, by=history.of(claim).manager, at=now())


def reject(history: History, place: int, person: int) -> None:
    claim = history.claim(place, *LIVE)
    if claim is not None:
        stage = State.VERIFIED if claim.state == "verified" else State.SUBMITTED
        operations.reject_claim(claim=claim, stage=stage, reason="No.", by=history.of(claim).outreach, at=now())


def withdraw(history: History, place: int, person: int) -> None:
    claim = history.claim(place, *LIVE)
    if claim is not None:
        operations.withdraw_claim(claim=claim, reason="", by=history.of(claim).manager, at=now())


def approve(history: History, place: int, person: int) -> None:
    rows = list(Claim.objects.shown())
    operations.approve_claims(claims=rows, by=history.casts[0].approvers[person], at=now())


def approve_alone(history: History, place: int, person: int) -> None:
    claim = history.claim(place, *LIVE)
    if claim is None:
        return
    room = Budget.objects.get(partner=claim.partner_id, kind="incentive_year", period=claim.fiscal_year.label).room
    expected = min(room, claim.version.amount)
    people = [*history.casts[0].approvers, history.of(claim).outreach, history.of(claim).manager]
    operations.approve_one(claim=claim, expected=expected, by=people[(place + person) % len(people)], at=now())


def lose_evidence(history: History, place: int, person: int) -> None:
    """II12: without its evidence a verified claim cannot be approved."""
    claim = history.claim(place, "verified")
    if claim is None:
        return
    Evidence.objects.filter(claim=claim).delete()
    result = operations.approve_claims(claims=[claim], by=history.casts[0].approvers[person], at=now())
    assert result.approved == []


def open_batch(history: History, place: int, person: int) -> None:
    operations.open_payout(by=history.casts[0].finance[person], at=now())


def export(history: History, place: int, person: int) -> None:
    for batch in PaymentBatch.objects.exclude(state="paid"):
        operations.export_payout(batch=batch, by=history.casts[0].finance[person], at=now())


def pay(history: History, place: int, person: int) -> None:
    for batch in PaymentBatch.objects.all():
        by = history.casts[0].finance[person]
        operations.mark_payout_paid(batch=batch, bank_reference="ACH", paid_on=today(), by=by, at=now())


FUNCTIONS: list[Callable[[History, int, int], None]] = [
    submit, verify, send_back, send_again, reject, withdraw, approve, approve_alone, lose_evidence, open_batch, export, pay,
]  # fmt: skip
STEPS_OF = dict(zip(ACTIONS, FUNCTIONS, strict=True))


def hold(history: History) -> None:
    """Every invariant, on what the database holds now."""
    rows = list(Claim.objects.select_related("version", "fiscal_year").order_by("id"))
    live = [row for row in rows if row.state in LIVE]
    for row in rows:
        people = [getattr(row, f"{name}_id") for name in FOUR_PEOPLE if getattr(row, f"{name}_id")]
        assert len(people) == len(set(people)), "II4"
        before = history.states.get(row.pk, row.state)
        assert before == row.state or row.state in reachable(before), f"II6: {before} to {row.state}"
        assert row.version.valid_from <= row.outcome_on, "II8"
        assert Decimal(300) <= row.version.amount <= Decimal(5000), "II1"
        paid = (row.approved_amount, row.payer_id, row.paid_by_id, row.paid_at, row.facts_hash)
        assert row.state != "paid" or history.paid.setdefault(row.pk, paid) == paid, "II7"
        history.states[row.pk] = row.state
    keys = [(row.family, row.subject_key) for row in live]
    assert len(keys) == len(set(keys)), "II3: all of these can be earned once in the time of the test"
    for budget in Budget.objects.filter(kind="incentive_year", period=f"FY{today().year}"):
        approved = sum(
            (
                row.approved_amount or Decimal(0)
                for row in rows
                if row.partner_id == budget.partner_id and row.state in DECIDED
            ),
            Decimal(0),
        )
        assert approved == budget.counted <= budget.limit, "II2"
    for batch in PaymentBatch.objects.exclude(state="open"):
        check_file(batch)
    assert verify_ledger().differences == []


def check_file(batch: PaymentBatch) -> None:
    """II9: batch total = sum of lines = total of the file = movement of the ledger; II5: a line pays what was approved."""
    lines = list(PaymentLine.objects.filter(batch=batch))
    total = sum((line.amount for line in lines), Decimal(0))
    written = bytes(batch.content or b"").decode().splitlines()
    assert written[-1].split(",")[-2] == f"{total:.2f}" == f"{batch.total:.2f}", "II9"
    assert sum((Decimal(line.split(",")[-2]) for line in written[1:-1]), Decimal(0)) == total, "II9"
    assert len({line.ref for line in lines}) == len(lines) == len(written) - 2, "II5"
    approved = dict(
        Claim.objects.filter(pk__in=[line.reference_id for line in lines]).values_list("pk", "approved_amount")
    )
    assert all(approved[line.reference_id] == line.amount for line in lines), "II5"
    if batch.state == "paid":
        moved = Transaction.objects.filter(kind="incentive_paid", reference_id__in=approved)
        assert sum((row.amount for row in moved), Decimal(0)) == total, "II9"


def reachable(state: str) -> set[str]:
    """States that one step of the test may lead to: a submission passes through the draft, nothing else skips."""
    return {*STEPS[state], "submitted"} if state == "draft" else set(STEPS.get(state, ()))


def told(steps: list[tuple[str, int, int]]) -> None:
    """One history from an empty network, undone at its end."""
    with staff_context("arrange"), transaction.atomic():
        first = make.make_cast()
        subjects = {code: make.subject_for(make.version(code), first.partner) for code in CODES}
        history = History([first, make.make_cast(network=first)], subjects)
        set_limit("incentive_year", "4100.00", year(), people=(first.finance[0], first.finance[1]))
        for action, place, person in [("submit", 0, 0), ("submit", 1, 1), *steps]:
            take(history, action, place, person)
            hold(history)
        transaction.set_rollback(True)


EVERY = list(HealthCheck)


@settings(max_examples=15, deadline=None, suppress_health_check=EVERY)
@given(steps=st.lists(STEP, min_size=6, max_size=16))
def test_the_invariants_hold_after_every_step(db: None, steps: list[tuple[str, int, int]]) -> None:
    told(steps)


@pytest.mark.full
@settings(max_examples=100, deadline=None, suppress_health_check=EVERY)
@given(steps=st.lists(STEP, min_size=20, max_size=40))
def test_the_invariants_hold_in_long_histories(db: None, steps: list[tuple[str, int, int]]) -> None:
    told(steps)


def year() -> Any:
    return FiscalYear.objects.get(starts_on=dt.date(today().year, 1, 1))
