"""The catalog that comes with the product: O1 to O19 with amounts and evidence [default] (incentives 4.1)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

from partners.seeds import FIRST_DAY


class Row(NamedTuple):
    """One outcome; evidence titles that end in `*` are confirmed by a person whom the verifier reaches."""

    code: str
    area: str
    subject_kind: str
    title: str
    amount: str
    rule: str
    once: str
    evidence: tuple[str, ...]
    family: str = ""
    months: int | None = None
    yearly_limit: int | None = None


AGREEMENT = ("Signed District Program agreement", "A district leader confirms the agreement*")
PROGRAM = "district_program"
CATALOG = [
    Row(
        "O1",
        "onboarding",
        "district",
        "District Program signed, small",
        "1500",
        "The district has fewer than 2,500 students.",
        "ever",
        AGREEMENT,
        PROGRAM,
    ),
    Row(
        "O2",
        "onboarding",
        "district",
        "District Program signed, mid-size",
        "2500",
        "The district has 2,500 to 24,999 students.",
        "ever",
        AGREEMENT,
        PROGRAM,
    ),
    Row(
        "O3",
        "onboarding",
        "district",
        "District Program signed, large",
        "4000",
        "The district has 25,000 students or more.",
        "ever",
        AGREEMENT,
        PROGRAM,
    ),
    Row(
        "O4",
        "onboarding",
        "district",
        "Onboarding complete",
        "1000",
        "Kick-off, a team of at least 4, baseline and school list within 120 days.",
        "ever",
        ("Onboarding checklist: kick-off, team, baseline, school list*",),
    ),
    Row(
        "O5",
        "onboarding",
        "district",
        "District Program renewed",
        "1000",
        "Renewal into year 2 or later.",
        "year",
        ("Renewal record",),
    ),
    Row(
        "O6",
        "planning",
        "district",
        "Six-area self-assessment",
        "500",
        "All 6 areas, by a district team with at least 4 signers.",
        "months",
        ("Self-assessment of 6 areas with its signers*",),
        months=24,
    ),
    Row(
        "O7",
        "planning",
        "district",
        "CS Plan adopted",
        "2500",
        "A plan with goals for 3, 6 and 12 months.",
        "months",
        ("CS Plan with its goals", "Approval by the superintendent or board"),
        months=36,
    ),
    Row(
        "O8",
        "planning",
        "district",
        "CS Plan reviewed after 12 months",
        "1500",
        "At least 70% of goals met and at least 1 area a level up.",
        "year",
        ("Review record", "A district leader confirms the review*"),
    ),
    Row(
        "O9",
        "milestones",
        "school_course",
        "New course running",
        "750",
        "A new foundational CS course with at least 10 students.",
        "ever",
        ("Schedule extract", "The principal or a district leader confirms the course*"),
        yearly_limit=4,
    ),
    Row(
        "O10",
        "milestones",
        "policy",
        "District CS policy adopted",
        "3000",
        "A policy on credit, requirement or funding.",
        "ever",
        ("Board minutes",),
    ),
    Row(
        "O11",
        "milestones",
        "district",
        "CS lead named",
        "2000",
        "At least half of a full position.",
        "months",
        ("Letter or staff listing",),
        months=36,
    ),
    Row(
        "O12",
        "milestones",
        "district_level",
        "CS in every school of a level",
        "5000",
        "All K–5, all 6–8 or all 9–12 schools of the district.",
        "ever",
        ("School list, each school confirmed*",),
    ),
    Row(
        "O13",
        "teachers",
        "cohort",
        "Cohort teaching, 80%",
        "1500",
        "At least 10 teachers, at least 80% confirmed teaching by March 1.",
        "ever",
        ("Confirmations of teaching*",),
    ),
    Row(
        "O14",
        "teachers",
        "cohort",
        "Cohort teaching, 90%",
        "2500",
        "The same with at least 90%; after O13 it pays the difference.",
        "ever",
        ("Confirmations of teaching*",),
    ),
    Row(
        "O15",
        "teachers",
        "school",
        "First CS teacher in a school",
        "300",
        "The first confirmed CS teacher in a school that had none.",
        "ever",
        ("Confirmation of teaching*",),
    ),
    Row(
        "O16",
        "teachers",
        "cohort",
        "Cohort still teaching in year 2",
        "1000",
        "At least 75% of at least 10 teachers teach a second year.",
        "year",
        ("Confirmations of teaching in year 2*",),
    ),
    Row(
        "O17",
        "coaches",
        "coach_cohort",
        "Coach cohort launched",
        "1500",
        "At least 8 coaches, a calendar and a lead.",
        "ever",
        ("Roster of coaches", "Schedule"),
    ),
    Row(
        "O18",
        "coaches",
        "coach_cohort",
        "Coach cohort finished",
        "3500",
        "At least 6 sessions, at least 80% of coaches still active.",
        "ever",
        ("Attendance of the sessions",),
    ),
    Row(
        "O19",
        "coaches",
        "coach",
        "Coach completed and coaching",
        "300",
        "The coach completes and coaches at least 3 teachers.",
        "year",
        ("Coaching logs", "A coached teacher confirms*"),
    ),
]
TOPS_UP = {"O14": "O13"}


def seed_catalog(apps: Any, editor: Any) -> None:
    """Outcomes, first versions in force from 2020 on, and their kinds of evidence; what is there already stays."""
    using = editor.connection.alias
    outcome, version, evidence = (
        apps.get_model("incentives", name).objects.using(using)
        for name in ("Outcome", "OutcomeVersion", "RequiredEvidence")
    )
    at = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
    made: dict[str, Any] = {}
    for position, row in enumerate(CATALOG, start=1):
        facts = {
            "area": row.area,
            "subject_kind": row.subject_kind,
            "family": row.family or row.code,
            "position": position,
        }
        made[row.code], new = outcome.get_or_create(
            code=row.code, defaults={**facts, "tops_up": made.get(TOPS_UP.get(row.code, ""))}
        )
        if not new:
            continue
        first = version.create(
            outcome=made[row.code],
            title=row.title,
            rule=row.rule,
            amount=Decimal(row.amount),
            once=row.once,
            months=row.months,
            yearly_limit=row.yearly_limit,
            valid_from=FIRST_DAY,
            reason="Default until staff decide otherwise",
            proposed_at=at,
            confirmed_at=at,
        )
        evidence.bulk_create(
            evidence.model(version=first, position=number, title=title.rstrip("*"), confirmed=title.endswith("*"))
            for number, title in enumerate(row.evidence, start=1)
        )


def remove_catalog(apps: Any, editor: Any) -> None:
    """The way back."""
    for name in ("RequiredEvidence", "OutcomeVersion", "Outcome"):
        apps.get_model("incentives", name).objects.using(editor.connection.alias).all().delete()
