"""Forms about territories."""

from __future__ import annotations

from typing import Any

from django import forms

from catalog.models import Program
from common.errors import DomainError
from common.forms import RpForm
from impact.coverage.areas import area_of
from partners.models import Partner
from partners.operations import Area, Holding


class TerritoryForm(RpForm):
    """Which partner holds which area, for what, from when, and why."""

    partner: Any = forms.ModelChoiceField(queryset=None, to_field_name="slug")
    area = forms.CharField(
        max_length=80, help_text="A state (NM), a county with its state (McKinley County, NM) or a ZIP code (87301)."
    )
    program: Any = forms.ModelChoiceField(queryset=None, to_field_name="key")
    valid_from = forms.DateField(label="First day")
    last_day = forms.DateField(label="Last day", required=False)
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.order_by("name")  # type: ignore[attr-defined]
        self.fields["program"].queryset = Program.objects.order_by("id")  # type: ignore[attr-defined]

    def clean_area(self) -> Area:
        """An area that exists."""
        try:
            return area_of(self.cleaned_data["area"])
        except DomainError as error:
            raise forms.ValidationError(error.message) from error

    @property
    def holding(self) -> Holding:
        """What was asked for."""
        data = self.cleaned_data
        return Holding(data["area"], data["program"], data["valid_from"], data["last_day"], data["reason"])


class EndForm(RpForm):
    """The last day, and why."""

    last_day = forms.DateField(label="Last day")
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class ShareForm(RpForm):
    """With whom a territory is shared, from when, and why."""

    other: Any = forms.ModelChoiceField(label="Partner", queryset=None, to_field_name="slug")
    valid_from = forms.DateField(label="From")
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, holder: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = Partner.objects.exclude(pk=holder.pk).order_by("name")  # type: ignore[attr-defined]


class AnswerForm(RpForm):
    """A Director's answer to a share; the reason is for a refusal."""

    share = forms.CharField(max_length=12, widget=forms.HiddenInput)
    answer = forms.ChoiceField(choices=[("accept", "Accept"), ("refuse", "Refuse")], widget=forms.HiddenInput)
    reason = forms.CharField(label="Why not", max_length=500, required=False)
