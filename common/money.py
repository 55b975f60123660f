"""US dollars as exact decimals: one column type, one parser, one way to show them."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_WRITTEN = re.compile(
    r"(?P<sign>[-\u2212]?)\$?(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,10})(?:\.(?P<cents>[0-9]{1,2}))?", re.ASCII
)


class NotMoney(ValueError):
    """The text is not an amount of dollars; the message says how to write one."""


def parse_money(text: str) -> Decimal:
    """Dollars from ASCII digits such as `1234.5`, `1,234.50` or `$5,000`. Raises NotMoney for anything else.

    NaN, infinities, exponents, underscores, other digits and more than two decimals are refused (reliability 3.1).
    """
    found = _WRITTEN.fullmatch(text.strip(" \t"))
    if found is None:
        raise NotMoney("Enter an amount in dollars and cents, such as 1,250.00.")
    amount = Decimal(found["whole"].replace(",", "") + "." + (found["cents"] or "0").ljust(2, "0"))
    return -amount if found["sign"] else amount


def show_money(amount: Decimal) -> str:
    """`$2,500.00`, and `−$2,500.00` below zero."""
    return f"{'\u2212' if amount < 0 else ''}${abs(amount):,.2f}"


def show_short(amount: Decimal) -> str:
    """`$2,500` for prose; cents only where there are some."""
    return show_money(amount).removesuffix(".00")


def whole_dollars(amount: Decimal) -> Decimal:
    """The amount without its cents (toward zero)."""
    return amount.quantize(Decimal(1), rounding=ROUND_DOWN).quantize(CENT)


class ExactField(models.DecimalField[Any, Any]):
    """An exact number; NaN, which numeric would take, is refused by a CHECK of the column."""

    def db_check(self, connection: BaseDatabaseWrapper) -> str:
        """CHECK of the column."""
        return f"{connection.ops.quote_name(str(self.column))} <> 'NaN'"


class MoneyField(ExactField):
    """numeric(12,2), US dollars."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_digits"], kwargs["decimal_places"] = 12, 2
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Without the two arguments that never change."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("max_digits")
        kwargs.pop("decimal_places")
        return name, path, args, kwargs

    def formfield(self, *args: Any, **kwargs: Any) -> Any:
        """A text field that reads dollars as people write them."""
        return super(models.DecimalField, self).formfield(form_class=MoneyFormField, **kwargs)


class MoneyFormField(forms.CharField):
    """Dollars typed by a person; cleaned to a Decimal of two places."""

    default_error_messages = {
        "required": "Enter an amount.",
        "min": "Enter at least %(limit)s.",
        "max": "Enter at most %(limit)s.",
        "not_whole": "Enter whole dollars, such as 1,250.",
    }

    def __init__(
        self,
        *,
        min_amount: Decimal | None = None,
        max_amount: Decimal | None = None,
        whole: bool = False,
        **kwargs: Any,
    ) -> None:
        kwargs.setdefault("max_length", 20)
        super().__init__(**kwargs)
        self.min_amount, self.max_amount, self.whole = min_amount, max_amount, whole
        self.widget.attrs.setdefault("inputmode", "decimal")
        self.widget.attrs.setdefault("autocomplete", "off")

    def to_python(self, value: Any) -> Any:
        """Decimal, or None where the field is empty."""
        text = super().to_python(value)
        if text in self.empty_values:
            return None
        try:
            amount = parse_money(str(text))
        except NotMoney as error:
            words = self.error_messages["not_whole"] if self.whole else str(error)
            raise ValidationError(words, code="not_money") from error
        if self.whole and amount != whole_dollars(amount):
            raise ValidationError(self.error_messages["not_whole"], code="not_whole")
        return amount

    def run_validators(self, value: Any) -> None:
        """Length validators of CharField are for text; the range is asked here."""
        if value is None:
            return
        if self.min_amount is not None and value < self.min_amount:
            raise ValidationError(self.error_messages["min"], code="min", params={"limit": show_money(self.min_amount)})
        if self.max_amount is not None and value > self.max_amount:
            raise ValidationError(self.error_messages["max"], code="max", params={"limit": show_money(self.max_amount)})

    def prepare_value(self, value: Any) -> Any:
        """What was typed stays as it was typed."""
        return f"{value:,.2f}" if isinstance(value, Decimal) else value
