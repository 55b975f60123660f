"""Every tenant table, every command, with the own partner, another and none: what the app role can do by plain SQL.

One made-up row a partner and table is written past all checks by the superuser of the throw-away server, in a transaction that is
rolled back; what a partner may write of its own is what doors.toml says.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.db import connections
from psycopg import sql

from common.tenancy.models import TenantModel
from partners.models import Partner
from rp_network import embedded

DOORS = tomllib.loads(Path(__file__).with_name("doors.toml").read_text())
TABLES = {model._meta.db_table: "partner_id" for model in apps.get_models() if issubclass(model, TenantModel)}
TABLES[Partner._meta.db_table] = "id"
HOME, AWAY = 910001, 910002
NARROWER = {
    "grants_review",
    "grants_reviewscore",
    "grants_slateline",
    "grants_waitlistoffer",
}  # shown once they are decided
SCOPES = {"own": str(HOME), "other": str(AWAY), "none": ""}
LETTERS = {"select": "S", "insert": "I", "update": "U", "delete": "D"}
VALUES = {
    "bigint": "floor(random() * 1e9)", "integer": "floor(random() * 1e9)", "smallint": "floor(random() * 3e4)", "numeric": "1",
    "boolean": "false", "date": "current_date", "jsonb": "'{}'",
    "timestamp with time zone": "now()", "uuid": "gen_random_uuid()", "bytea": "'x'", "inet": "'::1'", "time without time zone": "'10:00'",
}  # fmt: skip
COLUMNS = """
select attname, format_type(atttypid, null), coalesce(nullif(atttypmod, -1) - 4, 40), atttypid::regtype::text like '%%[]'
from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped and attnotnull and attgenerated = '' and attidentity = ''
"""
Row = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[Row]:
    """A transaction of the superuser in which every tenant table has one row of two partners."""
    with django_db_blocker.unblock():
        name = str(connections["owner"].settings_dict["NAME"])
    with psycopg.connect(embedded.admin_url(Path(os.environ["RP_VAR"])), dbname=name) as superuser:
        superuser.execute("set local lock_timeout = '20s'")
        superuser.execute("set local session_replication_role = replica")
        for table in TABLES:
            checks = superuser.execute(
                "select conname from pg_constraint where conrelid = %s::regclass and contype in ('c', 'x')", [table]
            )
            for (check,) in checks.fetchall():
                superuser.execute(
                    sql.SQL("alter table {} drop constraint {}").format(sql.Identifier(table), sql.Identifier(check))
                )
            for partner in (HOME, AWAY):
                superuser.execute(insertion(superuser, table, partner))
        yield superuser
        superuser.rollback()


def insertion(superuser: Row, table: str, partner: int) -> sql.Composed:
    """INSERT of a row of this partner: every column that may not be empty gets something of its type."""
    names, values = [sql.Identifier(TABLES[table])], [sql.SQL(str(partner))]
    for name, kind, length, many in superuser.execute(COLUMNS, [table]).fetchall():
        if name == TABLES[table]:
            continue
        words = VALUES.get(kind, f"left(gen_random_uuid()::text, {length})")
        names.append(sql.Identifier(name))
        values.append(sql.SQL("'{}'" if many else words))
    return sql.SQL("insert into {} ({}) values ({})").format(
        sql.Identifier(table), sql.SQL(", ").join(names), sql.SQL(", ").join(values)
    )


def outcome(superuser: Row, statement: sql.Composed, scope: str) -> int | None:
    """Rows that the app role finds or changes with this partner in scope; None where the database refuses."""
    with superuser.transaction(force_rollback=True):
        superuser.execute(
            "select set_config('app.partners', %s, true), set_config('app.active', %s, true), set_config('role', 'rp_app', true)",
            [SCOPES[scope], SCOPES[scope]],
        )
        try:
            with superuser.transaction():
                return superuser.execute(statement).rowcount
        except psycopg.errors.InsufficientPrivilege:
            return None
        except psycopg.errors.UniqueViolation:
            return 1  # past the wall: row security is asked before any index


@pytest.mark.parametrize("command", LETTERS)
@pytest.mark.parametrize("table", sorted(TABLES))
def test_the_app_role_reaches_the_rows_of_its_partner_and_of_no_other(table: str, command: str, rows: Row) -> None:
    column = sql.Identifier(TABLES[table])
    whole = {
        "select": sql.SQL("select {c} from {t} where {c} = {p}"),
        "insert": None,
        "update": sql.SQL("update {t} set {c} = {c} where {c} = {p}"),
        "delete": sql.SQL("delete from {t} where {c} = {p}"),
    }[command]
    statement = (
        whole.format(c=column, t=sql.Identifier(table), p=sql.Literal(HOME)) if whole else insertion(rows, table, HOME)
    )
    may = LETTERS[command] in DOORS[table].get("app", "")
    found = {scope: outcome(rows, statement, scope) for scope in SCOPES}
    expected = 0 if command == "select" and table in NARROWER else 1
    assert found["own"] == (expected if may else None)
    assert found["other"] in ((None,) if command == "insert" or not may else (0,))
    assert found["none"] == found["other"]


def test_there_are_rows_that_could_leak(rows: Row) -> None:
    for table, column in TABLES.items():
        counted = rows.execute(
            sql.SQL("select count(*) from {} where {} in (%s, %s)").format(
                sql.Identifier(table), sql.Identifier(column)
            ),
            [HOME, AWAY],
        )
        assert counted.fetchone() == (2,), table
