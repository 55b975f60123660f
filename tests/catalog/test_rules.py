"""Rules of subjects are dated; two people of staff change them, from a later day on, and the database refuses what is no number."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from catalog.models import SubjectRule, rules_on
from catalog.operations import RuleRefused, confirm_rule, propose_rule, withdraw_rule
from common.errors import constraint_of
from common.tenancy import staff_context
from common.zones import now, today
from tests.catalog.factories import TERMS, make_proposal
from tests.factories import make_code_org
from tests.workshops.factories import the_subject
from tests.world import SignIn, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(world: World) -> User:
    """A second person of staff."""
    with staff_context("arrange"):
        return make_code_org("staff", name="Code.org second staff")


@pytest.mark.parametrize("hours", ["NaN", "0", "-1"])
def test_the_database_refuses_hours_that_are_no_number_above_zero(world: World, hours: str) -> None:
    copied = (
        "insert into catalog_subjectrule (ref, subject_id, formats, valid_from, reason, proposed_by_id, proposed_at, max_hours) "
        "select 'U-0000000000', subject_id, formats, '2099-01-01', 'SQL', %s, now(), %s from catalog_subjectrule limit 1"
    )
    with (
        staff_context("direct SQL"),
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(copied, [world.people["staff"].pk, hours])
    assert constraint_of(refused.value) == "catalog_rule_hours"


def test_rules_change_from_a_later_day_when_another_person_confirms_them(world: World, other: User) -> None:
    subject, first = the_subject(), today() + dt.timedelta(days=7)
    with staff_context("act"):
        old = rules_on(today(), [subject.pk])[subject.pk]
        made = make_proposal(world.people["staff"])
        assert rules_on(first, [subject.pk])[subject.pk] == old
        with pytest.raises(RuleRefused, match="another person"):
            confirm_rule(rule=made, by=world.people["staff"], at=now())
        confirm_rule(rule=made, by=other, at=now())
        with pytest.raises(RuleRefused, match="decided already"):
            confirm_rule(rule=made, by=other, at=now())
        assert rules_on(first - dt.timedelta(days=1), [subject.pk])[subject.pk] == old
        assert rules_on(first, [subject.pk])[subject.pk] == made
        again = make_proposal(world.people["staff"])
        with pytest.raises(RuleRefused, match="propose a later day"):
            confirm_rule(rule=again, by=other, at=now())
    made.refresh_from_db()
    assert made.whole_sentence == "2 to 3 days, 13.5 hours count at most, virtual"


def test_what_cannot_be_a_rule_is_refused(world: World) -> None:
    subject, soon = the_subject(), today() + dt.timedelta(days=7)
    for terms, day, field in (
        (TERMS, today(), "first_day"),
        (replace(TERMS, formats=[]), soon, "formats"),
        (replace(TERMS, max_days=1), soon, "max_days"),
    ):
        with staff_context("act"), pytest.raises(RuleRefused) as refused:
            propose_rule(subject=subject, terms=terms, first_day=day, reason="x", by=world.people["staff"], at=now())
        assert refused.value.field == field


def test_a_withdrawn_proposal_is_never_confirmed(world: World, other: User) -> None:
    with staff_context("act"):
        made = make_proposal(world.people["staff"])
        withdraw_rule(rule=made, by=world.people["staff"], at=now())
        for step in (confirm_rule, withdraw_rule):
            with pytest.raises(RuleRefused, match="decided already"):
                step(rule=made, by=other, at=now())


def test_staff_propose_and_confirm_in_the_browser(world: World, other: User, signed_in: SignIn) -> None:
    subject = the_subject()
    url, day = f"/network/courses/{subject.ref}/", today() + dt.timedelta(days=7)
    one, another = signed_in(world.people["staff"]), signed_in(other)
    typed: dict[str, Any] = {"min_days": "2", "max_days": "3", "max_hours": "13.5", "formats": ["virtual"]}
    typed |= {"first_day": day.isoformat(), "reason": "A third day"}
    assert one.post(f"{url}rules/new/", {}).status_code == 422
    for hours in ("NaN", "1e3", "1000", "Infinity", "-1"):
        assert one.post(f"{url}rules/new/", {**typed, "max_hours": hours}).status_code == 422, hours
    assert one.post(f"{url}rules/new/", typed).status_code == 303
    with staff_context("look"):
        made = SubjectRule.objects.get(proposed_by=world.people["staff"])
    assert f"{subject.title} from " in another.get("/network/courses/").content.decode()
    shown = another.get(url).content.decode()
    assert "2 to 3 days, 13.5 hours count at most, virtual" in shown
    assert f"/network/courses/rules/{made.ref}/confirmation/" not in one.get(url).content.decode()
    assert another.post(f"/network/courses/rules/{made.ref}/confirmation/").status_code == 303
    made.refresh_from_db()
    assert made.confirmed_by == other
