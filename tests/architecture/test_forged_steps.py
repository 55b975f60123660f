"""Plain SQL of somebody who is signed in: what she cannot write in another person's name, alone, or without the rows that stand behind it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.db.models import CheckConstraint
from django.db.utils import Error

from accounts.models import User
from activity.models import LogEntry, Notice
from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from common.two_people import InPerson
from common.zones import now, today
from grants.models import Award, Cycle, Proposal, Slate
from grants.operations.slates import award_money, budgets_of
from ledger import operations as ledger
from partners.models import DatedSetting, FiscalYear
from tests import factories
from tests.grants.conftest import Arena, arena_of, proposed_slate
from tests.grants.factories import assigned, close, marked, sent
from tests.incentives.examples import a_batch
from tests.world import World

pytestmark = pytest.mark.django_db
TWO_PEOPLE = ("two_people", "_two", "_other_person")
BY_THEIR_OWN_GUARD = {"incentives.approval", "incentives.claim", "incentives.override", "accounts.codeorgrole"}


def refused(statement: str, *values: Any) -> str:
    """The constraint that refused a statement, or the sentence of a missing right; "no row" where it changed none, else ""."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
            return "" if cursor.rowcount else "no row"
    except Error as error:
        return constraint_of(error) or str(error).splitlines()[0]  # type: ignore[arg-type]


@pytest.fixture
def arena(world: World) -> Arena:
    """The arena, without an open door."""
    with staff_context("arrange"):
        return arena_of(world)


def test_every_row_of_two_people_is_signed_in_person() -> None:
    unsigned = []
    for model in apps.get_models():
        constraints = model._meta.constraints
        pairs = [one for one in constraints if isinstance(one, CheckConstraint) and one.name.endswith(TWO_PEOPLE)]
        signed = {column for one in constraints if isinstance(one, InPerson) for column in one.columns}
        if pairs and not signed and model._meta.label_lower not in BY_THEIR_OWN_GUARD:
            unsigned.append(model._meta.label)
    assert unsigned == []


def test_nobody_endorses_in_anothers_name(arena: Arena) -> None:
    world = arena.world
    with staff_context("arrange"):
        row = sent(world.home, world.people["champion"], arena.cycle)
    values = (row.partner_id, row.version_id, row.version.sha256, world.people["director"].pk, arena.during.date())
    statement = (
        "insert into grants_endorsement (partner_id, version_id, sha256, outcome, note, answered_by_id, answered_on, answered_at) "
        "values (%s, %s, %s, 'endorsed', '', %s, %s, now())"
    )
    with tenant_context(world.home.pk, user=world.people["champion"].pk):
        assert refused(statement, *values) == "grants_endorsement_in_person"
    with tenant_context(world.home.pk, user=world.people["director"].pk):
        assert refused(statement, *values) == ""


def test_nobody_makes_herself_more_than_she_is(world: World) -> None:
    manager = world.people["program_manager"]
    with staff_context("arrange"):
        contracted = factories.make_member(world.home, "program_manager", employed=False)
    with tenant_context(world.home.pk, user=contracted.pk):
        for change in ("employed = true", "role = 'director'", "ends_before = ends_before + 1", "ends_before = null"):
            statement = f"update partners_membership set {change} where user_id = %s"
            assert refused(statement, contracted.pk) == "partners_membership_only_ends", change
        assert (
            refused("delete from partners_membership where user_id = %s", manager.pk) == "partners_membership_only_ends"
        )
    invite = (
        "insert into partners_invitation (ref, partner_id, email, name, role, employed, starts_on, invited_by_id, invited_at, expires_at) "
        "values ('N-X', %s, 'me@example.org', 'Me', %s, true, current_date, %s, now(), now() + interval '7 days')"
    )
    with tenant_context(world.home.pk, user=manager.pk):
        join = (
            "insert into partners_membership (ref, partner_id, user_id, side, role, employed, starts_on, created_at) "
            "values ('M-X', %s, %s, 'partner', 'director', true, current_date, now())"
        )
        assert refused(join, world.home.pk, manager.pk) == "partners_membership_only_ends"
        assert refused(invite, world.home.pk, "director", manager.pk) == "partners_invitation_in_reach"
        director = world.people["director"].pk
        assert refused(invite, world.home.pk, "director", director) == "partners_invitation_in_person"
        assert refused(invite, world.home.pk, "champion", manager.pk) == ""
        assert refused("update partners_invitation set role = 'director'") == "partners_invitation_in_reach"


