"""The database roles and the database itself: made by the launcher, or on a real server by an administrator.

    python -m rp_network.roles --admin-url postgresql://admin@host/postgres [--print]

The address may also stand in ADMIN_DATABASE_URL, where nobody reads a password off the list of processes.
DATABASE_URL and OWNER_DATABASE_URL name the database and, where they hold one, the password of rp_app and rp_owner.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping

import psycopg
from psycopg import sql

from rp_network.embedded import DATABASE, database_settings

DOORS = ("rp_staff", "rp_review", "rp_link", "rp_public")
LOGINS = {"rp_owner": "login createdb inherit", "rp_app": "login noinherit", **dict.fromkeys(DOORS, "nologin")}
BACKUP = "login bypassrls"
EXTENSIONS = ("btree_gist", "pg_trgm", "citext", "unaccent")
GRANT_OPTIONS = (
    160000  # Postgres 16: before it GRANT has no INHERIT and SET options, and NOINHERIT on the role does the work
)


def ensure(conninfo: str) -> None:
    """Make the roles and the database of the embedded server; twice is once. Test databases get the extensions from the template."""
    make(conninfo, database=DATABASE, passwords={})
    with psycopg.connect(conninfo, dbname="template1", autocommit=True) as template:
        for statement in extension_statements():
            template.execute(statement)


def make(conninfo: str, *, database: str, passwords: Mapping[str, str]) -> list[str]:
    """Make what is missing of roles, database and extensions; twice is once. Returns notices about what the user may not do.

    Needs a superuser, or a user with CREATEROLE and CREATEDB; raises psycopg.errors.InsufficientPrivilege for anybody else.
    """
    with psycopg.connect(conninfo, autocommit=True) as server:
        with server.transaction():
            server.execute("select pg_advisory_xact_lock(hashtext('rp_network.roles'))")
            for statement in role_statements(server.info.server_version):
                server.execute(statement)
            for role, password in passwords.items():
                server.execute(sql.SQL("alter role {} password {}").format(sql.Identifier(role), sql.Literal(password)))
            refuse_strong_roles(server)
        notices = make_backup_role(server)
        if not server.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            if server.info.parameter_status("is_superuser") == "off":
                server.execute("grant rp_owner to current_user")
            server.execute(sql.SQL("create database {} owner rp_owner").format(sql.Identifier(database)))
    with psycopg.connect(conninfo, dbname=database, autocommit=True) as inside:
        for statement in database_statements():
            inside.execute(statement)
    return notices


def role_statements(server_version: int) -> list[sql.SQL]:
    """The roles, and who may become whom: a door's rights come by SET ROLE and never by inheritance."""
    made = [
        sql.SQL(
            f"do $$ begin if not exists (select from pg_roles where rolname = '{role}') then create role {role} {how}; end if; end $$"
        )
        for role, how in LOGINS.items()
    ]
    options = " with inherit false, set true" if server_version >= GRANT_OPTIONS else ""
    granted = [sql.SQL(f"grant {', '.join(DOORS)} to {login}{options}") for login in ("rp_app", "rp_owner")]
    return [*made, *granted]


def database_statements() -> list[sql.SQL]:
    """What the database needs before the first migration; all extensions are trusted, so its owner may install them."""
    return [
        sql.SQL("set role rp_owner"),
        sql.SQL("revoke create on schema public from public"),
        *extension_statements(),
    ]


def extension_statements() -> list[sql.SQL]:
    """What exclusion constraints and fuzzy search need."""
    return [sql.SQL(f"create extension if not exists {name}") for name in EXTENSIONS]


def refuse_strong_roles(server: psycopg.Connection[tuple[object, ...]]) -> None:
    """A superuser or a role that bypasses row security would make the walls worthless: raises RuntimeError naming it."""
    strong = server.execute(
        "select rolname from pg_roles where rolname = any(%s) and (rolsuper or rolbypassrls) order by 1", [list(LOGINS)]
    ).fetchall()
    if strong:
        raise RuntimeError(
            f"{', '.join(str(row[0]) for row in strong)} may pass row security: alter role … nosuperuser nobypassrls"
        )


def make_backup_role(server: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """rp_backup reads everything for pg_dump and writes nothing; only a superuser can make it."""
    if server.execute("select 1 from pg_roles where rolname = 'rp_backup'").fetchone():
        return []
    try:
        with server.transaction():
            for statement in backup_statements():
                server.execute(statement)
    except psycopg.errors.InsufficientPrivilege:
        return [
            "rp_backup was not made: that needs a superuser ("
            + "; ".join(s.as_string() for s in backup_statements())
            + ")"
        ]
    return []


def backup_statements() -> list[sql.SQL]:
    """The role for backups."""
    return [
        sql.SQL(f"create role rp_backup {BACKUP}"),
        sql.SQL("grant pg_read_all_data to rp_backup"),
        sql.SQL("alter role rp_backup set default_transaction_read_only = on"),
    ]


def script(server_version: int, database: str) -> str:
    """The same for an administrator who types it into psql; passwords are set there with \\password."""
    lines = [*(statement.as_string() for statement in [*role_statements(server_version), *backup_statements()])]
    lines += ["grant rp_owner to current_user", f'create database "{database}" owner rp_owner']
    inside = [statement.as_string() for statement in database_statements()]
    return (
        ";\n".join(lines)
        + f';\n\\connect "{database}"\n'
        + ";\n".join(inside)
        + ";\n\\password rp_owner\n\\password rp_app\n"
    )


def from_environment(environment: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """The database's name and the passwords that the two addresses hold."""
    addresses = [
        database_settings(environment[name]) for name in ("DATABASE_URL", "OWNER_DATABASE_URL") if environment.get(name)
    ]
    names = {address["NAME"] for address in addresses} or {DATABASE}
    if len(names) > 1:
        raise SystemExit(f"DATABASE_URL and OWNER_DATABASE_URL name two databases: {', '.join(sorted(names))}")
    return names.pop(), {address["USER"]: address["PASSWORD"] for address in addresses if address["PASSWORD"]}


def main(arguments: list[str]) -> int:
    """Make the roles, or print the SQL where the user may not; exit code 3 means that an administrator must act."""
    parser = argparse.ArgumentParser(prog="python -m rp_network.roles", description=main.__doc__)
    parser.add_argument("--admin-url", help="address of a user who may create roles")
    parser.add_argument("--print", action="store_true", dest="only_print", help="print the SQL and change nothing")
    options = parser.parse_args(arguments)
    admin_url = options.admin_url or os.environ.get("ADMIN_DATABASE_URL")
    if not admin_url:
        parser.error("give --admin-url or set ADMIN_DATABASE_URL")
    database, passwords = from_environment(os.environ)
    if options.only_print:
        print(script_for(admin_url, database))
        return 0
    try:
        for notice in make(admin_url, database=database, passwords=passwords):
            print(notice, file=sys.stderr)
    except psycopg.errors.InsufficientPrivilege as error:
        print(
            f"This user may not make the roles ({error.diag.message_primary}). An administrator runs:\n",
            file=sys.stderr,
        )
        print(script_for(admin_url, database))
        return 3
    return 0


def script_for(admin_url: str, database: str) -> str:
    """The SQL in the dialect of that server's version."""
    with psycopg.connect(admin_url) as server:
        return script(server.info.server_version, database)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
