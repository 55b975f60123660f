"""Lists of the API: filters that refuse what they do not know, a few orders, and pages by cursor."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import django_filters
from django import forms
from django.http import Http404, QueryDict

from common.api.fields import FIRST_YEAR, LAST_YEAR
from common.api.problems import ApiProblem
from common.api.reading import refuse_text
from common.pages import NotACursor, rows_after

MOST, USUAL = 100, 50
OF_PAGE = ("cursor", "limit", "sort")
Order = tuple[str, ...]


@dataclass(frozen=True)
class Listing:
    """How a list may be asked for: its filters, and its orders by name, the usual one first. The last column of each is unique."""

    sorts: Mapping[str, Order]
    filters: type[django_filters.FilterSet] | None = None

    @property
    def parameters(self) -> list[str]:
        """Names of everything that the query may hold."""
        return [*(self.filters.base_filters if self.filters else ()), *OF_PAGE]


@dataclass
class Answered:
    """One page: rows, and the cursor of the next page, empty at the end."""

    rows: list[Any] = field(default_factory=list)
    cursor: str = ""


class IsoDay(forms.CharField):
    """A date such as 2026-11-07."""

    def clean(self, value: Any) -> dt.date | None:
        """The date, None where none is asked. Raises ValidationError."""
        text = super().clean(value)
        if not text:
            return None
        try:
            found = dt.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
        except ValueError:
            found = None
        if found is None or not FIRST_YEAR <= found.year < LAST_YEAR:
            raise forms.ValidationError("Write the day as 2026-11-07.")
        return found


class DayFilter(django_filters.Filter):
    """From or until a day."""

    field_class = IsoDay


class WordsFilter(django_filters.CharFilter):
    """A few words that are searched for."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, max_length=100, **kwargs)


class NamedFilter(django_filters.CharFilter):
    """A row by its reference or slug (`by`); `rows` gives those that may be named. Anything else is a 404."""

    def __init__(self, *args: Any, rows: Callable[[], Any], by: str = "ref", **kwargs: Any) -> None:
        super().__init__(*args, max_length=60, **kwargs)
        self.rows, self.by = rows, by

    def filter(self, qs: Any, value: str) -> Any:
        """Rows that belong to the named one. Raises Http404."""
        if not value:
            return qs
        named = self.rows().filter(**{self.by: value}).first()
        if named is None:
            raise Http404
        return qs.filter(**{str(self.field_name): named})


def listed(listing: Listing, query: QueryDict, rows: Any) -> Answered:
    """The page of `rows` that the query asks for. Raises ApiProblem 400, Http404."""
    refuse_unknown(query, listing.parameters)
    sort = query.get("sort", next(iter(listing.sorts)))
    if sort not in listing.sorts:
        raise _wrong("sort", f"There is no such order: use one of {', '.join(listing.sorts)}.")
    if listing.filters is not None:
        refuse_empty(query, listing.filters)
        asked = listing.filters(query, rows)
        if not asked.is_valid():
            errors = {name: [str(one) for one in words] for name, words in asked.errors.items()}
            raise ApiProblem(400, "invalid", next(iter(errors.values()))[0], errors=errors)
        rows = asked.qs
    try:
        return Answered(*rows_after(rows, listing.sorts[sort], cursor=query.get("cursor", ""), size=_size(query)))
    except NotACursor as error:
        words = "The cursor is not one of this list in this order: begin without it."
        raise ApiProblem(400, "invalid_cursor", words, errors={"cursor": [words]}) from error


def refuse_unknown(query: QueryDict, known: list[str]) -> None:
    """Raise ApiProblem 400 for a parameter that is not known, stands twice, or holds what is no text."""
    for name, values in query.lists():
        if name not in known:
            raise _wrong(name, f"There is no parameter {name[:40]!r} here.", code="unknown_parameter")
        if len(values) > 1:
            raise _wrong(name, f"{name} is given twice.", code="unknown_parameter")
        refuse_text(values[0], name)


def refuse_empty(query: QueryDict, filters: type[django_filters.FilterSet]) -> None:
    """Raise ApiProblem 400 for a filter that names nothing; only words may be empty."""
    for name, one in filters.base_filters.items():
        if query.get(name) == "" and not isinstance(one, WordsFilter):
            raise _wrong(name, f"{name} is empty: leave it out.")


def _size(query: QueryDict) -> int:
    text = query.get("limit", str(USUAL))
    if not re.fullmatch(r"[0-9]{1,3}", text, re.ASCII) or not 1 <= int(text) <= MOST:
        raise _wrong("limit", f"The limit is a number from 1 to {MOST}.")
    return int(text)


def _wrong(name: str, words: str, *, code: str = "invalid") -> ApiProblem:
    return ApiProblem(400, code, words, errors={name.replace("\0", "?")[:40]: [words]})
