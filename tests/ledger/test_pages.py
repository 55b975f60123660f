"""Pages of the ledger: two people change a limit in the browser, a form sent twice is done once, registers are one's own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest

from activity.models import Mail, Run
from activity.operations import queue_mail
from common.tenancy import staff_context
from common.zones import now, today
from ledger import operations
from ledger.models import ConflictOfInterest, IdempotencyKey, Limit, Payee
from partners.models import FiscalYear
from partners.settings import DatedSetting, setting_on
from tests import factories
from tests.districts.factories import make_school
from tests.ledger.factories import budget, open_for, post, set_limit
from tests.queries import LIST, statements_of
from tests.world import SECRET, SignIn, World, facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def year(world: World) -> str:
    with staff_context("arrange"):
        return open_for(world.home)[0]


def typed_limit(year: str, **given: str) -> dict[str, str]:
    return {"amount": "15,000", "first_period": year, "reason": "more work", "once": str(uuid.uuid4()), **given}


def test_one_of_staff_proposes_a_limit_and_another_confirms_it(world: World, signed_in: SignIn, year: str) -> None:
    with staff_context("arrange"):
        other = factories.make_code_org("staff", name="Second of staff")
    first, second = signed_in(world.people["staff"]), signed_in(other)
    assert first.post("/network/limits/incentive_year/new/", typed_limit(year)).status_code == 303
    with staff_context("look"):
        made = Limit.objects.get(amount=Decimal("15000.00"))
    url = f"/network/limits/versions/{made.ref}/confirmation/"
    assert "You proposed it" in facts(first.get("/network/settings/"))
    first.post(url)
    with staff_context("look"):
        assert budget(world.home, "incentive_year", year).limit == Decimal("12000.00")
    assert second.post(url).status_code == 303
    with staff_context("look"):
        assert budget(world.home, "incentive_year", year).limit == Decimal("15000.00")
    page = facts(signed_in(world.people["finance"]).get("/network/settings/"))
    assert "Second of staff confirmed" in page
    assert "Change…" not in page


def test_a_partners_own_limit_stands_below_the_one_for_all_and_timelines_show_money(
    world: World, signed_in: SignIn, year: str
) -> None:
    with staff_context("arrange"):
        people = world.people["staff"], factories.make_code_org("staff")
        this_year = FiscalYear.objects.get(label=year)
        for amount in ("13000.00", "250000"):
            set_limit("incentive_year", amount, this_year, partner=world.home, people=people)
    page = signed_in(world.people["staff"]).get("/network/settings/")
    (rule,) = [rule for rule in page.context["limits"] if rule.key == "incentive_year"]
    assert [(one["partner"], one["value"]) for one in rule.own] == [(world.home, "$250,000")]
    assert [one["partner"] for one in rule.versions if one["partner"]] == [world.home]
    shown = facts(page)
    assert f"{world.home.name}</a>" in shown
    assert "<del>$13,000</del> <ins>$250,000</ins>" in shown


def test_a_limit_below_what_is_counted_is_refused_at_the_field_and_what_was_typed_is_kept(
    world: World, signed_in: SignIn, year: str
) -> None:
    with staff_context("arrange"):
        post(operations.reserve, world.home, "7000.00", year)
    response = signed_in(world.people["staff"]).post(
        "/network/limits/incentive_year/new/", typed_limit(year, amount="6,999.99")
    )
    assert response.status_code == 422
    assert "$7,000.00 is counted already, more than $6,999.99." in facts(response)
    assert 'value="6,999.99"' in facts(response)
    with staff_context("look"):
        assert not Limit.objects.filter(amount=Decimal("6999.99")).exists()


@pytest.mark.parametrize("amount", ["1e3", "NaN", "１００", "-1", "0.001", "", "99999999999"])
def test_what_is_no_amount_is_refused(world: World, signed_in: SignIn, year: str, amount: str) -> None:
    response = signed_in(world.people["staff"]).post(
        "/network/limits/grant_pool/new/", typed_limit(year, amount=amount)
    )
    assert response.status_code == 422
    with staff_context("look"):
        assert Limit.objects.exclude(proposed_by=None).count() == 0


def test_a_setting_is_changed_by_two_people_within_what_its_definition_allows(world: World, signed_in: SignIn) -> None:
    client, url = signed_in(world.people["staff"]), "/network/settings/partners.invitation_days/new/"
    tomorrow = today() + dt.timedelta(days=1)
    typed = {"value": "31", "from_day": tomorrow.isoformat(), "reason": "holidays"}
    for wrong in (
        {"value": "31"},
        {"value": "0"},
        {"value": "7.5"},
        {"value": "NaN"},
        {"from_day": "2020-01-01"},
        {"reason": ""},
    ):
        assert client.post(url, {**typed, "value": "14", **wrong}).status_code == 422, wrong
    assert client.post(url, {**typed, "value": "14"}).status_code == 303
    with staff_context("arrange"):
        made = DatedSetting.objects.get(key="partners.invitation_days", value=14)
        other = factories.make_code_org("staff")
    signed_in(other).post(f"/network/settings/versions/{made.ref}/confirmation/")
    with staff_context("look"):
        assert (setting_on(today(), "partners.invitation_days"), setting_on(tomorrow, "partners.invitation_days")) == (
            Decimal(7),
            Decimal(14),
        )


def test_a_withdrawn_setting_is_not_confirmed(world: World) -> None:
    with staff_context("act"):
        made = operations.propose_setting(
            key="partners.invitation_days",
            value=Decimal(9),
            from_day=today(),
            reason="x",
            by=world.people["staff"],
            at=now(),
        )
        operations.withdraw_setting(version=made, by=world.people["staff"], at=now())
        with pytest.raises(operations.SettingRefused, match="decided already"):
            operations.confirm_setting(version=made, by=factories.make_code_org("staff"), at=now())


def test_a_form_sent_twice_is_done_once_and_answered_alike(world: World, signed_in: SignIn, year: str) -> None:
    client, typed = signed_in(world.people["staff"]), typed_limit(year)
    answers = [client.post("/network/limits/incentive_year/new/", typed) for _ in range(3)]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/network/settings/")}
    other = client.post("/network/limits/incentive_year/new/", {**typed, "amount": "16,000"})
    assert other.status_code == 422
    assert "This form was sent already" in facts(other)
    with staff_context("look"):
        assert [row.amount for row in Limit.objects.exclude(proposed_by=None)] == [Decimal("15000.00")]


def test_a_refused_form_keeps_no_key_and_another_person_may_use_the_same(
    world: World, signed_in: SignIn, year: str
) -> None:
    client, typed = signed_in(world.people["staff"]), typed_limit(year, amount="no")
    assert client.post("/network/limits/incentive_year/new/", typed).status_code == 422
    assert client.post("/network/limits/incentive_year/new/", {**typed, "amount": "15000"}).status_code == 303
    with staff_context("look"):
        other = factories.make_code_org("staff")
    assert signed_in(other).post("/network/limits/incentive_year/new/", {**typed, "amount": "15500"}).status_code == 303
    with staff_context("look"):
        assert IdempotencyKey.objects.count() == 2


def test_finance_sets_a_payee_status_with_a_reason_and_the_list_filters_by_it(world: World, signed_in: SignIn) -> None:
    client, url = signed_in(world.people["finance"]), f"/partners/{world.home.slug}/payee/"
    assert client.post(url, {"status": "on_file", "reason": ""}).status_code == 422
    assert client.post(url, {"status": "on_file", "reason": "W-9 checked"}).status_code == 303
    again = client.post(url, {"status": "on_file", "reason": "W-9 checked"})
    assert (again.status_code, "nothing was changed" in facts(again)) == (422, True)
    with staff_context("look"):
        assert operations.is_payable(partner=world.home)
        assert not operations.is_payable(partner=world.away)
    assert "W-9 checked" in facts(client.get(url))
    found = {
        status: [row.pk for row, _payee in client.get("/network/payees/", {"status": status}).context["rows"]]
        for status in ("on_file", "missing")
    }
    assert found == {"on_file": [world.home.pk], "missing": [world.away.pk]}
    assert client.post(url, {"status": "missing", "reason": "expired"}).status_code == 303
    with staff_context("look"):
        assert not operations.is_payable(partner=world.home)


@pytest.mark.parametrize("role", ["outreach_manager", "staff"])
def test_everybody_of_code_org_keeps_her_own_register_only(world: World, signed_in: SignIn, role: str) -> None:
    client = signed_in(world.people[role])
    typed = {"partner": world.away.name, "first_day": today().isoformat(), "reason": "My brother works there"}
    assert client.post("/network/conflicts/", {**typed, "partner": "No such partner"}).status_code == 422
    assert client.post("/network/conflicts/", typed).status_code == 303
    assert client.post("/network/conflicts/", typed).status_code == 422
    with staff_context("look"):
        entry = ConflictOfInterest.objects.get(user=world.people[role])
        assert operations.conflicts(person=world.people[role], partner=world.away, on=today())
        assert not operations.conflicts(person=world.people[role], partner=world.home, on=today())
    other = signed_in(world.people["finance"])
    assert SECRET not in facts(other.get("/network/conflicts/")).replace(f'<option value="{world.away.name}">', "")
    assert (
        other.post(f"/network/conflicts/end/?entry={entry.ref}", {"last_day": today().isoformat()}).status_code == 404
    )
    ended = client.post(f"/network/conflicts/end/?entry={entry.ref}", {"last_day": today().isoformat()})
    assert ended.status_code == 303
    with staff_context("look"):
        assert operations.conflicts(person=world.people[role], partner=world.away, on=today())
        assert not operations.conflicts(
            person=world.people[role], partner=world.away, on=today() + dt.timedelta(days=1)
        )


def test_the_database_keeps_registers_apart(world: World) -> None:
    from django.db import ProgrammingError, transaction

    staff, finance = world.people["staff"], world.people["finance"]
    with staff_context("act", user=staff.pk):
        operations.declare_conflict(person=staff, partner=world.home, period=(today(), None), reason="mine", at=now())
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            operations.declare_conflict(
                person=finance, partner=world.home, period=(today(), None), reason="hers", at=now()
            )
    with staff_context("act", user=finance.pk):
        assert ConflictOfInterest.objects.update(reason="changed") == 0
        assert ConflictOfInterest.objects.count() == 1


def test_an_administrator_tries_a_stopped_run_and_mail_again(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        run = Run.objects.create(kind="example", period="2026", due_at=now(), as_of=now(), run_after=now())
        for state in (Run.State.RUNNING, Run.State.DEAD):
            run.move_to(state).save()
        Run.objects.update(last_error="ValueError: no", attempts=5)
        queue_mail(to="someone@example.org", template="invitation", key="test:1", at=now())
        Mail.objects.get(key="test:1").move_to(Mail.State.DEAD).save()
    client = signed_in(world.people["administrator"])
    page = facts(client.get("/network/jobs/"))
    assert "ValueError: no" in page
    assert "Given up" in page
    assert page.count("Never seen") == 3
    assert client.post(f"/network/jobs/runs/{run.ref}/retry/").status_code == 303
    assert client.post("/network/jobs/mail/", {"mail": "test:1"}).status_code == 303
    with staff_context("look"):
        assert list(Run.objects.values_list("state", "attempts")) == [("due", 0)]
        assert list(Mail.objects.values_list("state", "attempts")) == [("waiting", 0)]


def more_payees(world: World, number: int) -> None:
    for _ in range(number):
        partner = factories.make_partner()
        Payee.objects.create(
            partner=partner, on_file=True, reason="x", changed_by=world.people["finance"], changed_at=now()
        )


def more_limits(world: World, number: int) -> None:
    year = FiscalYear.objects.get(starts_on__lte=today(), ends_before__gt=today())
    for _ in range(number):
        for partner in (None, factories.make_partner()):
            operations.propose_limit(
                kind="incentive_year",
                amount=Decimal(99999),
                periods=(year, None),
                partner=partner,
                reason="x",
                by=world.people["staff"],
                at=now(),
            )


def more_runs(world: World, number: int) -> None:
    for _ in range(number):
        key = str(uuid.uuid4())
        Run.objects.create(kind="example", period=key, due_at=now(), as_of=now(), run_after=now())
        queue_mail(to="someone@example.org", template="invitation", key=key, at=now())


def more_conflicts(world: World, number: int) -> None:
    for _ in range(number):
        with staff_context("act", user=world.people["staff"].pk):
            operations.declare_conflict(
                person=world.people["staff"],
                partner=factories.make_partner(),
                period=(today(), None),
                reason="x",
                at=now(),
            )


def more_schools(world: World, number: int) -> None:
    for _ in range(number):
        make_school()


LISTS: list[tuple[str, str, Callable[[World, int], None], int]] = [
    ("/network/payees/", "finance", more_payees, 3),
    ("/network/settings/", "staff", more_limits, 8),
    ("/network/jobs/", "administrator", more_runs, 4),
    ("/network/conflicts/", "staff", more_conflicts, 3),
    ("/network/schools/?q=school", "staff", more_schools, 3),
    ("/network/districts/", "finance", more_schools, 3),
    ("/schools/?q=school", "staff", more_schools, 2),
]


@pytest.mark.parametrize(("url", "role", "more", "exactly"), LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_three(
    url: str, role: str, more: Callable[[World, int], None], exactly: int, world: World, signed_in: SignIn
) -> None:
    client, found = signed_in(world.people[role]), []
    for added in (1, 2):
        with staff_context("arrange"):
            more(world, added)
        found.append(len(statements_of(client, url)))
    assert found == [exactly, exactly]
    assert exactly <= LIST
