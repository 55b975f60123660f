"""One address of the API: `@allows` says of each method who may, what it takes and gives; nothing is open by default."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponse
from django.urls import reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from common.access import Access, refusal
from common.api.fields import Nothing
from common.api.lists import Listing, listed, refuse_unknown
from common.api.problems import SIGN_IN, ApiProblem, answered
from common.api.reading import MOST_BYTES, StrictJSON
from common.api.schema import ApiSchema
from common.tenancy import Door, StaffTable

Once = Callable[[Request, Callable[[], Response]], HttpResponse]


@dataclass(frozen=True)
class Call:
    """What one method of one address declares; schema, docs page and authorization test read it."""

    permission: str
    scope: str
    takes: type[Serializer] | None = None
    gives: type[Serializer] | None = None
    lists: Listing | None = None
    status: int = 200
    once: Once | None = None
    page: str = ""

    @property
    def is_list(self) -> bool:
        """It answers pages of rows."""
        return self.lists is not None


def allows(permission: str, scope: str, **declared: Any) -> Callable[[Any], Any]:
    """Declare a method of an Endpoint; the other arguments are those of Call.

    It is called as method(request[, row][, given]): the row where the address names one, `given` where it takes a body.
    It gives a queryset for a list, else what `gives` shows.
    """
    call = Call(permission, scope, **declared)

    def guard(method: Any) -> Any:
        @functools.wraps(method)
        def guarded(view: Endpoint, request: Request, **kwargs: Any) -> HttpResponse:
            return view.answer(call, method, request, kwargs)

        guarded.call = call  # type: ignore[attr-defined]
        return guarded

    return guard


class OfToken(BaseAuthentication):
    """The person whom the middleware found for the token; sessions count for nothing here."""

    def authenticate(self, request: Request) -> Any:
        """(person, token), or None."""
        asked = request._request
        return (asked.user, asked.token) if asked.user.is_authenticated else None

    def authenticate_header(self, request: Request) -> str:
        """How to sign in."""
        return SIGN_IN


class OnlyJSON(BaseContentNegotiation):
    """There is one kind of answer, whatever is asked for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """JSON, where the body says so; nothing, where there is no body."""
        kind = (request.content_type or "").partition(";")[0].strip().lower()
        return parsers[0] if kind in ("application/json", "") else None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """JSON."""
        return renderers[0], renderers[0].media_type


class Endpoint(APIView):
    """An address. `model` is what its `ref` names; `rows` narrows or widens the look-up."""

    schema = ApiSchema()
    authentication_classes = (OfToken,)
    permission_classes = ()
    throttle_classes = ()
    parser_classes = (StrictJSON,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OnlyJSON
    http_method_names: ClassVar[list[str]] = ["get", "head", "post", "put", "delete"]
    model: ClassVar[type[Model] | None] = None
    door: ClassVar[Door | None] = None

    @classmethod
    def as_view(cls, **given: Any) -> Any:
        """The view, marked for the middleware: its caller is the person of a token."""
        view = super().as_view(**given)
        view.access = Access("", cls.model, cls.door, by_token=True)
        return view

    @classmethod
    def calls(cls) -> dict[str, Call]:
        """Method -> what it declares."""
        found = {name: getattr(cls, name.lower(), None) for name in ("GET", "POST", "PUT", "DELETE")}
        return {name: method.call for name, method in found.items() if method is not None}

    def get_exception_handler(self) -> Any:
        """Refusals are problems."""
        return answered

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Signed in, and not too large, before anything else."""
        super().initial(request, *args, **kwargs)
        if not request.user.is_authenticated:
            raise NotAuthenticated
        if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
            raise ApiProblem(413, "too_large", "The body is larger than 1 MB.")

    def rows(self) -> Any:
        """Rows that the address may name."""
        return self.model.objects.all()  # type: ignore[union-attr]

    def answer(self, call: Call, method: Any, request: Request, kwargs: dict[str, Any]) -> HttpResponse:
        """Partner and row (404), rule (403), scope of the token (403), query and body (400), then the method."""
        row = self.named_row(request, kwargs)
        about = row if row is not None else request.partner
        if not request.user.has_perm(call.permission, about):
            raise PermissionDenied(refusal(call.permission))
        refuse_beyond_scope(request, call.scope)
        if call.page:
            address = request.build_absolute_uri(reverse(call.page, kwargs=kwargs))
            raise ApiProblem(403, "needs_browser", f"This asks for a fresh sign-in: do it at {address}")
        if not call.is_list:
            refuse_unknown(request.query_params, [])
        arguments = [row] if row is not None else []

        def do() -> Response:
            given = [self.given(call.takes)] if call.takes is not None else []
            return self.shown(call, method(self, request, *arguments, *given))

        return call.once(request, do) if call.once is not None else do()

    def named_row(self, request: Request, kwargs: dict[str, Any]) -> Any:
        """The row of the address in the partner of the address. Raises Http404, PermissionDenied."""
        if request.partner_asked is not None and request.partner is None:
            raise Http404
        if self.model is None:
            return None
        if getattr(self.model, "wall", None) is StaffTable and request.scope.door != Door.STAFF:
            raise PermissionDenied
        rows = self.rows().filter(ref=kwargs["ref"])
        if request.partner is not None and any(field.name == "partner" for field in self.model._meta.fields):
            rows = rows.filter(partner=request.partner)
        found = rows.first()
        if found is None:
            raise Http404
        return found

    def given(self, takes: type[Serializer]) -> dict[str, Any]:
        """The body, typed. Raises ApiProblem, ValidationError."""
        body = takes(data=self.request.data, context={"request": self.request})
        body.is_valid(raise_exception=True)
        return {} if takes is Nothing else dict(body.validated_data)

    def shown(self, call: Call, found: Any) -> Response:
        """What the call gives."""
        if call.lists is not None and call.gives is not None:
            answer = listed(call.lists, self.request.query_params, found)
            rows = call.gives(self.with_more(answer.rows), many=True, context={"request": self.request}).data
            return Response({"rows": rows, "next": self._next(answer.cursor)}, status=call.status)
        if call.gives is None:
            return Response(status=204)
        return Response(call.gives(found, context={"request": self.request}).data, status=call.status)

    def with_more(self, rows: list[Any]) -> list[Any]:
        """The rows of a page with what only a page needs; a hook for a fixed number of further statements."""
        return rows

    def _next(self, cursor: str) -> str | None:
        if not cursor:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return str(self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}"))


def refuse_beyond_scope(request: Request, scope: str) -> None:
    """Raise ApiProblem 403 where the token may not; to change an area is to read it too."""
    area, _colon, _kind = scope.partition(":")
    if scope not in request.auth.scopes and not (scope.endswith(":read") and f"{area}:write" in request.auth.scopes):
        raise ApiProblem(403, "missing_scope", f"The token lacks the scope {scope}.")
