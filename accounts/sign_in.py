"""Signing in: the record of it, the second factor, how fresh it is, and when a session is over."""

from __future__ import annotations

import time
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Side, SignInEvent
from common.zones import now

SECOND_FACTORS = ("mfa", "demo")
IDLE_SECONDS = {Side.CODE_ORG: 30 * 60}
ABSOLUTE_SECONDS = 12 * 60 * 60


def record_sign_in(sender: Any, request: HttpRequest, user: Any, **extra: Any) -> None:
    """Keep one row for each sign-in (who, when, how, from where); begins the clock of the session."""
    records = get_authentication_records(request, user) if request.session.get("_auth_user_id") else []
    SignInEvent.objects.create(
        user=user,
        at=now(),
        method="+".join(dict.fromkeys(record["method"] for record in records)) or "password",
        address=get_adapter(request).get_client_ip(request) or None,
        agent=request.headers.get("User-Agent", "")[:200],
    )
    request.session["signed_in_at"] = request.session["seen_at"] = int(time.time())


def has_second_factor(request: HttpRequest) -> bool:
    """True where this session was opened with a second factor (TOTP, recovery code; the demo sign-in counts)."""
    if not request.user.is_authenticated:
        return False
    return any(record["method"] in SECOND_FACTORS for record in get_authentication_records(request, request.user))


def is_fresh(request: HttpRequest) -> bool:
    """True within 5 minutes of the last proof of who sits there: for Code.org people a code, for others the password too."""
    user = request.user
    if not user.is_authenticated:
        return False
    return _proved_lately(request, SECOND_FACTORS if user.side == Side.CODE_ORG else None)


def has_just_shown_second_factor(request: HttpRequest) -> bool:
    """True within 5 minutes of a code, whoever it is."""
    return _proved_lately(request, SECOND_FACTORS)


def has_just_signed_in(request: HttpRequest) -> bool:
    """True within 5 minutes of a password or code, whoever it is."""
    return _proved_lately(request, None)


def _proved_lately(request: HttpRequest, methods: tuple[str, ...] | None) -> bool:
    records = get_authentication_records(request, request.user)
    proofs = [record["at"] for record in records if methods is None or record["method"] in methods]
    return bool(proofs) and time.time() - max(proofs) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def sign_in_again_at(user: Any) -> str:
    """The page on which this person proves once more who she is: a code, else the password, else the demo button."""
    if settings.DEMO_SIGN_IN and not user.has_usable_password():
        return reverse("demo")
    return reverse("mfa_reauthenticate" if is_mfa_enabled(user) else "account_reauthenticate")


def second_factor_at(user: Any) -> str:
    """Where a person with a role at Code.org shows her second factor, or sets it up."""
    return sign_in_again_at(user) if is_mfa_enabled(user) else reverse("mfa_activate_totp")


def session_is_over(request: HttpRequest) -> bool:
    """End a session after 12 hours, or for Code.org people after 30 minutes without a request; True where it ended."""
    user, session, second = request.user, request.session, int(time.time())
    if not user.is_authenticated:
        return False
    idle = IDLE_SECONDS.get(Side(user.side), ABSOLUTE_SECONDS)
    began, seen = session.setdefault("signed_in_at", second), session.get("seen_at", 0)
    if second - began > ABSOLUTE_SECONDS or (seen and second - seen > idle):
        logout(request)
        return True
    if second - seen > 60:
        session["seen_at"] = second
    return False


def second_factor_added(sender: Any, request: HttpRequest, user: Any, authenticator: Any, **extra: Any) -> None:
    """Who has just set up an authenticator app has shown a second factor in this session; new recovery codes show none."""
    if authenticator.type != Authenticator.Type.TOTP:
        return
    record_authentication(request, user, method="mfa", type=authenticator.type, reauthenticated=True)
