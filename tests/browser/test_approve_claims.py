"""Journey (c): 20 green claims approved in two clicks while an amber one stays, one cut by the cap alone, then a paid batch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from common.tenancy import staff_context
from common.zones import today
from districts.models import School
from incentives.models import Claim
from incentives.operations import Subject
from ledger.models import PaymentBatch
from ledger.operations import verify_ledger
from partners.models import FiscalYear, Partner
from tests.browser.conftest import PHONE, Live, seen, sound
from tests.incentives import factories as make
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db(transaction=True)
PARTNERS = (
    "High Desert CS Collaborative",
    "Sandhills Educational Cooperative",
    "Piedmont Foothills STEM Center",
    "Delta Teacher Institute",
)


@dataclass
class Ready:
    """The network of the journey: 20 green claims, one without payee details, one cut by the cap."""

    live: Live
    cast: make.Cast
    cut: Claim
    amber: Claim


PLACES = ("Chama Valley", "Greenbrier Valley", "Nishna Bluffs", "Alder Creek")
GREEN = ("O4", "O6", "O15", "O19", "O11")
SUM = "$16,400"


def name_everybody(cast: make.Cast, casts: list[make.Cast]) -> None:
    """Invented names that a picture may show."""
    people = {cast.approvers[0]: "Priya Raman", cast.finance[0]: "Ingrid Tiller", cast.finance[1]: "Malik Jessup"}
    people |= {cast.outreach: "Daniel Okafor"}
    people |= dict(
        zip([one.manager for one in casts], ("Jo Redhouse", "Anne Holm", "Luis Ortega", "Marisol Vega"), strict=True)
    )
    for person, name in people.items():
        User.objects.filter(pk=person.pk).update(name=name)
        person.name = name
    for name, one in zip(PARTNERS, casts, strict=True):
        Partner.objects.filter(pk=one.partner.pk).update(name=name)


def subject_of(code: str, place: str) -> Subject:
    """A subject of the kind that the outcome is about, at a place that does not exist."""
    district = make.make_district(f"{place} Schools")
    if code != "O15":
        return Subject(district=district, name=f"Rosa Quintana, {place} cohort")
    school = make.make_school(district)
    School.objects.filter(pk=school.pk).update(name=f"{place} Elementary")
    return Subject(school=school)


@pytest.fixture
def ready(live: Live) -> Ready:
    """20 green claims of $16,400.00 of two partners; one of a partner without a payee; one with $1,100.00 of room."""
    with staff_context("arrange"):
        cast = make.make_cast(live.world.home, outreach=live.world.people["outreach_manager"])
        cast.approvers[0], cast.finance[0] = live.world.people["staff"], live.world.people["finance"]
        others = [make.make_cast(network=cast, payable=number != 2) for number in range(3)]
        name_everybody(cast, [others[0], others[1], others[2], cast])
        year: Any = FiscalYear.objects.get(label=f"FY{today().year}")
        set_limit(
            "incentive_year", "1100.00", year, partner=others[1].partner, people=(cast.finance[1], cast.finance[2])
        )
        for number in range(20):
            code, place = GREEN[number % 5], PLACES[number // 5]
            make.verified(cast if number % 2 else others[0], code, subject=subject_of(code, place))
        amber = make.verified(others[2], "O11", subject=subject_of("O11", "Rio Hondo"))
        cut = make.verified(others[1], "O17", subject=Subject(name="Upstate coach cohort B"))
        return Ready(live, cast, cut, amber)


def states() -> dict[str, int]:
    """How many claims are in each state."""
    with staff_context("look"):
        rows = list(Claim.objects.values_list("state", flat=True))
    return {state: rows.count(state) for state in sorted(set(rows))}


def said(page: Page, text: str) -> Locator:
    """A message on the page; the live region of screen readers repeats it."""
    return page.locator("#main").get_by_text(text)


def test_20_green_claims_in_two_clicks_then_the_cut_one_alone_then_a_paid_batch(ready: Ready) -> None:
    page = ready.live.sign_in("Priya Raman")
    page.goto(f"{ready.live.url}/network/approvals/")
    expect(page.get_by_text("20 claims selected")).to_be_visible()
    seen(page, "approvals")
    page.get_by_role("button", name="Approve 20 claims").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Approve {SUM}, 20 claims of 2 partners?")
    sound(page)
    page.get_by_role("button", name="Approve 20 claims").click()
    expect(said(page, f"Approved 20 claims: {SUM}.00 to 2 partners.")).to_be_visible()
    assert states() == {"approved": 20, "verified": 2}
    sound(page)
    expect(page.get_by_text("Finance has no W-9 and bank details on file")).to_be_visible()
    approve_the_cut_one(page, ready)
    pay_the_batch(ready)


def approve_the_cut_one(page: Page, ready: Ready) -> None:
    """Open it, see what the cap leaves, approve that part."""
    page.locator("tr", has_text=str(ready.cut.name)).get_by_role("link").click()
    expect(page.get_by_text("The cap leaves $1,100 of $1,500.")).to_be_visible()
    seen(page, "approve-one")
    page.get_by_role("button", name="Approve $1,100 of $1,500").click()
    expect(said(page, "Approved 1 claim: $1,100.00 to 1 partner.")).to_be_visible()
    with staff_context("look"):
        cut = Claim.objects.get(pk=ready.cut.pk)
        assert (cut.state, cut.approved_amount, cut.rest_amount) == ("approved", Decimal(1100), Decimal(400))
    assert states() == {"approved": 21, "verified": 1}


def pay_the_batch(ready: Ready) -> None:
    """One person of Finance opens and exports, another marks it paid."""
    first = ready.live.sign_in("Ingrid Tiller")
    first.goto(f"{ready.live.url}/network/payouts/")
    sound(first)
    first.get_by_role("button", name="Open a batch of $17,500").click()
    first.get_by_role("button", name="Export for the bank").click()
    expect(first.get_by_text("so another person of Finance marks it paid")).to_be_visible()
    seen(first, "payout")
    with first.expect_download() as download:
        first.get_by_role("link", name="Download the file").click()
    assert download.value.path().read_text().splitlines()[-1].startswith("TOTAL,")
    second = ready.live.sign_in(ready.cast.finance[1].name)
    second.goto(first.url)
    second.get_by_role("link", name="Mark paid").click()
    expect(second.get_by_label("Reference of the bank")).to_be_visible()
    sound(second)
    second.get_by_label("Reference of the bank").fill("ACH 20261124-0071")
    second.get_by_role("button", name="Mark 21 payments paid").click()
    expect(said(second, "$17,500.00 is paid, reference ACH 20261124-0071.")).to_be_visible()
    with staff_context("look"):
        assert PaymentBatch.objects.get().state == "paid"
        assert verify_ledger().differences == []
    assert states() == {"paid": 21, "verified": 1}


def reach(page: Page, name: str) -> None:
    """Press Tab until the focus stands on the control with this name."""
    script = "() => (document.activeElement?.labels?.[0]?.innerText ?? document.activeElement?.innerText ?? '').trim()"
    for _ in range(150):
        page.keyboard.press("Tab")
        if str(page.evaluate(script)).startswith(name):
            return
    raise AssertionError(f"Tab never reaches {name}")


def press(page: Page, name: str, key: str = "Enter") -> None:
    """Reach a control and press it, then wait for the page that follows."""
    reach(page, name)
    with page.expect_navigation():
        page.keyboard.press(key)


def test_the_journey_runs_by_keyboard_alone(ready: Ready) -> None:
    page = ready.live.sign_in("Priya Raman")
    page.goto(f"{ready.live.url}/network/approvals/")
    press(page, "Approve 20 claims")
    press(page, "Approve 20 claims")
    press(page, "Coach cohort launched")
    press(page, "Approve $1,100 of $1,500")
    assert states() == {"approved": 21, "verified": 1}
    first = ready.live.sign_in("Ingrid Tiller")
    first.goto(f"{ready.live.url}/network/payouts/")
    press(first, "Open a batch of $17,500")
    press(first, "Export for the bank")
    second = ready.live.sign_in(ready.cast.finance[1].name)
    second.goto(first.url)
    press(second, "Mark paid")
    reach(second, "Reference of the bank")
    second.keyboard.type("ACH 20261124-0072")
    press(second, "Mark 21 payments paid")
    assert states() == {"paid": 21, "verified": 1}


@pytest.mark.full
def test_the_pages_fit_a_phone_and_pass_axe(ready: Ready) -> None:
    live, home = ready.live, "/partners/home-mesa"
    with staff_context("arrange"):
        draft = make.draft(ready.cast, "O7", evidence=False, on=today() - dt.timedelta(days=9))
        sent = make.submitted(ready.cast, "O1")
    pages = {
        "Home program_manager": (
            f"{home}/claims/",
            f"{home}/outcomes/",
            f"{home}/claims/new/?outcome=O9",
            f"{home}/claims/{draft.ref}/",
        ),
        "Daniel Okafor": ("/network/verifications/", f"{home}/claims/{sent.ref}/verification/"),
        "Priya Raman": (
            "/network/approvals/",
            f"/network/approvals/{ready.cut.ref}/",
            "/network/outcomes/",
            "/network/outcomes/new/",
        ),
        "Ingrid Tiller": ("/network/payouts/",),
    }
    for name, paths in pages.items():
        page = live.sign_in(name, viewport=PHONE)
        for path in paths:
            page.goto(f"{live.url}{path}")
            sound(page)
