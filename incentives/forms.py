"""Forms of claims, verification, payouts and the outcome catalog; they shape what was typed and write nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q

from catalog.models import Course
from common.forms import RpForm
from common.money import MoneyFormField
from districts.models import District, School
from incentives.models import (
    Area,
    Claim,
    EvidenceCheck,
    FiscalOption,
    Once,
    Outcome,
    OutcomeVersion,
    RequiredEvidence,
    SubjectKind,
)
from incentives.operations import Reached, Subject, Terms
from incentives.operations.claiming import NEEDED, WORDS
from partners.models import FiscalYear, Partner
from workshops.models import Workshop

TAKEN = "taken"
LEVELS = [("", "Choose"), ("K–5", "All K–5 schools"), ("6–8", "All 6–8 schools"), ("9–12", "All 9–12 schools")]
NAMES = {
    SubjectKind.POLICY: ("Name of the policy", "as the board calls it"),
    SubjectKind.COACH_COHORT: ("Name of the cohort", "the same in each claim on it"),
    SubjectKind.COACH: ("Name of the coach", ""),
}


class ClaimForm(RpForm):
    """The facts of one claim; only the subject that its outcome is about is asked."""

    district: Any = forms.ModelChoiceField(queryset=None, to_field_name="ref", empty_label="Choose")
    school: Any = forms.ModelChoiceField(queryset=None, to_field_name="ref", empty_label="Choose")
    course: Any = forms.ModelChoiceField(queryset=None, to_field_name="ref", empty_label="Choose")
    workshop: Any = forms.ModelChoiceField(
        label="Workshop of the cohort", queryset=None, to_field_name="ref", empty_label="Choose"
    )
    name = forms.CharField(max_length=120)
    level = forms.ChoiceField(label="Grade level", choices=LEVELS)
    outcome_on = forms.DateField(
        label="Achieved on", error_messages={"required": "Enter the day on which it was achieved."}
    )
    words = forms.CharField(
        label="What happened", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    edition = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, outcome: Outcome, partner: Partner, today: dt.date, claim: Claim | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.outcome = outcome
        self._offer(partner, today)
        for name in Subject.__dataclass_fields__:
            if name not in NEEDED[outcome.subject_kind]:
                del self.fields[name]
            else:
                self.fields[name].error_messages["required"] = WORDS[name]
        if "name" in self.fields:
            self.fields["name"].label, self.fields["name"].help_text = NAMES[SubjectKind(outcome.subject_kind)]
        subject = self.subject_field
        self.fields[subject].widget.attrs["aria-describedby"] = f"id_{subject}_helptext id_{subject}_error {TAKEN}"
        if claim is None:
            self.initial.setdefault("form_key", uuid.uuid4())
        else:
            self.initial.update(initial_of(claim))

    @property
    def subject_field(self) -> str:
        """The field at which an outcome that is claimed already is said."""
        return NEEDED[self.outcome.subject_kind][0]

    def _offer(self, partner: Partner, today: dt.date) -> None:
        """Rows that may be chosen, set at the request."""
        fields: Any = self.fields
        for name, rows in offered(partner, today).items():
            fields[name].queryset = rows
        fields["school"].label_from_instance = lambda school: f"{school.name}, {school.district}"
        fields["workshop"].label_from_instance = lambda row: f"{row.title}, {row.first_on:%b %-d, %Y}"

    def clean_outcome_on(self) -> dt.date:
        """A day on which the catalog has this outcome."""
        on: dt.date = self.cleaned_data["outcome_on"]
        self.version = OutcomeVersion.objects.on(on).filter(outcome=self.outcome).first()
        if self.version is None:
            raise forms.ValidationError(f"The catalog has no such outcome on {on:%b %-d, %Y}.")
        return on

    def subject(self) -> Subject:
        """What was chosen."""
        chosen = {name: self.cleaned_data.get(name) for name in NEEDED[self.outcome.subject_kind]}
        return Subject(**{name: value for name, value in chosen.items() if value})


def offered(partner: Partner, today: dt.date) -> dict[str, Any]:
    """What a claim of this partner may be about: places of its states, courses on offer, its ended workshops."""
    near = Q(state__code__in=partner.states, is_open=True)
    ended = Workshop.objects.filter(partner=partner, state="ended").select_related("course", "subject")
    return {
        "district": District.objects.filter(near).order_by("name", "id"),
        "school": School.objects.filter(near).select_related("district").order_by("name", "id"),
        "course": Course.objects.offered(today).order_by("name"),
        "workshop": ended.order_by("-first_on", "-id"),
    }


def initial_of(claim: Claim) -> dict[str, Any]:
    """What a claim holds, as its form shows it."""
    places = {
        name: getattr(claim, name).ref
        for name in ("district", "school", "course", "workshop")
        if getattr(claim, f"{name}_id")
    }
    return {
        **places,
        "name": claim.name,
        "level": claim.level,
        "outcome_on": claim.outcome_on,
        "words": claim.words,
        "edition": claim.edition,
    }


class EvidenceForm(RpForm):
    """One file of one kind."""

    kind: Any = forms.ModelChoiceField(queryset=None, to_field_name="ref", widget=forms.HiddenInput)
    file = forms.FileField(
        label="File",
        error_messages={"required": "Choose a file first.", "empty": "The file is empty. Choose it again."},
    )

    def __init__(self, *args: Any, claim: Claim, kind: RequiredEvidence | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["kind"].queryset = RequiredEvidence.objects.filter(version=claim.version_id)
        self.fields["file"].widget.attrs["accept"] = ".pdf,.jpg,.jpeg,.png,application/pdf,image/jpeg,image/png"
        if kind is not None:
            self.auto_id, self.initial["kind"] = f"id_{kind.ref}_%s", kind.ref


class ReasonForm(RpForm):
    """Why."""

    reason = forms.CharField(label="Why", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


class VerificationForm(RpForm):
    """The judgment on a claim: for each kind that somebody confirms, whom the verifier reached, how and when."""

    decision = forms.ChoiceField(choices=[("verified", "Verified"), ("returned", "Return"), ("rejected", "Reject")])
    reason = forms.CharField(
        label="What is missing, or why not",
        help_text="The partner reads it. Needed to return or reject.",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, kinds: list[RequiredEvidence], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds
        asked = not self.is_bound or self.data.get("decision") == "verified"
        for kind in kinds:
            self._ask(kind, today, required=asked)

    def _ask(self, kind: RequiredEvidence, today: dt.date, *, required: bool) -> None:
        """Whom, how and when; needed to verify, and to nothing else."""
        self.fields[f"whom_{kind.ref}"] = forms.CharField(
            label="Whom you reached",
            max_length=160,
            required=required,
            help_text="Name and position. Not needed to return or reject.",
            error_messages={"required": "Name the person whom you reached."},
        )
        self.fields[f"how_{kind.ref}"] = forms.ChoiceField(
            label="How",
            choices=[("", "Choose"), *EvidenceCheck.How.choices],
            required=required,
            error_messages={"required": "Choose how you reached that person."},
        )
        self.fields[f"on_{kind.ref}"] = forms.DateField(
            label="On",
            required=required,
            initial=today,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": "Enter the day."},
        )

    def rows(self) -> list[dict[str, Any]]:
        """The bound fields of each kind."""
        return [
            {"kind": kind, **{name: self[f"{name}_{kind.ref}"] for name in ("whom", "how", "on")}}
            for kind in self.kinds
        ]

    def reached(self) -> dict[RequiredEvidence, Reached]:
        """Kinds for which somebody was named."""
        data = self.cleaned_data
        named = [kind for kind in self.kinds if data.get(f"whom_{kind.ref}") and data.get(f"on_{kind.ref}")]
        return {
            kind: Reached(data[f"whom_{kind.ref}"], data[f"how_{kind.ref}"], data[f"on_{kind.ref}"]) for kind in named
        }


class ApprovalForm(RpForm):
    """One claim, approved or rejected by somebody who opened it; `expected` is the amount that the page showed."""

    decision = forms.ChoiceField(choices=[("approved", "Approve"), ("rejected", "Reject")])
    expected = MoneyFormField(required=False, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="Words for the partner", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class OverrideForm(RpForm):
    """Which open check two people lift, and why."""

    check = forms.ChoiceField(label="Check")
    reason = forms.CharField(
        label="Why it may be lifted",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Administrators read it.",
    )

    def __init__(self, *args: Any, checks: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["check"].choices = [(check.name, f"{check.title}: {check.words}") for check in checks]  # type: ignore[attr-defined]


class PaymentForm(RpForm):
    """What the bank says about a batch."""

    bank_reference = forms.CharField(
        label="Reference of the bank", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    paid_on = forms.DateField(label="Paid on")


class TermsForm(RpForm):
    """A version of an outcome as staff propose it."""

    title = forms.CharField(max_length=120)
    amount = MoneyFormField()
    rule = forms.CharField(label="What must be true", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    once = forms.ChoiceField(label="Earned", choices=Once.choices)
    months = forms.IntegerField(
        label="Months", min_value=1, max_value=120, required=False, help_text="For “once per number of months”"
    )
    yearly_limit = forms.IntegerField(label="At most per district and year", min_value=1, max_value=100, required=False)
    evidence = forms.CharField(
        label="Evidence",
        help_text="One kind a line. End a line with * where somebody must confirm it.",
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    valid_from = forms.DateField(label="From", help_text="A day after today: outcomes until then keep their version.")
    reason = forms.CharField(label="Why", max_length=500)

    def clean(self) -> dict[str, Any]:
        """Months belong to one way of counting, and to that one only."""
        data = super().clean() or self.cleaned_data
        if data.get("once") == Once.MONTHS and not data.get("months"):
            self.add_error("months", "Enter how many months.")
        if data.get("once") != Once.MONTHS:
            data["months"] = None
        lines = [line.strip() for line in str(data.get("evidence") or "").splitlines() if line.strip(" *")]
        if len(lines) > 8 or any(len(line) > 160 for line in lines):
            self.add_error("evidence", "At most 8 kinds of at most 160 characters each.")
        data["kinds"] = [(line.rstrip("* "), line.endswith("*")) for line in lines]
        return data

    def terms(self) -> Terms:
        """What the operations take."""
        data = self.cleaned_data
        return Terms(
            data["title"],
            data["rule"],
            data["amount"],
            data["once"],
            data["months"],
            data["yearly_limit"],
            data["kinds"],
        )

    def dates(self) -> tuple[dt.date, str]:
        """First day and reason."""
        return self.cleaned_data["valid_from"], self.cleaned_data["reason"]


class OutcomeForm(TermsForm):
    """A new outcome with its first version."""

    area = forms.ChoiceField(choices=Area.choices)
    subject_kind = forms.ChoiceField(label="About", choices=SubjectKind.choices)


class OptionForm(RpForm):
    """What becomes of unpaid rests of a year that has not begun."""

    year: Any = forms.ModelChoiceField(label="Fiscal year", queryset=None, to_field_name="label", empty_label="Choose")
    choice = forms.ChoiceField(label="Unpaid rests are", choices=FiscalOption.Choice.choices)
    reason = forms.CharField(label="Why", max_length=500)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decided = FiscalOption.objects.filter(confirmed_at__isnull=False).values("fiscal_year")
        fields: Any = self.fields
        fields["year"].queryset = (
            FiscalYear.objects.filter(starts_on__gt=today).exclude(pk__in=decided).order_by("starts_on")
        )
