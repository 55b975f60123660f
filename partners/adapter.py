"""allauth's account rules: nobody signs up without an invitation, and its mails go through the outbox."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest

from accounts.sign_in import has_just_shown_second_factor, has_just_signed_in
from activity.operations import queue_mail
from common.zones import now


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Invitation only; mail is a row written in the same transaction and sent by a task."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": "This e-mail address and password do not belong together.",
        "incorrect_code": "This code is wrong or over. Enter the newest one.",
        "too_many_login_attempts": "Too many attempts. Try again in five minutes.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from invitations alone."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Put allauth's mail (reset, changed password, new second factor) in the outbox; its text is emptied once sent."""
        message = self.render_mail(template_prefix, email, {"request": self.request, "email": email, **context})
        queue_mail(
            to=email,
            template="account",
            key=f"account:{uuid.uuid4()}",
            at=now(),
            secret=f"{message.subject}\n{message.body}",
        )

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Who has a second factor shows it before changing it or seeing its recovery codes: a password alone would get round it.

        Who has none and has just signed in is not asked the password once more to set one up. Raises ReauthenticationRequired.
        """
        if not is_mfa_enabled(self.request.user):
            return not has_just_signed_in(self.request)
        if not has_just_shown_second_factor(self.request):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The code where there is one, else the password."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        return [method for method in methods if method["id"] == "mfa_reauthenticate"] or methods

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address; a proxy's header counts only where settings say that there is one. Empty on a unix socket."""
        return str(get_client_ip(request) or "")
