"""The body of a call: JSON of at most 1 MB, in text that can be kept."""

from __future__ import annotations

import json
import re
from typing import Any

from rest_framework.parsers import BaseParser

from common.api.problems import ApiProblem

MOST_BYTES = 1024 * 1024
NOT_TEXT = re.compile(r"[\0\ud800-\udfff]")


class StrictJSON(BaseParser):
    """JSON as RFC 8259 has it: no NaN, no name twice, no NUL and no half of a surrogate pair."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """What the body says; an empty one is an empty object. Raises ApiProblem 400, 413."""
        body: bytes = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise ApiProblem(413, "too_large", "The body is larger than 1 MB.")
        if not body.strip():
            return {}
        try:
            found = json.loads(body.decode("utf-8"), parse_constant=_refused, object_pairs_hook=_once_each)
        except (ValueError, RecursionError) as error:
            raise ApiProblem(400, "malformed_json", f"The body is not JSON: {error}"[:300]) from error
        refuse_text(found)
        return found


def refuse_text(value: Any, path: str = "") -> None:
    """Raise ApiProblem where a text anywhere in it cannot be kept (NUL, a surrogate alone)."""
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = [*((name, name) for name in value), *value.items()]
    elif isinstance(value, list):
        inner = [(str(place), one) for place, one in enumerate(value)]
    elif isinstance(value, str) and NOT_TEXT.search(value):
        words = "This text holds a character that cannot be kept (NUL, or half of a surrogate pair)."
        raise ApiProblem(400, "invalid", words, errors={_shown(path): [words]})
    for name, one in inner:
        refuse_text(one, f"{path}.{name}" if path else name)


def _shown(path: str) -> str:
    return NOT_TEXT.sub("?", path) or "body"


def _refused(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number of JSON")


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
