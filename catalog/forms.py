"""The form of a version of a subject's rules."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from catalog.models import Format
from catalog.operations import RuleTerms
from common.forms import RpForm


class RuleForm(RpForm):
    """Days, hours and formats, from when and why."""

    min_days = forms.IntegerField(label="Days at least", min_value=1, max_value=40, required=False)
    max_days = forms.IntegerField(label="Days at most", min_value=1, max_value=40, required=False)
    max_hours = forms.DecimalField(
        label="Hours that count at most",
        min_value=Decimal("0.25"),
        max_value=Decimal(400),
        max_digits=5,
        decimal_places=2,
        required=False,
    )
    formats = forms.MultipleChoiceField(choices=Format.choices, widget=forms.CheckboxSelectMultiple)
    first_day = forms.DateField(label="From", help_text="A day after today: workshops until then keep their rules.")
    reason = forms.CharField(label="Why", max_length=500)

    def terms(self) -> RuleTerms:
        """What the operation takes."""
        data = self.cleaned_data
        return RuleTerms(data["min_days"], data["max_days"], data["max_hours"], data["formats"])
