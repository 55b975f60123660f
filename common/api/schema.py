"""The OpenAPI schema, read from what each call declares."""

from __future__ import annotations

import re
from typing import Any

import django_filters
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from common.api.fields import REF, YEARS, Day, Given, Instant, ProblemShown, Text
from common.api.lists import MOST, USUAL, DayFilter, NamedFilter, WordsFilter
from common.api.problems import MEDIA_TYPE

REFUSALS = {
    400: "The query or the body is wrong; `errors` says where.",
    401: "No token, or one that is over.",
    403: "Your role or your token cannot do this, or it is done in the browser.",
    404: "There is no such row, or it is not yours.",
    409: "A rule says no; `code` says which.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "The key was used for another call or another body.",
}
SLUG = {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "example": "mesa-verde"}


class ApiSchema(AutoSchema):
    """One operation a method; every refusal is documented on every call that can refuse so."""

    @property
    def call(self) -> Any:
        """What the method declares."""
        return getattr(self.view, self.method.lower()).call

    def get_operation_id(self) -> str:
        """Such as `post_claim_submission`."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(self.view).__name__).lower()
        return f"{self.method.lower()}_{name}"

    def get_tags(self) -> list[str]:
        """The area."""
        return [self.call.scope.partition(":")[0]]

    def get_summary(self) -> str:
        """The first sentence of the method's docstring."""
        return self._words().split("\n\n")[0].replace("\n", " ").strip()

    def get_description(self) -> str:
        """The rest of it, and the scope."""
        rest = self._words().partition("\n\n")[2].strip()
        return f"{rest}\n\nScope: `{self.call.scope}`.".strip()

    def _words(self) -> str:
        words = getattr(self.view, self.method.lower()).__doc__ or ""
        return "\n".join(line.strip() for line in words.strip().splitlines())

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Always a token."""
        return [{"token": []}]

    def get_request_serializer(self) -> Any:
        """What it takes."""
        return self.call.takes

    def get_response_serializers(self) -> Any:
        """What it gives, and how it refuses."""
        answers: dict[Any, Any] = {} if self.call.page else {self._status(): self._given()}
        return {**answers, **{(status, MEDIA_TYPE): ProblemShown for status in self._refusals()}}

    def _status(self) -> int:
        return self.call.status if self.call.gives is not None else 204

    def _given(self) -> Any:
        return self.call.gives(many=True) if self.call.is_list else self.call.gives

    def _is_list_view(self, serializer: Any = None) -> bool:
        return bool(self.call.is_list)

    def _get_paginator(self) -> None:
        return None

    def _refusals(self) -> list[int]:
        body = [409, 413, 415] if self.method != "GET" else []
        return [400, 401, 403, 404, *body, *([422] if self.call.once else [])]

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: Any = "response"
    ) -> Any:
        found: Any = super()._get_response_for_code(  # type: ignore[no-untyped-call]
            serializer, status_code, media_types, direction
        )
        if int(status_code) in REFUSALS:
            found["description"] = REFUSALS[int(status_code)]
        elif self.call.is_list:
            self._as_page(found)
        return found

    def _as_page(self, found: dict[str, Any]) -> None:
        content = found["content"]["application/json"]
        following = {
            "type": "string",
            "format": "uri",
            "nullable": True,
            "description": "The next page, null at the end.",
        }
        content["schema"] = {
            "type": "object",
            "required": ["rows", "next"],
            "properties": {"rows": content["schema"], "next": following},
        }

    def _map_serializer(self, serializer: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        found = super()._map_serializer(serializer, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Given):
            found["additionalProperties"] = False
        return found

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        found = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        if isinstance(field, Text) and not field.allow_blank:
            return {**found, "minLength": 1}
        return {**found, "pattern": YEARS} if isinstance(field, Day | Instant) else found

    def get_override_parameters(self) -> list[Any]:
        """Path, query and header."""
        path = [
            OpenApiParameter(name, SLUG if name == "partner" else REF, OpenApiParameter.PATH, required=True)
            for name in re.findall(r"{(\w+)}", self.path)
        ]
        key = {"type": "string", "format": "uuid"}
        words = "The same key and body get the same answer again for 24 hours; another body is refused."
        header = OpenApiParameter("Idempotency-Key", key, OpenApiParameter.HEADER, required=True, description=words)
        return [*path, *(self._of_list() if self.call.is_list else []), *([header] if self.call.once else [])]

    def _of_list(self) -> list[OpenApiParameter]:
        listing = self.call.lists
        filters = listing.filters.base_filters if listing.filters else {}
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        return [
            *(_query(name, schema_of(one), str(one.extra.get("help_text", ""))) for name, one in filters.items()),
            _query("sort", {"type": "string", "enum": list(listing.sorts)}, "The order; a minus turns it around."),
            _query("limit", limit, "Rows of a page."),
            _query(
                "cursor", {"type": "string", "format": "cursor"}, "Where the page begins: from `next`, never made up."
            ),
        ]


def _query(name: str, schema: dict[str, Any], words: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=words)


def schema_of(one: django_filters.Filter) -> dict[str, Any]:
    """The kind of a filter's value."""
    if isinstance(one, DayFilter):
        return {"type": "string", "format": "date", "pattern": YEARS}
    if isinstance(one, django_filters.ChoiceFilter):
        return {"type": "string", "enum": [key for key, _words in one.extra["choices"]]}
    if isinstance(one, NamedFilter):
        return REF if one.by == "ref" else SLUG
    least = {} if isinstance(one, WordsFilter) else {"minLength": 1}
    return {"type": "string", **least, "maxLength": one.extra.get("max_length", 100)}
