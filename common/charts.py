"""Charts and maps as SVG, drawn on the server from an Altair definition, in the colors of the product (design/pages.md 9).

Colors are names of the style sheet (`var(--data-1)`), so one drawing serves light and dark. Every drawing stands beside a table that says the
same: it is hidden from screen readers, and a shape that leads somewhere (`data-url`) is for the mouse alone.
"""

from __future__ import annotations

import re
from typing import Any

from django.utils.safestring import SafeString, mark_safe

_LONG_NUMBER = re.compile(r"(\d+\.\d)\d+")
_LINK = re.compile(r'<a xlink:href="[^"/]*//[^"/]+/(?:vega-datasets/)?(/[^"]*)"><path ')
_SIZE = re.compile(r'<svg [^>]*width="(\d+)" height="(\d+)"[^>]*>')
_NOT_READ = re.compile(r' (?:aria-[a-z]+|role)="[^"]*"')


def drawing(chart: Any, *, css: str) -> SafeString:
    """The SVG of an Altair chart, as wide as its place, with class `css`. Only our own definitions come here: nothing is escaped."""
    import vl_convert

    svg = _LONG_NUMBER.sub(r"\1", vl_convert.vegalite_to_svg(chart.to_dict()))
    svg = _LINK.sub(r'<path data-url="\1" ', _NOT_READ.sub("", svg)).replace("</a>", "")
    head = (
        r'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \1 \2" aria-hidden="true" focusable="false" class="'
        + css
        + '">'
    )
    return mark_safe(_SIZE.sub(head, svg, count=1))  # noqa: S308  from our own definition
