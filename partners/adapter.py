"""allauth's account rules: nobody signs up without an invitation, and its mails go through the outbox."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.httpkit import get_client_ip
from django.http import HttpRequest

from accounts.sign_in import has_just_signed_in
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
        """Who has just signed in is not asked the password once more to set up a second factor."""
        return not has_just_signed_in(self.request)

    def get_client_ip(self, request: HttpRequest) -> str:
        """The visitor's address; a proxy's header counts only where settings say that there is one. Empty on a unix socket."""
        return str(get_client_ip(request) or "")
