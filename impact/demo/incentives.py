"""Claims of the demo network in every state, through the operations; the same date makes the same rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.models import User
from activity.files import PDF, CheckedFile
from common.dated import in_force
from common.errors import DomainError
from districts.models import District
from impact.demo.network import DemoNetwork
from incentives import operations
from incentives.facts import year_figures
from incentives.models import Claim, OutcomeVersion, RequiredEvidence, State
from incentives.operations import Reached, Subject, Typed
from partners.models import FiscalYear, Partner

PAPER = (
    "%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n% {}\n"
)
CONFIRMED_BY = (
    "Elena Archuleta, superintendent",
    "Tom Wixom, principal",
    "Ada Brandt, curriculum director",
    "Ray Osgood, principal",
)
NAMED = (
    ("O17", "Coach cohort {}", "Nine coaches, monthly meetings, led by our program office."),
    ("O19", "{} Coach, cohort A", "She coached three teachers through the spring."),
    ("O18", "Coach cohort {}", "Six sessions held; eight of nine coaches are still active."),
)
PLACES = (
    "Alder Creek",
    "Cold Spring",
    "Mill Fork",
    "Loup Valley",
    "Cannon Falls",
    "Nishna Bluffs",
    "Chama Valley",
    "Greenbrier",
)
AT_THE_CAP = 1
POLICIES = (
    "Graduation credit for computer science",
    "Computer science in grades 3 to 8",
    "A budget line for computer science",
)
CODES = ("O11", "O6", "O4", "O1", "O7", "O5", "O8", "O10")
CAPPED = (("O18", 75), ("O18", 70), ("O17", 66), ("O17", 62), ("O18", 14))
# Days before the date on which an outcome was achieved, and how far its claim has come since.
STORIES = (
    (80, "paid"),
    (64, "paid"),
    (40, "exported"),
    (28, "approved"),
    (11, "verified"),
    (9, "verified"),
    (13, "verified"),
    (12, "submitted"),
    (7, "submitted"),
    (20, "info_requested"),
    (5, "draft"),
    (45, "rejected"),
    (50, "withdrawn"),
)


@dataclass
class Desk:
    """Who does what for one partner, and when its stories are told."""

    network: DemoNetwork
    partner: Partner
    number: int
    manager: User
    outreach: User

    def at(self, day: dt.date, hour: int) -> dt.datetime:
        """An instant of a day, never after the date of the network."""
        return self.network.instant(day, hour, 5 * (self.number % 12))


def load(network: DemoNetwork) -> None:
    """Claims of two partners out of three, a paid batch and an exported one; payees are what ledger.load has set."""
    finance = network.code_org["finance"]
    told = [partner for number, partner in enumerate(network.partners) if number % 3 != 2]
    for wanted, days in (("paid", 30), ("exported", 6), ("", 0)):
        for number, partner in enumerate(told):
            tell(_desk(network, partner, number), wanted)
        if wanted:
            _batch(network, finance, days, paid=wanted == "paid")


def tell(desk: Desk, wanted: str) -> None:
    """The stories of one partner that end like this; each partner has some of them, in turn."""
    for place, (days, state) in enumerate(STORIES):
        is_now = state == wanted or (not wanted and state not in ("paid", "exported"))
        if is_now and (place + desk.number) % 3 == 0:
            achieved = desk.network.on - dt.timedelta(days=days + desk.number % 4)
            _story(desk, achieved, state, _subject(desk, place))
    if not wanted and desk.number == AT_THE_CAP:
        _reach_the_cap(desk)


def _reach_the_cap(desk: Desk) -> None:
    """Approved claims of $10,000 in one fiscal year, and one of $3,500 verified that the cap cuts."""
    year = FiscalYear.objects.get(in_force(desk.network.on, start="starts_on", end="ends_before"))
    oldest = desk.network.on - dt.timedelta(days=CAPPED[0][1])
    last = desk.network.on if oldest >= year.starts_on else year.starts_on
    for (code, days), name in zip(CAPPED, PLACES[2:], strict=False):
        state = "verified" if (code, days) == CAPPED[-1] else "approved"
        told = (
            code,
            Subject(name=f"Coach cohort {name}"),
            "Led by our program office; the list of meetings is attached.",
        )
        _story(desk, last - dt.timedelta(days=days), state, told)


def _desk(network: DemoNetwork, partner: Partner, number: int) -> Desk:
    return Desk(
        network, partner, number, network.people[partner.pk]["program_manager"][0], network.outreach_of[partner.pk]
    )


def _story(desk: Desk, day: dt.date, state: str, told: tuple[str, Subject, str]) -> None:
    """From the outcome to its state, a few days a step."""
    code, subject, words = told
    version = OutcomeVersion.objects.on(day).get(outcome__code=code)
    step = [day + dt.timedelta(days=days) for days in (2, 3, 6, 9)]
    claim = operations.start_claim(
        partner=desk.partner,
        version=version,
        subject=subject,
        outcome_on=day,
        by=desk.manager,
        at=desk.at(step[0], 9),
        typed=Typed(words),
    )
    kinds = list(RequiredEvidence.objects.filter(version=version).order_by("position"))
    for kind in kinds if state != "draft" else kinds[:1]:
        text = PAPER.format(f"{claim.ref} {kind.title}").encode()
        file = CheckedFile(f"{kind.title.split(',')[0].lower()[:40]}.pdf", PDF, text, "unscanned")
        operations.add_evidence(claim=claim, kind=kind, file=file, by=desk.manager, at=desk.at(step[0], 10))
    if state == "draft":
        return
    try:
        operations.submit_claim(claim=claim, by=desk.manager, at=desk.at(step[1], 11))
    except operations.AlreadyClaimed:
        return
    _decide(desk, claim, state, step)


def _decide(desk: Desk, claim: Claim, state: str, step: list[dt.date]) -> None:
    by, at = desk.outreach, desk.at(step[2], 14)
    if state == "submitted":
        return
    if state == "info_requested":
        operations.return_claim(
            claim=claim, reason="The document has no date and no signature. Send the signed page.", by=by, at=at
        )
    elif state == "rejected":
        operations.reject_claim(
            claim=claim,
            stage=State.SUBMITTED,
            reason="The rule asks for more than the document shows.",
            by=by,
            at=at,
        )
    elif state == "withdrawn":
        operations.withdraw_claim(
            claim=claim, reason="We claim it again next year, with more schools.", by=desk.manager, at=at
        )
    else:
        kinds = RequiredEvidence.objects.filter(version=claim.version_id, confirmed=True)
        whom = CONFIRMED_BY[desk.number % len(CONFIRMED_BY)]
        reached = {kind: Reached(whom, "phone", at.date()) for kind in kinds}
        operations.verify_claim(claim=claim, reached=reached, by=by, at=at)
        if state != "verified":
            _approve(desk, claim, desk.at(step[3], 15))


def _approve(desk: Desk, claim: Claim, at: dt.datetime) -> None:
    """By one person of staff, or by two where two are needed; what the cap leaves is what is approved."""
    staff = desk.network.code_org["staff"]
    for position in range(2):
        row = Claim.objects.shown().get(pk=claim.pk)
        if row.state != "verified":
            return
        for amount in _amounts(row):
            try:
                operations.approve_one(
                    claim=row, expected=amount, by=staff[(desk.number + position) % len(staff)], at=at
                )
                break
            except DomainError:
                continue


def _amounts(claim: Claim) -> list[Decimal]:
    left: Decimal = year_figures(claim.partner, claim.fiscal_year.label)["left"]
    return [min(claim.version.amount, max(left, Decimal(0)))]


def _batch(network: DemoNetwork, finance: list[User], days: int, *, paid: bool) -> None:
    """One person exports what is approved; where it is paid, another notes the bank's reference."""
    day = network.on - dt.timedelta(days=days)
    try:
        batch = operations.open_payout(by=finance[0], at=network.instant(day, 9)).batch
    except operations.PayoutRefused:
        return
    operations.export_payout(batch=batch, by=finance[0], at=network.instant(day, 10))
    if paid:
        noted = network.instant(day + dt.timedelta(days=2), 16)
        reference = f"ACH {day:%Y%m%d}"
        operations.mark_payout_paid(batch=batch, bank_reference=reference, paid_on=day, by=finance[1], at=noted)


def _subject(desk: Desk, place: int) -> tuple[str, Subject, str]:
    """An outcome and a subject that this partner has not claimed in another story."""
    places, turn = _districts(desk), desk.number + place
    if places and place % 4:
        subject = Subject(district=places[turn % len(places)], name=POLICIES[turn % len(POLICIES)])
        return (
            CODES[(turn // 3 + place + place // 6) % len(CODES)],
            subject,
            "The board and the cabinet agreed in open session.",
        )
    code, name, words = NAMED[place % len(NAMED)]
    return code, Subject(name=name.format(PLACES[(desk.number + place) % len(PLACES)])), words


def _districts(desk: Desk) -> list[Any]:
    return list(District.objects.filter(state__code__in=desk.partner.states).order_by("name", "id")[:12])
