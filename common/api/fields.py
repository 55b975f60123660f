"""Fields of what a call takes and gives: strict kinds, money as decimal strings, rows by their references."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.problems import ApiProblem
from common.money import NotMoney, parse_money

REF = {"type": "string", "pattern": "^[A-Z]-[0-9A-Z]{10}$", "example": "W-7K3M9Q2XAB"}
MONEY = {"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,2})?$", "example": "2400.00"}
SHOWN_MONEY = {"type": "string", "pattern": r"^-?[0-9]{1,10}\.[0-9]{2}$", "example": "2400.00"}
_PLAIN = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?", re.ASCII)
FIRST_YEAR, LAST_YEAR, YEARS = 2000, 2100, "^20[0-9]{2}-"
Rows = Callable[[Any], Any]


class Given(serializers.Serializer):
    """What a call takes. A field that it does not know is refused by name."""

    def to_internal_value(self, given: Any) -> Any:
        """Typed values. Raises ValidationError."""
        unknown = sorted(set(given) - set(self.fields)) if isinstance(given, dict) else []
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in unknown})
        return super().to_internal_value(given)


class Shown(serializers.Serializer):
    """What a call gives."""


class Text(serializers.CharField):
    """Text, as it was sent; no other kind of JSON value becomes text."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"trim_whitespace": False, **kwargs})

    def to_internal_value(self, given: Any) -> str:
        """The text. Raises ValidationError."""
        if not isinstance(given, str):
            self.fail("invalid")
        return str(super().to_internal_value(given))


class Whole(serializers.IntegerField):
    """A whole number of JSON."""

    def to_internal_value(self, given: Any) -> int:
        """The number. Raises ValidationError."""
        if not isinstance(given, int) or isinstance(given, bool):
            self.fail("invalid")
        return int(given)


class YesNo(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, given: Any) -> bool:
        """The answer. Raises ValidationError."""
        if not isinstance(given, bool):
            self.fail("invalid", input=given)
        return bool(given)


class Choice(serializers.ChoiceField):
    """One of a few words."""

    def to_internal_value(self, given: Any) -> str:
        """The word. Raises ValidationError."""
        if not isinstance(given, str):
            self.fail("invalid_choice", input=given)
        return str(super().to_internal_value(given))


class Day(serializers.DateField):
    """A date such as 2026-11-07."""

    def to_internal_value(self, given: Any) -> dt.date:
        """The date. Raises ValidationError."""
        if not isinstance(given, str) or len(given) != len("2026-11-07"):
            self.fail("invalid", format="YYYY-MM-DD")
        found: dt.date = super().to_internal_value(given)
        return _in_range(found, self)


class Instant(serializers.DateTimeField):
    """An instant with its offset from UTC, such as 2026-11-07T08:30:00-07:00."""

    default_error_messages = {"naive": "Say the offset from UTC, such as Z or -07:00."}

    def enforce_timezone(self, value: dt.datetime) -> dt.datetime:
        """Refuse an instant without an offset."""
        if value.tzinfo is None:
            self.fail("naive")
        return value

    def to_internal_value(self, given: Any) -> dt.datetime:
        """The instant. Raises ValidationError."""
        if not isinstance(given, str):
            self.fail("invalid", format="RFC 3339")
        found: dt.datetime = super().to_internal_value(given)
        return _in_range(found, self)


class InstantShown(serializers.DateTimeField):
    """An instant, UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=dt.UTC, **kwargs)


def _in_range[When: dt.date](found: When, field: Any) -> When:
    if not FIRST_YEAR <= found.year < LAST_YEAR:
        raise serializers.ValidationError(f"The year is from {FIRST_YEAR} to {LAST_YEAR - 1}.")
    return found


@extend_schema_field(MONEY)
class Money(serializers.Field):
    """US dollars as a decimal string such as "2400.00"; a JSON number is refused, since programs read those as floats."""

    default_error_messages = {"invalid": 'Send dollars as a decimal string such as "2400.00".'}

    def to_internal_value(self, given: Any) -> Decimal:
        """Dollars and cents. Raises ValidationError."""
        if not isinstance(given, str) or not _PLAIN.fullmatch(given):
            self.fail("invalid")
        try:
            return parse_money(given)
        except NotMoney:
            self.fail("invalid")
            raise

    def to_representation(self, amount: Any) -> str:
        """Two decimals."""
        return f"{amount:.2f}"


@extend_schema_field(SHOWN_MONEY)
class MoneyShown(serializers.Field):
    """US dollars as a string with two decimals."""

    def to_representation(self, amount: Any) -> str:
        """Two decimals."""
        return f"{amount:.2f}"


@extend_schema_field(REF)
class RefShown(serializers.CharField):
    """The public reference of a row."""


@extend_schema_field(REF)
class RefGiven(serializers.Field):
    """A row by its reference; `rows` takes the request and gives those that may be named. Anything else is a 404."""

    def __init__(self, rows: Rows, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.rows = rows

    def to_internal_value(self, given: Any) -> Any:
        """The row. Raises ApiProblem 404, ValidationError."""
        if not isinstance(given, str):
            raise serializers.ValidationError('Send a reference such as "W-7K3M9Q2XAB".')
        return found_rows(self, [given])[0]


@extend_schema_field({"type": "array", "items": REF, "maxItems": 50})
class RefsGiven(RefGiven):
    """Several rows by their references, in one query."""

    MOST = 50

    def to_internal_value(self, given: Any) -> list[Any]:
        """The rows in the order given. Raises ApiProblem 404, ValidationError."""
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given) or len(given) > self.MOST:
            raise serializers.ValidationError(f"Send a list of at most {self.MOST} references.")
        return found_rows(self, given)


def found_rows(field: RefGiven, refs: list[str]) -> list[Any]:
    """The rows of these references among those that may be named. Raises ApiProblem 404 at the field."""
    known = {row.ref: row for row in field.rows(field.context["request"]).filter(ref__in=refs)} if refs else {}
    missing = [ref for ref in refs if ref not in known]
    if missing:
        words = f"There is no {missing[0][:20]} that you may name here."
        raise ApiProblem(404, "not_found", words, errors={str(field.field_name): [words]})
    return [known[ref] for ref in refs]


class ProblemShown(Shown):
    """A refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="For programs.")
    detail = serializers.CharField(help_text="For people.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="By the path of the field."
    )


class Nothing(Given):
    """A call that takes no body, or an empty object."""


class ReasonGiven(Given):
    """Why."""

    reason = Text(max_length=500)
