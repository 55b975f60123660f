"""A backup of the whole database, and the way back: `script/backup FOLDER` and `script/restore FOLDER --into NAME`.

    database.dump   pg_dump's own format; uploaded files are rows, so they are in it
    roles.sql       the roles, without passwords, for a server on which `python -m rp_network.roles` cannot run
    manifest.json   when, from where, rows and a checksum of each table, and the SHA-256 of the two files

Everything is read in one snapshot as rp_backup, which row security does not hold and which writes nothing. MATCH_KEY and SECRET_KEY are
in no backup: keep them beside it. Source: reliability 5.9.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rp_network import embedded, roles
from rp_network.engines import postgres_programs
from rp_network.unprivileged import ServersUnavailable

DUMP, ROLES, MANIFEST = "database.dump", "roles.sql", "manifest.json"
SETTINGS = "set timezone = 'UTC'; set datestyle = 'ISO'; set extra_float_digits = 3; set bytea_output = 'hex'"
VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
VARIABLES |= {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT"}
TABLES = "select relname from pg_class join pg_namespace n on n.oid = relnamespace where relkind = 'r' and nspname = 'public' order by 1"


class BackupRefused(Exception):
    """What is asked cannot be done safely; the sentence says why."""


@dataclass(frozen=True)
class Addresses:
    """One server as two people: `admin`, a superuser, makes roles, databases and what is restored; `backup` reads everything."""

    admin: str
    backup: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: `tables` maps each to its number of rows and a checksum that no order of rows changes."""

    taken_at: str
    server_version: str
    database: str
    migrations: int
    last_journal_entry: int
    tables: dict[str, list[str | int]]
    files: dict[str, str]

    @property
    def rows(self) -> int:
        """Of all tables."""
        return sum(int(rows) for rows, _checksum in self.tables.values())


def take(addresses: Addresses, folder: Path, *, at: dt.datetime) -> Manifest:
    """Write a backup into a new folder; nothing of it stays where it cannot be finished. Raises BackupRefused."""
    if folder.exists():
        raise BackupRefused(f"{folder} exists already: a backup is never written over. Name a new folder.")
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    unfinished.mkdir(parents=True, mode=0o700)
    try:
        with snapshot(addresses.backup) as (connection, name):
            options = ["--format=custom", f"--snapshot={name}", f"--file={unfinished / DUMP}"]
            run("pg_dump", *options, to=addresses.backup)
            (unfinished / ROLES).write_text(roles_of(addresses.admin, connection), encoding="utf-8")
            found = Manifest(
                taken_at=at.isoformat(timespec="seconds"),
                server_version=str(connection.info.parameter_status("server_version")),
                database=connection.info.dbname,
                migrations=count(connection, "select count(*) from django_migrations"),
                last_journal_entry=count(connection, "select coalesce(max(id), 0) from ledger_entry"),
                tables=tables_of(connection),
                files={name: sha256(unfinished / name) for name in (DUMP, ROLES)},
            )
        (unfinished / MANIFEST).write_text(json.dumps(asdict(found), indent=1) + "\n", encoding="utf-8")
        unfinished.rename(folder)
    except BaseException:
        for left in unfinished.iterdir():
            left.unlink()
        unfinished.rmdir()
        raise
    return found


