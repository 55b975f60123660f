"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from common.zones import now, today
from incentives import operations
from incentives.models import Claim, Evidence, FiscalOption, Outcome, OutcomeVersion, Override, RequiredEvidence
from incentives.operations import Subject
from ledger.models import PaymentBatch
from ledger.operations import add_line, export_batch, open_batch
from partners.models import FiscalYear, Partner
from tests.incentives import factories as make
from tests.world import SECRET, World


def a_claim(world: World, partner: Partner) -> Claim:
    """A draft; the other tenant's carries the secret in its words."""
    person = world.people["program_manager"] if partner == world.home else world.away_people["program_manager"]
    return operations.start_claim(
        partner=partner,
        version=make.version("O11"),
        subject=Subject(district=make.make_district()),
        outcome_on=today(),
        typed=operations.Typed(SECRET if partner != world.home else "half a position"),
        by=person,
        at=now(),
    )


def a_file_of_a_claim(world: World, partner: Partner) -> Evidence:
    """The file of a claim that was sent, which nobody can remove: the same row answers every role."""
    claim = a_claim(world, partner)
    kind = RequiredEvidence.objects.get(version=claim.version_id)
    file = make.a_file("letter.pdf" if partner == world.home else f"{SECRET}.pdf")
    made = operations.add_evidence(claim=claim, kind=kind, file=file, by=claim.created_by, at=now())
    operations.submit_claim(claim=claim, by=claim.created_by, at=now())
    return made


def a_batch(world: World, partner: Partner) -> PaymentBatch:
    """An exported batch with one line."""
    batch = open_batch(by=world.people["finance"], at=now())
    add_line(batch=batch, partner=partner, reference=a_claim(world, partner), amount=Decimal(300))
    return export_batch(batch=batch, content=b"file", by=world.people["finance"], at=now())


def an_option(world: World, partner: Partner) -> FiscalOption:
    """Proposed for next year."""
    year = FiscalYear.objects.get(label=f"FY{today().year + 1}")
    return FiscalOption.objects.create(
        fiscal_year=year, choice="defer", reason="fair", proposed_by=world.people["staff"], proposed_at=now()
    )


def an_override(world: World, partner: Partner) -> Override:
    """Proposed for a verified claim of this partner; every role gets the same answer, as its claim does not wait any more."""
    person = world.people["program_manager"] if partner == world.home else world.away_people["program_manager"]
    claim = make.draft(make.Cast(partner, person, world.people["outreach_manager"]), "O11")
    operations.submit_claim(claim=claim, by=person, at=now())
    operations.verify_claim(claim=claim, reached={}, by=world.people["outreach_manager"], at=now())
    claim.refresh_from_db()
    made = Override.objects.create(
        partner=partner,
        claim=claim,
        check_name="payee",
        facts_hash=claim.facts_hash,
        reason=SECRET if partner != world.home else "The form is signed.",
        proposed_by=world.people["staff"],
        proposed_at=now(),
    )
    operations.withdraw_override(override=made, by=world.people["staff"], at=now())
    return made


def a_version(world: World, partner: Partner) -> OutcomeVersion:
    """Proposed for tomorrow."""
    terms = operations.Terms("CS lead named", "Full time.", Decimal(2400), "ever", None, None, [("Letter", False)])
    dates = (today() + dt.timedelta(days=1), "more work")
    return operations.propose_version(
        outcome=make.version("O11").outcome, terms=terms, dates=dates, by=world.people["staff"], at=now()
    )


EXAMPLES: dict[type[Any], Any] = {
    Claim: a_claim,
    Evidence: a_file_of_a_claim,
    PaymentBatch: a_batch,
    FiscalOption: an_option,
    OutcomeVersion: a_version,
    Override: an_override,
    Outcome: lambda world, partner: make.version("O11").outcome,
}

KWARGS: dict[str, dict[str, str]] = {}
