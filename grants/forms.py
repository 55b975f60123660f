"""Forms of grants: the proposal on one page, answers of the partner, marks, and what staff decide."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from common.forms import RpForm
from common.money import MoneyFormField
from grants.content import LINES, OUTCOMES, BudgetLine, Content, Promise
from grants.eligibility import Finding, Result
from grants.words import Audience, Family, Goal, Measure

MOST_ROWS = 12
MOST_PEOPLE = 10_000_000


def _choices(words: Any) -> list[tuple[str, str]]:
    return [("", "Choose"), *words.choices]


class CountField(forms.IntegerField):
    """A count as people type it, `1,200` too; digits of other scripts, underscores and signs are no count."""

    def to_python(self, value: Any) -> int | None:
        """Raises ValidationError."""
        text = str(value or "").strip().replace(",", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise forms.ValidationError("Enter a count in digits, such as 1,200.", code="invalid")
        return int(text[:12])


def _count(label: str) -> CountField:
    return CountField(label=label, required=False, min_value=0, max_value=MOST_PEOPLE)


def _words(label: str, most: int, *, rows: int = 0, **attrs: Any) -> forms.CharField:
    widget: forms.Widget = forms.Textarea(attrs={"rows": rows, **attrs}) if rows else forms.TextInput(attrs=attrs)
    return forms.CharField(label=label, max_length=most, required=False, widget=widget)


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False)


class DraftForm(RpForm):
    """A form of which nothing is refused for being empty: what sending needs is only shown as needed."""

    optional: tuple[str, ...] = ()

    def full_clean(self) -> None:
        """Judge shapes; the list of checks judges what is missing."""
        for field in self.fields.values():
            field.required = False
        super().full_clean()
        for name, field in self.fields.items():
            field.required = name not in self.optional

    def has_changed(self) -> bool:
        """A row of a set is judged even where it is empty."""
        return True


class ProposalForm(DraftForm):
    """The page but its rows. Nothing is required here: the list of checks says what is missing, and only sending waits for it."""

    title = _words("Name of the activity", 120)
    audience = forms.ChoiceField(label="Target audience", choices=_choices(Audience), required=False)
    audience_size = _count("How many of them are there")
    audience_note = _words("Who they are", 1000, rows=3)
    goals = forms.MultipleChoiceField(
        label="Goals that it serves", choices=Goal.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    objectives = _words("Objectives", 2000, rows=4)
    ask = MoneyFormField(label="You ask for", required=False, whole=True)
    minimum = MoneyFormField(label="Still useful from", required=False, whole=True, min_amount=Decimal(1))
    starts_on = _day("First day")
    ends_on = _day("Last day")
    place = _words("Place", 120)


class LineForm(DraftForm):
    """One budget line."""

    optional = ("basis",)

    family = forms.ChoiceField(label="Use case", choices=_choices(Family), required=False)
    what = _words("What", 120)
    basis = _words("Basis", 120, placeholder="quote")
    amount = MoneyFormField(label="Amount", required=False)


class OutcomeForm(DraftForm):
    """One anticipated outcome."""

    optional = ("what",)

    measure = forms.ChoiceField(label="Outcome", choices=_choices(Measure), required=False)
    what = _words("More exactly", 120)
    baseline = _count("Today")
    promised = _count("Promised")
    by = _day("By")


class Rows(forms.BaseFormSet[Any]):
    """Rows of one kind; an empty row is no row."""

    def filled(self) -> list[dict[str, Any]]:
        """What was typed, row by row; a value that was refused is missing."""
        found = [getattr(form, "cleaned_data", {}) for form in self.forms]
        return [row for row in found if any(value not in (None, "") for value in row.values())]


LineRows = forms.formset_factory(LineForm, formset=Rows, extra=0, min_num=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS)
OutcomeRows = forms.formset_factory(
    OutcomeForm, formset=Rows, extra=0, min_num=1, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)
COUNTS = ("TOTAL_FORMS", "INITIAL_FORMS")


class ProposalPage:
    """A whole proposal: one form and two sets of rows over the same typed words."""

    def __init__(self, data: MultiValueDict[str, str]) -> None:
        given = data.copy()
        for prefix in (LINES, OUTCOMES):
            given.setdefault(f"{prefix}-TOTAL_FORMS", "1")
            given[f"{prefix}-INITIAL_FORMS"] = "0"
        self.form = ProposalForm(given)
        self.lines: Any = LineRows(given, prefix=LINES)
        self.outcomes: Any = OutcomeRows(given, prefix=OUTCOMES)
        self.given = given

    @classmethod
    def of_answers(cls, answers: Mapping[str, Any]) -> ProposalPage:
        """The page as its draft was kept."""
        return cls(
            MultiValueDict({name: value if isinstance(value, list) else [value] for name, value in answers.items()})
        )

    @property
    def parts(self) -> list[Any]:
        """For the list of errors."""
        return [self.form, self.lines, self.outcomes]

    @property
    def is_readable(self) -> bool:
        """True where every value has the right shape; what is missing is another question."""
        return all(part.is_valid() for part in self.parts)

    def unread(self) -> list[Finding]:
        """One finding for each value that cannot be read; such an error has a code, what `blame` adds has none."""
        titled = [("", self.form)]
        titled += [(f"Line {number}, ", form) for number, form in enumerate(self.lines.forms, start=1)]
        titled += [(f"Outcome {number}, ", form) for number, form in enumerate(self.outcomes.forms, start=1)]
        return [
            Finding("", f"{row}{form.fields[name].label}", Result.FAIL, error.messages[0], form.add_prefix(name))
            for row, form in titled
            for name, (error, *_rest) in form.errors.as_data().items()
            if error.code
        ]

    def answers(self) -> dict[str, Any]:
        """What was typed, word for word, of the known fields only; NUL bytes go, and text ends at 4,000 characters."""
        rows = {**_row_names(LINES, LineForm), **_row_names(OUTCOMES, OutcomeForm)}
        names = [
            *ProposalForm.base_fields,
            *(f"{prefix}-{count}" for prefix in (LINES, OUTCOMES) for count in COUNTS),
            *rows,
        ]
        kept = {name: _kept(self.given.get(name, "")) for name in names if name in self.given and name != "goals"}
        return kept | {"goals": [_kept(goal) for goal in self.given.getlist("goals")][: len(Goal.choices)]}

    def content(self) -> Content:
        """The typed content; whatever could not be read is missing."""
        for part in self.parts:
            part.is_valid()
        said: dict[str, Any] = self.form.cleaned_data
        facts: dict[str, Any] = {
            name: said.get(name) or "" for name in ("title", "audience", "audience_note", "objectives", "place")
        }
        facts |= {name: said.get(name) for name in ("audience_size", "ask", "minimum", "starts_on", "ends_on")}
        return Content(
            **facts,
            goals=tuple(said.get("goals") or ()),
            lines=tuple(_line(row) for row in self.lines.filled()),
            outcomes=tuple(_promise(row) for row in self.outcomes.filled()),
        )

    def blame(self, findings: list[Finding]) -> None:
        """Put each finding that does not pass at its field, one a field: what cannot be read is said first."""
        for finding in findings:
            for field, words in finding.missing or ((finding.field, ""),):
                self._blame(field, self._wish(field, words) if words else finding.reason)

    def _wish(self, field: str, words: str) -> str:
        plain = self.form.fields.get(field)
        return str(plain.error_messages["required"]) if plain else f"Still missing: {words}."

    def _blame(self, field: str, reason: str) -> None:
        form, name = self._place(field)
        if name is None or name not in form.errors:
            form.add_error(name, reason)

    def _place(self, field: str) -> tuple[Any, str | None]:
        """The form that has a field, and its name there; the whole page where no field is named."""
        prefix, _, rest = field.partition("-")
        if prefix not in (LINES, OUTCOMES) or not rest:
            return self.form, field if field in self.form.fields else None
        number, _, name = rest.partition("-")
        rows = self.lines if prefix == LINES else self.outcomes
        return rows.forms[min(int(number), len(rows.forms) - 1)], name


def _row_names(prefix: str, form: type[forms.Form]) -> dict[str, None]:
    return {f"{prefix}-{number}-{name}": None for number in range(MOST_ROWS) for name in form.base_fields}


def _kept(text: Any) -> str:
    return str(text).replace("\0", "")[:4000]


def _line(row: dict[str, Any]) -> BudgetLine:
    return BudgetLine(row.get("family") or "", row.get("what") or "", row.get("basis") or "", row.get("amount"))


def _promise(row: dict[str, Any]) -> Promise:
    return Promise(
        row.get("measure") or "", row.get("what") or "", row.get("baseline"), row.get("promised"), row.get("by")
    )


class AnswerForm(RpForm):
    """Endorse or return one version."""

    sha256 = forms.CharField(max_length=64, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        choices=[("endorsed", "Endorse"), ("returned", "Return")], widget=forms.HiddenInput, required=False
    )
    note = forms.CharField(
        label="Note to the author", max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(RpForm):
    """Why something ends."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ContextForm(RpForm):
    """The Outreach Manager's note to the reviewers."""

    text = forms.CharField(
        label="What reviewers should know", max_length=1000, widget=forms.Textarea(attrs={"rows": 5})
    )


