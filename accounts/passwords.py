"""How long a password must be: 12 characters beside a second factor, 15 where it stands alone (NIST SP 800-63B-4)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import Side

ALONE, BESIDE_FACTOR = 15, 12


def least_length(side: str) -> int:
    """Characters that a password of this side has at least."""
    return BESIDE_FACTOR if side == Side.CODE_ORG else ALONE


class LengthBySideValidator:
    """Code.org people always have a second factor; partners' people may not."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError for a password that is too short for this person."""
        least = least_length(getattr(user, "side", Side.PARTNER))
        if len(password) < least:
            raise ValidationError(
                f"Use at least {least} characters; a sentence is easiest to keep.", code="password_too_short"
            )

    def get_help_text(self) -> str:
        """What the form says before anybody types."""
        return (
            f"At least {ALONE} characters ({BESIDE_FACTOR} with an authenticator app). A sentence is easiest to keep."
        )
