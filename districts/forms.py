"""Forms about districts and schools."""

from __future__ import annotations

from typing import Any

from django import forms

from common.forms import RpForm
from districts.models import District, School, State


class DistrictForm(RpForm):
    """A district as staff add and correct it."""

    name = forms.CharField(max_length=120)
    nces_id = forms.CharField(
        label="NCES district id",
        max_length=10,
        help_text="7 digits; leading zeros may be left out.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    city = forms.CharField(max_length=60)
    state: Any = forms.ModelChoiceField(queryset=None, to_field_name="code")
    is_open = forms.BooleanField(label="Open", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["state"].queryset = State.objects.order_by("name")  # type: ignore[attr-defined]


class SchoolForm(RpForm):
    """A school as staff add and correct it; its district is named by its NCES id."""

    name = forms.CharField(max_length=120)
    nces_id = forms.CharField(
        label="NCES school id",
        max_length=15,
        help_text="12 digits; the first seven are those of its district.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    district_id = forms.CharField(
        label="NCES id of its district",
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    city = forms.CharField(max_length=60)
    is_open = forms.BooleanField(label="Open", required=False, initial=True)

    def clean_district_id(self) -> District:
        """The district that has this id."""
        found = District.objects.filter(nces_id=self.cleaned_data["district_id"].strip().zfill(7)).first()
        if found is None:
            raise forms.ValidationError("No district has this NCES id: add the district first.")
        return found


def initial_of(row: District | School) -> dict[str, Any]:
    """What the form of an existing row begins with."""
    shared = {"name": row.name, "nces_id": row.nces_id, "city": row.city, "is_open": row.is_open}
    return (
        {**shared, "state": row.state.code}
        if isinstance(row, District)
        else {**shared, "district_id": row.district.nces_id}
    )
