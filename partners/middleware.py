"""One transaction and one door for each request (architecture, "One request" and "Doors")."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.cache import patch_vary_headers

from accounts.sign_in import has_second_factor, is_fresh, second_factor_at, session_is_over, sign_in_again_at
from accounts.tokens import keep_use, shown_token
from activity.links import hash_of
from activity.models import Link, Notice
from common.access import PUBLIC, Access, ScopedRequest, elsewhere
from common.held import hold, way_back
from common.reviews import reviews_of
from common.tenancy import NOBODY, Door, Scope, entered, moved_to
from common.tenancy.scope import change_scope
from common.zones import now, today
from partners.models import Partner
from partners.standing import scope_of, standing_of

SAFE = {"GET", "HEAD", "OPTIONS"}
Answer = Callable[[HttpRequest], HttpResponse]


class TenantMiddleware:
    """Reads the person, opens the transaction (READ ONLY for safe methods), enters the door, rolls back a 5xx."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The whole request inside its door."""
        asked = cast("ScopedRequest", request)
        match = _match(request)
        access: Access | None = getattr(match.func, "access", None) if match else None
        if access and access.by_token:
            return self.answered_by_token(asked, match, access)
        user: Any = request.user
        if user.is_authenticated and session_is_over(request):
            back = request.get_full_path() if request.method in SAFE else hold(request, user.pk)
            return elsewhere(request, reverse("account_login"), back_to=back)
        read_only = request.method in SAFE and not request.path.startswith("/accounts/")
        with entered(replace(NOBODY, user=user.pk), read_only=read_only):
            self.read_shell(asked, match)
            if access and access.permission != PUBLIC and lacks_second_factor(request):
                return elsewhere(request, second_factor_at(user), back_to=way_back(request))
            return self.answered(asked, match, access)

    def answered(self, request: ScopedRequest, match: ResolverMatch | None, access: Access | None) -> HttpResponse:
        """The view's answer, through the door of its URL; a 5xx leaves nothing behind."""
        with moved_to(self.door(request, match, access), read_only=False) as scope:
            request.scope = self.narrowed(request, scope)
            response = self.get_response(request)
        if response.status_code >= 500:
            transaction.set_rollback(True)
        if response.streaming and not getattr(response, "opens_own_scope", False):
            raise RuntimeError("a streamed body runs outside the transaction: build the whole answer")
        return response

    def answered_by_token(self, request: ScopedRequest, match: ResolverMatch | None, access: Access) -> HttpResponse:
        """A call of the API: the person of the token, never of the session; she stands there as she would in a browser.

        A token that is over, of somebody deactivated or without a role today, is nobody's (the view answers 401).
        """
        secret, at = bearer_of(request), now()
        request.user, request.token = AnonymousUser(), None  # type: ignore[attr-defined]
        with entered(replace(NOBODY, token=hash_of(secret)), read_only=request.method in SAFE):
            token = shown_token(secret, at) if secret else None
            if token is not None:
                request.user, request.token = token.user, token  # type: ignore[attr-defined]
            change_scope(replace(NOBODY, user=request.user.pk))
            self.read_standing(request, match)
            if token is not None and not (token.user.standing.posts or token.user.standing.code_org):
                request.user = AnonymousUser()
            response = self.answered(request, match, access)
        if token is not None and request.user.is_authenticated:
            with entered(replace(NOBODY, user=token.user_id)):
                keep_use(token, at)
        patch_vary_headers(response, ("Authorization",))
        return response

    def read_standing(self, request: ScopedRequest, match: ResolverMatch | None) -> None:
        """Who asks, and about which partner, before the door."""
        request.partner, request.link = None, None  # type: ignore[attr-defined]
        request.partner_asked = match.kwargs.get("partner") if match else None
        request.partners = []  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.user.standing = standing_of(request.user, today())

    def read_shell(self, request: ScopedRequest, match: ResolverMatch | None) -> None:
        """What the page's frame needs, before the door: standing, new notices, freshness of the sign-in."""
        user: Any = request.user
        self.read_standing(request, match)
        request.is_fresh, request.sign_in_again = is_fresh(request), partial(sign_in_again_at, user)
        request.new_notices = 0  # type: ignore[attr-defined]
        if user.is_authenticated:
            request.new_notices = Notice.objects.of(user).unread().count()  # type: ignore[attr-defined]

    def door(self, request: ScopedRequest, match: ResolverMatch | None, access: Access | None) -> Scope:
        """The scope of this URL for this person."""
        user: Any = request.user
        if access and access.door == Door.LINK and match:
            return Scope(Door.LINK, user=user.pk, token=hash_of(match.kwargs["token"]))
        if access is None or not user.is_authenticated:
            return Scope(Door.NONE, user=user.pk)
        if access.door == Door.REVIEW:
            return Scope(Door.REVIEW, user=user.pk, reviews=reviews_of(user))
        return scope_of(user, user.standing)

    def narrowed(self, request: ScopedRequest, scope: Scope) -> Scope:
        """The scope once the link's subject or the URL's partner is known; a partner that is not hers is nobody's page."""
        if scope.door == Door.LINK:
            request.link = Link.objects.filter(token_hash=scope.token).first()  # type: ignore[attr-defined]
            return _entered_link(request, scope)
        if scope.door == Door.TENANT:
            request.partners = list(Partner.objects.order_by("name"))  # type: ignore[attr-defined]
        if request.partner_asked is None:
            return scope
        if scope.door == Door.STAFF:
            request.partner = Partner.objects.filter(slug=request.partner_asked).first()
            return scope
        mine: list[Partner] = request.partners  # type: ignore[attr-defined]
        request.partner = next((partner for partner in mine if partner.slug == request.partner_asked), None)
        only = (request.partner.pk,) if request.partner else ()
        return change_scope(replace(scope, partners=only, active=only[0] if only else None))


def _entered_link(request: Any, scope: Scope) -> Scope:
    if request.link is None:
        return scope
    return change_scope(replace(scope, subject=f"{request.link.subject_type}:{request.link.subject_id}"))


def lacks_second_factor(request: HttpRequest) -> bool:
    """True for a person with a role at Code.org whose session was opened with a password alone."""
    user: Any = request.user
    return bool(user.is_authenticated and user.standing.code_org and not has_second_factor(request))


def bearer_of(request: HttpRequest) -> str:
    """The secret of `Authorization: Bearer …`; empty where there is none."""
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else ""


def _match(request: HttpRequest) -> ResolverMatch | None:
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None
