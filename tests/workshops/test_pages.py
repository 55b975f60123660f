"""Pages of workshops: bad input is told at the field or row, what was typed is kept, nothing changes, and lists stay cheap."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from activity.models import LogEntry, Notice
from common.tenancy import staff_context
from common.zones import now, today
from districts.models import District, School, State
from tests.queries import statements_of
from tests.workshops.factories import (
    attend,
    enroll,
    make_facilitator,
    make_workshop,
    session,
    some_facts,
    the_subject,
)
from tests.world import SECRET, SignIn, World
from workshops.models import Attendance, Correction, Enrollment, Roster, RosterRow, Teacher, Workshop, WorkshopSession
from workshops.operations import cancel_enrollment
from workshops.views import lists

pytestmark = pytest.mark.django_db
HOME = "/partners/home-mesa/workshops/"
LOG = f"{HOME}log/W-00000000AA/"
KINDS = ("shown", "was", "cell")
CONSENT = {"consent": "paper", "consent_on": "2026-01-05"}


@pytest.fixture
def manager(world: World, signed_in: SignIn) -> Client:
    """The Program Manager's browser."""
    return signed_in(world.people["program_manager"])


def typed(**given: Any) -> dict[str, Any]:
    """A page of a completed two-day workshop as a browser sends it."""
    with staff_context("arrange"):
        subject, leader = the_subject(), make_facilitator("csp")
    values: dict[str, Any] = {
        "course": subject.course.ref,
        "subject": subject.ref,
        "capacity": "30",
        "place": "Mesa Hall",
        "facilitators": leader.ref,
        "page": "one",
        "version": "9",
        "sessions-TOTAL_FORMS": "2",
        "sessions-INITIAL_FORMS": "0",
        **CONSENT,
    }
    for number, ago in enumerate((15, 8)):
        on = (today() - dt.timedelta(days=ago)).isoformat()
        session = {"date": on, "start": "08:30", "end": "15:30", "zone": "America/Denver", "format": "in_person"}
        values |= {f"sessions-{number}-{name}": value for name, value in session.items()}
    return {**values, **given}


def body(response: Any) -> str:
    return str(response.content.decode())


def nothing_saved() -> bool:
    with staff_context("assert"):
        return not (
            Teacher.objects.exists() or Enrollment.objects.exists() or Workshop.objects.exclude(state="draft").exists()
        )


