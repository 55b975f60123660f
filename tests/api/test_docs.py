"""The contract: every call stands in the schema and on the page, with an example that the call can read."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from rp_network.api_docs import areas, the_schema
from tests.architecture.test_authorization import CALLS
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
DOCS = "/api/v1/docs/"


def test_every_method_of_every_call_stands_in_the_schema_and_on_the_page() -> None:
    views: list[Any] = [one.callback for one in CALLS.values()]
    declared = {(view.cls.__name__, method) for view in views for method in view.cls.calls()}
    operations = [one for path in the_schema()["paths"].values() for one in path.values()]
    assert len(operations) == len(declared) == len({one["operationId"] for one in operations})
    shown = [call for area in areas("https://x.example") for call in area["calls"]]
    assert {call["id"] for call in shown} == {one["operationId"] for one in operations}
    assert all(call["summary"].endswith((".", ":")) and call["curl"].startswith("curl ") for call in shown)


def test_the_bodies_of_the_examples_are_json() -> None:
    for area in areas("https://x.example"):
        for call in area["calls"]:
            body = re.search(r"-d '(.*)'$", call["curl"], re.DOTALL)
            assert body is None or json.loads(body[1]) is not None
            assert not call["answer"] or json.loads(call["answer"]) is not None


def test_everybody_reads_the_page_and_the_schema(world: World, signed_in: SignIn) -> None:
    for client in (Client(), signed_in(world.people["champion"])):
        assert "Idempotency-Key" in facts(client.get(DOCS))
        assert client.get("/api/v1/schema/").json()["openapi"].startswith("3.")


def test_the_page_loads_nothing_from_elsewhere(world: World) -> None:
    assert re.findall(r'(?:src|href)="(?:https?:)?//', facts(Client().get(DOCS))) == []
