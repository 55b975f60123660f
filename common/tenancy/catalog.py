"""The catalog gate: asks the database itself whether every table has the wall that its kind must have."""

from __future__ import annotations

import re

from django.db import connection
from psycopg import sql

OWN_POLICIES = {
    "partners_membership": {"own"},
    "partners_outreachassignment": {"own"},
    "activity_notice": {"own", "own_update", "tell"},
    "ledger_conflictofinterest": {"own", "own_insert", "own_update"},
    "grants_review": {"hidden"},
    "grants_reviewscore": {"hidden"},
    "grants_slateline": {"hidden"},
    "grants_waitlistoffer": {"hidden"},
}
NOTICE_LIKE = {"activity_notice", "ledger_conflictofinterest"}
WRITES = {"tenant_insert", "tenant_update", "tenant_delete"}
NARROW = ("review_", "link_", "public_")

TENANT_TABLES = """
select c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
  array(select polname::text from pg_policy where polrelid = c.oid order by 1) policies,
  exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = a.attnum) led,
  has_table_privilege('rp_app', c.oid, 'TRUNCATE') or has_table_privilege('rp_staff', c.oid, 'TRUNCATE') truncates,
  has_table_privilege('rp_app', c.oid, 'INSERT') writes,
  array(select k.conname::text from pg_constraint k where k.conrelid = c.oid and k.contype = 'f' and cardinality(k.conkey) = 1
        and exists (select from pg_attribute b where b.attrelid = k.confrelid and b.attname = 'partner_id' and not b.attisdropped)) loose
from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'partner_id' and not a.attisdropped
where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace order by c.relname
"""

POLICY_TEXTS = """
select tablename, policyname, array_to_string(roles, ','), cmd, coalesce(qual, ''), coalesce(with_check, '')
from pg_policies where schemaname = 'public'
"""
MINE = "(partner_id = ANY (( SELECT app.partners() AS partners)::bigint[]))"
ACTIVE = "(partner_id = ( SELECT app.active() AS active))"
PERSON = "(user_id = ( SELECT app.person() AS person))"
# role, command, condition of rows that are there, condition of rows that are written: word for word as Postgres shows them
POLICIES = {
    "tenant": ("rp_app", "SELECT", MINE, ""),
    "tenant_insert": ("rp_app", "INSERT", "", ACTIVE),
    "tenant_update": ("rp_app", "UPDATE", ACTIVE, ACTIVE),
    "tenant_delete": ("rp_app", "DELETE", ACTIVE, ""),
    "staff": ("rp_staff", "ALL", "true", "true"),
    "own": ("rp_app", "SELECT", PERSON, ""),
}
ITSELF = {"partners_partner": "(id = ANY (( SELECT app.partners() AS partners)::bigint[]))"}


def unwalled_tables() -> list[str]:
    """Sentences about tables that lack a part of the wall; empty where the wall stands."""
    with connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES)
        found = [problem for row in cursor.fetchall() for problem in _problems(*row[1:])]
        cursor.execute(POLICY_TEXTS)
        found += [problem for row in cursor.fetchall() if (problem := _policy_problem(*row))]
    return found


def _policy_problem(table: str, name: str, *text: str) -> str:
    """What is wrong with one policy: its words are not those of its name, or it asks for a staff flag."""
    own = name == "own" and table not in OWN_POLICIES  # a register that is not a tenant table
    expected = None if own or table in NOTICE_LIKE else POLICIES.get(name)
    if expected is not None and text != tuple(ITSELF.get(table, part) if part == MINE else part for part in expected):
        return f"{table}: policy {name} is {text}, not {expected}"
    flagged = re.search(r"is_staff|staff|superuser", " ".join(text[2:]))
    return f"{table}: policy {name} decides by a staff flag" if flagged else ""


def _problems(  # noqa: PLR0913  the columns of TENANT_TABLES
    table: str,
    enabled: bool,
    forced: bool,
    policies: list[str],
    led: bool,
    truncates: bool,
    writes: bool,
    loose: list[str],
) -> list[str]:
    problems = []
    if not enabled or not forced:
        problems.append("row security is not enabled and forced")
    broad = {name for name in policies if not name.startswith(NARROW)}
    wanted = (
        {"staff", *OWN_POLICIES.get(table, set())}
        if table in NOTICE_LIKE
        else {"tenant", "staff", *OWN_POLICIES.get(table, set())}
    )
    if writes and table not in NOTICE_LIKE:
        wanted |= WRITES
    if broad != wanted:
        problems.append(f"policies are {sorted(broad)}, not {sorted(wanted)}")
    if not led and table not in NOTICE_LIKE:
        problems.append("no index begins with partner_id")
    if truncates:
        problems.append("a door's role may truncate it")
    problems += [f"single-column foreign key {name}" for name in loose]
    return [f"{table}: {problem}" for problem in problems]


def open_tables() -> tuple[int, list[str]]:
    """How many tenant tables there are, and which show rows to the role and door that ask."""
    with connection.cursor() as cursor:
        cursor.execute(TENANT_TABLES)
        tables = [row[1] for row in cursor.fetchall()] + ["partners_partner"]
        visible = []
        for table in tables:
            cursor.execute(sql.SQL("select exists (select from {})").format(sql.Identifier(table)))
            if cursor.fetchone()[0]:
                visible.append(table)
    return len(tables), visible
