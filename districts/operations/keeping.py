"""Districts and schools: staff add and correct them; an NCES id says in which state and district a school is."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from activity.operations import record
from common.errors import DomainError, refusing
from districts.models import District, School, State


class PlaceRefused(DomainError):
    """The id is no NCES id, belongs elsewhere, or is taken; the message says which."""

    code = "place_refused"


DISTRICT_DIGITS = 7
SCHOOL_DIGITS = 12


@transaction.atomic
def add_district(*, nces_id: str, name: str, city: str, state: State, by: Any, at: dt.datetime) -> District:
    """Staff add a district (staff door). The id gets its leading zeros. Raises PlaceRefused."""
    ident = padded(nces_id, DISTRICT_DIGITS)
    _refuse_other_state(ident, state)
    with refusing(districts_district_nces_id_key=_taken("district")):
        made = District.objects.create(nces_id=ident, name=name.strip(), city=city.strip(), state=state, changed_at=at)
    record(made, verb="district.added", text=f"{made.name} was added", by=by, at=at)
    return made


@transaction.atomic
def add_school(*, nces_id: str, name: str, city: str, district: District, by: Any, at: dt.datetime) -> School:
    """Staff add a school of a district (staff door). The id begins with the district's. Raises PlaceRefused."""
    ident = padded(nces_id, SCHOOL_DIGITS)
    _refuse_other_district(ident, district)
    with refusing(districts_school_nces_id_key=_taken("school")):
        made = School.objects.create(
            nces_id=ident,
            name=name.strip(),
            city=city.strip(),
            district=district,
            state_id=district.state_id,
            changed_at=at,
        )
    record(made, verb="school.added", text=f"{made.name} was added", by=by, at=at)
    return made


@transaction.atomic
def correct_district(*, district: District, changes: dict[str, Any], by: Any, at: dt.datetime) -> District:
    """Staff correct name, city, id, state or whether it is open (staff door); locks the row. Raises PlaceRefused."""
    row = District.objects.select_for_update(of=("self",)).select_related("state").get(pk=district.pk)
    if "nces_id" in changes:
        changes = {**changes, "nces_id": padded(changes["nces_id"], DISTRICT_DIGITS)}
    before = {name: getattr(row, name) for name in changes}
    if changes.get("nces_id", row.nces_id) != row.nces_id and row.schools.exists():
        raise PlaceRefused("The ids of its schools begin with this one: correct the schools first.", field="nces_id")
    _set(row, changes)
    _refuse_other_state(row.nces_id, row.state)
    with refusing(districts_district_nces_id_key=_taken("district")):
        row.changed_at = at
        row.save(update_fields=[*changes, "changed_at"])
    record(row, verb="district.corrected", text=f"{row.name} was corrected", by=by, at=at, before=before, after=changes)
    return row


@transaction.atomic
def correct_school(*, school: School, changes: dict[str, Any], by: Any, at: dt.datetime) -> School:
    """Staff correct name, city, id, district or whether it is open (staff door); locks the row. Raises PlaceRefused."""
    row = School.objects.select_for_update(of=("self",)).select_related("district").get(pk=school.pk)
    if "nces_id" in changes:
        changes = {**changes, "nces_id": padded(changes["nces_id"], SCHOOL_DIGITS)}
    before = {name: getattr(row, name) for name in changes}
    _set(row, changes)
    row.state_id = row.district.state_id
    _refuse_other_district(row.nces_id, row.district)
    with refusing(districts_school_nces_id_key=_taken("school")):
        row.changed_at = at
        row.save(update_fields=[*changes, "state", "changed_at"])
    record(row, verb="school.corrected", text=f"{row.name} was corrected", by=by, at=at, before=before, after=changes)
    return row


def padded(nces_id: str, digits: int) -> str:
    """An id of this many digits; leading zeros that a spreadsheet has taken are put back. Raises PlaceRefused."""
    text = nces_id.strip()
    if not (text.isascii() and text.isdigit()) or not digits - 2 < len(text) <= digits:
        raise PlaceRefused(f"Enter the {digits} digits of the NCES id.", field="nces_id")
    return text.zfill(digits)


def _set(row: Any, changes: dict[str, Any]) -> None:
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)


def _taken(what: str) -> PlaceRefused:
    return PlaceRefused(f"Another {what} has this NCES id.", field="nces_id")


def _refuse_other_state(nces_id: str, state: State) -> None:
    if not nces_id.startswith(state.fips):
        raise PlaceRefused(f"NCES ids of {state.name} begin with {state.fips}.", field="nces_id")


def _refuse_other_district(nces_id: str, district: District) -> None:
    if not nces_id.startswith(district.nces_id):
        raise PlaceRefused(f"NCES ids of schools of {district.name} begin with {district.nces_id}.", field="nces_id")
