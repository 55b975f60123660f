"""Forms about limits, settings, payees and conflicts of interest."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from common.forms import RpForm
from common.money import MoneyFormField
from ledger.kinds import KINDS, PartnerKind
from partners.models import FiscalYear, Partner, Quarter
from partners.settings import Definition

REASON = "Everybody who sees the page reads it."


class SettingForm(RpForm):
    """A new version of one setting."""

    value: Any = forms.CharField(max_length=20)
    from_day = forms.DateField(label="From", widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(max_length=500, help_text=REASON)

    def __init__(self, *args: Any, definition: Definition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        money = definition.unit == "money"
        value = MoneyFormField() if money else forms.DecimalField(max_digits=14, decimal_places=4, max_value=10**9)
        self.fields["value"] = value
        value.label = "Amount" if money else {"days": "Days", "percent": "Percent"}.get(definition.unit, "Value")
        if not money:
            value.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        self.order_fields(["value", "from_day", "reason"])


class LimitForm(RpForm):
    """A new version of one limit; the periods are those of its calendar that have not ended."""

    amount = MoneyFormField(label="Amount", min_amount=Decimal("0.00"))
    partner: Any = forms.ModelChoiceField(
        queryset=None,
        to_field_name="ref",
        required=False,
        empty_label="All partners",
        help_text="A limit for one partner goes before the one for all.",
    )
    first_period: Any = forms.ModelChoiceField(label="From", queryset=None, to_field_name="label")
    last_period: Any = forms.ModelChoiceField(
        label="Until", queryset=None, to_field_name="label", required=False, empty_label="Further notice"
    )
    reason = forms.CharField(max_length=500, help_text=REASON)

    def __init__(self, *args: Any, kind: str, partners: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        calendar: Any = FiscalYear if KINDS[kind].calendar == "year" else Quarter
        periods = calendar.objects.filter(ends_before__gt=today).order_by("starts_on")
        self.fields["first_period"].queryset = self.fields["last_period"].queryset = periods  # type: ignore[attr-defined]
        if kind in PartnerKind.values:
            self.fields["partner"].queryset = partners  # type: ignore[attr-defined]
        else:
            del self.fields["partner"]

    def as_operation(self) -> dict[str, Any]:
        """What propose_limit takes."""
        data = self.cleaned_data
        return {
            "amount": data["amount"],
            "periods": (data["first_period"], data["last_period"]),
            "partner": data.get("partner"),
            "reason": data["reason"],
        }


class PayeeForm(RpForm):
    """Status with its reason."""

    status = forms.ChoiceField(choices=[("on_file", "On file"), ("missing", "Not on file")], widget=forms.RadioSelect)
    reason = forms.CharField(max_length=500, help_text="Such as: W-9 of 2026 received and checked.")


class ConflictForm(RpForm):
    """An interest in a partner, with days."""

    partner = forms.CharField(
        max_length=200, help_text="Its name as it stands in the list of partners; it need not be one of yours."
    )
    first_day = forms.DateField(label="First day", widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="Last day", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(
        max_length=500, help_text="Such as: a relative works there. Only staff who assign work see it."
    )

    def __init__(self, *args: Any, suggestions: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].widget.attrs.update({"list": suggestions, "autocomplete": "off"})

    def clean_partner(self) -> Partner:
        """The partner of this name; asked in the staff door, as a conflict may be about any partner."""
        found = Partner.objects.filter(name__iexact=" ".join(self.cleaned_data["partner"].split())).first()
        if found is None:
            raise forms.ValidationError("No partner has this name: write it as in the list of partners.")
        return found

    def as_operation(self) -> dict[str, Any]:
        """What declare_conflict takes; the last day becomes an exclusive end."""
        data = self.cleaned_data
        last = data["last_day"]
        return {
            "partner": data["partner"],
            "period": (data["first_day"], last + dt.timedelta(days=1) if last else None),
            "reason": data["reason"],
        }


class EndConflictForm(RpForm):
    """The last day of an entry."""

    last_day = forms.DateField(label="Last day", widget=forms.DateInput(attrs={"type": "date"}))
