"""Districts and schools: ids, corrections, fuzzy search, pages and the picker."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from common.errors import constraint_of
from common.tenancy import staff_context, tenant_context
from common.zones import now
from districts import operations
from districts.models import District, School, State
from tests.districts.factories import make_district, make_school
from tests.world import SignIn, World, facts

pytestmark = pytest.mark.django_db


def test_there_are_50_states_the_district_of_columbia_and_5_territories() -> None:
    assert State.objects.count() == 56
    assert State.objects.get(code="NM").fips == "35"


@pytest.mark.parametrize(("typed", "kept"), [("0100005", "0100005"), ("100005", "0100005"), (" 3500001 ", "3500001")])
def test_a_district_id_gets_its_leading_zero_back(typed: str, kept: str) -> None:
    state = State.objects.get(fips=kept[:2])
    with staff_context("act"):
        assert (
            operations.add_district(nces_id=typed, name="A", city="B", state=state, by=None, at=now()).nces_id == kept
        )


@pytest.mark.parametrize("typed", ["", "12345", "12345678", "35000A1", "３５０００01", "-350001", "3.5e5"])
def test_what_is_no_district_id_is_refused(typed: str) -> None:
    with staff_context("act"), pytest.raises(operations.PlaceRefused, match="7 digits") as refused:
        operations.add_district(
            nces_id=typed, name="A", city="B", state=State.objects.get(code="NM"), by=None, at=now()
        )
    assert refused.value.field == "nces_id"


def test_a_district_stands_in_the_state_of_its_id_and_is_there_once() -> None:
    with staff_context("act"):
        known = make_district()
        with pytest.raises(operations.PlaceRefused, match="begin with 48"):
            operations.add_district(
                nces_id="3500001", name="A", city="B", state=State.objects.get(code="TX"), by=None, at=now()
            )
        with pytest.raises(operations.PlaceRefused, match="Another district"):
            operations.add_district(nces_id=known.nces_id, name="A", city="B", state=known.state, by=None, at=now())


def test_a_school_id_begins_with_that_of_its_district() -> None:
    with staff_context("act"):
        district = make_district(nces_id="3500001")
        made = operations.add_school(nces_id="350000100042", name="A", city="B", district=district, by=None, at=now())
        assert (made.nces_id, made.state.code) == ("350000100042", "NM")
        with pytest.raises(operations.PlaceRefused, match="begin with 3500001"):
            operations.add_school(nces_id="350000200042", name="A", city="B", district=district, by=None, at=now())
        with pytest.raises(operations.PlaceRefused, match="correct the schools first"):
            operations.correct_district(district=district, changes={"nces_id": "3500009"}, by=None, at=now())


def test_the_database_refuses_a_wrong_id_and_a_partner_s_writing(world: World) -> None:
    with staff_context("act"):
        district = make_district()
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            District.objects.filter(pk=district.pk).update(nces_id="35")
        assert constraint_of(error.value) == "districts_district_nces"
    with tenant_context(world.home.pk):
        assert District.objects.count() == 1
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            District.objects.update(name="mine")


def test_search_finds_a_name_that_is_spelled_nearly_so() -> None:
    with staff_context("act"):
        wanted = make_school(name="Gallup High", city="Gallup")
        make_school(name="Socorro Middle", city="Socorro")
        for typed in ("Gallup High", "galup", "gallop high", wanted.nces_id[:9]):
            assert next(iter(School.objects.named_like(typed))) == wanted, typed
        assert list(School.objects.named_like("zzzz")) == []


def test_staff_add_and_correct_a_school_in_the_browser(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        district = make_district(nces_id="3500001")
    client = signed_in(world.people["staff"])
    typed = {"name": "Tohatchi High", "nces_id": "350000100007", "district_id": "3500001", "city": "Tohatchi"}
    wrong = client.post("/network/schools/new/", {**typed, "nces_id": "123"})
    assert wrong.status_code == 422
    assert "Enter the 12 digits of the NCES id." in facts(wrong)
    assert 'value="Tohatchi High"' in facts(wrong)
    assert client.post("/network/schools/new/", typed).status_code == 303
    with staff_context("look"):
        school = School.objects.get(district=district)
    url = f"/network/schools/{school.ref}/"
    assert client.post(url, {**typed, "name": "Tohatchi Middle", "is_open": "on"}).status_code == 303
    page = facts(client.get(url))
    assert "<ins>Tohatchi Middle</ins>" in page


@pytest.mark.parametrize("role", ["program_manager", "outreach_manager", "staff"])
def test_the_picker_gives_at_most_20_open_schools(world: World, signed_in: SignIn, role: str) -> None:
    with staff_context("arrange"):
        for _ in range(22):
            make_school(name="Mesa Elementary")
        make_school(name="Mesa Closed", is_open=False)
    client = signed_in(world.people[role])
    fragment = facts(client.get("/schools/?q=mesa", headers={"HX-Request": "true"}))
    assert fragment.count("<option ") == 20
    assert "Mesa Closed" not in fragment
    assert "<html" not in fragment
    whole = facts(client.get("/schools/?q=mesa"))
    assert whole.count("Mesa Elementary") == 20
    assert "<html" in whole
    assert client.get("/schools/", {"q": "a\0'%"}).status_code == 200


def test_the_list_goes_by_name_and_pages(world: World, signed_in: SignIn) -> None:
    with staff_context("arrange"):
        for number in range(60):
            make_district(name=f"Row {number:02}")
    client = signed_in(world.people["staff"])
    first: Any = client.get("/network/districts/")
    later = first.context["page"].later
    assert [row.name for row in first.context["page"].rows] == [f"Row {number:02}" for number in range(50)]
    assert [row.name for row in client.get(f"/network/districts/{later}").context["page"].rows] == [
        f"Row {n:02}" for n in range(50, 60)
    ]
    found = client.get("/network/districts/", {"q": "Row 07", "state": "NM"}).context["page"].rows
    assert found[0].name == "Row 07"
    assert client.get("/network/districts/", {"state": "TX"}).context["page"].rows == []
