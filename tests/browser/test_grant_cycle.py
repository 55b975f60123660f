"""Journey (b): from a champion's draft to an approved slate; the applicants read a full, a partial and a declined outcome."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from common.tenancy import staff_context
from common.zones import now
from grants.models import Award, Cycle, Proposal, Review
from partners.models import Partner
from tests.browser.conftest import DESKTOP, Live, seen, sound
from tests.grants.conftest import Arena, arena_of
from tests.grants.factories import sent

pytestmark = pytest.mark.django_db(transaction=True)
MARKS = {"Family CS night": 5, "Booth at the board meeting": 4, "Branded pencils": 2}


NAMES = {
    "director": "Elena Archuleta",
    "program_manager": "Marisol Vega",
    "champion": "Luis Ortega",
    "outreach_manager": "Renée Fontaine",
    "staff": "Priya Raman",
}


def name_everybody(arena: Arena) -> None:
    """Invented names that a picture may show."""
    Partner.objects.filter(pk=arena.world.home.pk).update(name="High Desert CS Collaborative")
    Partner.objects.filter(pk=arena.world.away.pk).update(name="Sandhills Educational Cooperative", states=["NE"])
    people = {
        **{arena.world.people[role]: name for role, name in NAMES.items()},
        arena.world.away_people["director"]: "Tom Becker",
    }
    people |= {
        arena.world.away_people["outreach_manager"]: "Daniel Okafor",
        arena.reviewers[0]: "Grace Lindqvist",
        arena.reviewers[1]: "Noor Haddad",
    }
    people |= {arena.staff[1]: "Helen Brandt", arena.staff[2]: "Sam Ngo"}
    for person, name in people.items():
        User.objects.filter(pk=person.pk).update(name=name)
        person.name = name
    for partner in (arena.world.home, arena.world.away):
        partner.refresh_from_db()


class Mouse:
    """Points, clicks and fills."""

    looks = True

    def __init__(self, page: Page) -> None:
        self.page = page

    def look(self, page: Page, name: str = "") -> None:
        """Contrast, names and width in light and dark, on the desktop and, where a picture has a name, on the phone."""
        if not self.looks:
            return
        if name:
            seen(page, name)
        else:
            sound(page)

    def press(self, target: Locator) -> None:
        """A button or link."""
        target.click()

    def write(self, target: Locator, text: str) -> None:
        """Text, a number or a date."""
        target.fill(text)

    def choose(self, target: Locator, label: str) -> None:
        """One option of a list."""
        target.select_option(label=label)

    def tick(self, target: Locator) -> None:
        """A box."""
        target.check()


class Keyboard(Mouse):
    """Tab, letters, space and Enter; nothing else. The mouse's run has looked at the same pages."""

    looks = False

    def reach(self, target: Locator) -> None:
        """Tab until it has the focus."""
        expect(target).to_be_visible()
        for _ in range(160):
            if target.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached by Tab")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        if target.get_attribute("type") == "date":
            year, month, day = text.split("-")
            text = f"{month}{day}{year}"
        self.page.keyboard.type(text)

    def choose(self, target: Locator, label: str) -> None:
        self.reach(target)
        self.page.keyboard.type(label)

    def tick(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Space")


def signed_in(live: Live, person: User, viewport: dict[str, int] = DESKTOP) -> Page:
    """A page of this person at its home, signed in by its button of the demo sign-in."""
    context = live.browser.new_context(viewport=viewport, reduced_motion="reduce")  # type: ignore[arg-type]
    live.contexts.append(context)
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{live.url}/demo/")
    form = page.locator("form[action^='/demo/people/']").first
    form.evaluate("(one, ref) => { one.action = `/demo/people/${ref}/`; one.submit(); }", person.ref)
    page.wait_for_url(lambda url: "/demo/" not in url)
    return page


def button(page: Page, name: str) -> Locator:
    """By its words."""
    return page.get_by_role("button", name=name)


def shown(page: Page, heading: str) -> Page:
    """The page, once it is the one with this title."""
    expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
    return page


def write_proposal(page: Page, hands: Mouse, cycle: Cycle) -> None:
    """The whole page."""
    first = cycle.quarter.starts_on + dt.timedelta(days=25)
    hands.write(page.get_by_label("Name of the activity"), "Family CS night")
    hands.choose(page.get_by_role("combobox", name="Target audience"), "Families and students")
    hands.write(page.get_by_label("How many of them are there"), "180")
    hands.write(page.get_by_label("Who they are", exact=True), "Families of the four elementary schools of Deming.")
    hands.tick(page.get_by_label("Students reached"))
    hands.write(
        page.get_by_role("textbox", name="Objectives"),
        "Every child leaves with a program that runs; every family with a date for the next class.",
    )
    line = page.get_by_role("group", name="Line 1")
    hands.choose(line.get_by_label("Use case", exact=True), "CS Ed Week or district showcase")
    hands.write(line.get_by_label("What", exact=True), "Room, pizza, 40 kits")
    hands.write(line.get_by_label("Amount", exact=True), "3000")
    hands.write(page.get_by_label("You ask for"), "3000")
    hands.write(page.get_by_label("Still useful from"), "1500")
    outcome = page.get_by_role("group", name="Outcome 1")
    hands.choose(outcome.get_by_label("Outcome", exact=True), "People at the event")
    hands.write(outcome.get_by_label("Today", exact=True), "0")
    hands.write(outcome.get_by_label("Promised", exact=True), "160")
    hands.write(outcome.get_by_label("By", exact=True), first.isoformat())
    hands.write(page.get_by_label("First day", exact=True), first.isoformat())
    hands.write(page.get_by_label("Last day", exact=True), first.isoformat())
    hands.write(page.get_by_label("Place", exact=True), "Deming, NM")


def deadline_passes(arena: Arena) -> None:
    """The intake ends now, the next begins, and the quarterly job runs."""
    at = now()
    with staff_context("time passes"):
        Cycle.objects.filter(pk=arena.cycle.pk).update(closes_at=at)
        Cycle.objects.filter(opens_at=arena.cycle.closes_at).update(opens_at=at)
    call_command("run_grant_cycle", arena.cycle.quarter.label, "--json")


def score_all(live: Live, hands_of: Any) -> int:
    """Every reviewer signs and scores the own queue with keys and "Save and next"; how many reviews."""
    with staff_context("look"):
        people = {review.reviewer for review in Review.objects.select_related("reviewer")}
    done = 0
    for number, person in enumerate(sorted(people, key=lambda one: one.pk)):
        page = signed_in(live, person)
        hands = hands_of(page)
        hands.press(page.get_by_role("link", name="Grant reviews").first)
        shown(page, "Grant reviews")
        hands.tick(page.get_by_label(re.compile("I have named in my register")))
        if number == 0:
            hands.look(page)
        hands.press(button(page, "Sign and open the list"))
        hands.press(page.locator("a[data-row-open]").first)
        page.wait_for_url(re.compile(r"/R-\w+/$"))
        while page.url.rstrip("/").split("/")[-1].startswith("R-"):
            score_one(page, hands, is_first=done == 0)
            done += 1
        expect(page.get_by_text("Nothing waits for your scores.")).to_be_visible()
    return done


def score_one(page: Page, hands: Mouse, *, is_first: bool) -> None:
    """Marks by keys 1 to 5 and the arrow, a word to the applicant, Ctrl Enter."""
    mark = MARKS[page.get_by_role("heading", level=1).inner_text()]
    here = page.url
    hands.tick(page.get_by_role("radio", name="1").first)
    for number in range(5):
        page.keyboard.press(str(mark))
        if number < 4:
            page.keyboard.press("ArrowDown")
    hands.write(page.get_by_label(re.compile("To the applicant")), "Say who follows up.")
    expect(page.locator("[data-saved-word]")).to_contain_text("Saved")
    if is_first:
        hands.look(page, "grant-review")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != here)


