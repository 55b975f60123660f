"""Judges the rows of a roster: new, known, twice, or wrong with the reason and, where there is one, a suggestion."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.db.models import Count, Min, Q
from django.db.models.functions import Lower

from common.imports import UNSTORABLE, is_formula
from districts.models import School
from workshops.columns import ALL
from workshops.models import Enrollment, RosterRow, Teacher, Workshop
from workshops.names import same_name

valid_email = EmailValidator()
LENGTHS = {"name": 120, "email": 254, "school": 160}
WORDS = {"name": "name", "email": "e-mail", "school": "school"}
CONTROL = re.compile(r"[\x00-\x1f\x7f\u2400\ufffd\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Wrong:
    """Why a cell cannot be taken, and what it may have meant."""

    message: str
    suggestion: str = ""
    others: tuple[str, ...] = ()

    @property
    def suggestions(self) -> list[str]:
        """Everything that it may have meant, the likeliest first."""
        return [text for text in (self.suggestion, *self.others) if text]


@dataclass
class Checked:
    """One row with its verdict: `fix`, `twice`, `known`, `new` or `left_out`."""

    row: RosterRow
    verdict: str = "new"
    wrong: dict[str, Wrong] = field(default_factory=dict)
    note: str = ""

    @property
    def reason(self) -> str:
        """Everything that is wrong, as one sentence each."""
        return " ".join(found.message for found in self.wrong.values())

    def attended(self, sessions: int) -> set[int]:
        """Session numbers that count as attended."""
        ticked = set(self.row.attended)
        return set(range(1, sessions + 1)) if ALL in ticked else {number for number in ticked if number <= sessions}


@dataclass
class Person:
    """Somebody of the roster, from all of her rows: name, address, school, attended sessions and who she is to the partner."""

    name: str
    email: str
    school: str
    lines: list[int]
    attended: set[int]
    school_row: School | None = None
    teacher: Teacher | None = None
    enrollment: Enrollment | None = None


@dataclass
class Preview:
    """A roster judged as a whole."""

    rows: list[Checked]
    people: list[Person]
    seats_needed: int

    @property
    def counts(self) -> Counter[str]:
        """Rows by verdict."""
        return Counter(checked.verdict for checked in self.rows)

    @property
    def to_fix(self) -> list[Checked]:
        """Rows that are wrong and not left out."""
        return [checked for checked in self.rows if checked.verdict == "fix"]

    def hours(self, hours: Sequence[Decimal], most: Decimal | None) -> Decimal:
        """Hours that count for everybody together: each person's hours attended, at most the subject's."""
        total = Decimal(0)
        for person in self.people:
            own = sum((hours[number - 1] for number in person.attended if number <= len(hours)), Decimal(0))
            total += own if most is None else min(own, most)
        return total

    def at_all(self, sessions: int) -> int:
        """How many people attended every session."""
        return sum(len(person.attended) >= sessions for person in self.people) if sessions else 0


def check(workshop: Workshop, rows: Iterable[RosterRow], sessions: int, *, renamed: Teacher | None = None) -> Preview:
    """Judge rows against each other, schools, the partner's teachers and the workshop's enrollments. Five queries at most.

    The address of somebody known under another name is wrong, but for a teacher who is being `renamed`.
    """
    judged = [Checked(row) for row in rows if not _is_blank(row)]
    open_rows = [checked for checked in judged if not checked.row.left_out]
    domains = Counter(
        email.rsplit("@", 1)[1]
        for checked in open_rows
        if (email := checked.row.email.lower()).count("@") == 1 and _is_email(email)
    )
    for checked in judged:
        if checked.row.left_out:
            checked.verdict = "left_out"
        else:
            checked.wrong = _wrong(checked.row, domains)
            checked.verdict = "fix" if checked.wrong else "new"
    schools = _schools(workshop, open_rows)
    for checked in open_rows:
        matches = schools.get(checked.row.school.strip().casefold(), [])
        if len(matches) > 1 and "school" not in checked.wrong:
            shown = tuple(f"{school.name}, {school.place}" for school in matches[:4])
            checked.wrong["school"] = Wrong(f"{len(matches)} schools have this name.", "", shown)
            checked.verdict = "fix"
    people = _people(judged, sessions)
    for person in people.values():
        person.school_row = next(iter(schools.get(person.school.casefold(), [])), None)
    seats = _recognize(workshop, judged, people, renamed)
    return Preview(judged, list(people.values()), seats)


def _schools(workshop: Workshop, rows: list[Checked]) -> dict[str, list[School]]:
    """Open schools of the partner's states by what may be typed for them: the name, or `name, city, state`. One query."""
    typed = {checked.row.school.strip() for checked in rows if checked.row.school.strip()}
    names = {text.split(",")[0].strip().lower() for text in typed if len(text) <= LENGTHS["school"]}
    if not names:
        return {}
    found: dict[str, list[School]] = {}
    pickable = School.objects.pickable().annotate(lowered=Lower("name")).filter(lowered__in=names)
    states = workshop.partner.states
    for school in pickable.filter(state__code__in=states) if states else pickable:
        for text in (school.name, f"{school.name}, {school.place}"):
            found.setdefault(text.casefold(), []).append(school)
    return found


