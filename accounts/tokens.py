"""Personal API tokens: 256 random bits shown once, their SHA-256 in the database, scopes, 90 days, the last use (architecture, "Doors")."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import F, Q

from activity.links import hash_of
from common.errors import DomainError
from common.refs import RefField
from common.scopes import SCOPES
from common.tenancy.constraints import WallConstraint

PREFIX = "rpn_"  # so that a scanner of leaked secrets knows what it has found
LIFE = dt.timedelta(days=90)
MOST = 20  # usable tokens of one person
USE_KEPT_EVERY = dt.timedelta(minutes=1)


class TokenRefused(DomainError):
    """The token cannot be made; the message says why."""

    code = "token_refused"


class OwnTokens(WallConstraint):
    """Row security of tokens: whoever shows one finds its row, each person has her own; only use and end are ever changed."""

    mine = "user_id = (select app.person())"

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"REVOKE UPDATE, DELETE ON {table} FROM rp_app, rp_staff",
            f"GRANT UPDATE (last_used_at, revoked_at) ON {table} TO rp_app, rp_staff",
            f"CREATE POLICY shown ON {table} FOR SELECT TO rp_app USING (token_hash = (select app.token()))",
            f"CREATE POLICY own ON {table} TO rp_app, rp_staff USING ({self.mine}) WITH CHECK ({self.mine})",
        ]

    def undo(self, table: str) -> list[str]:
        return [
            f"DROP POLICY shown ON {table}",
            f"DROP POLICY own ON {table}",
            f"GRANT UPDATE, DELETE ON {table} TO rp_app, rp_staff",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Tokens."""

    def of(self, person: Any) -> Self:
        """Her tokens, the newest first."""
        return self.filter(user=person).order_by("-made_at", "-id")

    def usable(self, at: dt.datetime) -> Self:
        """Neither over nor revoked at an instant, of a person who may sign in."""
        return self.filter(expires_at__gt=at, revoked_at=None, user__is_active=True)


ApiTokenManager = models.Manager.from_queryset(ApiTokenQuerySet)


class ApiToken(models.Model):
    """A program acts for one person within `scopes`, such as `workshops:read`; it never does what asks a fresh second factor."""

    ref = RefField("A")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=80)
    token_hash = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=30))
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[ApiTokenManager[ApiToken]] = ApiTokenManager()

    class Meta:
        constraints = [
            OwnTokens(name="accounts_apitoken_own"),
            models.CheckConstraint(
                name="accounts_apitoken_life",
                condition=Q(expires_at__gt=F("made_at"), expires_at__lte=F("made_at") + LIFE),
            ),
            models.CheckConstraint(name="accounts_apitoken_scopes", condition=~Q(scopes=[])),
        ]
        indexes = [models.Index(fields=["user", "-made_at", "-id"], name="accounts_apitoken_list")]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_words(self) -> list[str]:
        """What it may do, in words."""
        return [words for key, words in SCOPES if key in self.scopes]

    def is_usable(self, at: dt.datetime) -> bool:
        """Whether it opens anything at an instant."""
        return self.revoked_at is None and at < self.expires_at


@transaction.atomic
def make_token(*, user: Any, name: str, scopes: Sequence[str], at: dt.datetime) -> tuple[ApiToken, str]:
    """A token of this person for 90 days, and its secret, which is shown once and stored nowhere. Raises TokenRefused."""
    if ApiToken.objects.of(user).usable(at).count() >= MOST:
        raise TokenRefused(f"You have {MOST} tokens: revoke one that you no longer use.")
    secret = PREFIX + secrets.token_urlsafe(32)
    made = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        token_hash=hash_of(secret),
        scopes=[key for key, _words in SCOPES if key in scopes],
        made_at=at,
        expires_at=at + LIFE,
    )
    return made, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, at: dt.datetime) -> None:
    """End one's own token at once; ending it twice changes nothing."""
    ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=at)


def shown_token(secret: str, at: dt.datetime) -> ApiToken | None:
    """The usable token with this secret, with its person; the scope must carry `hash_of(secret)`."""
    return ApiToken.objects.usable(at).filter(token_hash=hash_of(secret)).select_related("user").first()


def keep_use(token: ApiToken, at: dt.datetime) -> None:
    """Note the last use, once a minute at most (a second transaction: what is read stays read only)."""
    if token.last_used_at is None or at - token.last_used_at >= USE_KEPT_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=at)
