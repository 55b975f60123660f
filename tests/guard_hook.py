"""A pytest plugin for script/test --guards: turns a guard of the database off once the test database is migrated."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from rp_network import embedded


@pytest.fixture(scope="session", autouse=True)
def guard_off(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Run RP_GUARD_SQL as the superuser of the throw-away server, in the test database and nowhere else."""
    statement = os.environ.get("RP_GUARD_SQL")
    if not statement:
        return
    with django_db_blocker.unblock():
        name = str(connections["owner"].settings_dict["NAME"])
    assert name.startswith("test_"), name
    with psycopg.connect(embedded.admin_url(Path(os.environ["RP_VAR"])), dbname=name) as connection:
        connection.execute(statement.encode())