def _is_blank(row: RosterRow) -> bool:
    return not (row.name.strip() or row.email.strip() or row.school.strip())


def _wrong(row: RosterRow, domains: Counter[str]) -> dict[str, Wrong]:
    found: dict[str, Wrong] = {}
    for name in ("name", "email", "school"):
        text = str(getattr(row, name)).strip()
        if is_formula(text):
            found[name] = Wrong(
                f"The {WORDS[name]} begins like a formula. Type the words.", re.sub(r"^[=+\-@|%\s]+", "", text)[:80]
            )
        elif CONTROL.search(text) or UNSTORABLE.search(text):
            found[name] = Wrong(
                f"The {WORDS[name]} holds a character that cannot be kept. Type it again.", CONTROL.sub("", text)[:80]
            )
        elif len(text) > LENGTHS[name]:
            found[name] = Wrong(f"The {WORDS[name]} has {len(text):,} characters; at most {LENGTHS[name]} fit.")
    if "name" not in found and (wrong := _wrong_name(row)):
        found["name"] = wrong
    if "email" not in found and (wrong := _wrong_email(row.email.strip().lower(), domains)):
        found["email"] = wrong
    return found


def _wrong_name(row: RosterRow) -> Wrong | None:
    name = " ".join(row.name.split())
    if not name:
        return Wrong("The name is missing.")
    if not any(letter.isalpha() for letter in name):
        return Wrong("A name has letters.")
    if " " in name:
        return None
    local = row.email.split("@")[0].lower()
    last = (
        local[1:]
        if local[:1] == name[:1].lower()
        and len(local) > 2
        and local[1:].isalpha()
        and not local.startswith(name.lower())
        else ""
    )
    return Wrong("Last name is missing.", f"{name} {last.capitalize()}" if last else "")


def _wrong_email(email: str, domains: Counter[str]) -> Wrong | None:
    if not email:
        return None
    local, _at, domain = email.rpartition("@")
    if not local:
        return Wrong("This is not an e-mail address: it has no @.")
    if "." not in domain:
        meant = (
            next((known for known, _count in domains.most_common() if known.startswith(f"{domain}.")), "")
            if domain
            else ""
        )
        return Wrong("Ending is missing.", f"{local}@{meant}" if meant else "")
    return (
        None
        if _is_email(email)
        else Wrong(
            "This is not an e-mail address.",
            email.replace(" ", "").replace(",", ".") if _is_email(email.replace(" ", "").replace(",", ".")) else "",
        )
    )


def _is_email(email: str) -> bool:
    try:
        valid_email(email)
    except ValidationError:
        return False
    return email.isascii()


