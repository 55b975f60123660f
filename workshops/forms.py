"""Forms about workshops. Drafts may lack anything, so nothing is required here; `workshops.facts.judge` says what is missing."""

from __future__ import annotations

import datetime as dt
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.forms.models import ModelChoiceIterator
from django.utils import timezone

from catalog.models import Course, Format, Subject
from common.forms import RpForm
from facilitators.models import Facilitator
from workshops.models import Consent

ZONE_WORDS = {
    "America/New_York": "Eastern",
    "America/Chicago": "Central",
    "America/Denver": "Mountain",
    "America/Phoenix": "Arizona",
    "America/Los_Angeles": "Pacific",
    "America/Anchorage": "Alaska",
    "Pacific/Honolulu": "Hawaii",
    "America/Puerto_Rico": "Atlantic",
    "Pacific/Guam": "Guam",
}
MOST_SESSIONS = 40
FORMATS = [*Format.choices, ("hybrid", "Hybrid")]


class BySubject(ModelChoiceIterator[Any]):
    """Subjects under their courses, each with the word of its course for the script that narrows the list."""

    def __iter__(self) -> Any:
        yield ("", self.field.empty_label or "")
        for course, subjects in groupby(self.queryset, key=lambda subject: subject.course.name):
            yield (course, [self.choice(subject) for subject in subjects])


class SubjectField(forms.ModelChoiceField[Subject]):
    """A subject of an offered course."""

    iterator = BySubject

    def label_from_instance(self, obj: Subject) -> str:
        """The name; the course stands above it."""
        return obj.name


class FacilitatorsField(forms.ModelMultipleChoiceField[Facilitator]):
    """Facilitators by name and state."""

    def label_from_instance(self, obj: Facilitator) -> str:
        """`Ana Lucero, NM`."""
        return f"{obj.name}, {obj.place}" if obj.states else obj.name


class WorkshopForm(RpForm):
    """What, where, how many, who leads; `page` and `version` tell which page load and which draft this is."""

    course = forms.ModelChoiceField(
        Course.objects.none(), to_field_name="ref", required=False, empty_label="Choose a course"
    )
    subject = SubjectField(Subject.objects.none(), to_field_name="ref", required=False, empty_label="Choose a subject")
    capacity = forms.IntegerField(
        label="Seats",
        required=False,
        min_value=1,
        max_value=9999,
        error_messages={
            "invalid": "Seats are a number from 1 to 9,999.",
            "min_value": "Seats are a number from 1 to 9,999.",
            "max_value": "Seats are a number from 1 to 9,999.",
        },
    )
    place = forms.CharField(max_length=255, required=False)
    notes = forms.CharField(max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    facilitators = FacilitatorsField(
        Facilitator.objects.none(), to_field_name="ref", required=False, widget=forms.CheckboxSelectMultiple
    )
    page = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, on: dt.date, facilitators: QuerySet[Facilitator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.offered(on).order_by("id")  # type: ignore[attr-defined]
        subjects = Subject.objects.offered(on).select_related("course").order_by("course_id", "position")
        self.fields["subject"].queryset = subjects  # type: ignore[attr-defined]
        self.fields["facilitators"].queryset = facilitators  # type: ignore[attr-defined]


class SessionForm(RpForm):
    """One session: a day, two times of its zone, how it is held. A row without day and times is no session."""

    ref = forms.CharField(max_length=12, required=False, widget=forms.HiddenInput)
    date = forms.DateField(required=False, error_messages={"invalid": "Write the day as 2026-11-07."})
    start = forms.TimeField(required=False, error_messages={"invalid": "Write the time as 8:30 or 15:30."})
    end = forms.TimeField(required=False, error_messages={"invalid": "Write the time as 8:30 or 15:30."})
    zone = forms.ChoiceField(choices=list(ZONE_WORDS.items()), required=False)
    format = forms.ChoiceField(choices=Format.choices, required=False)

    def __init__(self, *args: Any, zone_here: str = "America/Los_Angeles", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].initial = zone_here
        last = str(self.prefix or "").rpartition("-")[2]
        number = str(int(last) + 1) if last.isdigit() else last
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"Session {number} {name}"

    def clean(self) -> dict[str, Any]:
        """A begun row needs day and both times, a year that can be, and times that exist in its zone."""
        data = super().clean() or {}
        if any(data.get(name) for name in ("date", "start", "end")):
            for name, words in (("date", "Give the day."), ("start", "Give the start."), ("end", "Give the end.")):
                if data.get(name) is None and name not in self.errors:
                    self.add_error(name, words)
        on = data.get("date")
        if on is not None and not 2015 <= on.year <= 2100:
            self.add_error("date", forms.ValidationError(f"The year {on.year} cannot be right.", code="year"))
        for name in ("start", "end"):
            if (
                name not in self.errors
                and "date" not in self.errors
                and on
                and data.get(name) is not None
                and self.instant(name) is None
            ):
                words = "This time does not exist on that day: the clocks move forward."
                self.add_error(name, forms.ValidationError(words, code="skipped"))
        return data

    @property
    def is_whole(self) -> bool:
        """Day and both times are there and can be."""
        data = getattr(self, "cleaned_data", {})
        return not self.errors and all(data.get(name) is not None for name in ("date", "start", "end"))

    def instant(self, name: str) -> dt.datetime | None:
        """The instant of `start` or `end`; None where the clocks skip it."""
        data = self.cleaned_data
        zone = ZoneInfo(data.get("zone") or "America/Los_Angeles")
        local = dt.datetime.combine(data["date"], data[name], zone)
        return (
            local
            if local.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)
            else None
        )


SessionFormSet = forms.formset_factory(SessionForm, extra=0, max_num=MOST_SESSIONS, absolute_max=MOST_SESSIONS + 10)


class ConsentForm(RpForm):
    """Where and when the people agreed to our keeping their data (C12)."""

    consent = forms.ChoiceField(label="They agreed", choices=[("", "Choose where"), *Consent.choices], required=False)
    consent_on = forms.DateField(
        label="On or before", required=False, error_messages={"invalid": "Write the day as 2026-11-07."}
    )

    @property
    def stated(self) -> tuple[str, dt.date] | None:
        """The statement, once both parts are there."""
        data = getattr(self, "cleaned_data", {})
        return (data["consent"], data["consent_on"]) if data.get("consent") and data.get("consent_on") else None


class SourceForm(RpForm):
    """Where a roster comes from: cells that are pasted, or a file."""

    pasted = forms.CharField(
        label="Paste rows",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "class": "form-control mono"}),
        help_text="Name, e-mail, school; days as x, if you have them. With or without a header.",
    )
    file = forms.FileField(
        label="or a file", required=False, allow_empty_file=True, help_text="CSV or XLSX, at most 10,000 rows."
    )


