"""The database roles, made by a superuser, by an administrator without that right, and by somebody who may not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rp_network import embedded, roles

STRONG = "select rolname from pg_roles where rolname like 'rp\\_%' and (rolsuper or rolbypassrls or rolcreaterole)"
BECOMES = "select pg_has_role('rp_app', 'rp_staff', 'set'), pg_has_role('rp_app', 'rp_staff', 'usage')"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """The superuser's address of a server without roles."""
    var = tmp_path / "var"
    with embedded.Servers(var, names=frozenset({"postgres"}), throwaway=True):
        yield embedded.admin_url(var)


def somebody(admin: str, rights: str) -> str:
    """The address of a new user with these rights."""
    with psycopg.connect(admin, autocommit=True) as server:
        server.execute(f"create role somebody login {rights}".encode())
    return admin.replace("user=postgres", "user=somebody")


def test_no_role_but_the_backup_passes_row_security(empty: str) -> None:
    roles.ensure(empty)
    with psycopg.connect(empty, dbname="rp") as connection:
        assert connection.execute(STRONG).fetchall() == [("rp_backup",)]
        assert connection.execute(BECOMES).fetchone() == (True, False)
        assert connection.execute("select has_schema_privilege('rp_app', 'public', 'create')").fetchone() == (False,)


def test_made_twice_is_made_once(empty: str) -> None:
    roles.ensure(empty)
    roles.ensure(empty)
    with psycopg.connect(empty, dbname="rp") as connection:
        extensions = connection.execute(
            "select extname from pg_extension where extname <> 'plpgsql' order by 1"
        ).fetchall()
        owner = connection.execute("select pg_get_userbyid(datdba) from pg_database where datname = 'rp'").fetchone()
    assert extensions == [("btree_gist",), ("citext",), ("pg_trgm",), ("unaccent",)]
    assert owner == ("rp_owner",)


def test_the_backup_role_reads_and_cannot_write(empty: str) -> None:
    roles.ensure(empty)
    with psycopg.connect(empty, dbname="rp", user="rp_owner") as owner:
        owner.execute("create table kept as select 42 as answer")
    with psycopg.connect(empty, dbname="rp", user="rp_backup") as backup:
        assert backup.execute("select answer from kept").fetchone() == (42,)
        backup.rollback()
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            backup.execute("set transaction read write; delete from kept")


def test_an_administrator_who_is_no_superuser_makes_all_but_the_backup_role(empty: str) -> None:
    administrator = somebody(empty, "createrole createdb")
    notices = roles.make(administrator, database="rp_elsewhere", passwords={"rp_app": "it's secret"})
    assert [notice.split(":")[0] for notice in notices] == ["rp_backup was not made"]
    with psycopg.connect(empty, dbname="rp_elsewhere") as connection:
        assert connection.execute(STRONG).fetchall() == []
        assert connection.execute(BECOMES).fetchone() == (True, False)
        assert connection.execute(
            "select count(*) from pg_authid where rolname = 'rp_app' and rolpassword like 'SCRAM%'"
        ).fetchone() == (1,)


def test_somebody_who_may_not_gets_the_sql_for_an_administrator_who_can_run_it(
    empty: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("OWNER_DATABASE_URL", raising=False)
    assert roles.main(["--admin-url", somebody(empty, "")]) == 3
    printed = capsys.readouterr()
    assert "An administrator runs:" in printed.err
    outside, inside = printed.out.split('\\connect "rp"\n')
    with psycopg.connect(empty, autocommit=True) as server:
        for statement in outside.strip().rstrip(";").split(";\n"):
            server.execute(statement.encode())
    with psycopg.connect(empty, dbname="rp", autocommit=True) as server:
        server.execute("; ".join(line for line in inside.splitlines() if not line.startswith("\\")).encode())
    roles.ensure(empty)
    with psycopg.connect(empty, dbname="rp") as connection:
        assert connection.execute(STRONG).fetchall() == [("rp_backup",)]


def test_a_role_that_passes_row_security_is_refused(empty: str) -> None:
    with psycopg.connect(empty, autocommit=True) as server:
        server.execute("create role rp_app login noinherit bypassrls")
    with pytest.raises(RuntimeError, match="rp_app may pass row security"):
        roles.ensure(empty)
