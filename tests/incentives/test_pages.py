"""Pages of claims, verification, approvals, payouts and the catalog, as people use them."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfWriter

from common.tenancy import staff_context
from common.zones import network_zone, now, today
from incentives import operations
from incentives.models import Claim, OutcomeVersion, RequiredEvidence
from incentives.promises import working_days_between
from ledger import operations as ledger
from ledger.models import PaymentBatch
from tests.incentives import factories as make
from tests.queries import DETAIL, LIST, statements_of
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


def a_pdf() -> bytes:
    """One blank page."""
    written, made = PdfWriter(), io.BytesIO()
    written.add_blank_page(100, 100)
    written.write(made)
    return made.getvalue()


@pytest.fixture
def cast(world: World) -> make.Cast:
    """The home partner with Code.org's people, and two more approvers and people of Finance."""
    with staff_context("arrange"):
        found = make.make_cast(world.home, outreach=world.people["outreach_manager"])
    found.manager = world.people["program_manager"]
    found.approvers[0], found.finance[0] = world.people["staff"], world.people["finance"]
    return found


@pytest.fixture
def home(world: World, cast: make.Cast, signed_in: SignIn) -> Client:
    return signed_in(world.people["program_manager"])


def test_a_claim_is_made_proved_and_sent_in_the_browser(cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        district = make.make_district("Mimbres Valley")
    page = home.get("/partners/home-mesa/claims/new/?outcome=O11", follow=True)
    key = page.context["form"]["form_key"].value()
    typed = {"district": district.ref, "outcome_on": today().isoformat(), "words": "From July on", "form_key": key}
    made = home.post("/partners/home-mesa/claims/new/?outcome=O11", typed)
    again = home.post("/partners/home-mesa/claims/new/?outcome=O11", typed)
    assert (made.status_code, made.headers["Location"]) == (303, again.headers["Location"])
    url = made.headers["Location"]
    assert home.post(f"{url}submission/").status_code == 422
    with staff_context("read"):
        kind = RequiredEvidence.objects.get(version=make.version("O11"))
    sent = home.post(f"{url}evidence/", {"kind": kind.ref, "file": SimpleUploadedFile("letter.pdf", a_pdf())})
    assert sent.status_code == 303, facts(sent)
    assert home.post(f"{url}submission/").status_code == 303
    with staff_context("read"):
        claim = Claim.objects.get()
        assert (claim.state, claim.claimant, claim.subject) == ("submitted", cast.manager, "Mimbres Valley")


def test_back_and_save_again_makes_no_second_draft_and_loses_no_words(cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        district = make.make_district("Mimbres Valley")
    asked = home.get("/partners/home-mesa/claims/new/?outcome=O11")
    form = asked.headers["Location"]
    key = home.get(form).context["form"]["form_key"].value()
    typed = {"district": district.ref, "outcome_on": today().isoformat(), "words": "first 4711", "form_key": key}
    detail = home.post(form, typed).headers["Location"]
    assert home.get(form).headers["Location"] == f"{detail}facts/"
    again = home.post(form, {**typed, "words": "second 4712"})
    assert again.status_code == 422 and "first 4711" in facts(again) and "second 4712" in facts(again)
    edition = again.context["form"]["edition"].value()
    saved = home.post(form, {**typed, "words": "second 4712", "edition": edition})
    assert (saved.status_code, saved.headers["Location"]) == (303, detail)
    with staff_context("read"):
        assert Claim.objects.get().words == "second 4712"


def test_a_refused_form_keeps_what_was_typed(cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        district = make.make_district()
    typed = {
        "district": district.ref,
        "outcome_on": (today() + dt.timedelta(days=3)).isoformat(),
        "words": "kept words 4711",
    }
    answer = home.post("/partners/home-mesa/claims/new/?outcome=O11", typed)
    assert answer.status_code == 422
    assert "kept words 4711" in facts(answer)
    with staff_context("read"):
        assert Claim.objects.count() == 0


def test_a_second_claim_is_said_while_it_is_written_and_only_ones_own_is_named(
    cast: make.Cast, home: Client, world: World
) -> None:
    with staff_context("arrange"):
        away = make.Cast(world.away, world.away_people["program_manager"], cast.outreach)
        ours, theirs = make.submitted(cast), make.submitted(away)
    url = f"/partners/home-mesa/claims/{ours.ref}/"
    for claim, named in ((ours, True), (theirs, False)):
        typed = {"district": claim.district.ref, "outcome_on": today().isoformat()}  # type: ignore[union-attr]
        live = home.post("/partners/home-mesa/claims/checks/", {**typed, "outcome": "O11"})
        saved = home.post("/partners/home-mesa/claims/new/?outcome=O11", typed)
        draft = home.get(saved.headers["Location"])
        form = home.get(f"{saved.headers['Location']}facts/")
        assert (live.status_code, saved.status_code) == (200, 303)
        for shown in (live, draft, form):
            assert "laimed" in facts(shown) and ("claimed this already" in facts(shown)) is named
            assert (f'href="{url}"' in facts(shown)) is named
            assert theirs.ref not in facts(shown) and world.away.name not in facts(shown)
    own = home.post("/partners/home-mesa/claims/checks/", {"outcome": "O11", "claim": ours.ref, **typed})
    unfinished = home.post("/partners/home-mesa/claims/checks/", {"outcome": "O11"})
    assert ("Already claimed." in facts(own), facts(unfinished).strip()) == (True, "")


def test_two_tabs_lose_no_words_and_the_later_one_may_save_again(cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        claim = make.draft(cast)
        district: Any = claim.district
    url = f"/partners/home-mesa/claims/{claim.ref}/facts/"
    typed = {"district": district.ref, "outcome_on": today().isoformat(), "edition": "1"}
    assert home.post(url, {**typed, "words": "first tab 4711"}).status_code == 303
    late = home.post(url, {**typed, "words": "second tab 4712"})
    assert late.status_code == 422
    assert "first tab 4711" in facts(late)
    assert "second tab 4712" in facts(late)
    again = {**typed, "words": "second tab 4712", "edition": late.context["form"]["edition"].value()}
    assert home.post(url, again).status_code == 303
    with staff_context("read"):
        assert Claim.objects.get().words == "second tab 4712"


@pytest.mark.parametrize(
    "content", [b"MZ program", b"%PDF-1.4 broken", b"\x89PNG\r\n\x1a\n broken", b"<svg/>", b"", b"\x00" * 20]
)
def test_a_file_that_is_no_document_is_refused_at_its_field(content: bytes, cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        claim = make.draft(cast, evidence=False)
        kind = RequiredEvidence.objects.get(version=claim.version_id)
    answer = home.post(
        f"/partners/home-mesa/claims/{claim.ref}/evidence/",
        {"kind": kind.ref, "file": SimpleUploadedFile("x.pdf", content)},
    )
    assert answer.status_code == 422
    with staff_context("read"):
        assert claim.evidence.count() == 0


def test_a_file_is_a_download_and_never_shown(cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        file = make.draft(cast).evidence.select_related("attachment__content").get()
    answer = home.get(f"/partners/home-mesa/evidence/{file.ref}/")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="plan.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.content == bytes(file.attachment.content.content)


def test_verified_returned_and_rejected_by_the_outreach_manager(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        claims = [make.submitted(cast, code) for code in ("O1", "O11", "O17")]
        kind = RequiredEvidence.objects.get(version=claims[0].version_id, confirmed=True)
    client = signed_in(cast.outreach)
    url = "/partners/home-mesa/claims/{}/verification/".format
    unsaid = client.post(url(claims[0].ref), {"decision": "verified"})
    assert (unsaid.status_code, set(unsaid.context["form"].errors)) == (
        422,
        {f"{name}_{kind.ref}" for name in ("whom", "how", "on")},
    )
    whom = {
        f"whom_{kind.ref}": "Elena Archuleta, superintendent",
        f"how_{kind.ref}": "phone",
        f"on_{kind.ref}": today().isoformat(),
    }
    assert client.post(url(claims[0].ref), {"decision": "verified", **whom}).status_code == 303
    assert client.post(url(claims[1].ref), {"decision": "returned"}).status_code == 422
    assert (
        client.post(url(claims[1].ref), {"decision": "returned", "reason": "The letter has no date."}).status_code
        == 303
    )
    assert client.post(url(claims[2].ref), {"decision": "rejected", "reason": "Seven coaches."}).status_code == 303
    late = client.post(url(claims[0].ref), {"decision": "rejected", "reason": "An older page."})
    assert (late.status_code, "cannot be rejected here. Nothing was changed." in facts(late)) == (422, True)
    with staff_context("read"):
        assert [Claim.objects.get(pk=claim.pk).state for claim in claims] == ["verified", "info_requested", "rejected"]


def test_green_claims_are_approved_with_two_posts_and_a_forged_amber_stays(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        green = [make.verified(cast, code) for code in ("O11", "O17", "O4")]
        amber = make.verified(cast, "O10")
    client = signed_in(cast.approvers[0])
    refs = [claim.ref for claim in [amber, *green]]
    first = client.post("/network/approvals/batch/", {"claim": refs}, follow=True)
    assert first.redirect_chain == [("/network/approvals/batch/", 303)]
    assert [row.claim.ref for row in first.context["rows"]] == [claim.ref for claim in green]
    assert first.context["total"] == Decimal("4500.00")
    second = client.post("/network/approvals/batch/", {"claim": refs, "confirmed": "1"}, follow=True)
    said = [str(message) for message in second.context["messages"]]
    assert said[0] == "Approved 3 claims: $4,500.00 to 1 partner."
    assert said[1].startswith(
        f"District CS policy adopted, {amber.subject} stays. Below $2,500: First of two approvals"
    )
    with staff_context("read"):
        assert {claim.state for claim in Claim.objects.filter(pk__in=[row.pk for row in green])} == {"approved"}
        assert Claim.objects.get(pk=amber.pk).state == "verified"
    assert client.get("/network/approvals/batch/").headers["Location"] == "/network/approvals/"


def test_what_was_chosen_comes_back_after_a_fresh_sign_in(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        chosen, other = make.verified(cast), make.verified(cast, "O17")
    client = signed_in(cast.approvers[0], fresh=False)
    stale = client.post(
        "/network/approvals/batch/", {"claim": chosen.ref}, headers={"referer": "http://testserver/network/approvals/"}
    )
    held = stale.headers["Location"].partition("next=")[2].replace("%2F", "/")
    client.post(f"/demo/people/{cast.approvers[0].ref}/")
    kept = client.get(held).context["held"]
    assert (kept.path, kept.page, kept.fields) == (
        "/network/approvals/batch/",
        "/network/approvals/",
        [("claim", chosen.ref)],
    )
    shown = client.post(kept.path, dict(kept.fields), follow=True)
    assert [row.claim.ref for row in shown.context["rows"]] == [chosen.ref]
    with staff_context("read"):
        assert {row.state for row in Claim.objects.filter(pk__in=[chosen.pk, other.pk])} == {"verified"}


def test_approval_asks_a_fresh_sign_in(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        claim = make.verified(cast)
    client = signed_in(cast.approvers[0], fresh=False)
    for url, data in (
        ("/network/approvals/batch/", {"claim": claim.ref, "confirmed": "1"}),
        (f"/network/approvals/{claim.ref}/", {"decision": "approved", "expected": "2000.00"}),
    ):
        answer = client.post(url, data)
        assert (answer.status_code, "next=%2Fnetwork%2Fapprovals%2F" in answer.headers["Location"]) == (302, True)
    with staff_context("read"):
        assert Claim.objects.get().state == "verified"


def test_verification_asks_a_fresh_sign_in_and_keeps_what_was_typed(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        claim = make.submitted(cast, "O1")
        kind = RequiredEvidence.objects.get(version=claim.version_id, confirmed=True)
    client, url = signed_in(cast.outreach, fresh=False), f"/partners/home-mesa/claims/{claim.ref}/verification/"
    on = today().isoformat()
    typed = {
        "decision": "verified",
        f"whom_{kind.ref}": "Elena Archuleta",
        f"how_{kind.ref}": "phone",
        f"on_{kind.ref}": on,
    }
    assert client.get(url).status_code == 200
    stale = client.post(url, typed, headers={"referer": f"http://testserver{url}"})
    held = unquote(stale.headers["Location"].partition("next=")[2])
    page = client.get(held)
    assert (stale.status_code, page.status_code) == (302, 200)
    shown = dict(page.context["shown"])
    assert shown == {"Decision": ["verified"], "Whom": ["Elena Archuleta"], "How": ["phone"], "On": [on]}
    with staff_context("read"):
        assert Claim.objects.get().state == "submitted"
    assert signed_in(cast.outreach).post(url, dict(page.context["held"].fields)).status_code == 303
    with staff_context("read"):
        assert Claim.objects.get().state == "verified"


def test_one_claim_is_approved_with_the_amount_that_was_shown(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        claim = make.verified(cast)
    client = signed_in(cast.approvers[0])
    url = f"/network/approvals/{claim.ref}/"
    assert client.get(url).context["row"].pays == Decimal("2000.00")
    for amount in ("1e3", "NaN", "１００", "1999.99"):
        assert client.post(url, {"decision": "approved", "expected": amount}).status_code == 422, amount
    assert client.post(url, {"decision": "approved", "expected": "2000.00"}).status_code == 303
    with staff_context("read"):
        assert Claim.objects.get().approved_amount == Decimal("2000.00")


def test_a_batch_is_exported_by_one_and_paid_by_another(cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        make.approved(cast)
    first, second = signed_in(cast.finance[0]), signed_in(cast.finance[1])
    url = first.post("/network/payouts/new/").headers["Location"]
    assert first.post(f"{url}export/").status_code == 303
    assert first.post(f"{url}export/").status_code == 303
    typed = {"bank_reference": "ACH 20261201-7", "paid_on": today().isoformat()}
    assert first.post(f"{url}payment/", typed).status_code == 422
    assert second.post(f"{url}payment/", typed).status_code == 303
    assert second.post(f"{url}payment/", typed).status_code == 422
    file = first.get(f"{url}file/").content
    with staff_context("read"):
        batch = PaymentBatch.objects.get()
        assert (batch.state, batch.sha256) == ("paid", hashlib.sha256(file).hexdigest())
        lines = file.decode().splitlines()
        assert lines[0].startswith("record,batch,line,payment_reference")
        assert (lines[1].split(",")[-2], lines[2].split(",")[0], lines[2].split(",")[-2]) == (
            "2000.00",
            "TOTAL",
            "2000.00",
        )
        assert ledger.verify_ledger().differences == []


def test_staff_add_an_outcome_in_the_browser_and_another_person_confirms(cast: make.Cast, signed_in: SignIn) -> None:
    one, other = signed_in(cast.approvers[0]), signed_in(cast.approvers[1])
    typed: dict[str, Any] = {
        "area": "milestones",
        "subject_kind": "district",
        "title": "CS pathway published",
        "amount": "300.00",
        "rule": "Three years.",
        "once": "months",
        "months": "12",
        "evidence": "Pathway document\nThe counselor confirms it*",
        "valid_from": (today() + dt.timedelta(days=1)).isoformat(),
        "reason": "asked by four partners",
    }
    for amount in ("299.99", "5,000.01", "1e3", "NaN", "１００", ""):
        refused = one.post("/network/outcomes/new/", {**typed, "amount": amount})
        assert (refused.status_code, refused.context["form"].errors.keys()) == (422, {"amount"}), amount
        assert f'value="{amount}"' in facts(refused) or not amount
    url = one.post("/network/outcomes/new/", typed).headers["Location"]
    one.post(f"{url}confirmation/")
    with staff_context("read"):
        assert OutcomeVersion.objects.get(title="CS pathway published").confirmed_at is None
    other.post(f"{url}confirmation/")
    with staff_context("read"):
        version = OutcomeVersion.objects.get(title="CS pathway published")
        assert (version.outcome.code, version.confirmed_by, version.months) == ("O20", cast.approvers[1], 12)
    most = one.post("/network/outcomes/new/", {**typed, "title": "Pathway in every school", "amount": "5,000.00"})
    assert most.status_code == 303


def test_the_claims_list_is_exported_with_its_filters(cast: make.Cast, home: Client) -> None:
    with staff_context("arrange"):
        operations.start_claim(
            partner=cast.partner,
            version=make.version("O17"),
            subject=operations.Subject(name="=2+5"),
            outcome_on=today(),
            by=cast.manager,
            at=now(),
        )
        make.submitted(cast)
    lines = home.post("/partners/home-mesa/claims/export/?view=yours").content.decode().splitlines()
    assert len(lines) == 2
    assert ",'=2+5," in lines[1]


def test_a_partner_sees_how_long_each_step_really_takes(cast: make.Cast, home: Client) -> None:
    monday = dt.datetime.combine(today() - dt.timedelta(days=today().weekday() + 21), dt.time(12), network_zone())
    with staff_context("arrange"):
        for days, code in ((1, "O11"), (3, "O17"), (7, "O4")):
            claim = make.submitted(cast, code, on=monday.date(), at=monday)
            at = monday + dt.timedelta(days=days)
            operations.verify_claim(claim=claim, reached=make.reached(claim, at), by=cast.outreach, at=at)
    found = home.get("/partners/home-mesa/claims/").context["paces"]
    assert [(pace.step, pace.middle, pace.promised) for pace in found] == [
        ("Verified", working_days_between(monday.date(), monday.date() + dt.timedelta(days=3)), 10),
        ("Approved", None, 5),
        ("Paid", None, 14),
    ]


def test_a_claim_that_its_outreach_manager_may_not_judge_is_asked_of_staff(
    world: World, cast: make.Cast, signed_in: SignIn
) -> None:
    outreach, staff = signed_in(cast.outreach), signed_in(world.people["staff"])
    stuck = f"1 claim of {cast.partner.name} needs another Outreach Manager"
    with staff_context("arrange"):
        claim = make.submitted(cast)
    pages = [facts(client.get("/network/")) for client in (outreach, staff)]
    assert (f"Verify {claim.version.title}" in pages[0], stuck in pages[1]) == (True, False)
    with staff_context("arrange", user=cast.outreach.pk):
        ledger.declare_conflict(
            person=cast.outreach, partner=cast.partner, period=(today(), None), reason="x", at=now()
        )
    pages = [facts(client.get("/network/")) for client in (outreach, staff)]
    assert (f"Verify {claim.version.title}" in pages[0], stuck in pages[1]) == (False, True)
    page = facts(outreach.get("/network/verifications/"))
    assert [words in page for words in ("Nothing waits for you.", "Somebody else verifies", claim.subject)] == [
        True
    ] * 3
    assert staff.get(f"/partners/{cast.partner.slug}/people/outreach-manager/").status_code == 200


LISTS = [
    ("/partners/home-mesa/claims/", "program_manager", 7),
    ("/partners/home-mesa/outcomes/", "program_manager", 7),
    ("/network/verifications/", "outreach_manager", 4),
    ("/network/approvals/", "staff", 6),
    ("/network/payouts/", "finance", 5),
    ("/network/outcomes/", "staff", 6),
]


@pytest.mark.parametrize(("url", "role", "exactly"), LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_three(
    url: str, role: str, exactly: int, world: World, cast: make.Cast, signed_in: SignIn
) -> None:
    client, found = signed_in(world.people[role]), []
    for more in (1, 2):
        with staff_context("arrange"):
            for _ in range(more):
                make.submitted(cast), make.verified(cast, "O15"), make.approved(cast, "O17")
                make.verified(make.make_cast(network=cast), "O17")
        found.append(len(statements_of(client, url)))
    assert found == [exactly, exactly]
    assert exactly <= LIST


def test_details_cost_no_more_than_twelve(world: World, cast: make.Cast, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        claim, sent, waiting = make.draft(cast), make.submitted(cast), make.verified(cast)
    for url, role in (
        (f"/partners/home-mesa/claims/{claim.ref}/", "program_manager"),
        (f"/partners/home-mesa/claims/{sent.ref}/verification/", "outreach_manager"),
        (f"/network/approvals/{waiting.ref}/", "staff"),
    ):
        assert len(statements_of(signed_in(world.people[role]), url)) <= DETAIL, url
