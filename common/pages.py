"""Lists by keyset: the page after a row, never page numbers, the same cost at any depth."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, transaction
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

SIZE = 50
LONGEST = 8000  # characters of a cursor


@dataclass(frozen=True)
class Page:
    """Rows of one page and the query strings of its neighbors ("" where there is none)."""

    rows: list[Any]
    earlier: str
    later: str

    @property
    def shown(self) -> str:
        """`12 shown`, for the pager."""
        return f"{len(self.rows)} shown"


def keyset(request: HttpRequest, queryset: QuerySet[Any], *order: str, size: int = SIZE) -> Page:
    """One page in this order; the last column must be unique (`id`). A cursor that is not ours begins anew.

    Columns may be related ("first_on") or annotated; "-" turns one around. One query.
    """
    after, backwards = _cursor(request, len(order))
    wanted = [_turned(column) for column in order] if backwards else list(order)
    rows = queryset.order_by(*wanted)
    if after is not None:
        try:
            with transaction.atomic():
                found = list(rows.filter(_beyond(wanted, after))[: size + 1])
        except (ValueError, TypeError, ValidationError, DataError):  # a cursor with values of other columns
            after, backwards, rows = None, False, queryset.order_by(*order)
    if after is None:
        found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_earlier = more if backwards else after is not None
    has_later = True if backwards else more
    return Page(
        rows=found,
        earlier=_link(request, "before", found[0], order) if has_earlier and found else "",
        later=_link(request, "after", found[-1], order) if has_later and found else "",
    )


class NotACursor(ValueError):
    """The text is no cursor of this list in this order."""


def rows_after(queryset: QuerySet[Any], order: tuple[str, ...], *, cursor: str, size: int) -> tuple[list[Any], str]:
    """At most `size` rows after a cursor ("" for the first), and the cursor of the next page ("" for none). Raises NotACursor."""
    rows = queryset.order_by(*order)
    if cursor:
        read = _read(cursor)
        named, *values = read if isinstance(read, list) and read else [None]
        if named != ",".join(order) or len(values) != len(order) or not all(_is_plain(value) for value in values):
            raise NotACursor
        rows = rows.filter(_beyond(list(order), values))
    try:
        with transaction.atomic():
            found = list(rows[: size + 1])
    except (ValueError, TypeError, ValidationError, DataError) as error:
        raise NotACursor from error
    if len(found) <= size:
        return found, ""
    values = [_value(found[size - 1], column.lstrip("-")) for column in order]
    return found[:size], _written([",".join(order), *values])


def _written(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _turned(column: str) -> str:
    return column[1:] if column.startswith("-") else f"-{column}"


def _beyond(order: list[str], values: list[Any]) -> Q:
    """Rows strictly after these values in this order, column by column."""
    condition = Q()
    for position, column in enumerate(order):
        same = Q(**{name.lstrip("-"): value for name, value in zip(order[:position], values, strict=False)})
        further = Q(**{f"{column.lstrip('-')}__{'lt' if column.startswith('-') else 'gt'}": values[position]})
        condition |= same & further
    return condition


def _cursor(request: HttpRequest, columns: int) -> tuple[list[Any] | None, bool]:
    for name, backwards in (("after", False), ("before", True)):
        text = request.GET.get(name, "")
        if not text:
            continue
        values = _read(text)
        if isinstance(values, list) and len(values) == columns and all(_is_plain(value) for value in values):
            return values, backwards
    return None, False


def _read(text: str) -> Any:
    if len(text) > LONGEST:
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=="))
    except (ValueError, RecursionError):
        return None


def _is_plain(value: Any) -> bool:
    """Text that a column can hold, or a number of 64 bits."""
    if isinstance(value, str):
        return not re.search(r"[\0\ud800-\udfff]", value)
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _link(request: HttpRequest, name: str, row: Model, order: tuple[str, ...]) -> str:
    values = [_value(row, column.lstrip("-")) for column in order]
    text = _written(values)
    kept = request.GET.copy()
    kept.pop("after", None)
    kept.pop("before", None)
    kept[name] = text
    return f"?{kept.urlencode()}"


def _value(row: Any, column: str) -> Any:
    for part in column.split("__"):
        row = getattr(row, part)
    return row if isinstance(row, int) else str(row)