class ReviewForm(RpForm):
    """Marks of one rubric and the two boxes; a mark may be missing until the review is finished."""

    to_applicant = forms.CharField(
        label="To the applicant",
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "data-key": "n", "data-key-name": "notes"}),
    )
    internal = forms.CharField(
        label="Internal", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, criteria: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = criteria
        for one in criteria:
            self.fields[f"mark-{one.key}"] = forms.TypedChoiceField(
                label=one.label,
                choices=[(n, str(n)) for n in range(1, 6)],
                coerce=int,
                empty_value=None,
                required=False,
            )

    def marks(self) -> dict[str, int]:
        """What has been marked."""
        found = {one.key: self.cleaned_data.get(f"mark-{one.key}") for one in self.criteria}
        return {key: value for key, value in found.items() if value is not None}


class StandDownForm(RpForm):
    """A reviewer gives a review back."""

    is_conflict = forms.ChoiceField(
        label="Why",
        choices=[("yes", "I have an interest in this partner"), ("no", "I cannot do it in time")],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label="In a few words", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ReviewerForm(RpForm):
    """Whom staff name for a place in the panel."""

    person: Any = forms.ModelChoiceField(label="Reviewer", queryset=None, to_field_name="ref", empty_label="Choose")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]


class PolicyForm(RpForm):
    """How a cycle's envelope is shared."""

    policy = forms.ChoiceField(
        choices=[("P3", "P3 Equal awards"), ("P1", "P1 Rank and fill")], widget=forms.RadioSelect
    )
    line = forms.DecimalField(
        label="Line: no award below a score of",
        min_value=Decimal(0),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class OfferForm(RpForm):
    """An award from the waitlist."""

    amount = MoneyFormField(label="Amount")
    reason = forms.CharField(
        label="Where the money comes from", max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


def asked_revision(text: str) -> int | None:
    """The revision that a page was opened with; None where it says none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
