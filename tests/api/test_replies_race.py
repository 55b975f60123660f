"""The same call from many threads under one key: it is done once, and everybody gets the same bytes."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import connections
from django.test import Client

from common.tenancy import staff_context
from grants.models import Proposal
from tests.world import World, token_of

pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 8


def test_one_key_from_many_threads_is_done_once(world: World) -> None:
    bearer = {"Authorization": f"Bearer {token_of(world.people['program_manager'])}"}
    key, answers, together = str(uuid.uuid4()), [], threading.Barrier(THREADS)

    def call() -> None:
        client = Client(headers={**bearer, "Idempotency-Key": key})
        together.wait()
        response = client.post(
            "/api/v1/partners/home-mesa/grants/proposals/", {"title": "Breakfast"}, content_type="application/json"
        )
        answers.append((response.status_code, response.content))
        connections["default"].close()

    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(answers) == THREADS and {status for status, _body in answers} == {201}
    assert len({body for _status, body in answers}) == 1
    with staff_context("look"):
        assert Proposal.objects.count() == 1
