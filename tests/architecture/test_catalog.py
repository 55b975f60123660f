"""The catalog gate covers every table: tenant tables have their wall, the rest stand in a literal list."""

from __future__ import annotations

import pytest
from django.db import connection

from common.tenancy import nobody_context
from common.tenancy.catalog import open_tables, unwalled_tables
from tests.commands import printed
from tests.conftest import owner_connection
from tests.world import World

pytestmark = pytest.mark.django_db

ACCOUNT_AND_LIBRARY_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "accounts_apitoken",
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


@pytest.mark.django_db(transaction=True)
def test_verify_isolation_prints_one_object_whether_or_not_the_walls_stand(world: World) -> None:
    code, found = printed("verify_isolation")
    assert (code, found["created"], found["updated"], found["rejected"]) == (0, 0, 0, [])
    assert found["unchanged"] == found["tables"] >= 8
    with owner_connection() as owner:
        owner.execute("create policy everybody on partners_membership for select to rp_app using (true)")
    try:
        code, found = printed("verify_isolation")
    finally:
        with owner_connection() as owner:
            owner.execute("drop policy everybody on partners_membership")
    assert code == 1
    assert {"line": "partners_membership", "reason": "rows show without a door"} in found["rejected"]
    assert all(set(row) == {"line", "reason"} for row in found["rejected"])
