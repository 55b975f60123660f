"""No timeline and no home names a teacher to those who only count them, whatever operation left the entry."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from activity.models import LogEntry
from common.tenancy import staff_context
from common.zones import now
from tests.workshops.factories import enroll, make_teacher, make_workshop, some_facts
from tests.workshops.test_pages import CONSENT, HOME, body
from tests.world import SignIn, World
from workshops import operations
from workshops.models import Enrollment, Workshop, WorkshopSession
from workshops.timeline import MAY_NAME_TEACHERS, NAMES_TEACHERS

pytestmark = pytest.mark.django_db
UNLIKELY = "Quintessa Abernathy-Vole"
PERSON = {"name": UNLIKELY, "email": "quintessa@x.example", "school": ""}
OPERATIONS = Path(operations.__file__).parent
SIGNED = (CONSENT["consent"], now().date())


def everything_happens_to_her(world: World) -> tuple[Workshop, Workshop]:
    """She is enrolled, freed, seated again and corrected in an open workshop, and asked about in one that has ended."""
    by = world.people["program_manager"]
    with staff_context("arrange"):
        teacher = make_teacher(world.home, by, name=UNLIKELY, email=PERSON["email"])
        running, over = (make_workshop(world.home, by, facts=some_facts()) for _n in range(2))
        seat = operations.enroll_teacher(workshop=running, person=PERSON, consent=SIGNED, by=by, at=now())
        operations.cancel_enrollment(enrollment=seat, by=by, at=now())
        operations.restore_enrollment(enrollment=seat, by=by, at=now())
        changes = {**PERSON, "email": "q@x.example"}
        operations.correct_teacher(enrollment=seat, changes=changes, by=by, at=now())
        enroll(over, by, teacher=teacher)
        operations.end_workshop(workshop=over, by=by, at=now())
        _ask(world, over, by)
    return running, over


def _ask(world: World, over: Workshop, by: Any) -> None:
    """A correction of her attendance: declined, asked again and withdrawn, asked again and confirmed."""
    seat = Enrollment.objects.get(workshop=over)
    session = WorkshopSession.objects.filter(workshop=over).order_by("starts_at")[0]

    def asked() -> Any:
        cells = {(seat.ref, session.ref): True}
        asking = operations.Asking("Sheet found", by, now())
        return operations.ask_correction(workshop=over, cells=cells, asking=asking)

    boss = world.people["outreach_manager"]
    operations.decide_correction(correction=asked(), confirm=False, answer="No sheet", by=boss, at=now())
    operations.withdraw_correction(correction=asked(), by=by, at=now())
    operations.decide_correction(correction=asked(), confirm=True, answer="", by=boss, at=now())


COUNTS_PEOPLE = {
    "workshop.canceled",
    "workshop.changed",
    "workshop.correction_",
    "workshop.correction_withdrawn",
    "workshop.discarded",
    "workshop.drafted",
    "workshop.ended",
    "workshop.logged",
    "workshop.override",
    "workshop.override_asked",
    "workshop.people_read",
    "workshop.planned",
    "workshop.roster",
    "workshop.started",
}


def test_every_verb_is_known_to_name_teachers_or_only_to_count_them() -> None:
    sources = "".join(path.read_text() for path in OPERATIONS.parent.rglob("*.py") if path.name != "timeline.py")
    verbs = set(re.findall(r'"(workshop\.[a-z_]+)(?:\{verb\})?"', re.sub(r'kind="workshop\.[a-z_]+"', "", sources)))
    assert verbs == COUNTS_PEOPLE | {*NAMES_TEACHERS, MAY_NAME_TEACHERS}


def test_the_verbs_that_name_a_teacher_are_those_that_are_listed(world: World) -> None:
    everything_happens_to_her(world)
    with staff_context("assert"):
        naming = {row.verb for row in LogEntry.objects.all() if UNLIKELY in f"{row.text} {row.changes} {row.reason}"}
    assert naming == {*NAMES_TEACHERS, MAY_NAME_TEACHERS}


def test_the_timeline_names_teachers_only_to_who_may_know_them(world: World, signed_in: SignIn) -> None:
    running, over = everything_happens_to_her(world)
    pages = (f"{HOME}{running.ref}/", f"{HOME}{over.ref}/", "/partners/home-mesa/", "/network/")
    reads = {role: signed_in(world.people[role]) for role in ("staff", "outreach_manager", "program_manager")}
    named = {role: [UNLIKELY in body(client.get(page)) for page in pages] for role, client in reads.items()}
    assert named == {
        "staff": [False] * 4,
        "outreach_manager": [False, True, False, False],
        "program_manager": [True, True, True, False],
    }