def restore(addresses: Addresses, folder: Path, database: str) -> Manifest:
    """Bring a backup up as a database that does not exist yet, and compare every table. Raises BackupRefused; then it is dropped again.

    Only a superuser can: row security holds for the owner of the tables too, and would hide rows from the checks of foreign keys.
    """
    manifest = read(folder)
    with psycopg.connect(addresses.admin, autocommit=True) as admin:
        if admin.execute("select 1 from pg_database where datname = %s", [database]).fetchone():
            raise BackupRefused(
                f"There is a database {database} already: a restore never writes over one. Name a new one."
            )
    roles.make(addresses.admin, database=database, passwords={})
    try:
        options = ["--exit-on-error", "--no-comments", "--jobs=2", f"--dbname={database}"]
        run("pg_restore", *options, str(folder / DUMP), to=make_conninfo(addresses.admin, dbname=database))
        with snapshot(make_conninfo(addresses.backup, dbname=database)) as (connection, _name):
            wrong = differences(manifest.tables, tables_of(connection))
        if wrong:
            raise BackupRefused(f"What was restored is not what was kept: {', '.join(wrong)}.")
    except BaseException:
        with psycopg.connect(addresses.admin, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database if exists {}").format(sql.Identifier(database)))
        raise
    return manifest


def read(folder: Path) -> Manifest:
    """The manifest, once both files are what it says. Raises BackupRefused."""
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
        wrong = [name for name, kept in manifest.files.items() if sha256(folder / name) != kept]
    except (OSError, ValueError, TypeError) as error:
        raise BackupRefused(f"{folder} holds no whole backup: {error}.") from error
    if wrong or set(manifest.files) != {DUMP, ROLES}:
        raise BackupRefused(f"{', '.join(wrong) or 'A file'} is not what the manifest says: the backup is damaged.")
    return manifest


@contextlib.contextmanager
def snapshot(url: str) -> Iterator[tuple[psycopg.Connection[Any], str]]:
    """A read-only transaction that sees one instant, and the name by which pg_dump sees the same."""
    with psycopg.connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read, read only")
        connection.execute(SETTINGS)
        (name,) = connection.execute("select pg_export_snapshot()").fetchone() or ("",)
        yield connection, name


def tables_of(connection: psycopg.Connection[Any]) -> dict[str, list[str | int]]:
    """Rows and checksum of every table of the product."""
    found: dict[str, list[str | int]] = {}
    for (name,) in connection.execute(TABLES).fetchall():
        summed = sql.SQL("select count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text from only {} t")
        rows, checksum = connection.execute(summed.format(sql.Identifier(name))).fetchone() or (0, "0")
        found[name] = [rows, checksum]
    return found


def differences(kept: Mapping[str, list[str | int]], found: Mapping[str, list[str | int]]) -> list[str]:
    """One sentence for each table that is missing, new or other than it was."""
    wrong = [f"{name} is {'missing' if name in kept else 'new'}" for name in sorted(set(kept) ^ set(found))]
    both = sorted(set(kept) & set(found))
    return wrong + [f"{name} has {found[name][0]} rows" for name in both if list(kept[name]) != list(found[name])]


def roles_of(admin: str, connection: psycopg.Connection[Any]) -> str:
    """The roles of the server as SQL, without passwords; from our own list where this user may not read them."""
    try:
        return run("pg_dumpall", "--roles-only", "--no-role-passwords", to=admin)
    except BackupRefused:
        return roles.script(connection.info.server_version, connection.info.dbname)


def count(connection: psycopg.Connection[Any], query: str) -> int:
    """One number."""
    (number,) = connection.execute(query).fetchone() or (0,)
    return int(number)


def sha256(path: Path) -> str:
    """Of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def run(program: str, *arguments: str, to: str) -> str:
    """What a program of Postgres prints. Raises BackupRefused with what it complains about.

    The address goes in variables: a password never stands in the list of processes.
    """
    found = postgres_programs() / program
    named = {VARIABLES[name]: str(value) for name, value in conninfo_to_dict(to).items() if name in VARIABLES}
    command = [str(found) if found.exists() else program, *arguments]
    ended = subprocess.run(command, env={**os.environ, **named}, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise BackupRefused(f"{program}: {ended.stderr.strip()[-2000:]}")
    return ended.stdout


@contextlib.contextmanager
def reached(environment: Mapping[str, str]) -> Iterator[Addresses]:
    """The server that the variables name, else the embedded one, which runs for as long as it is used."""
    names = ("ADMIN_DATABASE_URL", "BACKUP_DATABASE_URL")
    if environment.get("OWNER_DATABASE_URL") or environment.get("RP_ENV") == "production":
        missing = [name for name in names if not environment.get(name)]
        if missing:
            raise BackupRefused(f"Set {', '.join(missing)} (docs/operations.md).")
        yield Addresses(*(environment[name] for name in names))
        return
    var = Path(environment.get("RP_VAR") or Path(__file__).resolve().parent.parent / "var")
    with embedded.Servers(var, names=frozenset({"postgres"}), prepare=roles.ensure):
        owner = embedded.urls(var)["OWNER_DATABASE_URL"]
        yield Addresses(embedded.admin_url(var), owner.replace("user=rp_owner", "user=rp_backup"))


def main(arguments: list[str]) -> int:
    """Take a backup or restore one, and say in one JSON object what is in it; exit code 1 with a sentence where it is refused."""
    parser = argparse.ArgumentParser(prog="python -m rp_network.backups", description=__doc__.splitlines()[0])
    doing = parser.add_subparsers(dest="doing", required=True)
    taking = doing.add_parser("take", help="write a backup into a new folder")
    taking.set_defaults(does=lambda on, asked: take(on, asked.folder, at=dt.datetime.now(dt.UTC)))
    restoring = doing.add_parser("restore", help="bring one up as a new database")
    restoring.set_defaults(does=lambda on, asked: restore(on, asked.folder, asked.into))
    restoring.add_argument("--into", default="rp_restored", metavar="NAME", help="the new database (rp_restored)")
    for either in (taking, restoring):
        either.add_argument("folder", type=Path)
    options = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        with reached(os.environ) as addresses:
            found = options.does(addresses, options)
    except (BackupRefused, ServersUnavailable, psycopg.Error) as error:
        print(error, file=sys.stderr)
        return 1
    said = {"taken_at": found.taken_at, "tables": len(found.tables), "rows": found.rows}
    said |= {"last_journal_entry": found.last_journal_entry, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(said if options.doing == "take" else {"database": options.into, **said}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
