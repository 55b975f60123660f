"""How every call reads and refuses: strict JSON, named fields, money as text, cursors, filters, one answer a key."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from common.tenancy import staff_context
from common.zones import now, today
from districts.models import School
from incentives.models import Outcome
from ledger.models import Budget
from partners.models import Partner
from tests.architecture.test_authorization import EXAMPLES
from tests.districts.factories import make_school
from tests.incentives.factories import make_district
from tests.world import SECRET, ByToken, World, facts
from workshops.models import Workshop

pytestmark = pytest.mark.django_db
CLAIMS = "/api/v1/partners/home-mesa/claims/"
WORKSHOPS = "/api/v1/partners/home-mesa/workshops/"
PROPOSALS = "/api/v1/partners/home-mesa/grants/proposals/"


@pytest.fixture
def client(world: World, by_token: ByToken) -> Client:
    """The Program Manager's program."""
    return by_token(world.people["program_manager"])


def sent(client: Client, url: str, body: Any, *, key: uuid.UUID | None = None, method: str = "post") -> Any:
    """A call with a JSON body (as text, where it is one) and a key."""
    return getattr(client, method)(
        url, body, content_type="application/json", headers={"Idempotency-Key": str(key or uuid.uuid4())}
    )


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ('{"name": ', "malformed_json", None),
        ("[1, 2]", "invalid", "__all__"),
        ('"text"', "invalid", "__all__"),
        ('{"ask": NaN}', "malformed_json", None),
        ('{"title": "a", "title": "b"}', "malformed_json", None),
        (b'{"title": "\xff"}', "malformed_json", None),
        ("[" * 100_000, "malformed_json", None),
        (r'{"title": "a\u0000b"}', "invalid", "title"),
        (r'{"title": "\ud800"}', "invalid", "title"),
        (r'{"lines": [{"what": "\udc00"}]}', "invalid", "lines.0.what"),
        ('{"titel": "a", "state": "awarded"}', "invalid", "titel"),
        ('{"title": 12}', "invalid", "title"),
        ('{"ask": 2400.00}', "invalid", "ask"),
        ('{"ask": "1e3"}', "invalid", "ask"),
        ('{"ask": "2,400.00"}', "invalid", "ask"),
        ('{"ask": "٣"}', "invalid", "ask"),
        ('{"ask": "1.001"}', "invalid", "ask"),
        ('{"starts_on": "0001-01-01"}', "invalid", "starts_on"),
        ('{"lines": [{"family": "booth", "what": "x", "amount": "1.00", "paid": true}]}', "invalid", "lines.0.paid"),
    ],
)
def test_what_cannot_be_read_is_refused_at_its_field(body: Any, code: str, field: str | None, client: Client) -> None:
    response = sent(client, PROPOSALS, body)
    found = response.json()
    assert (response.status_code, found["status"], found["code"]) == (400, 400, code)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert field is None or (field if field != "__all__" else next(iter(found["errors"]))) in found["errors"]


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_a_reference_that_is_no_text_never_reaches_the_database(text: str, client: Client) -> None:
    body = {"outcome": "O11", "outcome_on": str(today()), "about": {"district": f"D-{text}"}}
    response = sent(client, CLAIMS, json.dumps(body))
    assert (response.status_code, list(response.json()["errors"])) == (400, ["about.district"])


def test_a_body_that_is_too_large_or_no_json_is_refused(client: Client) -> None:
    assert sent(client, PROPOSALS, '{"title": "' + "a" * 1024 * 1024 + '"}').status_code == 413
    response = client.post(PROPOSALS, {"title": "a"}, headers={"Idempotency-Key": str(uuid.uuid4())})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    ("query", "code", "field"),
    [
        ("?page=abc", "unknown_parameter", "page"),
        ("?sort=password", "invalid", "sort"),
        ("?cursor=garbage", "invalid_cursor", "cursor"),
        ("?cursor=WyJhIl0", "invalid_cursor", "cursor"),
        ("?cursor=" + "A" * 9000, "invalid_cursor", "cursor"),
        ("?limit=101", "invalid", "limit"),
        ("?limit=0", "invalid", "limit"),
        ("?limit=x", "invalid", "limit"),
        ("?q=" + "a" * 5000, "invalid", "q"),
        ("?q=%00", "invalid", "q"),
        ("?state=gone", "invalid", "state"),
        ("?since=11/07/2026", "invalid", "since"),
        ("?state=ended&state=canceled", "unknown_parameter", "state"),
        ("?partner_id=1", "unknown_parameter", "partner_id"),
    ],
)
def test_a_query_that_is_not_understood_is_refused_by_name(query: str, code: str, field: str, client: Client) -> None:
    response = client.get(f"{WORKSHOPS}{query}")
    assert (response.status_code, response.json()["code"], list(response.json()["errors"])) == (400, code, [field])


