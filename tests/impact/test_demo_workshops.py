"""The demo network's workshops: in every state, and the same for the same date."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import transaction

from common.refs import seeded
from common.tenancy import staff_context
from impact.demo import network, workshops
from tests import factories
from tests.world import World
from workshops.models import Attendance, Teacher, Workshop

pytestmark = pytest.mark.django_db


class Undo(Exception):
    """Leave the savepoint and take everything back."""


def loaded(world: World, on: dt.date) -> list[Any]:
    """What one load makes, taken back afterwards."""
    found: list[Any] = []
    with staff_context("demo"):
        try:
            with transaction.atomic(), seeded("demo"):
                made = network.start(on)
                made.partners = [world.home]
                made.people = {world.home.pk: {"program_manager": [world.people["program_manager"]]}}
                made.code_org = {"staff": [world.people["staff"]]}
                workshops.load(made)
                found += list(
                    Workshop.objects.order_by("first_on", "ref").values_list(
                        "ref", "state", "first_on", "place", "enrolled"
                    )
                )
                found += list(Teacher.objects.order_by("email").values_list("ref", "name", "email"))
                found.append(Attendance.objects.count())
                raise Undo
        except Undo:
            return found


def test_the_same_date_makes_the_same_workshops_in_every_state_but_draft(world: World) -> None:
    on = dt.date(2026, 11, 17)
    first = loaded(world, on)
    assert first == loaded(world, on)
    rows = [row for row in first[:-1] if len(row) == 5]
    assert {row[1] for row in rows} == {"ended", "in_progress", "scheduled", "canceled"}
    assert {row[2].year for row in rows} >= {2025, 2026}
    assert min(row[2] for row in rows) > factories.LONG_AGO