def rows_csv(count: int) -> bytes:
    return "".join(f"Ana Number{n},ana{n}@example.org,Mesa\n" for n in range(count)).encode()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("roster.pdf", b"%PDF-1.7", "is a PDF"),
        ("roster.csv", rows_csv(10_001), "There are 10,001 rows; at most 10,000 can be read at once."),
        ("roster.xlsx", b"PK\x03\x04nothing", "The workbook is damaged"),
        ("roster.csv", b"", "There is no row in it."),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_its_field_and_the_rest_is_kept(
    manager: Client, name: str, content: bytes, words: str
) -> None:
    answer = manager.post(LOG, {**typed(do="read"), "file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert words in body(answer)
    assert 'value="Mesa Hall"' in body(answer)
    assert nothing_saved()


def test_nul_and_formulas_are_told_at_their_row_and_cp1252_with_a_notice(manager: Client) -> None:
    content = "Name,Email\nJosé Peña,jose@example.org\n=1+1,eve@example.org\nAna\0 Ruiz,ana@example.org\n".encode(
        "cp1252"
    )
    assert manager.post(LOG, {**typed(do="read"), "file": SimpleUploadedFile("r.csv", content)}).status_code == 303
    shown = body(manager.get(LOG))
    assert "José Peña" in shown
    assert "it was read as Windows text (cp1252)" in shown
    assert "The name begins like a formula. Type the words." in shown
    assert "The name holds a character that cannot be kept. Type it again." in shown
    assert manager.post(LOG, typed(do="save")).status_code == 422
    assert nothing_saved()


@pytest.mark.parametrize("place", ["person/", "cancellation/", "change/"])
def test_an_empty_post_is_refused_with_what_is_missing(world: World, manager: Client, place: str) -> None:
    with staff_context("arrange"):
        workshop = make_workshop(world.home, world.people["program_manager"])
    answer = manager.post(f"{HOME}{workshop.ref}/{place}")
    assert answer.status_code == 422
    assert "data-error-list" in body(answer)
    assert manager.post(f"{HOME}plan/W-00000000AB/", {"do": "save"}).status_code == 422


def test_everything_that_stands_against_saving_is_said_at_once_and_at_its_field(manager: Client) -> None:
    days = {"sessions-0-end": "00:30", "sessions-1-date": (today() - dt.timedelta(days=15)).isoformat()}
    forms: Any = manager.post(LOG, typed(do="save", capacity="", consent="", consent_on="", **days)).context["entry"]
    assert forms.form.errors == {"capacity": ["Say how many seats there are."]}
    assert forms.sessions.errors[0] == {
        "end": [
            f"The session on {today() - dt.timedelta(days=15):%b %-d} ends before it starts; one that runs past midnight is "
            "two sessions."
        ],
        "date": ["Academic Year Workshop 1 + 2 takes 2 days; these sessions are on 1 day."],
    }
    assert list(forms.source.errors) == ["pasted"]
    assert list(forms.consent.errors) == ["consent"]
    assert nothing_saved()


def test_a_roster_that_is_pasted_and_not_yet_checked_is_read_before_it_is_saved(manager: Client) -> None:
    answer = manager.post(LOG, typed(do="save", pasted="Ana Ruiz\tana@x.example\n"))
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{LOG}#roster")
    assert nothing_saved()
    assert "The roster is read now." in body(manager.get(LOG))
    assert manager.post(LOG, typed(do="save")).status_code == 303
    assert not nothing_saved()


@pytest.mark.parametrize("rows", ["", "abc", "\u00b2", "-1", "99999999"])
def test_a_session_is_added_whatever_the_page_says_of_its_rows(manager: Client, rows: str) -> None:
    answer = manager.post(LOG, {**typed(do="more"), "sessions-TOTAL_FORMS": rows})
    assert answer.status_code == 200
    manager.post(f"{HOME}drafts/log/W-00000000AA/", {**typed(), "sessions-TOTAL_FORMS": rows})
    assert manager.get(LOG).status_code == 200


def test_the_day_on_which_clocks_move_is_taken_and_the_hour_that_is_not_there_is_refused(manager: Client) -> None:
    day = {"sessions-0-date": "2025-03-09", "sessions-1-date": "2025-11-02", "do": "save"}
    refused: Any = manager.post(LOG, typed(**day, **{"sessions-0-start": "02:30"}))
    assert refused.context["entry"].sessions.errors[0] == {
        "start": ["This time does not exist on that day: the clocks move forward."]
    }
    manager.post(LOG, typed(do="read", pasted="Ana Ruiz\tana@x.example\n"))
    assert (
        manager.post(LOG, typed(**day, **{"sessions-0-start": "01:30", "sessions-1-start": "00:30"})).status_code == 303
    )
    with staff_context("look"):
        hours = [one.hours for one in WorkshopSession.objects.order_by("starts_at")]
    assert [str(one) for one in hours] == ["13.00", "16.00"]


def test_a_person_three_times_takes_one_seat(manager: Client) -> None:
    manager.post(LOG, typed(do="read", pasted="Ana Ruiz\tana@x.example\n" * 3))
    assert "Also row 2, 3. Counted once, all days kept." in body(manager.get(LOG))
    assert manager.post(LOG, typed(do="save")).status_code == 303
    with staff_context("assert"):
        assert Workshop.objects.get().enrolled == 1


def test_a_corrected_row_brings_its_twin_and_the_tabs_up_to_date(manager: Client) -> None:
    manager.post(LOG, typed(do="read", pasted="Ana Ruiz\tana@x.example\n" * 2))
    page = body(manager.get(f"{LOG}?edit=2"))
    assert ("Also row 2. Counted once" in page, "Twice" in page) == (True, True)
    mended = {"row-1-shown": "days", "row-2-shown": "fields", "row-2-name": "Bo Lee", "row-2-email": "bo@x.example"}
    answer = manager.post(f"{HOME}drafts/log/W-00000000AA/?edit=2", typed(**mended)).json()["parts"]
    assert answer["row-1-note"] == ""
    assert re.findall(r'>(\w+) <span class="n">(\d+)', answer["roster-views"]) == [("All", "2"), ("New", "2")]
    assert page.count('id="row-1-note"') == page.count('id="roster-views"') == 1


def test_rows_corrected_on_a_page_that_another_overtook_stand_there_and_are_saved_with_the_next(
    manager: Client,
) -> None:
    manager.post(LOG, typed(do="read", pasted="Ana Ruiz\tana@x.example\nBo Lee\tbo@x\n"))
    assert "version" in body(manager.get(LOG))
    autosave = f"{HOME}drafts/log/W-00000000AA/"
    assert manager.post(autosave, typed(page="two", place="Gallup Hall", version="1")).status_code == 200
    row = {"row-2-shown": "fields", "row-2-name": "Bo Lee", "row-2-email": "bo@lee.example"}
    overtaken = manager.post(LOG, typed(do="save", page="three", version="1", **row))
    assert overtaken.status_code == 422
    assert "What you typed stands here" in body(overtaken)
    sent = dict(re.findall(r'name="(row-2-\w+)" value="([^"]*)"', body(overtaken)))
    assert sent["row-2-email"] == "bo@lee.example"
    version = re.search(r'name="version" value="(\d+)"', body(overtaken))
    assert version is not None
    assert manager.post(LOG, typed(do="save", page="three", version=version[1], **sent)).status_code == 303
    with staff_context("assert"):
        assert set(Teacher.objects.values_list("email", flat=True)) == {"ana@x.example", "bo@lee.example"}


FIELDS = [
    *("capacity", "place", "notes", "course", "subject", "facilitators", "consent", "consent_on", "version", "page"),
    *("sessions-0-date", "sessions-0-start", "sessions-1-zone", "sessions-TOTAL_FORMS"),
]
TEXTS = ["\0", "1e3", "１００", "-1", "99999999999999999999", "<script>alert(1)</script>", "😀" * 400, "0000-00-00"]


@pytest.mark.parametrize("field", FIELDS)
def test_whatever_is_typed_into_a_field_is_answered(manager: Client, field: str) -> None:
    values = typed()
    for number, text in enumerate(TEXTS):
        answer = manager.post(f"{HOME}log/W-00000000B{number}/", {**values, "do": "save", field: text})
        assert answer.status_code in (303, 422), text
        assert "<script>alert(1)" not in body(answer)
        assert manager.post(f"{HOME}drafts/log/W-00000000C{number}/", {**values, field: text}).status_code == 200, text
        assert manager.get(f"{HOME}log/W-00000000C{number}/").status_code == 200, text


def test_naughty_strings_in_a_roster_are_kept_as_typed_and_never_an_error(manager: Client) -> None:
    strings = json.loads((Path(__file__).parents[1] / "common" / "blns.json").read_text())
    lines = "".join(
        f"Ana {re.sub(r'[\t\r\n\x0b\x0c\x85\u2028\u2029\"]', ' ', text)}\tana{n}@example.org\n"
        for n, text in enumerate(strings)
    )
    assert manager.post(LOG, typed(do="read", pasted=lines)).status_code == 303
    for after in range(0, len(strings), 100):
        assert manager.get(f"{LOG}?after={after}").status_code == 200
    with staff_context("assert"):
        assert RosterRow.objects.count() == len(strings)


def test_seats_are_1_to_9999(manager: Client) -> None:
    for seats, fine in (("0", False), ("1", True), ("9999", True), ("10000", False)):
        manager.post(f"{HOME}plan/W-00000000A{seats[0]}/", {})
        future = {f"sessions-{n}-date": (today() + dt.timedelta(days=9 + n)).isoformat() for n in (0, 1)}
        answer = manager.post(f"{HOME}plan/W-000000{seats:0>4}/", typed(do="save", capacity=seats, **future))
        assert (answer.status_code == 303) is fine, seats


def test_sending_the_page_twice_saves_once_and_the_second_leads_to_the_workshop(manager: Client) -> None:
    manager.post(LOG, typed(do="read", pasted="Ana Ruiz\tana@x.example\n"))
    first, second = manager.post(LOG, typed(do="save")), manager.post(LOG, typed(do="save"))
    assert first.headers["Location"] == second.headers["Location"] == f"{HOME}W-00000000AA/"
    with staff_context("assert"):
        assert (Workshop.objects.count(), Roster.objects.count(), Enrollment.objects.count()) == (1, 1, 1)


def test_a_page_opened_before_another_one_saved_keeps_its_text_and_asks(manager: Client) -> None:
    manager.post(LOG, typed(page="one", version="0"))
    answer = manager.post(LOG, typed(page="two", version="0", place="Other Hall"))
    assert answer.status_code == 422
    assert "This draft was changed on another page" in body(answer)
    assert 'value="Other Hall"' in body(answer)


def test_two_schools_of_one_name_are_asked_and_one_is_linked(manager: Client) -> None:
    with staff_context("arrange"):
        state = State.objects.get(code="NM")
        district = District.objects.create(
            name="Chama Valley", city="Chama", state=state, nces_id="3500001", changed_at=now()
        )
        for number, city in enumerate(("Bloomfield", "Aztec"), start=1):
            School.objects.create(
                name="Mesa Alta",
                city=city,
                state=state,
                district=district,
                nces_id=f"35000010000{number}",
                changed_at=now(),
            )
        lone = School.objects.create(
            name="Rio Puerco", city="Belen", state=state, district=district, nces_id="350000100003", changed_at=now()
        )
    manager.post(
        LOG, typed(do="read", pasted="Ana Ruiz\tana@x.example\tmesa alta\nBen Chee\tben@x.example\trio puerco\n")
    )
    assert "2 schools have this name." in body(manager.get(LOG))
    assert manager.post(LOG, typed(use="1:school:Mesa Alta, Aztec, NM")).status_code == 303
    assert manager.post(LOG, typed(do="save")).status_code == 303
    with staff_context("assert"):
        assert Teacher.objects.get(name="Ben Chee").school == lone
        chosen = Teacher.objects.get(name="Ana Ruiz").school
        assert chosen is not None
        assert chosen.city == "Aztec"


def test_autosave_answers_with_what_stands_against_saving(manager: Client) -> None:
    answer = manager.post(f"{HOME}drafts/log/W-00000000AA/", typed(capacity=""), headers={"accept": "application/json"})
    assert answer.json()["values"] == {"version": 1}
    assert "Say how many seats there are." in answer.json()["parts"]["before-you-save"]


def test_autosave_names_what_cannot_be_read_at_its_field_and_leaves_what_is_only_missing(manager: Client) -> None:
    given = {"capacity": "0", "sessions-0-date": "soon", "sessions-1-date": "9999-12-31", "sessions-1-end": ""}
    saved = manager.post(f"{HOME}drafts/log/W-00000000CC/", typed(**given))
    assert saved.json()["wrong"] == {
        "id_capacity": "Seats are a number from 1 to 9,999.",
        "id_sessions-0-date": "Write the day as 2026-11-07.",
        "id_sessions-1-date": "The year 9999 cannot be right.",
    }
    assert manager.post(f"{HOME}drafts/log/W-00000000CC/", typed(version="2")).json()["wrong"] == {}


def test_each_list_costs_the_same_with_1_and_with_3_rows(world: World, manager: Client, signed_in: SignIn) -> None:
    by = world.people["program_manager"]
    staff = signed_in(world.people["staff"])
    with staff_context("arrange"):
        make_workshop(world.home, by)
    counted = [len(statements_of(manager, HOME)), len(statements_of(staff, "/network/workshops/"))]
    with staff_context("arrange"):
        make_workshop(world.home, by)
        make_workshop(world.away, by)
        make_workshop(world.home, by)
    assert counted == [len(statements_of(manager, HOME)), len(statements_of(staff, "/network/workshops/"))]
    assert max(counted) <= 8, counted


def test_filters_stand_in_the_url_and_views_narrow_the_list(world: World, manager: Client) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        leader = make_facilitator("csp", "csd", name="Ruth Abeyta")
        soon = (today() + dt.timedelta(days=3), today() + dt.timedelta(days=4))
        make_workshop(world.home, by, facts=some_facts(*soon, place="Gallup Hall", facilitators=(leader,)))
        make_workshop(
            world.home, by, facts=some_facts(*soon, place="Deming Hall", subject=the_subject("ayw-1-2", "csd"))
        )
        make_workshop(world.home, by, facts=some_facts(place="Socorro Hall"))
        course = the_subject().course.ref

    def places(query: str) -> set[str]:
        return set(re.findall(r"(Gallup|Deming|Socorro) Hall", body(manager.get(f"{HOME}?{query}"))))

    assert places("") == {"Gallup", "Deming"}
    assert places("view=to_end") == {"Socorro"}
    assert places(f"course={course}&view=all") == {"Gallup", "Socorro"}
    assert places(f"facilitator={leader.ref}") == places("q=abeyta") == {"Gallup"}
    assert places(f"since={soon[0].isoformat()}&view=all") == {"Gallup", "Deming"}
    assert places("since=nonsense&format=virtual") == set()


def test_drafts_are_listed_for_those_who_write_them(world: World, manager: Client, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        make_workshop(world.home, world.people["program_manager"], state="draft", facts=some_facts(place="Draft Hall"))
    assert "Draft Hall" in body(manager.get(f"{HOME}?view=drafts"))
    for role, writes in (("facilitator", True), ("outreach_manager", False), ("staff", False)):
        shown = body(signed_in(world.people[role]).get(f"{HOME}?view=drafts"))
        assert ("Draft Hall" in shown, "view=drafts" in shown) == (False, writes), role


def test_the_export_holds_what_the_list_shows_never_a_part_of_it_and_is_logged(
    world: World, manager: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with staff_context("arrange"):
        make_workshop(world.home, world.people["program_manager"], facts=some_facts(place='=HYPERLINK("x")'))
        make_workshop(world.away, world.people["program_manager"], facts=some_facts(place=SECRET))
    assert manager.get(f"{HOME}export/").status_code == 405
    monkeypatch.setattr(lists, "MOST_EXPORTED", 0)
    assert manager.post(f"{HOME}export/?view=to_end").headers["Location"] == f"{HOME}?view=to_end"
    monkeypatch.setattr(lists, "MOST_EXPORTED", 1)
    answer = manager.post(f"{HOME}export/?view=to_end")
    lines = body(answer).strip().splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK" in lines[1]
    with staff_context("assert"):
        assert LogEntry.objects.filter(verb="workshops.exported").get().text == "1 workshop was exported"


@pytest.fixture
def ended(world: World) -> Any:
    """An ended workshop with two people, and its first session."""
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts())
        seats = [enroll(workshop, by), enroll(workshop, by)]
        Workshop.objects.filter(pk=workshop.pk).update(state="ended", ended_at=now())
        session = WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at")[0]
    return workshop, seats, session


def test_after_the_end_the_partner_asks_and_the_outreach_manager_confirms(
    world: World, manager: Client, signed_in: SignIn, ended: Any
) -> None:
    workshop, seats, session = ended
    cell = f"{seats[0].ref}/{session.ref}"
    sent = {"shown": [cell], "cell": [cell], "reason": "Found the sheet"}
    assert manager.post(f"{HOME}{workshop.ref}/attendance/", {**sent, "reason": ""}).status_code == 422
    assert manager.post(f"{HOME}{workshop.ref}/attendance/", sent).status_code == 303
    outreach = world.people["outreach_manager"]
    with staff_context("assert"):
        correction = Correction.objects.get()
        assert Attendance.objects.count() == 0
        assert Notice.objects.of(outreach).count() == 1
    page = signed_in(outreach)
    assert "Confirm correction" in body(page.get(f"{HOME}{workshop.ref}/"))
    assert page.post(f"{HOME}corrections/{correction.ref}/decision/", {"decision": "confirm"}).status_code == 303
    with staff_context("assert"):
        assert Attendance.objects.get().enrollment == seats[0]


def test_a_correction_that_was_refused_for_its_reason_is_taken_as_the_page_then_shows_it(
    world: World, manager: Client, ended: Any
) -> None:
    workshop, seats, session = ended
    with staff_context("arrange"):
        attend(seats[0], session, world.people["program_manager"])
    url = f"{HOME}{workshop.ref}/attendance/"
    cell = f"{seats[0].ref}/{session.ref}"
    refused = manager.post(url, {"shown": [cell], "was": [cell], "reason": ""})
    fields = re.findall(r'<input [^>]*name="(shown|was|cell)" value="([^"]+)"([^>]*)>', body(refused))
    sent = {name: [v for n, v, rest in fields if n == name and (n != "cell" or " checked" in rest)] for name in KINDS}
    assert (refused.status_code, cell in sent["cell"]) == (422, False)
    assert manager.post(url, {**sent, "reason": "Found the sheet"}).status_code == 303
    with staff_context("assert"):
        told = [(one["enrollment"], one["after"]) for one in Correction.objects.get().cells]
    assert told == [(seats[0].ref, False)]


def test_who_opens_the_end_of_a_workshop_that_has_ended_is_told_so_on_its_page(manager: Client, ended: Any) -> None:
    workshop = ended[0]
    answer = manager.get(f"{HOME}{workshop.ref}/end/")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HOME}{workshop.ref}/")
    assert "This workshop is ended: there is nothing to end." in body(manager.get(f"{HOME}{workshop.ref}/"))


def test_contacts_are_the_partners_and_staff_read_them_with_a_reason(
    world: World, manager: Client, signed_in: SignIn, ended: Any
) -> None:
    workshop, seats, _session = ended
    address = seats[0].teacher.email
    assert address in body(manager.get(f"{HOME}{workshop.ref}/"))
    for role in ("outreach_manager", "staff"):
        assert address not in body(signed_in(world.people[role]).get(f"{HOME}{workshop.ref}/"))
    staff = signed_in(world.people["staff"])
    assert address not in body(staff.post(f"{HOME}{workshop.ref}/people/", {"reason": ""}))
    assert address in body(staff.post(f"{HOME}{workshop.ref}/people/", {"reason": "Complaint of a parent"}))
    with staff_context("assert"):
        assert LogEntry.objects.filter(verb="workshop.people_read").get().reason == "Complaint of a parent"


def test_a_cell_is_saved_by_itself_and_an_older_page_takes_nothing_back(world: World, manager: Client) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts())
        seats = [enroll(workshop, by), enroll(workshop, by)]
        session = WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at")[0]
    url = f"{HOME}{workshop.ref}/attendance/"
    cells = [f"{seat.ref}/{session.ref}" for seat in seats]
    json_please = {"accept": "application/json"}
    assert manager.post(url, {"cell": cells[0], "present": "yes"}, headers=json_please).json() == {"hours": "7"}
    assert manager.post(url, {"cell": "nobody/nothing", "present": "yes"}, headers=json_please).status_code == 409
    assert manager.post(url, {"shown": cells, "cell": [cells[1]]}).status_code == 303
    with staff_context("assert"):
        assert {row.enrollment_id for row in Attendance.objects.all()} == {seat.pk for seat in seats}


def test_a_session_opens_for_ticks_on_its_day_in_its_own_zone(world: World, manager: Client) -> None:
    by = world.people["program_manager"]
    in_guam = now().astimezone(ZoneInfo("Pacific/Guam")).date()
    with staff_context("arrange"):
        days = (in_guam, in_guam + dt.timedelta(days=1))
        facts = some_facts(sessions=tuple(session(day, zone="Pacific/Guam") for day in days))
        workshop = make_workshop(world.home, by, facts=facts)
        enroll(workshop, by)
    shown = body(manager.get(f"{HOME}{workshop.ref}/attendance/"))
    assert (shown.count("opens that day"), shown.count(" disabled")) == (1, 1)


def test_a_facilitator_sees_and_keeps_only_what_she_leads(world: World, signed_in: SignIn) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        her = make_facilitator("csp", user=world.people["facilitator"])
        own = make_workshop(world.home, by, facts=some_facts(facilitators=(her,), place="Own Hall"))
        other = make_workshop(world.home, by, facts=some_facts(place="Other Hall"))
    client = signed_in(world.people["facilitator"])
    shown = body(client.get(f"{HOME}?view=to_end"))
    assert ("Own Hall" in shown, "Other Hall" in shown) == (True, False)
    for path in ("", "attendance/", "end/", "roster/"):
        assert client.get(f"{HOME}{own.ref}/{path}").status_code == 200
        assert client.get(f"{HOME}{other.ref}/{path}").status_code == 403


def test_a_freed_seat_is_given_back_while_there_is_one(world: World, manager: Client) -> None:
    by = world.people["program_manager"]
    with staff_context("arrange"):
        workshop = make_workshop(world.home, by, facts=some_facts(capacity=1))
        first = enroll(workshop, by)
        cancel_enrollment(enrollment=first, by=by, at=now())
    page, back = f"{HOME}{workshop.ref}/", f"{HOME}enrollments/{first.ref}/return/"
    shown = body(manager.get(page))
    assert ("1 freed seat" in shown, back in shown) == (True, True)
    with staff_context("arrange"):
        taken = enroll(workshop, by)
    assert "There is 1 seat for 2 people" in body(manager.post(back, follow=True))
    with staff_context("arrange"):
        cancel_enrollment(enrollment=taken, by=by, at=now())
    assert manager.post(back).status_code == 303
    assert manager.post(back).status_code == 303
    with staff_context("assert"):
        assert list(Enrollment.objects.holding().filter(workshop=workshop)) == [first]
        assert Workshop.objects.get(pk=workshop.pk).enrolled == 1
