"""Pages of grants: what is typed is kept, wrong input says why, lists cost the same with 1 and with 3 rows, late is in the next cycle."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from common.templatetags.rp import day
from common.tenancy import staff_context
from grants import operations
from grants.content import answers_of
from grants.models import Cycle, Declaration, Proposal, Review
from tests.grants.conftest import Arena, arena_of
from tests.grants.factories import assigned, close, content, draft, marked, sent
from tests.queries import LIST, statements_of
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def held(world: World) -> Arena:
    """The arena, with every door closed again."""
    with staff_context("arrange"):
        return arena_of(world)


def url(proposal: Proposal, *rest: str) -> str:
    """A page of a proposal of the home partner."""
    return "/".join(["", "partners", "home-mesa", "grants", "proposals", proposal.ref, *rest, ""])


def typed(cycle: Cycle, **changes: str) -> dict[str, Any]:
    """What a browser posts for a whole proposal."""
    return {**answers_of(content(cycle)), "page": "page-one", "revision": "0", **changes}


@pytest.mark.parametrize("amount", ["1e3", "NaN", "１００", "-5", "1.234", "Infinity", "1_000"])
def test_money_that_is_no_money_is_named_at_its_field_and_kept(held: Arena, signed_in: SignIn, amount: str) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["director"], at=held.during)
    browser = signed_in(held.world.people["director"])
    response = browser.post(url(row, "draft"), {**typed(held.cycle, ask=amount), "send": "1"})
    page = facts(response)
    assert response.status_code == 422
    assert f'value="{amount}"' in page
    assert "Enter whole dollars, such as 1,250." in page or "Ask for whole dollars" in page
    with staff_context("look"):
        row.refresh_from_db()
        assert (row.state, row.version, row.answers["ask"]) == ("draft", None, amount)
    assert f'value="{amount}"' in facts(browser.get(url(row, "draft")))


def test_what_cannot_be_read_is_named_at_its_field_when_the_draft_is_kept_and_opened(
    held: Arena, signed_in: SignIn
) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["director"], at=held.during)
    browser = signed_in(held.world.people["director"])
    given = typed(held.cycle, ask="1e3", minimum="-5") | {"lines-0-amount": "NaN", "outcomes-0-promised": "12.5"}
    kept = browser.post(url(row, "draft"), given, headers={"X-Requested-With": "fetch"})
    opened = browser.get(url(row, "draft"))
    money, count = "Enter an amount in dollars and cents, such as 1,250.00.", "Enter a count in digits, such as 1,200."
    whole, least = "Enter whole dollars, such as 1,250.", "Enter at least $1.00."
    wrong = {"id_ask": whole, "id_minimum": least, "id_lines-0-amount": money, "id_outcomes-0-promised": count}
    assert (kept.status_code, kept.json()["wrong"]) == (200, wrong)
    for field in wrong:
        assert f'id="{field}_error"' in facts(opened)
    assert 'id="id_title_error"' not in facts(opened)
    assert [value for value in ("1e3", "NaN", "12.5") if f'value="{value}"' not in facts(opened)] == []
    assert [one.title for one in opened.context["findings"][:4]] == [
        "You ask for",
        "Still useful from",
        "Line 1, Amount",
        "Outcome 1, Promised",
    ]


def test_an_unfinished_draft_is_saved_and_only_sending_waits(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["champion"], at=held.during)
    browser = signed_in(held.world.people["champion"])
    given = {"title": "Half", "objectives": "not much <script>", "page": "a", "revision": "0"}
    response = browser.post(url(row, "draft"), given, headers={"X-Requested-With": "fetch"})
    assert (response.status_code, response.json()["revision"]) == (200, 1)
    assert "not much &lt;script&gt;" in facts(browser.get(url(row, "draft")))
    response = browser.post(url(row, "draft"), {**given, "send": "1"})
    assert response.status_code == 422
    assert "Still missing: target audience" in facts(response)


def test_a_second_tab_does_not_overwrite_the_first_and_keeps_its_text(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["director"], at=held.during)
    browser = signed_in(held.world.people["director"])
    fetch = {"X-Requested-With": "fetch"}
    for title in ("One", "One and more"):
        assert (
            browser.post(url(row, "draft"), {"title": title, "page": "one", "revision": "0"}, headers=fetch).status_code
            == 200
        )
    late = browser.post(url(row, "draft"), {"title": "Two", "page": "two", "revision": "0"}, headers=fetch)
    assert (late.status_code, late.json()["code"]) == (409, "stale_draft")
    shown = browser.post(url(row, "draft"), {"title": "Two", "page": "two", "revision": "0"})
    assert (shown.status_code, 'value="Two"' in facts(shown)) == (409, True)
    with staff_context("look"):
        row.refresh_from_db()
    assert row.title == "One and more"
    revision = shown.context["revision"]
    again = browser.post(url(row, "draft"), {"title": "Two", "page": "two", "revision": revision})
    with staff_context("look"):
        row.refresh_from_db()
    assert (again.status_code, row.title, late.json()["link"]) == (303, "Two", url(row, "draft"))


def test_a_proposal_one_second_late_is_in_the_next_cycle_and_the_page_says_so(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        following = Cycle.objects.get(opens_at=held.cycle.closes_at)
        first = following.quarter.starts_on + dt.timedelta(days=3)
        row, _said = draft(held.world.home, held.world.people["director"], held.cycle, starts_on=first, ends_on=first)
    with time_machine.travel(held.cycle.closes_at - SECOND, tick=False):
        browser = signed_in(held.world.people["director"])
        before = facts(browser.get(url(row, "submission")))
        assert f"{held.cycle.title}, until" in before
        assert f"the next cycle, {following.title}" in before
    with time_machine.travel(held.cycle.closes_at + SECOND, tick=False):
        response = browser.post(url(row, "submission"), {"cycle": held.cycle.ref}, follow=True)
    page = facts(response)
    assert f"Your proposal is in the next cycle, {following.title}." in page
    assert f"The deadline of {held.cycle.title} passed at" in page
    with staff_context("look"):
        row.refresh_from_db()
        assert (row.state, row.cycle_id) == ("submitted", following.pk)


def test_a_proposal_at_the_last_second_is_in_time(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row, _said = draft(held.world.home, held.world.people["director"], held.cycle)
    with time_machine.travel(held.cycle.closes_at - SECOND, tick=False):
        browser = signed_in(held.world.people["director"])
        page = facts(browser.post(url(row, "submission"), {"cycle": held.cycle.ref}, follow=True))
    assert f"Your proposal is in the cycle {held.cycle.title}." in page


def test_sending_twice_sends_once(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row, _said = draft(held.world.home, held.world.people["director"], held.cycle)
    with time_machine.travel(held.during, tick=False):
        browser = signed_in(held.world.people["director"])
        answers = [browser.post(url(row, "submission"), {"cycle": held.cycle.ref}).status_code for _ in range(2)]
    assert answers == [303, 303]
    with staff_context("look"):
        assert row.versions.count() == 1


def test_champions_see_their_own_proposals_only(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        own = sent(held.world.home, held.world.people["champion"], held.cycle, title="My own night")
        other = sent(held.world.home, held.world.people["director"], held.cycle, title="Somebody else’s")
    browser = signed_in(held.world.people["champion"])
    page = facts(browser.get("/partners/home-mesa/grants/"))
    assert ("My own night" in page, "Somebody else" in page) == (True, False)
    assert (browser.get(url(own)).status_code, browser.get(url(other)).status_code) == (200, 403)


def test_a_reviewer_signs_first_and_sees_only_what_is_assigned(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["director"], held.cycle, title="Assigned one")
        sent(held.world.away, held.world.away_people["director"], held.cycle, title="Not assigned")
        close(held.cycle)
        review = assigned(row, held.reviewers[0], held.staff[0], held.after)
    browser = signed_in(held.reviewers[0])
    page = facts(browser.get("/network/grants/reviews/"))
    assert ("Assigned one" in page, "Declaration for" in page) == (False, True)
    assert browser.get(f"/network/grants/reviews/{review.ref}/").status_code == 303
    browser.post(f"/network/grants/reviews/declarations/{held.cycle.ref}/", {"agreed": "yes"})
    page = facts(browser.get("/network/grants/reviews/"))
    assert ("Assigned one" in page, "Not assigned" in page) == (True, False)
    assert browser.get(f"/network/grants/reviews/{review.ref}/").status_code == 200


def test_a_declared_conflict_takes_the_proposal_out_of_sight(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["director"], held.cycle)
        close(held.cycle)
        review = assigned(row, held.reviewers[0], held.staff[0], held.after)
    browser = signed_in(held.reviewers[0])
    browser.post(f"/network/grants/reviews/declarations/{held.cycle.ref}/", {"agreed": "yes"})
    answer = browser.post(
        f"/network/grants/reviews/{review.ref}/conflict/", {"is_conflict": "yes", "reason": "my sister works there"}
    )
    assert answer.status_code == 303
    assert browser.get(f"/network/grants/reviews/{review.ref}/").status_code == 303
    with staff_context("look"):
        standing = Review.objects.filter(proposal=row).standing()
        assert held.reviewers[0] not in [one.reviewer for one in standing]
        assert Review.objects.get(pk=review.pk).state == "stood_down"
    page = facts(signed_in(held.world.people["director"]).get(url(row)))
    assert "A reviewer gave it back" in page
    assert [words in page for words in (held.reviewers[0].name, held.reviewers[1].name, "sister")] == [False] * 3


def test_a_page_of_marks_works_without_script_and_finishes_with_the_last_mark(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["director"], held.cycle)
        close(held.cycle)
        review = assigned(row, held.reviewers[0], held.staff[0], held.after)
        marked(assigned(row, held.reviewers[1], held.staff[0], held.after), 3, at=held.after)
        Declaration.objects.create(cycle=held.cycle, person=held.reviewers[0], signed_at=held.after)
    browser, place = signed_in(held.reviewers[0]), f"/network/grants/reviews/{review.ref}/"
    marks = {f"mark-{key}": "4" for key in ("alignment", "reach", "outcomes", "budget")}
    assert browser.post(place, {**marks, "to_applicant": "More detail"}).status_code == 303
    with staff_context("look"):
        assert Review.objects.get(pk=review.pk).state == "assigned"
    assert "More detail" in facts(browser.get(place))
    assert browser.post(place, {**marks, "mark-underserved": "6"}).status_code == 422
    assert browser.post(place, {**marks, "mark-underserved": "2", "to_applicant": "More detail"}).status_code == 303
    with staff_context("look"):
        row.refresh_from_db()
        assert row.state == "scored"


def test_approval_asks_for_a_fresh_sign_in(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        close(held.cycle)
        slate = operations.prepare_slate(cycle=Cycle.objects.get(pk=held.cycle.pk), by=None, at=held.decided)
        slate = operations.propose_slate(slate=slate, by=held.staff[0], at=held.decided)
    stale = signed_in(held.staff[1], fresh=False).post(f"/network/grants/slates/{slate.ref}/approval/")
    assert stale.headers["Location"].startswith(("/accounts/reauthenticate/", "/demo/"))
    with staff_context("look"):
        slate.refresh_from_db()
    assert slate.state == "proposed"


def test_a_draft_that_is_not_ready_leads_back_to_its_page(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["director"], at=held.during)
    browser = signed_in(held.world.people["director"])
    answer = browser.get(url(row, "submission"))
    assert (answer.status_code, answer.headers["Location"]) == (303, url(row, "draft"))


def test_each_missing_part_is_named_at_its_own_field_once(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["director"], at=held.during)
    given = typed(held.cycle, objectives="", place="", ask="1e3") | {"send": "1"}
    page = facts(signed_in(held.world.people["director"]).post(url(row, "draft"), given))
    said = ("Objectives: Fill this in.", "Place: Fill this in.", "You ask for: ", "Target audience: ")
    assert [page.count(words) for words in said] == [1, 1, 1, 0]


@pytest.mark.parametrize("count", ["１００", "1_000", "+5", "1e3", "12.5", "NaN"])
def test_a_count_that_is_no_count_is_named_at_its_field_and_kept(held: Arena, signed_in: SignIn, count: str) -> None:
    with staff_context("arrange"):
        row = operations.start_proposal(partner=held.world.home, by=held.world.people["director"], at=held.during)
    given = {**typed(held.cycle, audience_size=count), "send": "1"}
    response = signed_in(held.world.people["director"]).post(url(row, "draft"), given)
    page = facts(response)
    assert response.status_code == 422
    assert ("Enter a count in digits" in page, f'value="{count}"' in page) == (True, True)


def test_what_changed_in_another_tab_is_read_again_before_it_is_sent(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row, _said = draft(held.world.home, held.world.people["director"], held.cycle)
    with time_machine.travel(held.during, tick=False):
        browser = signed_in(held.world.people["director"])
        assert '<input type="hidden" name="revision" value="1">' in facts(browser.get(url(row, "submission")))
        browser.post(url(row, "draft"), typed(held.cycle, minimum="1.00", revision="1"))
        answer = browser.post(url(row, "submission"), {"cycle": held.cycle.ref, "revision": "1"})
        assert answer.headers["Location"] == url(row, "submission")
        browser.post(url(row, "submission"), {"cycle": held.cycle.ref, "revision": "2"})
    with staff_context("look"):
        row.refresh_from_db()
        assert (row.state, row.version.minimum) == ("submitted", 1)


def test_a_late_proposal_that_the_next_cycle_cannot_take_says_both(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row, _said = draft(held.world.home, held.world.people["director"], held.cycle)
    with time_machine.travel(held.cycle.closes_at, tick=False):
        browser = signed_in(held.world.people["director"])
        page = facts(browser.post(url(row, "submission"), {"cycle": held.cycle.ref}, follow=True))
    assert f"The deadline of {held.cycle.title} passed at" in page
    assert "the decision date." in page


def test_the_endorsement_page_answers_on_the_version_that_it_shows(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["champion"], held.cycle)
        old = row.version.sha256
        row = operations.recall_proposal(proposal=row, by=row.author, at=held.during)
        row = operations.send_proposal(
            proposal=row, content=content(held.cycle, title="Another title"), by=row.author, at=held.during
        )
    with time_machine.travel(held.during, tick=False):
        browser = signed_in(held.world.people["director"])
        given = {"outcome": "endorsed", "note": "Fine", "cycle": held.cycle.ref}
        page = browser.post(url(row, "endorsement"), {**given, "sha256": old})
        assert (page.status_code, f'value="{row.version.sha256}"' in facts(page)) == (422, True)
        assert browser.post(url(row, "endorsement"), {**given, "sha256": row.version.sha256}).status_code == 303
    with staff_context("look"):
        row.refresh_from_db()
        assert row.state == "submitted"


def test_a_review_whose_scores_are_all_in_is_only_read(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["director"], held.cycle)
        close(held.cycle)
        first, second = (assigned(row, one, held.staff[0], held.after) for one in held.reviewers)
        Declaration.objects.create(cycle=held.cycle, person=held.reviewers[0], signed_at=held.after)
        marked(first, 4, at=held.after)
    browser, place = signed_in(held.reviewers[0]), f"/network/grants/reviews/{first.ref}/"
    assert "<fieldset disabled>" not in facts(browser.get(place))
    with staff_context("arrange"):
        marked(second, 2, at=held.after, said="A word")
    assert "<fieldset disabled>" in facts(browser.get(place))


def test_a_review_says_its_place_among_the_open_ones_and_none_once_it_is_decided(
    held: Arena, signed_in: SignIn
) -> None:
    with staff_context("arrange"):
        rows = [sent(held.world.home, held.world.people["director"], held.cycle) for _ in range(3)]
        close(held.cycle)
        mine = [assigned(row, held.reviewers[0], held.staff[0], held.after) for row in rows]
        Declaration.objects.create(cycle=held.cycle, person=held.reviewers[0], signed_at=held.after)
        marked(mine[0], 4, at=held.after)
    browser, place = signed_in(held.reviewers[0]), "/network/grants/reviews/{}/".format
    shown = [facts(browser.get(place(one.ref))) for one in mine]
    assert [f"{n} of 2 in your queue" in page for n, page in zip((1, 1, 2), shown, strict=True)] == [False, True, True]
    assert [(">Skip<" in page, "your scores are due" in page) for page in shown[:2]] == [(False, False), (True, True)]
    with staff_context("arrange"):
        for one in mine[1:]:
            marked(one, 4, at=held.after)
        for row in rows:
            marked(assigned(row, held.reviewers[1], held.staff[0], held.after), 4, at=held.after)
        slate = operations.prepare_slate(cycle=held.cycle, by=None, at=held.decided)
        operations.propose_slate(slate=slate, by=held.staff[0], at=held.decided)
        operations.approve_slate(slate=slate, by=held.staff[1], at=held.decided)
    over = facts(browser.get(place(mine[1].ref)))
    assert f"Decided {day(held.decided)}." in over
    assert [words in over for words in ("in your queue", "your scores are due", ">Skip<", ">Next<")] == [False] * 4


def test_the_own_outreach_manager_gives_context_and_nobody_else(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["director"], held.cycle)
        close(held.cycle)
        review = assigned(row, held.reviewers[0], held.staff[0], held.after)
        Declaration.objects.create(cycle=held.cycle, person=held.reviewers[0], signed_at=held.after)
    own, other = held.world.people["outreach_manager"], held.world.away_people["outreach_manager"]
    assert signed_in(other).post(url(row, "context"), {"text": "x"}).status_code == 404
    assert signed_in(own).post(url(row, "context"), {"text": "Two districts asked for this."}).status_code == 303
    page = facts(signed_in(held.reviewers[0]).get(f"/network/grants/reviews/{review.ref}/"))
    assert "Two districts asked for this." in page


@pytest.mark.parametrize("place", ["/partners/home-mesa/", "/partners/home-mesa/grants/", "/network/grants/cycles/"])
def test_a_reviewer_has_no_other_way_to_the_proposal(held: Arena, signed_in: SignIn, place: str) -> None:
    with staff_context("arrange"):
        row = sent(held.world.home, held.world.people["director"], held.cycle)
        close(held.cycle)
        assigned(row, held.reviewers[0], held.staff[0], held.after)
        Declaration.objects.create(cycle=held.cycle, person=held.reviewers[0], signed_at=held.after)
    browser = signed_in(held.reviewers[0])
    assert browser.get(place).status_code in (403, 404)
    assert [browser.get(url(row, *rest)).status_code for rest in ((), ("endorsement",), ("context",))] == [404] * 3


def test_who_applies_reads_how_proposals_are_scored(held: Arena, signed_in: SignIn) -> None:
    for role in ("director", "program_manager", "champion"):
        shown = signed_in(held.world.people[role]).get("/partners/home-mesa/grants/").content.decode()
        labels = held.cycle.rubric.criteria.values_list("label", flat=True)
        assert [label for label in labels if label not in shown] == [], role


@pytest.mark.parametrize(
    ("place", "who", "statements"),
    [
        ("/partners/home-mesa/grants/", "director", 6),
        ("/network/grants/cycles/", "staff", 5),
        ("/network/grants/cycles/{cycle}/", "staff", 8),
    ],
)
def test_lists_cost_the_same_with_one_and_with_three_rows(
    held: Arena, signed_in: SignIn, place: str, who: str, statements: int
) -> None:
    with staff_context("arrange"):
        sent(held.world.home, held.world.people["director"], held.cycle)
    browser, address = signed_in(held.world.people[who]), place.format(cycle=held.cycle.ref)
    browser.get(address)
    one = statements_of(browser, address)
    with staff_context("arrange"):
        for _ in range(2):
            sent(held.world.home, held.world.people["director"], held.cycle)
    three = statements_of(browser, address)
    assert len(one) == len(three) == statements <= LIST, "\n".join(three)


def test_the_review_queue_costs_the_same_with_one_and_with_three_rows(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        rows = [sent(held.world.home, held.world.people["director"], held.cycle) for _ in range(3)]
        close(held.cycle)
        assigned(rows[0], held.reviewers[0], held.staff[0], held.after)
        Declaration.objects.create(cycle=held.cycle, person=held.reviewers[0], signed_at=held.after)
    browser = signed_in(held.reviewers[0])
    browser.get("/network/grants/reviews/")
    one = statements_of(browser, "/network/grants/reviews/")
    with staff_context("arrange"):
        for row in rows[1:]:
            assigned(row, held.reviewers[0], held.staff[0], held.after)
    three = statements_of(browser, "/network/grants/reviews/")
    assert len(one) == len(three) <= LIST, "\n".join(three)


def test_the_export_holds_the_filtered_rows_and_no_formula(held: Arena, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        sent(held.world.home, held.world.people["director"], held.cycle, title="=HYPERLINK(1)")
        sent(held.world.home, held.world.people["champion"], held.cycle, title="Waits")
    browser = signed_in(held.world.people["director"])
    text = browser.post("/partners/home-mesa/grants/export/?view=open").content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert "Waits" not in text
    assert browser.get("/partners/home-mesa/grants/export/").status_code == 405