def test_nobody_at_code_org_gives_a_role_alone(world: World) -> None:
    one, two = factories_of(world)
    role = (
        "insert into accounts_codeorgrole (ref, user_id, side, role, valid_from, reason, proposed_by_id, proposed_at, confirmed_by_id, confirmed_at) "
        "values ('R-X', %s, 'code_org', 'staff', current_date, 'x', %s, now(), %s, now())"
    )
    with staff_context("test", user=one.pk):
        assert refused(role, one.pk, two.pk, one.pk) == "accounts_role_by_invitation"
        invite = (
            "insert into accounts_codeorginvitation (ref, email, name, role, reason, proposed_by_id, proposed_at, confirmed_by_id, confirmed_at) "
            "values ('N-X', 'new@example.org', 'New', 'staff', 'x', %s, now(), %s, now())"
        )
        assert refused(invite, two.pk, one.pk) == "accounts_invitation_in_person"


def factories_of(world: World) -> tuple[User, User]:
    """Two Administrators."""
    with staff_context("arrange"):
        return world.people["administrator"], factories.make_code_org("administrator")


def test_nobody_approves_a_slate_in_anothers_name(arena: Arena) -> None:
    with staff_context("arrange"):
        slate = proposed_slate(arena)
    statement = "update grants_slate set state = 'approved', approved_by_id = %s, approved_at = now() where id = %s"
    with staff_context("test", user=arena.staff[0].pk):
        assert refused(statement, arena.staff[1].pk, slate.pk) == "grants_slate_in_person"


def test_a_proposed_slate_takes_no_other_line(arena: Arena) -> None:
    with staff_context("test"):
        slate = proposed_slate(arena)
        other = sent(
            arena.world.away,
            arena.world.away_people["director"],
            Cycle.objects.open_at(arena.decided),
            at=arena.decided,
        )
        kept = ("id", "proposal_id", "partner_id")
        columns = [str(field.column) for field in slate.lines.model._meta.local_fields if field.column not in kept]
        names = ", ".join(columns)
        statement = f"insert into grants_slateline (partner_id, proposal_id, {names}) select %s, %s, {names} from grants_slateline limit 1"
        assert refused(statement, other.partner_id, other.pk) == "grants_slateline_guard"


def test_the_total_of_a_slate_is_the_sum_of_its_lines(arena: Arena) -> None:
    with staff_context("test"):
        facts = {
            "policy": "P3",
            "line": Decimal(60),
            "envelope": Decimal(9000),
            "total": Decimal(9000),
            "replay_sha256": "0" * 64,
        }
        slate = Slate.objects.create(cycle=arena.cycle, number=7, prepared_at=now(), state="prepared", **facts)
        statement = "update grants_slate set state = 'proposed', proposed_by_id = %s, proposed_at = now() where id = %s"
        assert refused(statement, arena.staff[0].pk, slate.pk) == "grants_slate_whole"


def test_an_award_is_what_two_people_agreed_on(arena: Arena) -> None:
    with staff_context("test"):
        slate = proposed_slate(arena)
        row = Proposal.objects.get()
        posted = award_money(row, Decimal(2000), budgets_of(slate.cycle), by=arena.staff[1], at=arena.decided)
        for amount, proposer, waitlist in (
            (2000, arena.staff[0], False),
            (2000, arena.staff[2], False),
            (2000, arena.staff[0], True),
        ):
            with pytest.raises(Error) as caught, transaction.atomic():
                Award.objects.create(
                    partner=row.partner, proposal=row, cycle=slate.cycle, transaction=posted, amount=Decimal(amount),
                    proposed_by=proposer, approved_by=arena.staff[1], approved_at=arena.decided, from_waitlist=waitlist,
                )  # fmt: skip
            assert constraint_of(caught.value) == "grants_award_agreed"  # type: ignore[arg-type]


