"""First figures of the calendar, the envelope and the review, and the first rubric."""

import datetime as dt
from decimal import Decimal

from django.db import migrations

from partners.seeds import FIRST_DAY, remove_settings, settings_of

REASON = "Default until staff decide otherwise"
FIGURES = (
    ("grants.deadline_days", "45"),
    ("grants.deadline_hour", "17"),
    ("grants.review_days", "21"),
    ("grants.slate_days", "14"),
    ("grants.weight_q1", "25"),
    ("grants.weight_q2", "25"),
    ("grants.weight_q3", "25"),
    ("grants.weight_q4", "25"),
    ("grants.reserve_percent", "0"),
    ("grants.policy", "3"),
    ("grants.line_score", "60"),
    ("grants.minimum_percent", "60"),
    ("grants.activity_months", "12"),
    ("grants.conflict_months", "24"),
    ("grants.objection_days", "3"),
    ("grants.gap_points", "20"),
    ("grants.gap_steps", "3"),
)
CRITERIA = (
    ("alignment", "Alignment with engagement goals", "40", "no goal named", "names a goal, the link is plausible", "named goal, mechanism and indicator, agreed priority district or audience"),
    ("reach", "Anticipated reach", "30", "no number", "number with basis, right people", "evidenced number, decision makers named, follow-up plan"),
    ("outcomes", "Measurable outcomes", "15", "activity only", "countable", "countable with baseline and date"),
    ("budget", "Budget sense", "10", "lines unclear", "market-like", "quotes, in-kind, minimum useful amount reasoned"),
    ("underserved", "Under-served reach", "5", "none", "some", "mainly no-CS or high-need schools"),
)


def first_rubric(apps, editor):
    """The rubric of the design page, in force from the first day on."""
    alias = editor.connection.alias
    at = dt.datetime.combine(FIRST_DAY, dt.time(), dt.UTC)
    rubric = apps.get_model("grants", "Rubric").objects.using(alias).create(valid_from=FIRST_DAY, reason=REASON, proposed_at=at, confirmed_at=at)
    for position, (key, label, weight, low, middle, high) in enumerate(CRITERIA, start=1):
        apps.get_model("grants", "Criterion").objects.using(alias).create(
            rubric=rubric, key=key, label=label, weight=Decimal(weight), anchor_1=low, anchor_3=middle, anchor_5=high, position=position
        )
    editor.execute("set constraints all immediate")


def no_rubric(apps, editor):
    """The way back: the table itself goes with 0001."""


class Migration(migrations.Migration):
    """Calendar of 45, 21 and 14 days, equal weights, the five criteria."""

    dependencies = [("grants", "0001_initial")]
    operations = [
        migrations.RunPython(settings_of(*((key, value, REASON) for key, value in FIGURES)), remove_settings(*(key for key, _value in FIGURES))),
        migrations.RunPython(first_rubric, no_rubric),
    ]
