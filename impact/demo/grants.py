"""Grants of the demo network: two fiscal years of decided cycles, one in review, one open; through the operations, the same for the same date."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from common.tenancy import review_context
from common.zones import network_date
from grants import operations
from grants.content import BudgetLine, Content, Promise, answers_of
from grants.models import Criterion, Cycle, Proposal, Review, Slate
from impact.demo.network import DemoNetwork
from partners.models import Partner

DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
TAKEN_IN = 9
LEFT_OPEN = 4
AUTHORS = ("director", "program_manager", "champion", "facilitator", "contracted")


@dataclass(frozen=True)
class Idea:
    """What somebody would do with a grant; `ask` in dollars."""

    title: str
    audience: str
    size: int
    note: str
    goal: str
    objective: str
    ask: int
    lines: tuple[tuple[str, str, str, int], ...]
    measure: str
    promised: int


IDEAS = (
    Idea(
        "Principals’ breakfast",
        "principals",
        90,
        "Principals of the region’s middle schools; half of these schools teach no computer science.",
        "implementation",
        "Each principal leaves with a date for a planning talk and a teacher in mind.",
        3600,
        (("event", "Room and breakfast", "two quotes", 2400), ("booth", "Printed course guides", "90 at $13.33", 1200)),
        "principals",
        60,
    ),
    Idea(
        "Counselors’ afternoon on course placement",
        "counselors",
        120,
        "High school counselors, who decide which students hear of the course at all.",
        "diversity",
        "Counselors invite students who have not taken a computing course before.",
        2800,
        (
            ("event", "Hall for an afternoon", "quote", 1600),
            ("content", "Short films by students", "editor, 20 h", 1200),
        ),
        "counselors",
        80,
    ),
    Idea(
        "CS Ed Week showcase",
        "families",
        400,
        "Families of grades 3 to 8 in four districts.",
        "students",
        "Families see what their children build, and boards see the families.",
        4800,
        (
            ("event", "Arena for one evening", "quote", 3000),
            ("booth", "Signs and giveaways", "price list", 1000),
            ("content", "Photographs and a report", "day rate", 800),
        ),
        "people",
        350,
    ),
    Idea(
        "Booth at the state school boards’ conference",
        "district_leaders",
        600,
        "Board members and superintendents of the whole state.",
        "implementation",
        "Twelve districts ask for a planning meeting within two months.",
        4200,
        (("sponsorship", "Exhibitor’s fee", "price list", 3000), ("booth", "Wall, table, flyers", "quote", 1200)),
        "districts",
        12,
    ),
    Idea(
        "Superintendents’ evening with local employers",
        "district_leaders",
        35,
        "Superintendents of the rural districts, with six employers of the region.",
        "implementation",
        "Districts hear which jobs stay open and name a person for computer science.",
        3200,
        (("event", "Dinner for 45", "$60 a head", 2700), ("booth", "Data sheets by district", "printer", 500)),
        "leaders",
        30,
    ),
    Idea(
        "Data snapshots for school boards",
        "district_leaders",
        150,
        "Board members of 30 districts that teach no computer science in grades 6 to 8.",
        "implementation",
        "Each board sees its own numbers beside its neighbors’.",
        1900,
        (("content", "Design and print of 30 snapshots", "quote", 1900),),
        "districts",
        18,
    ),
    Idea(
        "Teacher leaders at the regional conference",
        "teachers",
        220,
        "Teachers of mathematics and science who might teach the course next year.",
        "teachers",
        "Six teacher leaders speak; their listeners apply for next summer’s workshops.",
        2600,
        (("conference", "Fees for six speakers", "$220 each", 1320), ("conference", "Travel", "mileage", 1280)),
        "teachers",
        45,
    ),
    Idea(
        "Stories of first-year schools",
        "principals",
        300,
        "Principals who doubt that they can find a teacher.",
        "quality",
        "Five schools tell how they began, what it cost and what they would do again.",
        2200,
        (("content", "Five films and their pages", "quote", 2200),),
        "views",
        900,
    ),
)
REMARKS = (
    "The audience is named and counted. Say who calls them afterwards.",
    "Two quotes and a clear plan: well reasoned.",
    "The outcome is an activity. Promise something that can be counted, with a date.",
    "Strong link to districts without a course.",
    "The follow-up is the best part; keep the date for it.",
)
PLACES = ("Cedar Falls", "Marlow", "Oakdale", "Linden", "Fairview", "Riverton", "Ashby", "Clear Lake")
RETURNED = "Name the person at the district who has agreed, and split the printing from the room."
CONTEXT = "Two of these districts asked us for exactly this in the spring."


@dataclass
class Telling:
    """One cycle of the demo network; `number` counts them, and lets partners and ideas take turns."""

    network: DemoNetwork
    cycle: Cycle
    number: int

    def at(self, part: float, hour: int = 10) -> dt.datetime:
        """A moment of its intake as far as it has come, from 0 to 1."""
        begins, ends = self.cycle.opens_at + MINUTE, min(self.cycle.closes_at - MINUTE, self.network.at)
        day = network_date(begins + (ends - begins) * part)
        return min(max(self.network.instant(day, hour, 7 * (self.number % 8)), begins), ends)

    def later(self, days: int, hour: int = 14) -> dt.datetime:
        """So many days after its deadline, never after the date of the network."""
        return self.network.instant(network_date(self.cycle.closes_at) + days * DAY, hour)


def load(network: DemoNetwork) -> None:
    """After partners, people and budgets: every cycle of two fiscal years that has opened, the oldest first."""
    operations.ensure_cycles(at=network.instant(dt.date(network.on.year - 2, 9, 1)))
    opened = Cycle.objects.filter(opens_at__lte=network.at).select_related("quarter__fiscal_year").in_order()
    told = [Telling(network, cycle, number) for number, cycle in enumerate(opened)]
    ended = [one for one in told if one.cycle.closes_at <= network.at]
    for one in told:
        if one in ended:
            _take_in(one)
            _review(one, is_last=one == ended[-1])
            if one != ended[-1]:
                _decide(one)
        else:
            _still_open(one)


def _take_in(told: Telling) -> None:
    """Proposals of partners in turn, two of the first partner, one withdrawn; then the intake closes."""
    for place in range(TAKEN_IN):
        turn = told.number * TAKEN_IN + place
        partner = told.network.partners[0 if place < 2 else (turn * 7 + 3) % len(told.network.partners)]
        proposal = _sent(told, partner, AUTHORS[turn % len(AUTHORS)], IDEAS[turn % len(IDEAS)], (place + 1) / 12)
        if proposal.state == "pm_review":
            _endorse(told, proposal, (place + 2) / 12)
        if place == TAKEN_IN - 1 and told.number % 2:
            reason = "The hall is not free on any of these days."
            operations.withdraw_proposal(proposal=proposal, reason=reason, by=proposal.author, at=told.at(0.95))
    if told.number % 3 == 1:
        operations.choose_policy(
            cycle=told.cycle,
            policy="P1",
            line=Decimal(60),
            reason="Few proposals this quarter: the best are paid whole.",
            by=told.network.code_org["staff"][2],
            at=told.at(0.9),
        )
    operations.close_intake(cycle=told.cycle, by=None, at=told.cycle.closes_at)


def _review(told: Telling, *, is_last: bool) -> None:
    """Two reviews each; of the last cycle that has closed some wait for their reviewer, one of them begun."""
    proposals = list(Proposal.objects.in_cycle(told.cycle).order_by("id"))
    operations.propose_reviewers(proposals=proposals, at=told.later(0, 17))
    for proposal in proposals[:3]:
        manager = told.network.outreach_of[proposal.partner_id]
        operations.write_context(proposal=proposal, text=CONTEXT, by=manager, at=told.later(1))
    keys = list(Criterion.objects.filter(rubric=told.cycle.rubric).order_by("position").values_list("key", flat=True))
    reviews = list(Review.objects.of_cycle(told.cycle).select_related("reviewer").order_by("id"))
    waiting = _waiting(reviews) if is_last else []
    for reviewer in {review.reviewer_id: review.reviewer for review in reviews if review not in waiting}.values():
        with review_context(user=reviewer.pk):
            operations.sign_declaration(cycle=told.cycle, by=reviewer, at=told.later(2, 9))
    for place, review in enumerate(reviews):
        if review not in waiting:
            _mark(told, review, keys, place)
        elif review == waiting[0]:
            _mark(told, review, keys[:2], place)


def _waiting(reviews: list[Review]) -> list[Review]:
    """The last reviews of one person, and all of another, who has not signed the declaration yet."""
    first, last = (reviews[0].reviewer_id, reviews[-1].reviewer_id) if reviews else (None, None)
    own = [review for review in reviews if review.reviewer_id == first]
    return own[-LEFT_OPEN:] + [review for review in reviews if review.reviewer_id == last != first]


def _mark(told: Telling, review: Review, keys: list[str], place: int) -> None:
    """A proposal is good, fair or weak; two reviewers seldom lie far apart. Without all marks the review stays open."""
    rng = random.Random(f"{told.network.on} {review.ref}")
    quality = (5, 4, 4, 2, 5, 3, 4)[review.proposal_id % 7]
    marks = {key: min(5, max(1, quality + rng.choice((-1, 0, 0, 0, 1)))) for key in keys}
    with review_context(review.proposal_id, user=review.reviewer_id):
        operations.save_review(
            review=review,
            marks=marks,
            to_applicant=REMARKS[place % len(REMARKS)],
            internal="",
            by=review.reviewer,
            at=told.later(3 + place % 9, 9 + place % 8),
            finish=True,
        )


def _decide(told: Telling) -> None:
    """One person proposes the slate, another approves it before the quarter begins."""
    staff = told.network.code_org["staff"]
    cycle = Cycle.objects.select_related("quarter").get(pk=told.cycle.pk)
    slate: Slate = operations.prepare_slate(cycle=cycle, by=None, at=cycle.reviews_due_at)
    operations.propose_slate(slate=slate, by=staff[told.number % 2], at=cycle.reviews_due_at + DAY)
    operations.approve_slate(slate=slate, by=staff[2 + told.number % 2], at=cycle.reviews_due_at + 5 * DAY)


def _still_open(told: Telling) -> None:
    """Drafts, proposals that wait for endorsement or came back from it, and submitted ones."""
    partners = told.network.partners
    _draft(told, partners[0], _author(told, partners[0], "program_manager"), IDEAS[3], 0.7)
    _sent(told, partners[0], "champion", IDEAS[1], 0.8)
    for place in range(1, 8):
        partner = partners[(told.number + place * 8) % len(partners)]
        role = AUTHORS[place % len(AUTHORS)]
        proposal = _sent(told, partner, role, IDEAS[(told.number + place) % len(IDEAS)], place / 12)
        if proposal.state == "pm_review" and place < 6:
            operations.return_proposal(
                proposal=proposal,
                sha256=_hash(proposal),
                note=RETURNED,
                by=_author(told, partner, "director"),
                at=told.at((place + 2) / 12, 15),
            )


def _sent(told: Telling, partner: Partner, role: str, idea: Idea, part: float) -> Proposal:
    author = _author(told, partner, role)
    proposal, content = _draft(told, partner, author, idea, part)
    return operations.send_proposal(proposal=proposal, content=content, by=author, at=told.at(part + 0.05, 16))


def _draft(told: Telling, partner: Partner, author: User, idea: Idea, part: float) -> tuple[Proposal, Content]:
    content, at = _content(told, partner, idea), told.at(part)
    proposal = operations.start_proposal(partner=partner, by=author, at=at)
    facts = (content.title, content.ask)
    row = operations.save_draft(proposal=proposal, answers=answers_of(content), facts=facts, by=author, at=at)
    return row, content


def _endorse(told: Telling, proposal: Proposal, part: float) -> None:
    director = _author(told, proposal.partner, "director")
    note = "We stand behind this."
    operations.endorse_proposal(
        proposal=proposal, sha256=_hash(proposal), note=note, by=director, at=told.at(part + 0.05, 17)
    )


def _hash(proposal: Proposal) -> str:
    assert proposal.version is not None
    return str(proposal.version.sha256)


def _author(told: Telling, partner: Partner, role: str) -> User:
    people = told.network.people[partner.pk]
    return (people.get(role) or people["program_manager"])[0]


def _content(told: Telling, partner: Partner, idea: Idea) -> Content:
    """The idea, held some weeks into the quarter."""
    on = told.cycle.quarter.starts_on + dt.timedelta(days=20 + 5 * (partner.pk % 9))
    ask = Decimal(idea.ask)
    least = (
        Decimal("0.6") if partner == told.network.partners[0] else Decimal("0.5")
    )  # two of the first: one waits for room
    return Content(
        title=idea.title,
        audience=idea.audience,
        audience_size=idea.size,
        audience_note=idea.note,
        goals=(idea.goal,),
        objectives=idea.objective,
        ask=ask,
        minimum=(ask * least).quantize(Decimal("0.01")),
        starts_on=on,
        ends_on=on,
        place=f"{PLACES[partner.pk % len(PLACES)]}, {partner.states[0]}",
        lines=tuple(BudgetLine(family, what, basis, Decimal(amount)) for family, what, basis, amount in idea.lines),
        outcomes=(Promise(idea.measure, "", 0, idea.promised, on + 60 * DAY),),
    )