def test_a_proposal_is_decided_with_its_rows(arena: Arena) -> None:
    with staff_context("test"):
        proposed_slate(arena)
        for state in ("awarded", "waitlisted", "declined"):
            assert refused("update grants_proposal set state = %s", state) == "grants_proposal_steps_on_rows"


def test_marks_are_the_reviewers_own_and_stay(arena: Arena) -> None:
    with staff_context("arrange"):
        row = sent(arena.world.home, arena.world.people["director"], arena.cycle)
        close(arena.cycle)
        one, two = (assigned(row, reviewer, arena.staff[0], arena.after) for reviewer in arena.reviewers)
        assert (
            refused("update grants_proposal set state = 'scored' where id = %s", row.pk)
            == "grants_proposal_steps_on_rows"
        )
    criterion = arena.cycle.rubric.criteria.earliest("id")
    give = "insert into grants_reviewscore (partner_id, review_id, criterion_id, value) values (%s, %s, %s, 5)"
    with staff_context("test", user=arena.staff[0].pk):
        assert refused(give, row.partner_id, one.pk, criterion.pk) == "grants_reviewscore_guard"
    with staff_context("arrange"):
        marked(one, 4, at=arena.after)
        marked(two, 4, at=arena.after)
        assert refused("update grants_reviewscore set value = 1") == "grants_reviewscore_guard"
        assert refused("delete from grants_reviewscore") == "grants_reviewscore_guard"


def test_the_policy_is_chosen_before_the_scores_are_seen(arena: Arena) -> None:
    with staff_context("test"):
        slate = proposed_slate(arena)
        statement = "insert into grants_policychoice (cycle_id, policy, line, reason, chosen_by_id, chosen_at) values (%s, 'P1', 1, 'x', %s, now())"
        assert refused(statement, slate.cycle_id, arena.staff[0].pk) == "grants_policychoice_guard"


def test_a_figure_comes_into_force_by_two_people_and_stays(world: World) -> None:
    one, two = world.people["staff"], world.people["finance"]
    new = (
        "insert into partners_datedsetting (ref, key, value, valid_from, valid_before, reason, proposed_by_id, proposed_at, confirmed_by_id, confirmed_at) "
        "values ('S-X', 'partners.invitation_days', 999, '2001-01-01', '2001-01-02', 'x', %s, now(), %s, %s)"
    )
    with staff_context("test", user=one.pk):
        assert refused(new, None, None, now()) == "partners_setting_kept"
        assert refused(new, one.pk, two.pk, now()) in ("partners_setting_kept", "partners_setting_in_person")
        assert refused(new, two.pk, None, None) == "partners_setting_in_person"
        assert refused(new, one.pk, None, None) == ""
        confirm = "update partners_datedsetting set confirmed_by_id = %s, confirmed_at = now(){} where ref = 'S-X'"
        assert refused(confirm.format(""), two.pk) == "partners_setting_in_person"
        assert refused(confirm.format(", value = 1000000"), two.pk) in (
            "partners_setting_in_person",
            "partners_setting_kept",
        )
    with staff_context("test", user=two.pk):
        assert refused(confirm.format(", value = 1000000"), two.pk) == "partners_setting_kept"
        assert refused(confirm.format(""), two.pk) == ""
        for change in ("value = 1000000", "valid_before = null", "confirmed_at = null, confirmed_by_id = null"):
            assert refused(f"update partners_datedsetting set {change} where ref = 'S-X'") == "partners_setting_kept", (
                change
            )
        assert refused("delete from partners_datedsetting where ref = 'S-X'") == "partners_setting_kept"
        assert DatedSetting.objects.get(ref="S-X").value == 999


