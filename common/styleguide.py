"""The style guide of /styleguide/: every component with realistic words, for development and for the browser tests."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from common.forms import RpForm
from common.money import MoneyFormField


class SampleForm(RpForm):
    """A form that has two errors when it is bound to SAMPLE_INPUT."""

    amount = MoneyFormField(label="Amount you ask for", max_amount=Decimal(4900))
    useful_from = MoneyFormField(
        label="Still useful from", required=False, help_text="Less than this and we will not award part."
    )
    by_when = forms.DateField(
        label="By when", error_messages={"required": "Enter a date after Dec 4, 2026, the decision date."}
    )
    course = forms.ChoiceField(label="Course", choices=[("csp", "CS Principles"), ("csd", "CS Discoveries")])
    seats = forms.IntegerField(label="Seats", help_text="31 enrolled at most last year")
    audience = forms.CharField(label="Target audience", widget=forms.Textarea(attrs={"rows": 3}))
    place = forms.ChoiceField(
        label="Format", choices=[("room", "In a room"), ("call", "On a call")], widget=forms.RadioSelect
    )
    days = forms.MultipleChoiceField(
        label="Days attended",
        choices=[("7", "Sat, Nov 7"), ("14", "Sat, Nov 14")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    agreed = forms.BooleanField(label="Each teacher agreed on the sign-in sheet", required=False)
    sheet = forms.FileField(label="Sign-in sheet", required=False, help_text="PDF or photo, 25 MB at most")


SAMPLE_INPUT = {
    "amount": "4,950",
    "useful_from": "3,200",
    "course": "csp",
    "seats": "30",
    "audience": "Board members and superintendents of 34 districts in the western Piedmont.",
    "place": "room",
    "days": ["7"],
    "agreed": "on",
}


def context() -> dict[str, Any]:
    """What templates/styleguide.html shows; the dates stay the same, so that pictures can be compared."""
    return {
        "form": SampleForm(SAMPLE_INPUT),
        "steps": [
            {"word": "Draft", "note": "Oct 12", "state": "done"},
            {"word": "Endorsed", "note": "Oct 21", "state": "done"},
            {"word": "Submitted", "note": "Oct 23", "state": "done"},
            {"word": "In review", "note": "since Oct 30", "state": "now"},
            {"word": "Decision", "note": "Dec 4", "state": ""},
            {"word": "Agreement", "note": "", "state": ""},
            {"word": "Report", "note": "", "state": ""},
            {"word": "Closed", "note": "", "state": ""},
        ],
        "saturday": dt.date(2026, 11, 21),
        "amount": Decimal("2500.00"),
        "reversed": Decimal("-750.00"),
        "closing": Decimal("1750.00"),
        "meter": {"cap": Decimal(12000), "used": Decimal(6950), "waiting": Decimal(2800)},
        "full": {"cap": Decimal(12000), "used": Decimal(10900), "waiting": Decimal(1100)},
        "claims": [
            {
                "outcome": "CS Plan adopted",
                "district": "Chama Valley Public Schools",
                "partner": "High Desert CS Collaborative, NM",
                "days": 8,
                "pays": 2500,
            },
            {
                "outcome": "CS lead named",
                "district": "Nishna Bluffs CSD",
                "partner": "Prairie Rivers STEM Hub, IA",
                "days": 7,
                "pays": 2000,
            },
            {
                "outcome": "New course running",
                "district": "Alder Creek High, Pine Ridge ISD",
                "partner": "Red Hills CS Education, OK",
                "days": 6,
                "pays": 750,
            },
        ],
    }
