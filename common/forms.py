"""How every form of the product renders: classes, units and keyboards of its widgets, and dates and numbers that are typed."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django.forms
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Backend
from django.utils.functional import cached_property

from common.money import MoneyFormField

if TYPE_CHECKING:
    AnyModelForm = forms.ModelForm[Any]
else:
    AnyModelForm = forms.ModelForm

DROPPED_OF_A_NUMBER = re.compile(r"\.0*\s*$|^.*[^0-9+\-.\s].*$", re.ASCII | re.DOTALL)
WORDS = {
    "required": "Fill this in.",
    "invalid_choice": "Choose from the list.",
    "invalid_pk_value": "Choose from the list.",
    "min_value": "Enter at least %(limit_value)s.",
    "max_value": "Enter at most %(limit_value)s.",
    "min_length": "Use at least %(limit_value)s characters.",
    "max_length": "Use at most %(limit_value)s characters; these are %(show_value)s.",
    "max_digits": "Use at most %(max)s digits.",
    "max_decimal_places": "Use at most %(max)s decimals.",
}
CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


class RpBoundField(BoundField):
    """A field as `<c-field>` shows it; every form gets it through the renderer, the forms of libraries too."""

    @property
    def is_check(self) -> bool:
        """A single checkbox: its label stands after it."""
        return isinstance(self.field.widget, forms.CheckboxInput)

    @property
    def unit(self) -> str:
        """What stands before the control: `$` for money."""
        return "$" if isinstance(self.field, MoneyFormField) else ""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        """Django's attributes (required, aria) and the class of the control; allauth repeats labels as placeholders, we do not."""
        built = super().build_widget_attrs(attrs, widget)
        shown = widget or self.field.widget
        classes = [
            str(built.get("class") or shown.attrs.get("class") or ""),
            _control_class(shown),
            "is-invalid" if self.errors else "",
        ]
        built["class"] = " ".join(name for name in classes if name)
        if type(self.form).__module__.startswith("allauth."):
            built["placeholder"] = False
        return built


class Renderer(DjangoTemplates):
    """Widget templates of this project first, then Django's own (FORM_RENDERER)."""

    bound_field_class = RpBoundField

    @cached_property
    def engine(self) -> Backend:
        """A small engine of its own: widgets need neither components nor context processors."""
        built_in = Path(django.forms.__file__).parent / "templates"
        return Backend(
            {"APP_DIRS": False, "DIRS": [settings.BASE_DIR / "templates", built_in], "NAME": "rp_forms", "OPTIONS": {}}
        )


class RpForm(forms.Form):
    """Base of our forms: the server judges (no `required` attributes), dates, times and numbers get the right keyboard."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            prepare(field)


class RpModelForm(AnyModelForm):
    """The same for a form of a model."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            prepare(field)


def prepare(field: forms.Field) -> None:
    """Give a field its typed control and our words for a wrong answer; what the form's author set stays.

    A whole number is typed in ASCII digits: of anything else nothing is left for `int`, which takes digits of every script.
    """
    widget = field.widget
    if isinstance(field, forms.IntegerField) and not isinstance(field, forms.FloatField | forms.DecimalField):
        field.re_decimal = DROPPED_OF_A_NUMBER
    if isinstance(field, forms.DateField):
        field.validators.append(_a_likely_day)
    if isinstance(field, forms.DateField) and type(widget) is forms.DateInput:
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    elif isinstance(field, forms.TimeField) and type(widget) is forms.TimeInput:
        widget.input_type, widget.format = "time", "%H:%M"
    elif isinstance(widget, forms.NumberInput):
        parts = isinstance(field, forms.FloatField | forms.DecimalField)
        widget.input_type = "text"
        widget.attrs.setdefault("inputmode", "decimal" if parts else "numeric")
    _speak(field)


def _speak(field: forms.Field) -> None:
    """Our words in place of the library's."""
    for code, words in WORDS.items():
        if field.error_messages.get(code) == _words_of_django(field, code):
            is_choice = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
            field.error_messages[code] = "Choose one." if code == "required" and is_choice else words


def _words_of_django(field: forms.Field, code: str) -> Any:
    """What the library itself says of a code; None where it leaves that to a validator."""
    djangos = (kind for kind in type(field).__mro__ if kind.__module__.startswith("django."))
    said = (vars(kind).get("default_error_messages", {}).get(code) for kind in djangos)
    return next(filter(None, said), None)


def _a_likely_day(on: dt.date) -> None:
    """Refuse a slip of the keyboard, and the days next to which there is none."""
    if not 1900 <= on.year <= 2100:
        raise ValidationError(f"The year {on.year} cannot be right.", code="year")


def _control_class(widget: forms.Widget) -> str:
    if widget.is_hidden:
        return ""
    if isinstance(widget, CHECKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"
