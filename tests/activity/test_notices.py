"""Notices are personal, entries are never changed, and a row of a tenant hangs on rows of the same tenant only."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from activity.models import Attachment, AttachmentContent, LogEntry, Notice
from activity.operations import record, tell
from common.tenancy import nobody_context, staff_context, tenant_context
from common.zones import now
from tests.world import SECRET, SignIn, World, facts

pytestmark = pytest.mark.django_db


def told(world: World) -> None:
    with staff_context("arrange"):
        for person in (world.people["director"], world.away_people["director"], world.people["staff"]):
            tell([person, person], kind="t", key="k", text=f"For {person.name}", url="/notices/", at=now())


def test_a_notice_is_read_by_the_person_it_is_for(world: World) -> None:
    told(world)
    for person in (world.people["director"], world.away_people["director"]):
        for door in (nobody_context(user=person.pk), tenant_context(world.home.pk, world.away.pk, user=person.pk)):
            with door, connection.cursor() as cursor:
                cursor.execute("select user_id from activity_notice")
                assert cursor.fetchall() == [(person.pk,)]
                cursor.execute("update activity_notice set read_at = now()")
                assert cursor.rowcount == 1
    with nobody_context(), connection.cursor() as cursor:
        cursor.execute("select count(*) from activity_notice")
        assert cursor.fetchone() == (0,)


def test_the_page_shows_and_marks_the_own_notices_only(world: World, signed_in: SignIn) -> None:
    told(world)
    for role in ("director", "staff"):
        browser = signed_in(world.people[role])
        page = facts(browser.get("/notices/"))
        assert f"For {world.people[role].name}" in page
        assert SECRET not in page
        assert page.count("For ") == 1
        assert "1 new notice" in page
        assert browser.post("/notices/").status_code == 303
        assert "Nothing new" in facts(browser.get("/notices/"))
    with staff_context("look"):
        assert [row.user for row in Notice.objects.filter(read_at=None)] == [world.away_people["director"]]


def test_a_person_is_told_once(world: World) -> None:
    told(world)
    told(world)
    with staff_context("look"):
        assert Notice.objects.count() == 3


def test_a_child_never_hangs_on_another_tenants_row(world: World) -> None:
    with staff_context("arrange"):
        file = Attachment.objects.create(
            partner=world.away,
            name="sheet.pdf",
            media_type="application/pdf",
            size=1,
            sha256="0" * 64,
            checked="released",
            uploaded_by=world.away_people["director"],
            uploaded_at=now(),
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            AttachmentContent.objects.create(partner=world.home, attachment=file, content=b"x")
            connection.check_constraints()


@pytest.mark.parametrize(
    "statement",
    ["update activity_logentry set text = 'x'", "delete from activity_logentry", "truncate activity_logentry"],
)
def test_what_happened_is_never_changed(statement: str, world: World) -> None:
    with staff_context("act"), connection.cursor() as cursor:
        record(world.home, verb="t", text="Something happened", by=None, at=now())
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(statement)
        assert LogEntry.objects.get().text == "Something happened"