def test_what_is_not_a_list_takes_no_query(client: Client) -> None:
    response = client.get("/api/v1/me/?expand=all")
    assert (response.status_code, response.json()["code"]) == (400, "unknown_parameter")


def test_a_cursor_goes_through_a_list_once_and_ends(client: Client, world: World) -> None:
    with staff_context("arrange"):
        made = {make_school(name=f"School {number % 3}").ref for number in range(7)}
    url, found = "/api/v1/schools/?limit=3", []
    while url:
        answer = client.get(url).json()
        found += [row["ref"] for row in answer["rows"]]
        url = answer["next"]
    assert len(found) == len(set(found)) and made <= set(found)


def test_a_cursor_of_another_order_is_refused(client: Client, world: World) -> None:
    with staff_context("arrange"):
        for _ in range(3):
            make_school()
    following = client.get("/api/v1/schools/?limit=1&sort=name").json()["next"]
    response = client.get(following.replace("sort=name", "sort=nces_id"))
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_money_is_a_decimal_string(client: Client, world: World) -> None:
    row = client.get("/api/v1/partners/home-mesa/limits/").json()
    with staff_context("look"):
        count = Budget.objects.filter(partner=world.home).count()
    assert len(row["rows"]) == count
    assert all(isinstance(one[name], str) for one in row["rows"] for name in ("limit", "reserved", "used", "room"))


def test_a_refusal_of_the_domain_is_a_conflict_with_its_code_and_field(client: Client, world: World) -> None:
    body = {"outcome": "O99", "outcome_on": str(today()), "about": {}}
    response = sent(client, CLAIMS, body)
    found = response.json()
    assert (response.status_code, found["code"], list(found["errors"])) == (409, "claim_refused", ["outcome"])


def test_rows_of_another_partner_are_not_found_in_path_query_body_and_list(
    client: Client, world: World, by_token: ByToken
) -> None:
    with staff_context("arrange"):
        mine, foreign = (EXAMPLES[Workshop](world, partner) for partner in (world.home, world.away))
        session = foreign.sessions.order_by("id")[0]
        leads = [lead.facilitator.ref for lead in mine.leads.select_related("facilitator")]
        cohort = Outcome.objects.filter(subject_kind="cohort").order_by("id")[0]
    one = {"starts_at": "2026-11-07T08:30:00-07:00", "ends_at": "2026-11-07T15:30:00-07:00"}
    one |= {"zone": "America/Denver", "format": "in_person"}
    facts_sent = {
        "course": mine.course.ref,
        "subject": mine.subject.ref,
        "place": "Hall",
        "capacity": 20,
        "facilitators": leads,
        "sessions": [{**one, "ref": session.ref}],
    }
    cell = {"enrollment": "E-0000000000", "session": session.ref, "attended": True}
    about = {"workshop": foreign.ref}
    refused = [
        client.get(f"{WORKSHOPS}{foreign.ref}/"),
        client.get(f"/api/v1/partners/away/workshops/{mine.ref}/"),
        by_token(world.people["staff"]).get(f"/api/v1/partners/away/workshops/{mine.ref}/"),
        by_token(world.people["outreach_manager"]).get("/api/v1/network/workshops/?partner=away"),
        sent(client, f"{WORKSHOPS}{mine.ref}/", facts_sent, method="put"),
        sent(client, f"{WORKSHOPS}{mine.ref}/attendance/", {"cells": [cell]}),
        sent(client, CLAIMS, {"outcome": cohort.code, "outcome_on": str(today()), "about": about}),
        sent(client, WORKSHOPS, {**facts_sent, "facilitators": [foreign.ref]}),
    ]
    assert [response.status_code for response in refused] == [404] * len(refused)
    assert all(SECRET not in facts(response) for response in refused)


def draft(client: Client, world: World) -> dict[str, Any]:
    """A claim's draft that asks for one file."""
    with staff_context("arrange"):
        district = make_district()
        Partner.objects.filter(pk=world.home.pk).update(states=[district.state.code])
    body = {"outcome": "O11", "outcome_on": str(today()), "about": {"district": district.ref}}
    response = sent(client, CLAIMS, body)
    assert response.status_code == 201, facts(response)
    return dict(response.json())


