"""The demo network: the same date makes the same rows, every role has its people, and it goes into an empty database only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import sql

from accounts.models import CodeOrgRole
from common.refs import new_ref, seeded
from common.tenancy import staff_context
from impact.demo import load
from impact.demo_sign_in import demo_people
from incentives.facts import figures_on, judged
from incentives.models import Claim
from incentives.pages import queue
from partners.models import DatedSetting, Membership, OutreachAssignment, Partner
from tests.conftest import wipe

FRIDAY = dt.date(2026, 11, 20)
pytestmark = pytest.mark.django_db(transaction=True)


def begin_anew() -> None:
    """An empty database whose numbers begin at one again, as in a new one."""
    wipe()
    settings = connections["owner"].settings_dict
    with psycopg.connect(
        host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"], dbname=settings["NAME"]
    ) as owner:
        for name in owner.execute("select oid::regclass::text from pg_class where relkind = 'S'").fetchall():
            owner.execute(sql.SQL("select setval({}, 100000, false)").format(sql.Literal(name[0])))


def contents() -> Iterator[tuple[str, list[Any]]]:
    """Every row of every table as text, without what is random by design (uuid, the tail of an unusable password)."""
    with staff_context("look"), connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, string_agg(format('%I::text', attname), ', ' order by attnum) from pg_class c join pg_attribute a on"
            " attrelid = c.oid and attnum > 0 and not attisdropped and atttypid <> 'uuid'::regtype and attname <> 'password' where relkind = 'r' and"
            " relnamespace = 'public'::regnamespace and relname <> 'django_migrations' group by 1 order by 1"
        )
        for table, columns in cursor.fetchall():
            cursor.execute(f'select row({columns})::text from "{table}" order by 1')
            yield table, cursor.fetchall()


def loaded(on: dt.date) -> dict[str, list[Any]]:
    begin_anew()
    load.load_demo(on)
    return dict(contents())


def compared() -> None:
    first, again, later = loaded(FRIDAY), loaded(FRIDAY), loaded(FRIDAY + dt.timedelta(days=1))
    assert {table: rows for table, rows in again.items() if rows != first[table]} == {}
    assert later["partners_partner"] != first["partners_partner"]
    assert sum(map(len, first.values())) > 500


def test_rows_that_migrations_write_have_the_same_references_in_every_database() -> None:
    with seeded("partners.0002_settings"):
        expected = new_ref("S")
    with staff_context("look"):
        assert DatedSetting.objects.get(key="partners.invitation_days").ref == expected


def test_the_same_date_makes_the_same_partners_and_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "STEPS", load.STEPS[:1])
    compared()


@pytest.mark.full
def test_the_same_date_makes_the_same_network_and_its_claims_meet_every_case() -> None:
    compared()
    with staff_context("look"):
        on, staff = FRIDAY + dt.timedelta(days=1), CodeOrgRole.objects.filter(role="staff").order_by("pk")[0].user
        found = list(judged(Claim.objects.to_approve(), staff, on))
        rows = queue(found, staff, figures_on(on), today=on, approve_days=5)
        assert len(set(Claim.objects.to_verify().values_list("version__outcome", flat=True))) >= 2
        assert [row.claim.partner_id for row in rows if 0 < row.pays < row.asked and row.can_be_opened] != []


def test_every_partner_has_its_people_and_every_role_its_button(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "STEPS", load.STEPS[:1])
    load.load_demo(FRIDAY)
    with staff_context("look"):
        partners = list(Partner.objects.all())
        assert 55 <= len(partners) <= 65
        assert sum(partner.is_multistate for partner in partners) >= 5
        assert any("&" in partner.name for partner in partners)
        assert max(len(partner.name) for partner in partners) > 55
        assert {partner.kind for partner in partners} >= {"university", "nonprofit", "agency"}
        managed = Membership.objects.filter(role="program_manager").in_force(FRIDAY).values_list("partner", flat=True)
        assert set(managed) == {partner.pk for partner in partners}
        assert OutreachAssignment.objects.in_force(FRIDAY).count() == len(partners)
        people = {role: [(person["name"], person["place"]) for person in rows] for role, rows in demo_people()}
    least = {"Program Staff": 3, "Outreach Manager": 2, "Finance": 2, "Administrator": 2, "Director": 2, "Champion": 2}
    assert {role: len(people[role]) >= count for role, count in least.items()} == dict.fromkeys(least, True)
    assert people["Program Manager"][0][0] == "Marisol Vega"
    assert len({place for _name, place in people["Program Manager"]}) >= 2


def test_it_goes_into_an_empty_database_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "STEPS", load.STEPS[:1])
    call_command("load_demo", "--as-of", "2026-11-20", "--json")
    before = dict(contents())
    with pytest.raises(CommandError, match="partners already"):
        call_command("load_demo", "--as-of", "2026-11-20")
    assert dict(contents()) == before


@pytest.mark.parametrize("text", ["tomorrow", "2026-02-30", "20261120T10", ""])
def test_a_date_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="as-of"):
        call_command("load_demo", f"--as-of={text}")
