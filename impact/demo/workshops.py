"""Workshops of the demo network: two fiscal years of every partner, through the operations, the same for the same date."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from catalog.models import Course, Subject
from common.imports import read_pasted
from common.refs import new_ref
from common.tenancy import tenant_context
from districts.models import School
from facilitators.models import Facilitator
from facilitators.operations import accredit_facilitator, add_facilitator, set_standing
from impact.demo import names
from impact.demo.network import DemoNetwork
from partners.models import Partner
from workshops.facts import SessionFacts, WorkshopFacts
from workshops.models import Roster, Workshop
from workshops.operations import (
    cancel_workshop,
    confirm_roster,
    end_workshop,
    log_workshop,
    mark_attendance,
    plan_workshop,
    read_roster,
    save_draft,
)
from workshops.operations.scheduling import Typing

SUBJECTS = (
    "csp/ayw-1",
    "csd/ayw-2",
    "csf/intro",
    "csp/ayw-1-2",
    "csf/deep-dive",
    "csd/ayw-3-4",
    "csa/ayw-1",
    "csd/summer",
)
COURSES = ("csf", "csd", "csp", "csa")
HALLS = (
    "Education Center",
    "Public Library",
    "Community College",
    "Teacher Center",
    "Conference Room B",
    "Science Hall",
    "Extension Office",
)
CITIES = ("Cedar Falls", "Marlow", "Oakdale", "Linden", "Fairview", "Riverton", "Ashby", "Clear Lake")
SCHOOLS = (
    "Juniper Elementary",
    "Riverbend Middle",
    "Northside High",
    "Lincoln Elementary",
    "Valley View Middle",
    "Summit High",
)
# Days from the date of the network to the first session, and what becomes of it.
PLAN = (
    (-560, "log"),
    (-330, "log"),
    (-150, "log"),
    (-50, "log"),
    (-12, "ended"),
    (-4, "open"),
    (6, "planned"),
    (20, "unled"),
    (41, "canceled"),
)


@dataclass
class Demo:
    """What the workshops of one partner are made of."""

    partner: Partner
    number: int
    by: Any
    leads: list[Facilitator]
    subjects: dict[str, Subject]
    rng: random.Random
    schools: list[str]


def load(network: DemoNetwork) -> None:
    """Facilitators first, then the workshops of each partner inside its own door."""
    subjects = {f"{row.course.key}/{row.key}": row for row in Subject.objects.select_related("course")}
    schools: dict[str, list[str]] = {}
    for school in School.objects.select_related("state").order_by("id"):
        schools.setdefault(school.state.code, []).append(school.name)
    for number, partner in enumerate(network.partners):
        leads = facilitators_of(network, partner, number)
        people = network.people[partner.pk]
        near = [name for state in partner.states for name in schools.get(state, [])]
        demo = Demo(
            partner,
            number,
            people["program_manager"][0],
            leads,
            subjects,
            random.Random(f"{network.on} {partner.slug}"),
            near or list(SCHOOLS),
        )
        with tenant_context(partner.pk):
            for position, (days, fate) in enumerate(PLAN):
                if number == 0 or (number + position) % 3:
                    _workshop(network, demo, position, days, fate)


def facilitators_of(network: DemoNetwork, partner: Partner, number: int) -> list[Facilitator]:
    """Two or three people for a partner: her own accounts first, then people without one; now and then one out of standing."""
    since = dt.date(network.on.year - 3, 7, 1)
    staff, at = network.code_org["staff"][0], network.instant(since)
    courses = {row.key: row for row in Course.objects.filter(key__in=COURSES)}
    accounts = network.people[partner.pk].get("facilitator", [])
    made = []
    for position in range(3):
        user = accounts[position] if position < len(accounts) else None
        name = user.name if user else _name(number * 5 + position * 3)
        email = user.email if user else f"{name.lower().replace(' ', '.')}.{number}{position}@facilitators.example"
        person = add_facilitator(
            name=name, email=email, states=partner.states, from_day=since, by=staff, at=at, user=user
        )
        for course in COURSES:
            accredit_facilitator(facilitator=person, course=courses[course], period=(since, None), by=staff, at=at)
        made.append(person)
    if number % 12 == 5:
        set_standing(
            facilitator=made[2],
            standing="probation",
            from_day=network.on - dt.timedelta(days=30),
            reason="Two late cancellations",
            by=staff,
            at=network.at,
        )
    return made[:2] if number % 12 == 5 else made


def _name(number: int) -> str:
    return f"{names.FIRST[(number * 19 + 7) % len(names.FIRST)]} {names.LAST[(number * 23 + 11) % len(names.LAST)]}"


def _workshop(network: DemoNetwork, demo: Demo, position: int, days: int, fate: str) -> None:
    """One workshop of the plan, at the instants at which people would have done it."""
    facts = _facts(network, demo, position, days, fate)
    over = facts.in_order[-1].ends_at
    at = (
        min(over + dt.timedelta(hours=3), network.at)
        if fate == "log"
        else min(over - dt.timedelta(days=35), network.at - dt.timedelta(days=1))
    )
    kind = "log" if fate == "log" else "plan"
    draft = save_draft(
        partner=demo.partner, ref=new_ref("W"), kind=kind, typing=Typing({}), facts=facts, by=demo.by, at=at
    )
    count = demo.rng.randint(6, 14)
    if fate == "log":
        roster = _roster(draft, demo, facts, count, at)
        log_workshop(
            workshop=draft,
            facts=facts,
            roster=roster,
            consent=("registration", at.date() - dt.timedelta(days=20)),
            by=demo.by,
            at=at,
        )
        return
    planned = plan_workshop(workshop=draft, facts=facts, by=demo.by, at=at)
    confirm_roster(
        roster=_roster(planned, demo, facts, count, at), consent=("registration", at.date()), by=demo.by, at=at
    )
    if fate == "canceled":
        cancel_workshop(
            workshop=planned, reason="The building closes for repairs that week.", by=demo.by, at=network.at
        )
    if fate in ("ended", "open"):
        _attend(network, planned, demo, facts, ended=fate == "ended")


def _attend(network: DemoNetwork, workshop: Workshop, demo: Demo, facts: WorkshopFacts, *, ended: bool) -> None:
    seats = list(workshop.enrollments.values_list("ref", flat=True).order_by("id"))
    sessions = list(workshop.sessions.order_by("starts_at"))
    past = [session for session in sessions if session.ends_at <= network.at]
    cells = {(seat, session.ref): True for session in past for seat in seats if demo.rng.random() < 0.9}
    at = min(facts.in_order[-1].ends_at + dt.timedelta(hours=2), network.at)
    mark_attendance(workshop=workshop, cells=cells, by=demo.by, at=at)
    if ended and past == sessions:
        end_workshop(workshop=workshop, by=demo.by, at=network.at)


def _facts(network: DemoNetwork, demo: Demo, position: int, days: int, fate: str) -> WorkshopFacts:
    subject = demo.subjects[SUBJECTS[(demo.number + position) % len(SUBJECTS)]]
    length = {"ayw-1-2": 2, "ayw-3-4": 2, "summer": 5}.get(subject.key, 1)
    first = network.on + dt.timedelta(days=days - length + 1 if days < 0 else days)
    zone = ZoneInfo(demo.partner.time_zone)
    sessions = tuple(
        SessionFacts(
            dt.datetime.combine(first + dt.timedelta(days=day), dt.time(8, 30), zone),
            dt.datetime.combine(first + dt.timedelta(days=day), dt.time(15, 30), zone),
            demo.partner.time_zone,
            "virtual" if (demo.number + position) % 5 == 0 else "in_person",
        )
        for day in range(length)
    )
    virtual = sessions[0].format == "virtual"
    place = "Video call" if virtual else f"{demo.rng.choice(CITIES)} {demo.rng.choice(HALLS)}"
    leads = () if fate == "unled" else tuple(demo.leads[: 1 + position % 2])
    return WorkshopFacts(subject.course, subject, 16 + 4 * (position % 4), place, "", sessions, leads)


def _roster(workshop: Workshop, demo: Demo, facts: WorkshopFacts, count: int, at: dt.datetime) -> Roster:
    """Rows as a spreadsheet would hold them; people come back to later workshops."""
    heads = [f"Day {number}" for number in range(1, len(facts.sessions) + 1)]
    lines = ["\t".join(["Name", "E-mail", "School", *heads])]
    for person in demo.rng.sample(range(60), count):
        name = _name(demo.number * 61 + person)
        email = f"{name.lower().replace(' ', '.')}.{person}@{demo.partner.slug[:20].strip('-')}.example"
        days = ["x" if demo.rng.random() < 0.93 else "" for _head in heads]
        lines.append("\t".join([name, email, demo.schools[person % len(demo.schools)], *days]))
    return read_roster(
        workshop=workshop,
        table=read_pasted("\n".join(lines)),
        source=Roster.Source.PASTED,
        days=facts.days,
        by=demo.by,
        at=at,
    )
