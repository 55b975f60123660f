"""Forms about facilitators, kept by staff."""

from __future__ import annotations

import datetime as dt
from typing import Any

import us
from django import forms
from django.db.models import Q

from accounts.models import User
from catalog.models import Course
from common.forms import RpForm
from facilitators.models import Standing

STATES = [(state.abbr, state.abbr) for state in [*us.states.STATES_AND_TERRITORIES, us.states.DC]]


class AccountField(forms.ModelChoiceField[User]):
    """Accounts by name and address."""

    def label_from_instance(self, obj: User) -> str:
        """`Ana Lucero, ana@example.org`."""
        return f"{obj.name}, {obj.email}"


class FacilitatorForm(RpForm):
    """A person of the list."""

    name = forms.CharField(max_length=120)
    email = forms.EmailField(label="E-mail", max_length=254)
    states = forms.CharField(
        max_length=200, required=False, help_text="Two letters each, such as NM, CO; empty where she works everywhere."
    )
    user = AccountField(
        User.objects.none(), label="Account", to_field_name="ref", required=False, empty_label="No account"
    )

    def __init__(self, *args: Any, linked: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Q(facilitator__isnull=True, is_active=True, memberships__role="facilitator")
        people = User.objects.filter(free | Q(pk=linked.pk if linked else None)).distinct().order_by("name")
        self.fields["user"].queryset = people  # type: ignore[attr-defined]

    def clean_states(self) -> list[str]:
        """Known state codes, once each."""
        words = self.cleaned_data["states"].replace(",", " ").upper().split()
        known = dict(STATES)
        if unknown := [word for word in words if word not in known]:
            raise forms.ValidationError(f"{unknown[0][:20]} is no state. Write NM, CO.")
        return list(dict.fromkeys(words))


class AccreditationForm(RpForm):
    """What somebody may lead, and when."""

    course = forms.ModelChoiceField(Course.objects.none(), to_field_name="ref", empty_label="Choose a course")
    first_day = forms.DateField(label="First day")
    last_day = forms.DateField(label="Last day", required=False)

    def __init__(self, *args: Any, on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].queryset = Course.objects.offered(on).order_by("id")  # type: ignore[attr-defined]

    @property
    def period(self) -> tuple[dt.date, dt.date | None]:
        """First day and exclusive end."""
        last = self.cleaned_data["last_day"]
        return self.cleaned_data["first_day"], last + dt.timedelta(days=1) if last else None


class EndForm(RpForm):
    """When an accreditation ends, and why."""

    last_day = forms.DateField(label="Last day")
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class StandingForm(RpForm):
    """A new standing, from when, and why."""

    standing = forms.ChoiceField(choices=Standing.choices)
    from_day = forms.DateField(label="From")
    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 2}), help_text="Only Code.org staff read it."
    )
