"""The catalog gate covers every table: tenant tables have their wall, the rest stand in a literal list."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.db import connection

from common.tenancy import nobody_context
from common.tenancy.catalog import open_tables, unwalled_tables
from tests.world import World

pytestmark = pytest.mark.django_db

ACCOUNT_AND_LIBRARY_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_signinevent",
    "accounts_user",
    "activity_heartbeat",
    "activity_mail",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
    "django_session",
    "ledger_idempotencykey",
    "mfa_authenticator",
}
OTHER_TABLES = """
select c.relname from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
and not exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'partner_id' and not a.attisdropped)
and has_table_privilege('rp_app', c.oid, 'INSERT, UPDATE, DELETE') order by 1
"""


def test_every_tenant_table_has_its_wall() -> None:
    assert unwalled_tables() == []


def test_every_other_table_that_the_app_role_may_write_is_known() -> None:
    with connection.cursor() as cursor:
        cursor.execute(OTHER_TABLES)
        assert {row[0] for row in cursor.fetchall()} == ACCOUNT_AND_LIBRARY_TABLES


def test_without_a_door_every_tenant_table_is_empty(world: World) -> None:
    with nobody_context():
        looked_at, visible = open_tables()
    assert looked_at >= 8
    assert visible == []


def test_the_command_says_what_it_looked_at(world: World) -> None:
    out = io.StringIO()
    call_command("verify_isolation", "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["tables"] >= 40
    assert (told["problems"], told["visible_without_a_door"]) == ([], [])
    assert told["seconds"] >= 0
