"""Accreditations and standing have dates and a history; only good standing leads."""

from __future__ import annotations

import datetime as dt

import pytest

from catalog.models import Course
from common.tenancy import staff_context
from common.zones import now, today
from facilitators.models import Facilitator, StandingPeriod, reasons_against
from facilitators.operations import (
    AccreditationRefused,
    EmailTaken,
    StandingRefused,
    accredit_facilitator,
    add_facilitator,
    end_accreditation,
    set_standing,
)
from tests.queries import statements_of
from tests.workshops.factories import make_facilitator
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db


def test_the_history_of_a_standing_is_kept_and_decides_day_by_day(world: World) -> None:
    staff, change = world.people["staff"], today() - dt.timedelta(days=10)
    with staff_context("act"):
        person = make_facilitator("csp", name="Ruth Abeyta")
        course = Course.objects.get(key="csp")
        set_standing(facilitator=person, standing="suspended", from_day=change, reason="Complaint", by=staff, at=now())
        set_standing(facilitator=person, standing="good", from_day=today(), reason="Cleared", by=staff, at=now())
        assert list(
            StandingPeriod.objects.filter(facilitator=person).order_by("valid_from").values_list("standing", flat=True)
        ) == ["good", "suspended", "good"]
        assert reasons_against([person], course, [change - dt.timedelta(days=1), today()]) == {}
        assert reasons_against([person], course, [change]) == {
            person.pk: f"Ruth Abeyta is not in good standing on {change:%b %-d, %Y}."
        }
        with pytest.raises(StandingRefused):
            set_standing(facilitator=person, standing="retired", from_day=change, reason="x", by=staff, at=now())


def test_accreditations_for_one_course_never_overlap(world: World) -> None:
    staff = world.people["staff"]
    with staff_context("act"):
        person = add_facilitator(
            name="Kim Tran", email="Kim@Example.org", states=["NM"], from_day=today(), by=staff, at=now()
        )
        course = Course.objects.get(key="csf")
        first = accredit_facilitator(
            facilitator=person, course=course, period=(dt.date(2026, 1, 1), None), by=staff, at=now()
        )
        with pytest.raises(AccreditationRefused):
            accredit_facilitator(
                facilitator=person, course=course, period=(dt.date(2026, 6, 1), None), by=staff, at=now()
            )
        end_accreditation(accreditation=first, last_day=dt.date(2026, 5, 31), reason="Renewed", by=staff, at=now())
        accredit_facilitator(facilitator=person, course=course, period=(dt.date(2026, 6, 1), None), by=staff, at=now())
        with pytest.raises(EmailTaken):
            add_facilitator(name="Other", email="kim@example.org", states=[], from_day=today(), by=staff, at=now())


def test_staff_keep_facilitators_in_the_browser(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["staff"])
    made = client.post(
        "/network/facilitators/new/", {"name": "Kim Tran", "email": "kim@example.org", "states": "nm, co"}
    )
    assert made.status_code == 303
    with staff_context("assert"):
        person = Facilitator.objects.get()
        course = Course.objects.get(key="csf")
    assert person.states == ["NM", "CO"]
    url = f"/network/facilitators/{person.ref}/"
    assert (
        client.post(
            f"{url}accreditations/new/", {"course": course.ref, "first_day": "2026-01-01", "last_day": ""}
        ).status_code
        == 303
    )
    late = {"standing": "suspended", "from_day": (today() + dt.timedelta(days=3)).isoformat(), "reason": "Complaint"}
    assert client.post(f"{url}standing/", late).status_code == 303
    assert (
        client.post("/network/facilitators/new/", {"name": "X", "email": "x@example.org", "states": "Zz"}).status_code
        == 422
    )
    assert "Complaint" in client.get(url).content.decode()


def test_the_list_costs_the_same_with_1_and_with_3_rows(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["staff"])
    with staff_context("arrange"):
        make_facilitator("csp")
    one = statements_of(client, "/network/facilitators/")
    with staff_context("arrange"):
        make_facilitator("csp", "csd")
        make_facilitator("csf")
    assert len(one) == len(statements_of(client, "/network/facilitators/")) == 4
