"""Forms about accounts."""

from __future__ import annotations

from typing import Any

from django import forms

from accounts.models import CodeOrgRole, User
from common.forms import RpForm
from common.scopes import SCOPES


class RoleForm(RpForm):
    """An Administrator proposes a Code.org role."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(label="E-mail", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(choices=CodeOrgRole.Role.choices)
    reason = forms.CharField(max_length=500, help_text="The other Administrator reads it before confirming.")


class EndRoleForm(RpForm):
    """An Administrator proposes the last day of a role, and says why."""

    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        max_length=300, help_text="Every other Administrator reads it now; the person, once it is confirmed."
    )


class SettingsForm(RpForm):
    """How a person sees the pages."""

    theme = forms.ChoiceField(label="Colors", choices=User.Theme.choices, widget=forms.RadioSelect)
    single_keys = forms.BooleanField(
        label="Single-key shortcuts", required=False, help_text="Press ? on a page to see its keys."
    )
    whole = forms.CharField(required=False, widget=forms.HiddenInput)

    def as_operation(self, kept: bool) -> dict[str, Any]:
        """What change_own_settings takes; the theme menu sends the theme alone, and the keys stay as they are."""
        data = self.cleaned_data
        return {"theme": data["theme"], "single_keys": data["single_keys"] if data["whole"] else kept}


class TokenForm(RpForm):
    """A person makes a token for a program of hers."""

    name = forms.CharField(
        max_length=80, help_text="What uses it, and where, such as “roster sync on the office computer”."
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=SCOPES,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one thing that it may do."},
    )
