"""Tables that people take away: CSV that no spreadsheet executes (reliability 5.6)."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse

INVISIBLE = "".join(map(chr, (0x20, 0xA0, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)))
DANGEROUS = re.compile(r"^[=+\-@\t\r\n|%\uff1d\uff0b\uff0d\uff20\uff05\uff5c]")


def safe_cell(value: Any) -> str:
    """Text of a cell: numbers as numbers, dates ISO, and a quote before whatever a spreadsheet would take for a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    text = str(value)
    lines = re.split("\r\n|\r|\n", text)
    is_dangerous = any(DANGEROUS.match(line.lstrip(INVISIBLE)) for line in lines) or bool(DANGEROUS.match(text))
    return f"'{text}" if is_dangerous else text


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """The whole file with a header, CRLF lines and a byte order mark, so that Excel reads names with accents."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([safe_cell(value) for value in row] for row in rows)
    return "\ufeff" + out.getvalue()


def csv_response(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The file as a download that nothing caches."""
    response = HttpResponse(csv_text(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
