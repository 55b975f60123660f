"""Databases of the tests, the wall asserted before anything runs, and cleaning after tests that commit."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test.utils import setup_databases, teardown_databases

pytest_plugins = ["tests.guard_hook", "tests.world"]

ATTEMPTS, PATIENCE = 5, 60.0
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
SEEDED = {
    "partners_datedsetting",
    "districts_state",
    "ledger_limit",
    "grants_rubric",
    "grants_criterion",
    "catalog_program",
    "catalog_course",
    "catalog_subject",
    "catalog_subjectrule",
    "catalog_season",
    "catalog_seasoncourse",
    "incentives_outcome",
    "incentives_outcomeversion",
    "incentives_requiredevidence",
}


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: Any, django_db_modify_db_settings: None
) -> Iterator[None]:
    """Both aliases always (spike 0.1): a test that names only `default` must never meet another database."""
    with django_db_blocker.unblock():
        made = setup_databases(
            verbosity=0, interactive=False, aliases={"default": None, "owner": None}, serialized_aliases=set()
        )
        remember_seeds()
    yield
    with django_db_blocker.unblock():
        connections["default"].close()
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def the_wall_stands(django_db_setup: None, django_db_blocker: Any) -> None:
    """The whole suite refuses to run as somebody who passes row security."""
    with django_db_blocker.unblock():
        with connection.cursor() as cursor:
            cursor.execute(
                "select current_user, rolsuper or rolbypassrls, current_database() from pg_roles where rolname = current_user"
            )
            name, unsafe, base = cursor.fetchone()
        connection.close()
    assert base.startswith("test_"), base
    assert not unsafe, f"{name} passes row security: every isolation test would be green for nothing"
    assert name == "rp_app"


@pytest.fixture(autouse=True)
def wiped_after_commit(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests that commit leave an empty database behind; rows that migrations seeded stay."""
    yield
    mark = request.node.get_closest_marker("django_db")
    if mark and mark.kwargs.get("transaction"):
        wipe()


def owner_connection() -> psycopg.Connection[Any]:
    """A connection of the owner of the tables, to the test database only."""
    settings = connections["owner"].settings_dict
    assert str(settings["NAME"]).startswith("test_")
    return psycopg.connect(
        host=settings["HOST"], port=settings["PORT"] or None, user=settings["USER"], dbname=settings["NAME"]
    )


def remember_seeds() -> None:
    """Copy what migrations seeded, so that wipe() can put it back."""
    with owner_connection() as owner:
        owner.execute("create schema seeds")
        for name in sorted(SEEDED):
            owner.execute(f'create table seeds."{name}" as table public."{name}"')


def wipe() -> None:
    """Empty every table as the owner, and put back what migrations seeded.

    A server may still work on a request whose browser is gone: wait for its transaction, and for its locks on rows.
    """
    connections["default"].close()
    for attempt in range(1, ATTEMPTS + 1):
        wait_until_quiet()
        try:
            empty()
            return
        except psycopg.errors.DeadlockDetected:
            if attempt == ATTEMPTS:
                raise


def wait_until_quiet() -> None:
    """Until nobody else holds a lock on a table of the test database."""
    held = """
        select count(*) from pg_locks
        where locktype = 'relation' and pid <> pg_backend_pid()
          and database = (select oid from pg_database where datname = current_database())
    """
    end = time.monotonic() + PATIENCE
    with owner_connection() as owner:
        owner.autocommit = True
        while owner.execute(held).fetchone() != (0,):
            assert time.monotonic() < end, "a transaction of this test never ended"
            time.sleep(0.05)


def empty() -> None:
    """The truncation, in one transaction."""
    with owner_connection() as owner:
        tables = [
            row[0]
            for row in owner.execute("select tablename from pg_tables where schemaname = 'public'")
            if row[0] not in KEPT
        ]
        guarded = owner.execute("select distinct tgrelid::regclass::text from pg_trigger where not tgisinternal")
        names = [row[0] for row in guarded]
        for name in names:
            owner.execute(f"alter table {name} disable trigger user")
        owner.execute("truncate " + ", ".join(f'"{name}"' for name in tables))
        for name in sorted(SEEDED):
            owner.execute(f'insert into public."{name}" select * from seeds."{name}"')
        owner.execute("set constraints all immediate")
        for name in names:
            owner.execute(f"alter table {name} enable trigger user")