class TeacherForm(RpForm):
    """What is kept of somebody."""

    name = forms.CharField(max_length=120)
    email = forms.CharField(label="E-mail", max_length=254, required=False)
    school = forms.CharField(max_length=160, required=False)


class PersonForm(TeacherForm, ConsentForm):
    """One person to enroll."""

    field_order = ("name", "email", "school", "consent", "consent_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("consent", "consent_on"):
            self.fields[name].required = True


class MissingForm(PersonForm):
    """Somebody who is missing in the list of an ended workshop."""

    sessions = forms.MultipleChoiceField(label="Attended", choices=[], widget=forms.CheckboxSelectMultiple)
    reason = forms.CharField(label="How you know", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, sessions: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sessions"].choices = sessions  # type: ignore[attr-defined]


class ReasonForm(RpForm):
    """Why."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class OverrideForm(ReasonForm):
    """Staff let somebody lead although accreditation or standing does not hold."""

    facilitator = forms.ModelChoiceField(Facilitator.objects.order_by("name", "id"), to_field_name="ref")

    field_order = ("facilitator", "reason")


class DecisionForm(RpForm):
    """The Outreach Manager's answer to a correction."""

    answer = forms.CharField(max_length=500, required=False, label="Answer", widget=forms.Textarea(attrs={"rows": 2}))


class ListFilter(forms.Form):
    """Filters of the list; what cannot be read is left away."""

    state = forms.ChoiceField(
        choices=[
            ("", "Any state"),
            ("draft", "Draft"),
            ("scheduled", "Scheduled"),
            ("in_progress", "In progress"),
            ("ended", "Ended"),
            ("canceled", "Canceled"),
        ],
        required=False,
    )
    course = forms.ModelChoiceField(
        Course.objects.order_by("id"), to_field_name="ref", required=False, empty_label="Any course"
    )
    since = forms.DateField(label="From", required=False)
    until = forms.DateField(label="To", required=False)
    facilitator = forms.ModelChoiceField(Facilitator.objects.order_by("name"), to_field_name="ref", required=False)
    format = forms.ChoiceField(choices=[("", "Any format"), *FORMATS], required=False)
    q = forms.CharField(label="Find in these workshops", max_length=100, required=False)


def facilitators_for(partner: Any, chosen: list[int]) -> QuerySet[Facilitator]:
    """Those who work in the partner's states or everywhere, and who is chosen already; at most what a page can show."""
    nearby = Q(states__overlap=partner.states) | Q(states=[]) | Q(pk__in=chosen) if partner.states else Q()
    current = Q(standings__valid_before__isnull=True, standings__standing__in=("good", "probation", "suspended"))
    return Facilitator.objects.filter(nearby).filter(current | Q(pk__in=chosen)).order_by("name", "id").distinct()


def today_in(zone: str) -> dt.date:
    """Today in a zone."""
    return timezone.now().astimezone(ZoneInfo(zone)).date()
