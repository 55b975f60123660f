"""The end of a role at Code.org: one Administrator proposes it, another confirms it, in Python and in the database."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections

from accounts import operations
from accounts.models import CodeOrgRole, CodeOrgRoleEnd, User
from accounts.operations import RoleEndRefused
from activity.models import NetworkLogEntry, Notice
from common.errors import DomainError
from common.tenancy import staff_context, tenant_context
from common.zones import now, today
from tests import factories
from tests.architecture.test_forged_steps import refused
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
ACCOUNTS = "/network/accounts/"
DAY = dt.timedelta(days=1)
WHY = "Leaves for another job"


@pytest.fixture(autouse=True)
def unlimited() -> None:
    cache.clear()


@pytest.fixture
def three(world: World) -> tuple[User, User, User]:
    """The Administrators."""
    with staff_context("arrange"):
        second, third = (factories.make_code_org("administrator", name=f"{n} Administrator") for n in ("2nd", "3rd"))
    return world.people["administrator"], second, third


def role_of(person: User) -> CodeOrgRole:
    return CodeOrgRole.objects.get(user=person)


def proposed(person: User, by: User, last_day: dt.date | None = None, reason: str = WHY) -> CodeOrgRoleEnd:
    return operations.propose_code_org_role_end(
        role=role_of(person), last_day=last_day or today(), reason=reason, by=by, at=now()
    )


def confirmed(end: CodeOrgRoleEnd, by: User) -> CodeOrgRole:
    return operations.confirm_code_org_role_end(end=end, by=by, at=now())


def withdrawn(end: CodeOrgRoleEnd, by: User) -> CodeOrgRoleEnd:
    return operations.withdraw_code_org_role_end(end=end, by=by, at=now())


def told(kind: str) -> dict[User, tuple[str, str]]:
    return {row.user: (row.text, row.url) for row in Notice.objects.filter(kind=kind)}


def test_one_proposes_another_confirms_and_the_role_ends(
    world: World, three: tuple[User, User, User], signed_in: SignIn
) -> None:
    (first, second, third), holder = three, world.people["finance"]
    with staff_context("look"):
        role = role_of(holder)
    page, said = f"{ACCOUNTS}roles/{role.ref}/end/", f"as Finance, last day {today():%b %-d, %Y}: {WHY}"
    assert signed_in(first).post(page, {"last_day": today(), "reason": f" {WHY} "}).status_code == 303
    with staff_context("look"):
        end = CodeOrgRoleEnd.objects.get()
        assert role_of(holder).valid_before is None
        asked = (f"{first.name} proposed to end {holder.name}’s role {said}", page)
        assert told("role.end_proposed") == {second: asked, third: asked}
        assert told("role.ended") == {}
    confirm = f"{ACCOUNTS}ends/{end.ref}/confirmation/"
    assert signed_in(second).post(confirm).status_code == 303
    with staff_context("look"):
        ended, end = role_of(holder), CodeOrgRoleEnd.objects.get()
        assert (ended.last_day, end.proposed_by, end.confirmed_by) == (today(), first, second)
        others = (f"{first.name} and {second.name} ended {holder.name}’s role {said}", ACCOUNTS)
        own = (f"{first.name} and {second.name} ended your role {said}", "/account/")
        assert told("role.ended") == {holder: own, first: others, third: others}
        entries = NetworkLogEntry.objects.filter(verb__startswith="role.end").order_by("id")
        assert [(row.verb, row.actor, row.reason) for row in entries] == [
            ("role.end_proposed", first, WHY),
            ("role.ended", second, WHY),
        ]
        assert entries[1].text == f"{holder.name} ends as Finance, proposed by {first.name}"


def test_what_waits_shows_to_each_what_she_can_do(
    world: World, three: tuple[User, User, User], signed_in: SignIn
) -> None:
    first, second, third = three
    with staff_context("arrange"):
        end = proposed(third, first)
    actions = (f"{ACCOUNTS}ends/{end.ref}/confirmation/", f"{ACCOUNTS}ends/{end.ref}/withdrawal/")
    page = f"{ACCOUNTS}roles/{end.role.ref}/end/"
    for person, may in ((first, (False, True)), (second, (True, True)), (third, (False, False))):
        browser = signed_in(person)
        for url in (ACCOUNTS, page):
            shown = facts(browser.get(url))
            assert (WHY in shown, tuple(action in shown for action in actions)) == (True, may), (person, url)
            assert 'name="last_day"' not in shown, (person, url)
    assert 'name="last_day"' in facts(signed_in(first).get(f"{ACCOUNTS}roles/{role_ref(second)}/end/"))
    assert "two other Administrators end it" in facts(signed_in(first).get(f"{ACCOUNTS}roles/{role_ref(first)}/end/"))


def role_ref(person: User) -> str:
    with staff_context("look"):
        return str(role_of(person).ref)


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_end_has_a_reason(reason: str, world: World, three: tuple[User, User, User], signed_in: SignIn) -> None:
    holder = world.people["finance"]
    with staff_context("act"), pytest.raises(RoleEndRefused, match="Say why") as caught:
        proposed(holder, three[0], reason=reason)
    assert caught.value.field == "reason"
    sent = {"last_day": today(), "reason": reason}
    assert signed_in(three[0]).post(f"{ACCOUNTS}roles/{role_ref(holder)}/end/", sent).status_code == 422
    with staff_context("look"):
        assert not CodeOrgRoleEnd.objects.exists()


def test_who_proposed_an_end_does_not_confirm_it(
    world: World, three: tuple[User, User, User], signed_in: SignIn
) -> None:
    with staff_context("arrange"):
        end = proposed(world.people["finance"], three[0])
    answer = signed_in(three[0]).post(f"{ACCOUNTS}ends/{end.ref}/confirmation/", follow=True)
    assert "You proposed this end, so another Administrator confirms it." in facts(answer)
    with staff_context("look"):
        assert role_of(world.people["finance"]).valid_before is None


def test_nobody_has_a_say_in_the_end_of_the_own_role(three: tuple[User, User, User]) -> None:
    first, second, third = three
    with staff_context("act"):
        with pytest.raises(RoleEndRefused, match="This is your role"):
            proposed(third, third)
        end = proposed(third, first)
        for act in (confirmed, withdrawn):
            with pytest.raises(RoleEndRefused, match="This is your role"):
                act(end, third)
        assert confirmed(end, second).last_day == today()


def test_an_end_is_proposed_and_confirmed_after_a_fresh_code(
    world: World, three: tuple[User, User, User], signed_in: SignIn
) -> None:
    with staff_context("arrange"):
        end = proposed(world.people["finance"], three[0])
    browser = signed_in(three[1], fresh=False)
    for url in (f"ends/{end.ref}/confirmation/", f"roles/{role_ref(world.people['staff'])}/end/"):
        answer = browser.post(f"{ACCOUNTS}{url}", {"last_day": today(), "reason": WHY})
        assert "/?next=" in answer.headers["Location"]
    with staff_context("look"):
        assert CodeOrgRoleEnd.objects.get().confirmed_at is None


def test_a_role_ends_within_its_days_and_is_not_prolonged(world: World, three: tuple[User, User, User]) -> None:
    holder = world.people["finance"]
    with staff_context("act"):
        with pytest.raises(RoleEndRefused, match="the first day"):
            proposed(holder, three[0], role_of(holder).valid_from - DAY)
        confirmed(proposed(holder, three[0], today() + 9 * DAY), three[1])
        with pytest.raises(RoleEndRefused, match="ends then already"):
            proposed(holder, three[0], today() + 10 * DAY)
        assert confirmed(proposed(holder, three[0], today() + 3 * DAY), three[1]).last_day == today() + 3 * DAY


def test_two_administrators_stay_when_it_is_proposed_and_when_it_is_confirmed(
    three: tuple[User, User, User],
) -> None:
    first, second, third = three
    with staff_context("act"):
        ends = proposed(second, first), proposed(third, first)
        confirmed(ends[0], third)
        with pytest.raises(RoleEndRefused, match="Two Administrators stay"):
            confirmed(ends[1], second)
        withdrawn(ends[1], second)
        with pytest.raises(RoleEndRefused, match="Two Administrators stay"):
            proposed(third, first)
        assert role_of(third).valid_before is None


def test_a_role_has_one_waiting_end(world: World, three: tuple[User, User, User], signed_in: SignIn) -> None:
    holder = world.people["finance"]
    with staff_context("arrange"):
        end = proposed(holder, three[0])
    sent = {"last_day": today(), "reason": "Typed meanwhile"}
    answer = signed_in(three[1]).post(f"{ACCOUNTS}roles/{role_ref(holder)}/end/", sent)
    assert answer.status_code == 422
    shown = facts(answer)
    assert "An end of this role is proposed already" in shown
    assert all(words in shown for words in (WHY, "Typed meanwhile")), "both proposals are in sight"
    with staff_context("act"):
        withdrawn(end, three[1])
        assert proposed(holder, three[1]).proposed_by == three[1]


@pytest.mark.parametrize(
    ("act", "words"), [(confirmed, "has confirmed this end already"), (withdrawn, "has withdrawn this proposal")]
)
def test_what_somebody_else_has_decided_meanwhile_is_said(
    act: Callable[..., Any], words: str, world: World, three: tuple[User, User, User], signed_in: SignIn
) -> None:
    first, second, third = three
    with staff_context("arrange"):
        end = proposed(world.people["finance"], first)
        act(end, second)
    for what in ("confirmation", "withdrawal"):
        assert f"{second.name} {words}" in facts(
            signed_in(third).post(f"{ACCOUNTS}ends/{end.ref}/{what}/", follow=True)
        )
    with staff_context("look"):
        assert NetworkLogEntry.objects.filter(verb__startswith="role.end").count() == 2
        assert Notice.objects.filter(kind="role.ended", user=first).count() == (act is confirmed)


def test_a_withdrawn_end_ends_nothing_and_names_who_withdrew_it(
    world: World, three: tuple[User, User, User], signed_in: SignIn
) -> None:
    with staff_context("arrange"):
        end = proposed(world.people["finance"], three[0])
    answer = signed_in(three[1]).post(f"{ACCOUNTS}ends/{end.ref}/withdrawal/", follow=True)
    assert f"{world.people['finance'].name} stays Finance." in facts(answer)
    with staff_context("look"):
        assert CodeOrgRoleEnd.objects.get().withdrawn_by == three[1]
        assert role_of(world.people["finance"]).valid_before is None
        assert NetworkLogEntry.objects.get(verb="role.end_withdrawn").actor == three[1]


END = "update accounts_codeorgrole set valid_before = current_date where id = %s"
PROPOSE = (
    "insert into accounts_codeorgroleend (ref, role_id, last_day, reason, proposed_by_id, proposed_at, confirmed_by_id, confirmed_at) "
    "values ('X-X', %s, current_date, %s, %s, now(), %s, %s)"
)
CONFIRM = "update accounts_codeorgroleend set confirmed_by_id = %s, confirmed_at = now() where id = %s"
WITHDRAW = "update accounts_codeorgroleend set withdrawn_by_id = %s, withdrawn_at = now() where id = %s"


def test_the_database_ends_no_role_without_two_others(world: World, three: tuple[User, User, User]) -> None:
    first, second, _third = three
    with staff_context("direct SQL", user=first.pk):
        role = role_of(world.people["finance"])
        assert refused(END, role.pk) == "accounts_role_ends_by_two"
        assert refused("delete from accounts_codeorgrole where id = %s", role.pk) == "accounts_role_ends_by_two"
        end = proposed(world.people["finance"], first, today() + 9 * DAY)
        last = "update accounts_codeorgrole set valid_before = %s where id = %s"
        assert refused(last, today() + 10 * DAY, role.pk) == "accounts_role_ends_by_two", "nobody has confirmed it"
    with staff_context("direct SQL", user=second.pk):
        assert refused(CONFIRM, second.pk, end.pk) == ""
        assert refused(last, today() + 9 * DAY, role.pk) == "accounts_role_ends_by_two", "another day was agreed on"
        assert refused(last, today() + 10 * DAY, role.pk) == ""


def test_the_database_has_an_end_proposed_by_one_in_person_and_confirmed_by_another(
    world: World, three: tuple[User, User, User]
) -> None:
    first, second, _third = three
    with staff_context("arrange"):
        end, role = proposed(world.people["finance"], first), role_of(world.people["staff"])
    with staff_context("direct SQL", user=first.pk):
        assert refused(PROPOSE, role.pk, WHY, second.pk, None, None) == "accounts_role_end_in_person"
        assert refused(PROPOSE, role.pk, WHY, first.pk, second.pk, now()) == "accounts_role_end_agreed"
        assert refused(PROPOSE, role.pk, "", first.pk, None, None) == "accounts_role_end_reason"
        assert refused(PROPOSE, end.role_id, WHY, first.pk, None, None) == "accounts_role_end_open_once"
        assert refused(CONFIRM, first.pk, end.pk) == "accounts_role_end_two_people"
        for statement in (CONFIRM, WITHDRAW):
            assert refused(statement, second.pk, end.pk) == "accounts_role_end_in_person"
        for change in ("last_day = last_day - 1", "reason = 'x'", f"role_id = {role.pk}"):
            statement = f"update accounts_codeorgroleend set {change} where id = %s"
            assert refused(statement, end.pk) == "accounts_role_end_agreed", change
        assert refused("delete from accounts_codeorgroleend where id = %s", end.pk) == "accounts_role_end_agreed"


def test_the_database_gives_the_holder_no_say_and_decides_once(world: World, three: tuple[User, User, User]) -> None:
    first, second, third = three
    with staff_context("arrange"):
        end, other = proposed(third, first), proposed(world.people["finance"], first)
    with staff_context("direct SQL", user=third.pk):
        assert refused(CONFIRM, third.pk, end.pk) == "accounts_role_end_of_another"
        assert refused(WITHDRAW, third.pk, end.pk) == "accounts_role_end_of_another"
        assert refused(PROPOSE, role_of(third).pk, WHY, third.pk, None, None) == "accounts_role_end_of_another"
        assert refused(WITHDRAW, third.pk, other.pk) == ""
        again = "update accounts_codeorgroleend set withdrawn_by_id = null, withdrawn_at = null where id = %s"
        assert refused(again, other.pk) == "accounts_role_end_of_another", "what is withdrawn stays so"
    with staff_context("direct SQL", user=second.pk):
        assert refused(CONFIRM, second.pk, end.pk) == ""
        assert refused(WITHDRAW, second.pk, end.pk) == "accounts_role_end_decided_once"


def test_a_partner_reads_no_proposed_end(world: World) -> None:
    with tenant_context(world.home.pk):
        assert "permission denied" in refused("select * from accounts_codeorgroleend")


def while_it_is_open(first: Callable[[], Any], second: Callable[[], Any]) -> list[str]:
    """Run the second in another connection before the first commits; what came of each (a refusal by its code)."""
    acted, ended = threading.Event(), threading.Event()

    def earlier() -> str:
        with staff_context("race"):
            first()
            acted.set()
            ended.wait(1)
        return "done"

    def later() -> str:
        acted.wait(10)
        try:
            with staff_context("race"):
                second()
            return "done"
        finally:
            ended.set()

    def answer(act: Callable[[], str]) -> str:
        try:
            return act()
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(answer, (earlier, later)))


@pytest.mark.django_db(transaction=True)
def test_two_ends_confirmed_at_once_leave_two_administrators(three: tuple[User, User, User]) -> None:
    first, second, third = three
    with staff_context("arrange"):
        ends = proposed(second, first), proposed(third, first)
    answers = while_it_is_open(lambda: confirmed(ends[0], third), lambda: confirmed(ends[1], second))
    assert answers == ["done", "role_end_refused"]
    with staff_context("look"):
        assert CodeOrgRole.objects.filter(role="administrator", valid_before=None).count() == 2


@pytest.mark.django_db(transaction=True)
def test_an_end_is_decided_once_and_proposed_once(world: World, three: tuple[User, User, User]) -> None:
    first, second, third = three
    holder = world.people["finance"]
    assert while_it_is_open(lambda: proposed(holder, first), lambda: proposed(holder, second)) == [
        "done",
        "role_end_refused",
    ]
    with staff_context("look"):
        end = CodeOrgRoleEnd.objects.get()
    assert while_it_is_open(lambda: withdrawn(end, first), lambda: confirmed(end, third)) == [
        "done",
        "role_end_refused",
    ]
    with staff_context("look"):
        assert role_of(holder).valid_before is None