@pytest.mark.parametrize(
    "hands_of", [pytest.param(Mouse, id="mouse"), pytest.param(Keyboard, id="keyboard", marks=pytest.mark.full)]
)
def test_proposals_become_a_slate_whose_reasons_the_applicants_read(live: Live, hands_of: Any) -> None:
    world = live.world
    with staff_context("arrange"):
        arena = arena_of(world)
        name_everybody(arena)
        sent(
            world.home,
            world.people["director"],
            arena.cycle,
            at=now(),
            title="Booth at the board meeting",
            ask="4000.00",
            minimum="1000.00",
        )
        sent(
            world.away,
            world.away_people["director"],
            arena.cycle,
            at=now(),
            title="Branded pencils",
            ask="2000.00",
            minimum="500.00",
        )

    page = signed_in(live, world.people["champion"])
    hands = hands_of(page)
    hands.press(page.get_by_role("link", name="Grants").first)
    hands.press(page.get_by_role("link", name="New proposal"))
    hands.press(button(page, "An empty page"))
    write_proposal(page, hands, arena.cycle)
    expect(page.locator("[data-saved-word]")).to_contain_text("Saved")
    expect(page.get_by_text("Everything is there.")).to_be_visible()
    hands.look(page, "grant-proposal")
    hands.press(button(page, "Send proposal…"))
    expect(page.get_by_text(f"{arena.cycle.title}, until")).to_be_visible()
    hands.look(page)
    hands.press(button(page, "Send for endorsement"))
    expect(page.get_by_text("With the partner’s Director or Program Manager")).to_be_visible()

    manager = signed_in(live, world.people["program_manager"])
    hands = hands_of(manager)
    hands.press(manager.get_by_role("link", name="Read proposal"))
    hands.look(shown(manager, "Endorse Family CS night"))
    hands.press(button(manager, "Endorse and submit"))
    expect(manager.get_by_text(f"Submitted to {arena.cycle.title}").first).to_be_visible()

    deadline_passes(arena)
    assert score_all(live, hands_of) == 6

    proposer = signed_in(live, arena.staff[0])
    hands = hands_of(proposer)
    hands.press(proposer.get_by_role("link", name="Grant cycles").first)
    hands.press(proposer.get_by_role("link", name=arena.cycle.title, exact=True).first)
    hands.look(shown(proposer, f"Cycle {arena.cycle.title}"))
    hands.press(button(proposer, "Open scores and prepare slate"))
    hands.press(proposer.get_by_role("link", name="Propose this slate…"))
    hands.press(button(proposer, "Propose slate"))
    expect(proposer.get_by_text("You proposed this slate, so somebody else approves it.")).to_be_visible()

    approver = signed_in(live, arena.staff[1])
    hands = hands_of(approver)
    hands.press(approver.get_by_role("link", name="Open slate").first)
    hands.look(shown(approver, f"Slate for {arena.cycle.title}"), "grant-slate")
    hands.press(approver.get_by_role("link", name="Approve this slate…"))
    hands.look(shown(approver, "Award $5,000 to 1 partner?"))
    hands.press(button(approver, "Approve slate and tell applicants"))
    expect(approver.get_by_text(f"Approved by {arena.staff[1].name}")).to_be_visible()

    with staff_context("look"):
        assert {award.proposal.title: int(award.amount) for award in Award.objects.select_related("proposal")} == {
            "Family CS night": 3000,
            "Booth at the board meeting": 2000,
        }
        refs = {
            row.title: (row.author, row.partner.slug, row.ref)
            for row in Proposal.objects.select_related("author", "partner")
        }
    reads = {
        "Family CS night": ("Awarded in full: $3,000", "Your whole ask of $3,000 fits"),
        "Booth at the board meeting": (
            "Awarded in part: $2,000",
            "Your partner had $2,000 left under its cap of the quarter. You receive $2,000 of $4,000.",
        ),
        "Branded pencils": ("Declined", "Proposals below 60 get no award in this cycle."),
    }
    for title, (heading, reason) in reads.items():
        author, slug, ref = refs[title]
        applicant = signed_in(live, author)
        applicant.goto(f"{live.url}/partners/{slug}/grants/proposals/{ref}/")
        expect(applicant.get_by_role("heading", name=heading)).to_be_visible()
        expect(applicant.get_by_text(reason)).to_be_visible()
        expect(applicant.get_by_text("Say who follows up.").first).to_be_visible()
        hands_of(applicant).look(applicant, "grant-decision" if title == "Family CS night" else "")
