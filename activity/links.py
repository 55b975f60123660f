"""Links: 256 random bits in the mail, their SHA-256 in the database, one purpose, one person, dated, revocable."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from activity.models import Link


def hash_of(token: str) -> str:
    """SHA-256 of a token, as stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def make_link(
    *, purpose: str, subject_type: str, subject_id: int, email: str, expires_at: dt.datetime, at: dt.datetime
) -> str:
    """A new link (staff door); returns the token, which is shown nowhere but in the mail. Older ones of the subject end."""
    Link.objects.filter(subject_type=subject_type, subject_id=subject_id, used_at=None, revoked_at=None).update(
        revoked_at=at
    )
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        token_hash=hash_of(token),
        purpose=purpose,
        subject_type=subject_type,
        subject_id=subject_id,
        email=email,
        created_at=at,
        expires_at=expires_at,
    )
    return token