def test_what_belongs_to_a_confirmed_version_stays(world: World) -> None:
    with staff_context("test"):
        assert refused("update grants_criterion set weight = weight where key = 'alignment'") == "grants_criterion_kept"
        assert refused("delete from incentives_requiredevidence") == "incentives_requiredevidence_kept"
        assert refused("update incentives_requiredevidence set confirmed = false") == "incentives_requiredevidence_kept"
        version = (
            "insert into incentives_outcomeversion (ref, outcome_id, title, rule, amount, once, valid_from, valid_before, reason, proposed_at, confirmed_at) "
            "select 'V-X', outcome_id, title, rule, 5000, 'ever', '2001-01-01', '2001-01-02', 'x', now(), now() from incentives_outcomeversion limit 1"
        )
        assert refused(version) in ("incentives_version_kept", "incentives_version_amount")
        assert refused("update catalog_subjectrule set max_hours = 'NaN'") == "catalog_rule_kept"


def test_money_is_signed_in_person(world: World) -> None:
    one, two = world.people["staff"], world.people["finance"]
    with staff_context("arrange"):
        year = FiscalYear.objects.latest("starts_on")
        limit = ledger.propose_limit(
            kind="incentive_year",
            amount=Decimal(99999),
            periods=(year, None),
            partner=None,
            reason="x",
            by=one,
            at=now(),
        )
        batch = ledger.open_batch(by=two, at=now())
    with staff_context("test", user=one.pk):
        confirm = "update ledger_limit set confirmed_by_id = %s, confirmed_at = now() where id = %s"
        assert refused(confirm, two.pk, limit.pk) == "ledger_limit_in_person"
        pay = "update ledger_paymentbatch set paid_by_id = %s where id = %s"
        assert refused(pay, two.pk, batch.pk) == "ledger_paymentbatch_in_person"


def test_who_made_a_batch_never_says_that_it_is_paid(world: World) -> None:
    with staff_context("arrange"):
        ledger.open_budgets(on=today(), at=now())
        batch = a_batch(world, world.home)
        pay = (
            "update ledger_paymentbatch set state = 'paid', paid_by_id = %s, paid_at = now(), paid_on = current_date, bank_reference = 'x' "
            "where id = %s"
        )
        assert refused(pay, world.people["finance"].pk, batch.pk) == "ledger_paymentbatch_other_person"


def test_a_timeline_says_who_it_was_and_is_never_changed(world: World) -> None:
    manager, director = world.people["program_manager"], world.people["director"]
    entry = (
        "insert into activity_logentry (partner_id, subject_type, subject_id, verb, text, reason, changes, actor_id, at) "
        "values (%s, 'partners.partner', 1, 'x', 'x', '', '{}', %s, now())"
    )
    with tenant_context(world.home.pk, user=manager.pk):
        assert refused(entry, world.home.pk, director.pk) == "activity_logentry_in_person"
        assert refused(entry, world.home.pk, manager.pk) == ""
        for statement in ("update activity_logentry set text = 'y'", "delete from activity_logentry"):
            assert "permission denied" in refused(statement)
    with staff_context("test", user=world.people["staff"].pk):
        assert LogEntry.objects.filter(verb="x").count() == 1
        for statement in (
            "update activity_logentry set text = 'y'",
            "delete from activity_logentry",
            "truncate activity_logentry",
        ):
            assert "permission denied" in refused(statement)


def test_notices_of_others_are_neither_read_nor_changed(world: World) -> None:
    with staff_context("arrange"):
        Notice.objects.create(user=world.people["director"], key="k", kind="test", text="Told", url="/", at=now())
    with tenant_context(world.home.pk, user=world.people["champion"].pk):
        assert refused("update activity_notice set read_at = now()") == "no row"
        assert refused("select * from activity_notice") == "no row"
