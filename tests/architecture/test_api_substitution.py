"""Another partner's references in every field of every body and in the query: none of its rows changes, and none of its words come out."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.db import transaction

from common.tenancy import staff_context
from rp_network.api_docs import example, the_schema
from tests.architecture.test_authorization import CALLS, MATRIX, address
from tests.architecture.test_substitution import checksums, foreign_rows
from tests.world import SECRET, ByToken, World, facts

pytestmark = [pytest.mark.django_db, pytest.mark.full]
WRITERS = ("program_manager", "director", "champion")
CHANGES = [
    (name, method)
    for name in sorted(CALLS)
    for method in ("POST", "PUT")
    if set(MATRIX[name].get(method, ())) & set(WRITERS)
]


def body_of(name: str, method: str) -> Any:
    """An example of what the call takes, from the schema."""
    view = CALLS[name].callback.cls  # type: ignore[attr-defined]
    takes = view.calls()[method].takes
    schemas = the_schema()["components"]["schemas"]
    return example(schemas[takes.__name__], schemas) if takes.__name__ in schemas else {}


def bodies(name: str, method: str, refs: list[str]) -> set[str]:
    """Each reference in the place of every text at once, and one of them in each place alone, also under names of its own."""
    body = body_of(name, method)
    found = [_everywhere(body, ref) for ref in refs] + replaced(body, refs[0])
    return {json.dumps(one) for one in found}


def replaced(value: Any, ref: str) -> list[Any]:
    """The value with this reference in one place at a time."""
    found = [_everywhere(value, ref)]
    if isinstance(value, dict):
        found += [{**value, name: one} for name, inner in value.items() for one in replaced(inner, ref)]
        found += [{**value, extra: ref} for extra in ("partner_id", "ref")]
    if isinstance(value, list) and value:
        found += [[*value, ref]]
    return found


def _everywhere(value: Any, ref: str) -> Any:
    if isinstance(value, dict):
        return {name: _everywhere(inner, ref) for name, inner in value.items()}
    if isinstance(value, list):
        return [_everywhere(inner, ref) for inner in value]
    return ref if isinstance(value, str) else value


@pytest.mark.parametrize(("name", "method"), CHANGES)
def test_references_of_another_partner_change_nothing_there(
    name: str, method: str, world: World, by_token: ByToken
) -> None:
    role = next(role for role in WRITERS if role in MATRIX[name][method])
    own, away = address(name, world, own=True), address(name, world, own=False)
    with staff_context("arrange"):
        refs = [row.ref for row in foreign_rows(world)]
    before, client = checksums(world), by_token(world.people[role])
    for body in bodies(name, method, refs):
        for target in (own, away):
            with transaction.atomic():
                response = getattr(client, method.lower())(
                    target, body, content_type="application/json", headers={"Idempotency-Key": str(uuid.uuid4())}
                )
                transaction.set_rollback(target == own and response.status_code < 300)
            assert response.status_code < 500 and SECRET not in facts(response), body
            assert target == own or response.status_code == 404, body
    assert checksums(world) == before


@pytest.mark.parametrize("name", sorted(name for name in CALLS if "GET" in MATRIX[name]))
def test_references_of_another_partner_in_a_query_find_nothing_there(
    name: str, world: World, by_token: ByToken
) -> None:
    call = CALLS[name].callback.cls.calls()["GET"]  # type: ignore[attr-defined]
    role = next(role for role in (*WRITERS, "outreach_manager", "staff") if role in MATRIX[name]["GET"])
    target, client = address(name, world, own=True), by_token(world.people[role])
    with staff_context("arrange"):
        values = [*(row.ref for row in foreign_rows(world)[:3]), world.away.slug]
    for parameter in call.lists.parameters if call.is_list else ["ref", "partner"]:
        for value in values:
            response = client.get(target, {parameter: value})
            assert response.status_code in (200, 400, 403, 404), (parameter, value)
            assert role == "staff" or SECRET not in facts(response), (parameter, value)
