"""The API's contract: the OpenAPI schema for programs, and the same as a page for people, with an example of each call."""

from __future__ import annotations

import functools
import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator

from common.access import PUBLIC, ScopedRequest, requires
from common.api.problems import CODES
from common.scopes import AREAS, SCOPES
from common.views import page

METHODS = ("get", "post", "put", "delete")
KEY = "6f1c1f5e-7a52-4f8e-9d4c-0f8f5a1c2b3d"
BY_FORMAT = {
    "date": "2026-11-07",
    "date-time": "2026-11-07T08:30:00-07:00",
    "uuid": KEY,
    "uri": "https://rp-network.example/api/v1/partners/?cursor=WyJuYW1lIl0",
    "email": "ana@example.org",
}


@functools.cache
def the_schema() -> dict[str, Any]:
    """The OpenAPI document; it depends on the code alone."""
    found: dict[str, Any] = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
    return found


@requires(PUBLIC)
@require_safe
def schema(request: ScopedRequest) -> HttpResponse:
    """The OpenAPI document as JSON."""
    return JsonResponse(the_schema(), json_dumps_params={"ensure_ascii": False})


@requires(PUBLIC)
@require_safe
def docs(request: ScopedRequest) -> HttpResponse:
    """How to call the API: sign in, pages, refusals, keys, and each call with an example."""
    site = f"{request.scheme}://{request.get_host()}"
    layout = "base.html" if request.user.is_authenticated else "outside.html"
    context = {"areas": areas(site), "scopes": SCOPES, "codes": CODES, "site": site, "layout": layout}
    return page(request, "api_docs.html", context)


def areas(site: str) -> list[dict[str, Any]]:
    """Calls below the words of their areas."""
    found: dict[str, list[dict[str, Any]]] = {area: [] for area in AREAS}
    for path, operations in the_schema()["paths"].items():
        for method in METHODS:
            if method in operations:
                found[operations[method]["tags"][0]].append(told(site, path, method, operations[method]))
    return [{"key": area, "words": AREAS[area], "calls": calls} for area, calls in found.items()]


def told(site: str, path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One call as the page shows it."""
    schemas = the_schema()["components"]["schemas"]
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    answers: dict[str, Any] = operation["responses"]
    status = min(answers)
    answer = answers[status] if status < "300" else {}
    shown = answer.get("content", {}).get("application/json", {}).get("schema")
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "scope": operation["description"].rpartition("`")[0].rpartition("`")[2],
        "query": [one for one in operation.get("parameters", []) if one["in"] == "query"],
        "refusals": {one: two["description"] for one, two in answers.items() if one >= "400"},
        "curl": curl(site, path, method, operation, example(body, schemas) if body else None),
        "status": status if answer else "403",
        "answer": _printed(example(shown, schemas)) if shown else "",
    }


def curl(site: str, path: str, method: str, operation: dict[str, Any], body: Any) -> str:
    """The call on a command line."""
    names = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] != "query"}
    keyed = "Idempotency-Key" in names
    filled = path.format(**{name: one.get("example", KEY) for name, one in names.items()})
    lines = [f"curl {f'-X {method.upper()} ' if method != 'get' else ''}{site}{filled}"]
    lines.append('-H "Authorization: Bearer $TOKEN"')
    lines += [f'-H "Idempotency-Key: {KEY}"'] if keyed else []
    lines += ['-H "Content-Type: application/json"', f"-d '{_printed(body)}'"] if body is not None else []
    return " \\\n  ".join(lines)


def example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """A value of this kind."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    for one in schema.get("allOf", []) or schema.get("oneOf", []):
        return example(one, schemas)
    if "example" in schema:
        return schema["example"]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return {name: example(one, schemas) for name, one in schema.get("properties", {}).items()}
    if schema.get("type") == "array":
        return [example(schema["items"], schemas)]
    return _plain(schema)


def _plain(schema: dict[str, Any]) -> Any:
    if "format" in schema and schema["format"] in BY_FORMAT:
        return BY_FORMAT[schema["format"]]
    return {"integer": max(schema.get("minimum", 1), 1), "boolean": True}.get(schema.get("type", ""), "…")


def _printed(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
