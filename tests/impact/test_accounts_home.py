"""What an Administrator's home says."""

from __future__ import annotations

import pytest

from accounts.models import CodeOrgRole
from accounts.operations import propose_code_org_role, propose_code_org_role_end
from activity.models import Mail, Run
from common.tenancy import staff_context
from common.zones import now, today
from tests import factories
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


def test_another_administrator_is_asked_to_confirm_a_role(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        other = factories.make_code_org("administrator", name="Second Administrator")
        propose_code_org_role(
            email="grace@code.example",
            name="Grace Ibarra",
            role="finance",
            reason="The team grows",
            proposed_by=other,
            at=now(),
        )
    asked = "Confirm Grace Ibarra as Finance"
    assert asked in facts(signed_in(world.people["administrator"]).get("/network/"))
    assert asked not in facts(signed_in(other).get("/network/")), "who proposed it cannot confirm it"
    assert asked not in facts(signed_in(world.people["staff"]).get("/network/"))


def test_another_administrator_is_asked_to_confirm_the_end_of_a_role(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        other, ending = (factories.make_code_org("administrator") for _ in range(2))
        role = CodeOrgRole.objects.get(user=ending)
        propose_code_org_role_end(role=role, last_day=today(), reason="Retires", by=other, at=now())
    asked, link = f"Confirm that {ending.name} ends as Administrator", f"/network/accounts/roles/{role.ref}/end/"
    home = facts(signed_in(world.people["administrator"]).get("/network/"))
    assert all(words in home for words in (asked, link, "Retires"))
    for person in (other, ending, world.people["staff"]):
        assert asked not in facts(signed_in(person).get("/network/")), person


def test_an_administrator_hears_of_jobs_and_mails_that_have_stopped(world: World, signed_in: SignIn) -> None:
    administrator = signed_in(world.people["administrator"])
    assert "Look after 3 parts that show no life" in facts(administrator.get("/network/"))
    with staff_context("arrange"):
        at = {"due_at": now(), "as_of": now(), "run_after": now()}
        run = Run.objects.create(kind="calendar", period="2026-03", **at)
        for state in ("running", "dead"):
            run.move_to(state).save(update_fields=["state"])
        mail = Mail.objects.create(key="k", to="a@example.org", template="account", send_after=now(), created_at=now())
        mail.move_to("dead").save()
    page = facts(administrator.get("/network/"))
    assert "Look after 1 stopped job<" in page
    assert "Look after 1 mail that does not go out" in page
    assert "Look after" not in facts(signed_in(world.people["staff"]).get("/network/"))
