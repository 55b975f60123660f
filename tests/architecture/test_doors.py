"""Which door may read and write which table: the database's own answer equals the literal list of doors.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db
LIST = Path(__file__).with_name("doors.toml")
RIGHTS = """
select c.relname, r.role, string_agg(left(k.command, 1), '' order by k.place)
from pg_class c
cross join unnest(array['app', 'staff', 'review', 'link', 'public']) as r(role)
cross join unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) with ordinality as k(command, place)
where c.relkind in ('r', 'p', 'v') and c.relnamespace = 'public'::regnamespace
  and (has_table_privilege('rp_' || r.role, c.oid, k.command)
       or k.command <> 'DELETE' and has_any_column_privilege('rp_' || r.role, c.oid, k.command))
  and (not c.relrowsecurity or exists (
    select from pg_policy p where p.polrelid = c.oid and p.polcmd in ('*', case k.command when 'SELECT' then 'r' when 'INSERT' then 'a'
      when 'UPDATE' then 'w' else 'd' end) and (p.polroles = '{0}' or ('rp_' || r.role)::regrole::oid = any(p.polroles))))
group by c.relname, r.role
"""


def rights() -> dict[str, dict[str, str]]:
    """Table to door to rights (S, I, U, D) that grants and policies leave; `app` is the doors tenant and none."""
    found: dict[str, dict[str, str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select relname from pg_class where relkind in ('r', 'p', 'v') and relnamespace = 'public'::regnamespace"
        )
        for (table,) in cursor.fetchall():
            found[table] = {}
        cursor.execute(RIGHTS)
        for table, door, commands in cursor.fetchall():
            found[table][door] = commands
    return found


def line(table: str, doors: dict[str, str]) -> str:
    """A line of doors.toml."""
    return f"{table} = {{ {', '.join(f'{door} = "{doors[door]}"' for door in sorted(doors))} }}"


def test_every_table_opens_to_the_doors_of_the_list_and_to_no_other() -> None:
    listed, found = tomllib.loads(LIST.read_text()), rights()
    wrong = [line(table, doors) for table, doors in sorted(found.items()) if listed.get(table) != doors]
    gone = sorted(set(listed) - set(found))
    assert not wrong, "tests/architecture/doors.toml must say, if this is meant:\n" + "\n".join(wrong)
    assert not gone, f"tests/architecture/doors.toml names tables that are gone: {gone}"


def test_nobody_truncates_and_nobody_may_more_than_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select c.relname, r from pg_class c, unnest(array['rp_app', 'rp_staff', 'rp_review', 'rp_link', 'rp_public']) r"
            " where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace"
            " and has_table_privilege(r, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')"
        )
        assert cursor.fetchall() == []
        cursor.execute("select tableowner from pg_tables where schemaname = 'public' group by 1")
        assert cursor.fetchall() == [("rp_owner",)]
