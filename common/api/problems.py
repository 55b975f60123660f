"""Refusals as RFC 9457 problems: `code` for programs, `detail` for people, `errors` by the path of the field."""

from __future__ import annotations

import http
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.core.exceptions import ValidationError as FormError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import page_not_found, server_error
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAuthenticated, ValidationError
from rest_framework.response import Response
from rest_framework.views import set_rollback

from common.errors import DomainError

MEDIA_TYPE = "application/problem+json"
PREFIX = "/api/"
SIGN_IN = 'Bearer realm="api"'
Errors = dict[str, list[str]]


class ApiProblem(APIException):
    """A refusal of the API itself; `code` is one of CODES."""

    def __init__(self, status: int, code: str, detail: str, *, errors: Errors | None = None) -> None:
        super().__init__(detail, code)
        self.status_code, self.code, self.errors = status, code, errors or {}


CODES = {
    "not_signed_in": "There is no token, or it is over, revoked, or of somebody without a role today.",
    "forbidden": "Your role cannot do this.",
    "missing_scope": "The token may not do this: make one with the scope that the detail names.",
    "needs_browser": "This asks for a fresh sign-in: it is done on the page that the detail names.",
    "not_found": "There is no such row, or it is not yours.",
    "unknown_parameter": "The query has a parameter that this call does not know, or has one twice.",
    "invalid_cursor": "The cursor is not one of this list in this order.",
    "malformed_json": "The body is not JSON.",
    "invalid": "A field is missing, unknown, or not of its kind; errors says which.",
    "missing_idempotency_key": "This call needs the header Idempotency-Key with a UUID.",
    "key_used": "The Idempotency-Key was used for another call or another body.",
    "too_large": "The body is larger than 1 MB.",
    "unsupported_media_type": "The body is sent as application/json.",
    "method_not_allowed": "This address has no such method; the header Allow names those it has.",
    "illegal_transition": "The record is not in a state from which this step leads on.",
}


def problem(status: int, code: str, detail: str, errors: Errors | None = None) -> dict[str, Any]:
    """The body of a refusal."""
    found = {"type": "about:blank", "title": http.HTTPStatus(status).phrase, "status": status, "code": code}
    return {**found, "detail": detail, "errors": errors or {}}


def answered(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: every refusal is a problem and leaves nothing behind; what is a bug stays a 500."""
    found = _told(error)
    if found is None:
        return None
    set_rollback()
    answer = Response(found, status=found["status"], content_type=MEDIA_TYPE)
    if found["status"] == 401:
        answer["WWW-Authenticate"] = SIGN_IN
    return answer


def _told(error: Exception) -> dict[str, Any] | None:
    if isinstance(error, DomainError):
        return problem(409, error.code, error.message, error.by_field())
    if isinstance(error, ApiProblem):
        return problem(error.status_code, error.code, str(error.detail), error.errors)
    if isinstance(error, ValidationError):
        errors = by_path(error.detail)
        return problem(400, "invalid", next(iter(errors.values()))[0], errors)
    if isinstance(error, FormError):
        errors = error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
        return problem(400, "invalid", error.messages[0], errors)
    if isinstance(error, Http404):
        return problem(404, "not_found", "There is no such row, or it is not yours.")
    if isinstance(error, PermissionDenied):
        return problem(403, "forbidden", str(error) or CODES["forbidden"])
    return _of_framework(error) if isinstance(error, APIException) else None


def _of_framework(error: APIException) -> dict[str, Any]:
    codes = {401: "not_signed_in", 405: "method_not_allowed", 415: "unsupported_media_type"}
    code = codes.get(error.status_code, str(error.default_code))
    said = isinstance(error, MethodNotAllowed | NotAuthenticated)
    return problem(error.status_code, code, CODES[code] if said else str(error.detail))


def by_path(detail: Any, path: str = "") -> Errors:
    """DRF's nested errors as `sessions.1.zone` -> messages."""
    if isinstance(detail, dict):
        pairs = [(f"{path}.{name}" if path else str(name), inner) for name, inner in detail.items()]
    elif isinstance(detail, list) and any(isinstance(one, dict | list) for one in detail):
        pairs = [(f"{path}.{place}" if path else str(place), inner) for place, inner in enumerate(detail)]
    else:
        return {path or NON_FIELD_ERRORS: [str(one) for one in (detail if isinstance(detail, list) else [detail])]}
    found: Errors = {}
    for name, inner in pairs:
        if inner:
            found |= by_path(inner, name)
    return found


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: a problem below /api/, else the page."""
    if not request.path.startswith(PREFIX):
        return page_not_found(request, exception)
    return _plain(404, "not_found", "There is no such address.")


def failed(request: HttpRequest) -> HttpResponse:
    """handler500: a problem below /api/, else the page."""
    if not request.path.startswith(PREFIX):
        return server_error(request)
    return _plain(500, "server_error", "Something broke on our side. Nothing was changed.")


def _plain(status: int, code: str, detail: str) -> HttpResponse:
    return JsonResponse(problem(status, code, detail), status=status, content_type=MEDIA_TYPE)
