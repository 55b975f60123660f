"""`@requires`: every view says which permission it asks, on which row, through which door; nothing is open by default."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from rules.permissions import add_perm

from common.held import READING, hold, let_go, way_back
from common.tenancy import Door, Scope, StaffTable

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Access:
    """What a view declares; the authorization test reads it from every URL. `by_token`: a call of the API, which no session opens."""

    permission: str
    model: type[Model] | None = None
    door: Door | None = None
    fresh: bool = False
    by_token: bool = False


class Person(Protocol):
    """What access asks of request.user."""

    is_authenticated: bool

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """True where the rule allows it."""


class ScopedRequest(HttpRequest):
    """A request after the tenant middleware: signed-in user, scope, and the partner of the URL where there is one."""

    user: Any
    scope: Scope
    partner: Any
    partner_asked: str | None
    is_fresh: bool
    sign_in_again: Callable[[], str]


PUBLIC = "public"


def requires(
    permission: str,
    model: type[Model] | None = None,
    *,
    door: Door | None = None,
    fresh: bool = False,
    row: Callable[..., Any] | None = None,
) -> Callable[[View], View]:
    """Declare a view: signed in (else sign-in page), row of `model` by `ref` (404), rule on that row (403).

    The view gets the row after the request. Without a model the rule is asked on the partner of the URL, or on nothing.
    `fresh` asks, for whatever is not GET or HEAD, a sign-in at most 5 minutes old (architecture, "API tokens"); what was sent is held
    meanwhile. `row` replaces the look-up:
    it takes (request, **kwargs of the URL) and returns a queryset of at most one row.
    """

    def declared(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            asked = cast("ScopedRequest", request)
            if permission != PUBLIC and not asked.user.is_authenticated:
                return elsewhere(request, "/accounts/login/", back_to=way_back(request))
            kwargs.pop("partner", None)
            if asked.partner_asked is not None and asked.partner is None:
                raise Http404
            if model is not None and _is_behind_the_staff_door(model) and asked.scope.door != Door.STAFF:
                raise PermissionDenied(refusal(permission))
            found = _row(asked, model, row, kwargs) if model is not None else None
            about = found if found is not None else asked.partner
            if permission != PUBLIC and not asked.user.has_perm(permission, about):
                raise PermissionDenied(refusal(permission))
            if fresh and request.method not in READING and not asked.is_fresh:
                return elsewhere(request, asked.sign_in_again(), back_to=hold(request, asked.user.pk))
            let_go(request)
            return view(request, found, **kwargs) if model is not None else view(request, **kwargs)

        guarded.access = Access(permission, model, door, fresh)  # type: ignore[attr-defined]
        return guarded

    return declared


def _is_behind_the_staff_door(model: type[Model]) -> bool:
    return getattr(model, "wall", None) is StaffTable


def _row(request: ScopedRequest, model: type[Model], row: Callable[..., Any] | None, kwargs: dict[str, Any]) -> Model:
    if any("\0" in value for value in kwargs.values()):
        raise Http404
    queryset = row(request, **kwargs) if row else cast("Any", model).objects.filter(ref=kwargs.pop("ref"))
    if row:
        kwargs.clear()
    if request.partner is not None and any(field.name == "partner" for field in model._meta.fields):
        queryset = queryset.filter(partner=request.partner)
    found = queryset.first()
    if found is None:
        raise Http404
    return cast("Model", found)


def elsewhere(request: HttpRequest, url: str, *, back_to: str) -> HttpResponse:
    """To a page about signing in, and from there back; htmx is told to leave the page instead of swapping a part of it."""
    fragment = request.headers.get("HX-Request")
    target = f"{url}?{urlencode({'next': way_back(request) if fragment else back_to})}"
    if fragment:
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def refusal(permission: str) -> str:
    """Who can do it, for the 403 page."""
    who = WHO_CAN.get(permission)
    return f"{who} can do this." if who else "Your role cannot do this."


WHO_CAN: dict[str, str] = {}


def permit(permission: str, predicate: Any, who: str) -> None:
    """Add a rule and the words for who can, e.g. permit("workshops.edit", is_program_manager, "A Program Manager")."""
    add_perm(permission, predicate)  # type: ignore[no-untyped-call]
    WHO_CAN[permission] = who
