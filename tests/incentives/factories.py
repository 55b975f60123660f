"""Claims in every state, through the operations; call them inside staff_context()."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounts.models import User
from activity.files import CheckedFile
from catalog.models import Course
from catalog.models import Subject as CourseSubject
from common.zones import network_date, now, today
from districts.models import District, School, State
from incentives import operations
from incentives.models import Claim, OutcomeVersion, RequiredEvidence
from incentives.operations import Reached, Subject
from ledger import operations as ledger
from partners.models import Partner
from partners.operations import ensure_calendars
from tests import factories
from workshops.models import Workshop

_number = itertools.count(1)


@dataclass
class Cast:
    """A partner that can be paid, and one person for each of the steps of its claims."""

    partner: Partner
    manager: User
    outreach: User
    approvers: list[User] = field(default_factory=list)
    finance: list[User] = field(default_factory=list)


def make_cast(
    partner: Partner | None = None, *, payable: bool = True, network: Cast | None = None, outreach: User | None = None
) -> Cast:
    """People for one partner; Code.org's people are those of `network` where one is given."""
    ensure_calendars(on=today())
    ensure_calendars(on=today().replace(month=1, day=1) - dt.timedelta(days=1))
    partner = partner or factories.make_partner()
    assigned = outreach or (network.outreach if network else factories.make_code_org("outreach_manager"))
    made = Cast(partner, factories.make_member(partner, "program_manager"), assigned)
    if outreach is None:
        factories.assign(assigned, partner)
    made.approvers = network.approvers if network else [factories.make_code_org("staff") for _ in range(3)]
    made.finance = network.finance if network else [factories.make_code_org("finance") for _ in range(3)]
    ledger.open_budgets(on=today(), at=now())
    ledger.open_budgets(partner=partner, on=today(), at=now())
    if payable:
        ledger.set_payee_status(partner=partner, on_file=True, reason="W-9 received", by=made.finance[0], at=now())
    return made


def make_district(name: str = "") -> District:
    """A district of New Mexico."""
    n = next(_number)
    facts = {"city": "Deming", "state": State.objects.get(code="NM"), "changed_at": now()}
    return District.objects.create(nces_id=f"35{n:05d}", name=name or f"District {n}", **facts)


def make_school(district: District | None = None) -> School:
    """A school of a district."""
    n = next(_number)
    district = district or make_district()
    facts = {"city": "Deming", "state": district.state, "district": district, "changed_at": now()}
    return School.objects.create(nces_id=f"{district.nces_id}{n:05d}", name=f"School {n}", **facts)


def version(code: str, on: dt.date | None = None) -> OutcomeVersion:
    """The catalog's version on a date."""
    return OutcomeVersion.objects.on(on or today()).get(outcome__code=code)


def subject_for(found: OutcomeVersion, partner: Partner) -> Subject:
    """A new subject of the kind that the outcome is about."""
    n = next(_number)
    kind = found.outcome.subject_kind
    if kind in ("coach_cohort", "coach"):
        return Subject(name=f"Coaches {n}")
    if kind == "cohort":
        return Subject(workshop=an_ended_workshop(partner))
    return Subject(
        district=make_district(), school=make_school(), course=Course.objects.first(), name=f"Policy {n}", level="K–5"
    )


def an_ended_workshop(partner: Partner) -> Workshop:
    """A workshop of the partner whose people are a cohort."""
    person, on = factories.make_member(partner, "director"), today() - dt.timedelta(days=300)
    subject = CourseSubject.objects.select_related("course").order_by("id")[0]
    made = Workshop.objects.create(
        partner=partner,
        kind="log",
        course=subject.course,
        subject=subject,
        place="Deming",
        capacity=20,
        first_on=on,
        last_on=on,
        created_by=person,
        created_at=now(),
        saved_at=now(),
    )
    made.move_to("ended").ended_at = now()
    made.save()
    return made


def a_file(name: str = "plan.pdf") -> CheckedFile:
    """A small file whose bytes no other test file has."""
    n = next(_number)
    return CheckedFile(name, "application/pdf", f"%PDF-1.4 {n}".encode(), "unscanned")


def draft(
    cast: Cast,
    code: str = "O11",
    *,
    on: dt.date | None = None,
    subject: Subject | None = None,
    evidence: bool = True,
    at: dt.datetime | None = None,
) -> Claim:
    """A draft with a file of every kind; `at` is when all of it happens, now if none is given."""
    found, at = version(code, on), at or now()
    subject = subject or subject_for(found, cast.partner)
    made = operations.start_claim(
        partner=cast.partner, version=found, subject=subject, outcome_on=on or today(), by=cast.manager, at=at
    )
    for kind in RequiredEvidence.objects.filter(version=found) if evidence else []:
        operations.add_evidence(claim=made, kind=kind, file=a_file(), by=cast.manager, at=at)
    return made


def submitted(cast: Cast, code: str = "O11", **given: Any) -> Claim:
    """Sent to the Outreach Manager."""
    return operations.submit_claim(claim=draft(cast, code, **given), by=cast.manager, at=given.get("at") or now())


def reached(claim: Claim, at: dt.datetime | None = None) -> dict[RequiredEvidence, Reached]:
    """Somebody confirmed by phone, on that day."""
    kinds = RequiredEvidence.objects.filter(version=claim.version_id, confirmed=True)
    on = network_date(at) if at else today()
    return {kind: Reached("Elena Archuleta, superintendent", "phone", on) for kind in kinds}


def verified(cast: Cast, code: str = "O11", **given: Any) -> Claim:
    """Waiting for an approver."""
    claim, at = submitted(cast, code, **given), given.get("at")
    return operations.verify_claim(claim=claim, reached=reached(claim, at), by=cast.outreach, at=at or now())


def approved(cast: Cast, code: str = "O11", **given: Any) -> Claim:
    """Approved whole, by two where two are needed."""
    claim = verified(cast, code, **given)
    for approver in cast.approvers[:2] if claim.version.amount >= Decimal(2500) else cast.approvers[:1]:
        claim = operations.approve_one(claim=claim, expected=claim.version.amount, by=approver, at=now())
    return claim
