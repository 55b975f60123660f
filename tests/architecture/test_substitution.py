"""Another partner's references in every field of every form: none of its rows changes, and none of its words come out."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from django.db import connection

from common.tenancy import staff_context
from common.tenancy.models import TenantModel
from tests.architecture.test_authorization import EXAMPLES, MATRIX, OURS, address
from tests.architecture.test_tenant_tables import TABLES
from tests.world import SECRET, SignIn, World, facts

pytestmark = [pytest.mark.django_db, pytest.mark.full]
WRITERS = ("director", "program_manager", "champion", "outreach_manager")
FORMS = sorted(name for name in OURS if "partner" in OURS[name].pattern.converters and not MATRIX[name].get("public"))


class Fields(HTMLParser):
    """Names of everything that a page would send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = {"ref", "partner", "partner_id", "id", "state", "copy", "claim", "workshop", "author"}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the name of an input, list or text."""
        name = dict(attrs).get("name")
        if name and tag in ("input", "select", "textarea", "button") and not name.startswith(("csrf", "viewport")):
            self.names.add(name)


def foreign_rows(world: World) -> list[Any]:
    """One row of each tenant model that a URL names, of the other partner."""
    return [
        make(world, world.away)
        for model, make in EXAMPLES.items()
        if issubclass(model, TenantModel) and model._meta.db_table in TABLES
    ]


def checksums(world: World) -> dict[str, str]:
    """What the other partner's rows are, table by table."""
    found = {}
    with staff_context("look"), connection.cursor() as cursor:
        for table, column in TABLES.items():
            cursor.execute(
                f"select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from {table} t where {column} = %s",
                [world.away.pk],
            )
            found[table] = cursor.fetchone()[0]
    return found


@pytest.mark.parametrize("name", FORMS)
def test_references_of_another_partner_in_a_form_change_nothing_there(
    name: str, world: World, signed_in: SignIn
) -> None:
    role = next(role for role in (*WRITERS, "facilitator", "staff", "finance") if role in MATRIX[name]["allowed"])
    own, away = address(name, world, own=True), address(name, world, own=False)
    with staff_context("arrange"):
        rows = foreign_rows(world)
        values = [*(row.ref for row in rows), str(rows[0].pk)]
    before, client = checksums(world), signed_in(world.people[role])
    fields = Fields(facts(client.get(own))).names
    for value in values:
        asked = dict.fromkeys(fields, value)
        answers = [client.post(own, asked), client.get(own, asked)]
        if role in (*WRITERS, "facilitator"):
            answers.append(client.post(away, asked))
            assert answers[-1].status_code == 404
            for answer in answers:
                assert SECRET not in facts(answer), value
        assert all(answer.status_code < 500 for answer in answers), (value, [one.status_code for one in answers])
    if role in (*WRITERS, "facilitator"):
        assert checksums(world) == before