def identity(name: str, email: str, school: str) -> tuple[str, str]:
    """Who somebody is inside one partner: the address, or without one the name and school."""
    return ("email", email) if email else ("name", f"{' '.join(name.split()).casefold()}|{school.casefold()}")


def _people(judged: list[Checked], sessions: int) -> dict[tuple[str, str], Person]:
    """Rows of one person become one: sessions of all rows count. Another name at the same address is wrong."""
    people: dict[tuple[str, str], Person] = {}
    first: dict[tuple[str, str], Checked] = {}
    for checked in judged:
        if checked.verdict != "new":
            continue
        row = checked.row
        name, email, school = " ".join(row.name.split()), row.email.strip().lower(), row.school.strip()
        key = identity(name, email, school)
        known = people.get(key)
        if known is None:
            people[key] = Person(name, email, school, [row.line], checked.attended(sessions))
            first[key] = checked
        elif not same_name(known.name, name):
            checked.verdict = "fix"
            checked.wrong["email"] = Wrong(f"Row {known.lines[0]}, {known.name}, has this address too.")
        else:
            known.lines.append(row.line)
            known.attended |= checked.attended(sessions)
            checked.verdict = first[key].verdict = "twice"
            checked.note = f"Also row {known.lines[0]}. Counted once, all days kept."
            first[key].note = f"Also row {', '.join(map(str, known.lines[1:]))}. Counted once, all days kept."
    return people


def _recognize(
    workshop: Workshop, judged: list[Checked], people: dict[tuple[str, str], Person], renamed: Teacher | None
) -> int:
    """Tie people to teachers and enrollments that exist; how many new seats they need. A teacher's address under another name is wrong."""
    by_line = {checked.row.line: checked for checked in judged}
    emails = [person.email for person in people.values() if person.email]
    names = [person.name for person in people.values() if not person.email]
    found = Teacher.objects.filter(partner_id=workshop.partner_id).filter(
        Q(email__in=emails) | Q(email="", name__in=names)
    )
    teachers = {identity(row.name, row.email, row.school_name): row for row in found} if people else {}
    for key, person in list(people.items()):
        known = person.teacher = teachers.get(key)
        if known is not None and known != renamed and not same_name(known.name, person.name):
            _refuse_name(people.pop(key), known, by_line)
    ids = [person.teacher.pk for person in people.values() if person.teacher]
    here = {row.teacher_id: row for row in Enrollment.objects.filter(workshop=workshop, teacher__in=ids)} if ids else {}
    notes = _histories(ids)
    for person in people.values():
        if person.teacher is None:
            continue
        person.enrollment = here.get(person.teacher.pk)
        for line in person.lines:
            checked = by_line[line]
            if checked.verdict == "new":
                checked.verdict = "known"
                checked.note = "Enrolled already" if _holds_seat(person) else notes.get(person.teacher.pk, "")
    return sum(not _holds_seat(person) for person in people.values())


def _refuse_name(person: Person, teacher: Teacher, by_line: dict[int, Checked]) -> None:
    for line in person.lines:
        words = f"This address is {teacher.name}'s. Take that name, or type another address."
        by_line[line].verdict, by_line[line].note = "fix", ""
        by_line[line].wrong["name"] = Wrong(words, teacher.name)


def _holds_seat(person: Person) -> bool:
    return person.enrollment is not None and person.enrollment.canceled_at is None


def _histories(teachers: list[int]) -> dict[int, str]:
    """`3 workshops since 2024` by teacher id."""
    if not teachers:
        return {}
    rows = (
        Enrollment.objects.filter(teacher__in=teachers, canceled_at__isnull=True)
        .values("teacher")
        .annotate(n=Count("id"), since=Min("workshop__first_on"))
    )
    return {row["teacher"]: _history(row["n"], row["since"]) for row in rows}


def _history(count: int, since: dt.date | None) -> str:
    words = f"{count} {'workshop' if count == 1 else 'workshops'}"
    return f"{words} since {since:%Y}" if since else words
