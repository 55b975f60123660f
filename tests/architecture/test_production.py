"""Production settings: they refuse to start half configured, and the demo does not exist there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

CHECKOUT = Path(__file__).resolve().parents[2]
WHOLE = {
    "RP_ENV": "production",
    "SECRET_KEY": "k7-" + "v3ry-l0ng-and-rand0m-" * 4,
    "MATCH_KEY": "m4tch-k3y-m4tch-k3y",
    "ALLOWED_HOSTS": "rp-network.example",
    "SITE_URL": "https://rp-network.example",
    "SMTP_HOST": "smtp.rp-network.example",
    "DATABASE_URL": "postgresql://rp_app@db.example/rp",
    "REDIS_URL": "redis://redis.example/0",
}
DEFAULTS = ("PATH", "HOME", "LANG", "PYTHONPATH")


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a line of Python with these variables and nothing else of ours."""
    kept = {name: os.environ[name] for name in DEFAULTS if name in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=CHECKOUT,
        env={**kept, "DJANGO_SETTINGS_MODULE": "rp_network.settings", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("missing", sorted(set(WHOLE) - {"RP_ENV"}))
def test_production_does_not_start_without(missing: str) -> None:
    for given in ({}, {missing: ""}):
        ended = python("import rp_network.settings", **{**WHOLE, missing: "", **given})
        assert ended.returncode != 0
        assert f"{missing} is required with RP_ENV=production" in ended.stderr


def test_production_starts_with_all_of_them_and_has_no_demo() -> None:
    ended = python(
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.urls import Resolver404, resolve\n"
        "assert not settings.DEBUG and settings.SESSION_COOKIE_SECURE and settings.SECURE_HSTS_SECONDS\n"
        "for url in ('/demo/', '/demo/mail/', '/styleguide/'):\n"
        "    try: resolve(url)\n"
        "    except Resolver404: continue\n"
        "    raise SystemExit(url)\n",
        **WHOLE,
        DEBUG="true",
    )
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_demo_sign_in_cannot_be_imported_in_production() -> None:
    ended = python("import django; django.setup(); import impact.demo_sign_in", **WHOLE)
    assert ended.returncode != 0
    assert "the demo sign-in does not exist in production" in ended.stderr


def test_an_unknown_environment_is_refused() -> None:
    ended = python("import rp_network.settings", RP_ENV="staging")
    assert "use development, test or production" in ended.stderr


@pytest.mark.django_db
def test_the_demo_network_is_not_loaded_in_production() -> None:
    with override_settings(PRODUCTION=True), pytest.raises(CommandError, match="not loaded with production settings"):
        call_command("load_demo")


DEAD_CONNECTION = """
import django; django.setup()
import psycopg
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("select pg_backend_pid()")
    (pid,) = cursor.fetchone()
connection.close()
with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": None, "context": None}) as other:
    assert other.execute("select pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)
with connection.cursor() as cursor:
    cursor.execute("select pg_backend_pid()")
    assert cursor.fetchone() != (pid,)
connection.close_pool()
"""


def test_the_pool_hands_out_no_connection_that_a_restart_of_postgres_has_ended() -> None:
    given = {name: os.environ[name] for name in ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "RP_VAR")}
    ended = python(DEAD_CONNECTION, **given, RP_ENV="test", DATABASE_POOL="true")
    assert (ended.returncode, ended.stderr) == (0, "")
