"""Forms about partners and their people."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import us
from django import forms

from common.forms import RpForm
from partners.models import Partner, Role

STATE_CHOICES = [
    (state.abbr, f"{state.name} ({state.abbr})") for state in [*us.states.STATES_AND_TERRITORIES, us.states.DC]
]
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
    "Pacific/Guam",
]


class InvitationForm(RpForm):
    """Invite a person; the roles are those that the inviter may give."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=())
    employed = forms.ChoiceField(
        label="Works for the partner", choices=[("yes", "As an employee"), ("no", "Under a contract")], initial="yes"
    )
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="Last day", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, roles: list[str], today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role, Role(role).label) for role in roles]  # type: ignore[attr-defined]
        self.fields["first_day"].initial = today

    def as_operation(self) -> dict[str, Any]:
        """What invite_member takes; the last day becomes an exclusive end."""
        data = self.cleaned_data
        last = data["last_day"]
        return {
            "email": data["email"],
            "name": data["name"],
            "role": data["role"],
            "employed": data["employed"] == "yes",
            "period": (data["first_day"], last + dt.timedelta(days=1) if last else None),
        }


class EndMembershipForm(RpForm):
    """The last day of a role, and why."""

    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(max_length=500)


class PartnerForm(RpForm):
    """A partner as staff add and correct it."""

    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=Partner.Kind.choices)
    states = forms.MultipleChoiceField(choices=STATE_CHOICES, widget=forms.SelectMultiple(attrs={"size": 6}))
    time_zone = forms.ChoiceField(label="Time zone", choices=[(zone, zone.replace("_", " ")) for zone in ZONES])
    contract_group = forms.IntegerField(label="Contract group", min_value=1, max_value=99, required=False)
    started_on = forms.DateField(label="Partner since", widget=forms.DateInput(attrs={"type": "date"}))

    def clean_time_zone(self) -> str:
        """A zone that this system knows."""
        zone: str = self.cleaned_data["time_zone"]
        zoneinfo.ZoneInfo(zone)
        return zone


class AssignmentForm(RpForm):
    """Who is Outreach Manager, from which day."""

    manager: Any = forms.ModelChoiceField(label="Outreach Manager", queryset=None, to_field_name="ref")
    from_day = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, managers: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["manager"].queryset = managers  # type: ignore[attr-defined]


class JoinForm(RpForm):
    """The invited person sets a password, or enters the one of the account that she has."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))
