"""The first rows of the catalog: active courses, their subjects and limits (incumbent 1.4), and the seasons of the agreement."""

from __future__ import annotations

import datetime as dt
from typing import Any

BEGIN = dt.date(2020, 1, 1)
BOTH = ["in_person", "virtual"]
Limits = tuple[int | None, int | None, str | None]
FREE: Limits = (None, None, None)
ONE_DAY: Limits = (1, 1, "6")
TWO_DAYS: Limits = (2, 2, "12")

YEAR: list[tuple[str, str, Limits]] = [
    ("summer", "5-day Summer", (None, None, "33.5")),
    ("kickoff", "Virtual Workshop Kickoff", FREE),
    *((f"ayw-{n}", f"Academic Year Workshop {n}", ONE_DAY) for n in (1, 2, 3, 4)),
    ("ayw-1-2", "Academic Year Workshop 1 + 2", TWO_DAYS),
    ("ayw-3-4", "Academic Year Workshop 3 + 4", TWO_DAYS),
]
WEEKEND = ("facilitator-weekend", "Facilitator Weekend", FREE)
COURSES: dict[str, tuple[str, list[tuple[str, str, Limits]]]] = {
    "csf": (
        "CS Fundamentals",
        [
            ("intro", "Intro", (1, None, "7")),
            ("deep-dive", "Deep Dive", (1, None, "6")),
            ("district", "District", FREE),
            WEEKEND,
        ],
    ),
    "csd": ("CS Discoveries", [*YEAR, ("teachercon", "TeacherCon", (None, None, "33.5")), WEEKEND]),
    "csp": (
        "CS Principles",
        [
            *YEAR,
            ("returning", "Workshop for Returning Teachers", (None, None, "7")),
            ("teachercon", "TeacherCon", (None, None, "33.5")),
            WEEKEND,
        ],
    ),
    "csa": ("Computer Science A", [*YEAR, WEEKEND, ("capstone", "Capstone", FREE)]),
    "facilitator": ("Facilitator", [("training", "Facilitator training", FREE)]),
    "admin-counselor": (
        "Admin/Counselor Workshop",
        [
            ("welcome", "Welcome", FREE),
            ("slp-intro", "SLP Intro", FREE),
            *((f"slp-{n}", f"SLP Quarterly Call {n}", FREE) for n in (1, 2, 3, 4)),
        ],
    ),
    "byow": ("Build Your Own Workshop", [("own", "Own topics", FREE)]),
    "csai": ("CS and AI Fundamentals", [("intro", "Intro", FREE)]),
}
SEASONS = [
    (
        "summer-2021",
        "Summer 2021",
        (dt.date(2021, 6, 1), dt.date(2021, 9, 1)),
        "Host virtual or in-person local summer workshops for CS Fundamentals, CS Discoveries and CS Principles professional learning program "
        "for your region's teachers.",
    ),
    (
        "academic-year-2021-22",
        "Academic Year 2021-22",
        (dt.date(2021, 9, 1), dt.date(2022, 6, 1)),
        "Host one-day virtual or in-person CS Fundamentals workshops, CS Discoveries and CS Principles.",
    ),
]


def seed(apps: Any, editor: Any) -> None:
    """For RunPython: every row that is not there yet."""
    using = editor.connection.alias
    program, _new = _model(apps, "Program", using).get_or_create(
        key="k12", defaults={"name": "K-12 professional learning"}
    )
    for key, (name, subjects) in COURSES.items():
        course, _new = _model(apps, "Course", using).get_or_create(
            key=key, defaults={"name": name, "program": program, "valid_from": BEGIN}
        )
        for position, (subject_key, subject_name, limits) in enumerate(subjects):
            _subject(apps, using, course, position, (subject_key, subject_name, limits))
    for key, name, (starts, ends), wording in SEASONS:
        season, _new = _model(apps, "Season", using).get_or_create(
            key=key,
            defaults={"name": name, "starts_on": starts, "ends_before": ends, "wording": wording, "formats": BOTH},
        )
        for course in _model(apps, "Course", using).filter(key__in=("csf", "csd", "csp")):
            _model(apps, "SeasonCourse", using).get_or_create(season=season, course=course)


def _subject(apps: Any, using: str, course: Any, position: int, row: tuple[str, str, Limits]) -> None:
    key, name, (min_days, max_days, max_hours) = row
    facts = {"name": name, "position": position, "valid_from": BEGIN}
    subject, _new = _model(apps, "Subject", using).get_or_create(course=course, key=key, defaults=facts)
    at = dt.datetime.combine(BEGIN, dt.time(), dt.UTC)
    _model(apps, "SubjectRule", using).get_or_create(
        subject=subject,
        defaults={
            "min_days": min_days,
            "max_days": max_days,
            "max_hours": max_hours,
            "formats": ["virtual"] if key == "kickoff" or key.startswith("slp-") else BOTH,
            "valid_from": BEGIN,
            "reason": "Rules of the program when the product began",
            "proposed_at": at,
            "confirmed_at": at,
        },
    )


def _model(apps: Any, name: str, using: str) -> Any:
    return apps.get_model("catalog", name).objects.using(using)
