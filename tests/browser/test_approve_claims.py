"""Journey (c): 20 green claims approved in two clicks while an amber one stays, one cut by the cap alone, then a paid batch."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from common.tenancy import staff_context
from common.zones import today
from incentives.models import Claim
from ledger.models import PaymentBatch
from ledger.operations import verify_ledger
from partners.models import FiscalYear
from tests.browser.conftest import PHONE, Live, picture, sound
from tests.incentives import factories as make
from tests.ledger.factories import set_limit

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = (
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


@pytest.fixture
def ready(live: Live) -> Ready:
    """20 claims of $1,000.00 of two partners; one partner without a payee; one with $1,100.00 of room."""
    with staff_context("arrange"):
        cast = make.make_cast(live.world.home, outreach=live.world.people["outreach_manager"])
        cast.approvers[0], cast.finance[0] = live.world.people["staff"], live.world.people["finance"]
        others = [make.make_cast(network=cast, payable=number != 2) for number in range(3)]
        for name, one in zip(NAMES, [others[0], others[1], others[2], cast], strict=True):
            type(one.partner).objects.filter(pk=one.partner.pk).update(name=name)
        year: Any = FiscalYear.objects.get(label=f"FY{today().year}")
        set_limit(
            "incentive_year", "1100.00", year, partner=others[1].partner, people=(cast.finance[1], cast.finance[2])
        )
        for number in range(20):
            make.verified(cast if number % 2 else others[0], "O4")
        amber = make.verified(others[2], "O11")
        return Ready(live, cast, make.verified(others[1], "O17"), amber)


def states() -> dict[str, int]:
    """How many claims are in each state."""
    with staff_context("look"):
        rows = list(Claim.objects.values_list("state", flat=True))
    return {state: rows.count(state) for state in sorted(set(rows))}


def said(page: Page, text: str) -> Locator:
    """A message on the page; the live region of screen readers repeats it."""
    return page.locator("#main").get_by_text(text)


def test_20_green_claims_in_two_clicks_then_the_cut_one_alone_then_a_paid_batch(ready: Ready) -> None:
    page = ready.live.sign_in("Code.org staff")
    page.goto(f"{ready.live.url}/network/approvals/")
    expect(page.get_by_text("20 claims selected")).to_be_visible()
    sound(page)
    picture(page, "approvals-1280")
    page.get_by_role("button", name="Approve 20 claims").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Approve $20,000, 20 claims of 2 partners?")
    sound(page)
    page.get_by_role("button", name="Approve 20 claims").click()
    expect(said(page, "Approved 20 claims: $20,000.00 to 2 partners.")).to_be_visible()
    assert states() == {"approved": 20, "verified": 2}
    sound(page)
    expect(page.get_by_text("Finance has no W-9 and bank details on file")).to_be_visible()
    approve_the_cut_one(page, ready)
    pay_the_batch(ready)


def approve_the_cut_one(page: Page, ready: Ready) -> None:
    """Open it, see what the cap leaves, approve that part."""
    page.locator("tr", has_text=str(ready.cut.name)).get_by_role("link").click()
    expect(page.get_by_text("The cap leaves $1,100 of $1,500.")).to_be_visible()
    sound(page)
    picture(page, "approve-one-1280")
    page.get_by_role("button", name="Approve $1,100 of $1,500").click()
    expect(said(page, "Approved 1 claim: $1,100.00 to 1 partner.")).to_be_visible()
    with staff_context("look"):
        cut = Claim.objects.get(pk=ready.cut.pk)
        assert (cut.state, cut.approved_amount, cut.rest_amount) == ("approved", Decimal(1100), Decimal(400))
    assert states() == {"approved": 21, "verified": 1}


def pay_the_batch(ready: Ready) -> None:
    """One person of Finance opens and exports, another marks it paid."""
    first = ready.live.sign_in("Code.org finance")
    first.goto(f"{ready.live.url}/network/payouts/")
    sound(first)
    first.get_by_role("button", name="Open a batch of $21,100").click()
    first.get_by_role("button", name="Export for the bank").click()
    expect(first.get_by_text("so another person of Finance marks it paid")).to_be_visible()
    sound(first)
    picture(first, "payout-1280")
    with first.expect_download() as download:
        first.get_by_role("link", name="Download the file").click()
    assert download.value.path().read_text().splitlines()[-1].startswith("TOTAL,")
    second = ready.live.sign_in(ready.cast.finance[1].name)
    second.goto(first.url)
    second.get_by_role("link", name="Mark paid").click()
    sound(second)
    second.get_by_label("Reference of the bank").fill("ACH 20261124-0071")
    second.get_by_role("button", name="Mark 21 payments paid").click()
    expect(said(second, "$21,100.00 is paid, reference ACH 20261124-0071.")).to_be_visible()
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
    page = ready.live.sign_in("Code.org staff")
    page.goto(f"{ready.live.url}/network/approvals/")
    press(page, "Approve 20 claims")
    press(page, "Approve 20 claims")
    press(page, "Coach cohort launched")
    press(page, "Approve $1,100 of $1,500")
    assert states() == {"approved": 21, "verified": 1}
    first = ready.live.sign_in("Code.org finance")
    first.goto(f"{ready.live.url}/network/payouts/")
    press(first, "Open a batch of $21,100")
    press(first, "Export for the bank")
    second = ready.live.sign_in(ready.cast.finance[1].name)
    second.goto(first.url)
    press(second, "Mark paid")
    reach(second, "Reference of the bank")
    second.keyboard.type("ACH 20261124-0072")
    press(second, "Mark 21 payments paid")
    assert states() == {"paid": 21, "verified": 1}


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
        "Code.org outreach_manager": ("/network/verifications/", f"{home}/claims/{sent.ref}/verification/"),
        "Code.org staff": (
            "/network/approvals/",
            f"/network/approvals/{ready.cut.ref}/",
            "/network/outcomes/",
            "/network/outcomes/new/",
        ),
        "Code.org finance": ("/network/payouts/",),
    }
    for name, paths in pages.items():
        page = live.sign_in(name, viewport=PHONE)
        for path in paths:
            page.goto(f"{live.url}{path}")
            sound(page)
            if path in (f"{home}/claims/{draft.ref}/", "/network/approvals/"):
                picture(page, "claim-360" if "claims" in path else "approvals-360")