def test_the_same_key_and_body_get_the_same_bytes_again(client: Client, world: World) -> None:
    claim, key = draft(client, world), uuid.uuid4()
    first, second = (sent(client, f"{CLAIMS}{claim['ref']}/withdrawal/", {"reason": "typo"}, key=key) for _ in "ab")
    assert (first.status_code, first.json()["state"]) == (200, "withdrawn")
    assert (second.status_code, second.content, second.headers["Content-Type"]) == (
        200,
        first.content,
        first.headers["Content-Type"],
    )
    other = sent(client, f"{CLAIMS}{claim['ref']}/withdrawal/", {"reason": "another"}, key=key)
    assert (other.status_code, other.json()["code"]) == (422, "key_used")
    anew = sent(client, f"{CLAIMS}{claim['ref']}/withdrawal/", {"reason": "typo"})
    assert (anew.status_code, anew.json()["code"]) == (409, "illegal_transition")


def test_a_key_made_twice_makes_one_draft(client: Client, world: World) -> None:
    key = uuid.uuid4()
    answers = [sent(client, PROPOSALS, {"title": "Breakfast"}, key=key) for _ in range(3)]
    assert len({answer.content for answer in answers}) == 1
    assert len(client.get(PROPOSALS).json()["rows"]) == 1


def test_a_refused_call_keeps_nothing_and_may_be_corrected_under_its_key(client: Client, world: World) -> None:
    key = uuid.uuid4()
    assert sent(client, PROPOSALS, {"titel": "Breakfast"}, key=key).status_code == 400
    assert sent(client, PROPOSALS, {"title": "Breakfast"}, key=key).status_code == 201


@pytest.mark.parametrize("key", [None, "", "1", "x" * 500])
def test_a_call_about_money_needs_a_key(key: str | None, client: Client) -> None:
    response = client.post(
        PROPOSALS, {}, content_type="application/json", headers={"Idempotency-Key": key} if key is not None else {}
    )
    assert (response.status_code, response.json()["code"]) == (400, "missing_idempotency_key")


def test_an_answer_is_kept_for_a_day(world: World, client: Client) -> None:
    key, began = uuid.uuid4(), now()
    with time_machine.travel(began, tick=False):
        first = sent(client, PROPOSALS, {"title": "Breakfast"}, key=key)
    with time_machine.travel(began + dt.timedelta(hours=23, minutes=59), tick=False):
        assert sent(client, PROPOSALS, {"title": "Breakfast"}, key=key).content == first.content
    with time_machine.travel(began + dt.timedelta(hours=24, minutes=1), tick=False):
        assert sent(client, PROPOSALS, {"title": "Breakfast"}, key=key).json()["ref"] != first.json()["ref"]


def test_another_persons_key_is_ones_own_business(client: Client, world: World, by_token: ByToken) -> None:
    key = uuid.uuid4()
    first = sent(client, PROPOSALS, {"title": "Breakfast"}, key=key)
    second = sent(by_token(world.people["director"]), PROPOSALS, {"title": "Breakfast"}, key=key)
    assert (second.status_code, second.json()["ref"] != first.json()["ref"]) == (201, True)


def test_no_answer_is_kept_by_caches_and_each_depends_on_its_token(client: Client) -> None:
    response = client.get("/api/v1/me/")
    assert (response.headers["Cache-Control"], response.cookies) == ("no-store", {})
    assert "Authorization" in response.headers["Vary"]


def test_an_address_that_is_not_there_and_a_method_that_is_not_there_are_problems(client: Client) -> None:
    response = client.get("/api/v1/nothing/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    response = client.delete("/api/v1/me/")
    assert (response.status_code, response.json()["code"], response.headers["Allow"]) == (
        405,
        "method_not_allowed",
        "GET, HEAD",
    )


def test_schools_are_found_by_words_and_by_nces_id(client: Client, world: World) -> None:
    with staff_context("arrange"):
        school: School = make_school(name="Alder Creek High")
        make_school(name="Mesa Middle")
    by_words = client.get("/api/v1/schools/?q=alder creek").json()["rows"]
    by_id = client.get(f"/api/v1/schools/?nces_id={school.nces_id}").json()["rows"]
    assert [row["ref"] for row in by_words] == [row["ref"] for row in by_id] == [school.ref]
