"""A pytest plugin for script/test: copies a migrated database, and with --guards turns a guard of it off."""

from __future__ import annotations

import os
from pathlib import Path

import psycopg
import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from rp_network import embedded


def pytest_sessionstart() -> None:
    """Make test databases as copies of RP_TEST_TEMPLATE; migrations that are not in it still run."""
    if template := os.environ.get("RP_TEST_TEMPLATE"):
        connections["owner"].settings_dict["TEST"]["TEMPLATE"] = template


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
