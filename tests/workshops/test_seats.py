"""Capacity holds whatever comes at once, in the operation and in the database itself."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction

from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import now
from partners.models import Partner
from tests import factories
from tests.server import Server, Visitor, server
from tests.workshops.factories import enroll, make_workshop, some_facts
from tests.world import World
from workshops.models import Enrollment, Workshop
from workshops.operations import AlreadyEnrolled, WorkshopFull, cancel_enrollment, enroll_teacher

__all__ = ["server"]
CONSENT = ("registration", dt.date(2026, 1, 5))


def take_a_seat(workshop: Workshop, by: Any, n: int) -> Enrollment:
    person = {"name": f"Racer Number{n}", "email": f"racer{n}@school.example", "school": ""}
    return enroll_teacher(workshop=workshop, person=person, consent=CONSENT, by=by, at=now())


@pytest.mark.django_db(transaction=True)
def test_32_people_at_once_never_take_more_seats_than_there_are() -> None:
    with staff_context("arrange"):
        partner = factories.make_partner()
        by = factories.make_member(partner)
        workshop = make_workshop(partner, by, facts=some_facts(dt.date(2099, 3, 1), dt.date(2099, 3, 2), capacity=10))
    outcomes: list[str] = []
    start = threading.Barrier(32)

    def racer(n: int) -> None:
        start.wait()
        try:
            with tenant_context(partner.pk):
                take_a_seat(Workshop.objects.get(pk=workshop.pk), by, n)
            outcomes.append("seated")
        except WorkshopFull:
            outcomes.append("full")
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=racer, args=(n,)) for n in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (outcomes.count("seated"), outcomes.count("full")) == (10, 22)
    with tenant_context(partner.pk):
        assert Enrollment.objects.count() == 10
        assert Workshop.objects.get().enrolled == 10


@pytest.mark.django_db(transaction=True)
def test_32_people_at_once_over_http_never_take_more_seats_than_there_are(world: World, server: Server) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts(capacity=10))
    visitor = Visitor(server.port).sign_in(by.ref)
    start = threading.Barrier(32)

    def racer(n: int) -> int:
        form = {"name": f"Racer Number{n}", "email": f"racer{n}@x.example", "consent": "paper"}
        start.wait()
        path = f"/partners/home-mesa/workshops/{workshop.ref}/person/"
        return visitor.request("POST", path, {**form, "consent_on": "2026-01-05"})[0]

    with ThreadPoolExecutor(32) as pool:
        assert Counter(pool.map(racer, range(32))) == {303: 10, 422: 22}
    with staff_context("assert"):
        assert (Enrollment.objects.count(), Workshop.objects.get().enrolled) == (10, 10)


@pytest.fixture
def small(world: World) -> tuple[Workshop, Any, Partner]:
    """A workshop of two seats."""
    by = world.people["program_manager"]
    with staff_context("arrange"):
        facts = some_facts(dt.date(2099, 3, 1), dt.date(2099, 3, 2), capacity=2)
        return make_workshop(world.home, by, facts=facts), by, world.home


def test_the_database_refuses_a_third_enrollment_in_two_seats(small: Any) -> None:
    workshop, by, _partner = small
    with staff_context("direct SQL"):
        enroll(workshop, by)
        enroll(workshop, by)
        with pytest.raises(IntegrityError) as refused, transaction.atomic():
            enroll(workshop, by)
        assert constraint_of(refused.value) == "workshops_workshop_seats"


def test_fewer_seats_than_people_are_refused_by_the_database(small: Any) -> None:
    workshop, by, _partner = small
    with staff_context("direct SQL"):
        enroll(workshop, by)
        enroll(workshop, by)
        with pytest.raises(IntegrityError), transaction.atomic():
            Workshop.objects.filter(pk=workshop.pk).update(capacity=1)


def test_a_canceled_seat_is_free_again_and_can_be_taken_back(small: Any) -> None:
    workshop, by, partner = small
    with tenant_context(partner.pk):
        first, _second = take_a_seat(workshop, by, 1), take_a_seat(workshop, by, 2)
        with pytest.raises(WorkshopFull):
            take_a_seat(workshop, by, 3)
        cancel_enrollment(enrollment=first, by=by, at=now())
        take_a_seat(workshop, by, 3)
        with pytest.raises(WorkshopFull):
            take_a_seat(workshop, by, 1)
        with pytest.raises(AlreadyEnrolled):
            take_a_seat(workshop, by, 2)
        workshop.refresh_from_db()
        assert workshop.enrolled == 2
