"""What persons keep for themselves: the register of conflicts of interest, and the keys of forms that were sent."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.db import models

from accounts.models import OneSide, Side
from common.dated import in_force, never_overlapping, starts_before_end
from common.refs import RefField
from ledger.walls import OwnKeys, OwnRegister

PERSON = settings.AUTH_USER_MODEL


class ConflictQuerySet(models.QuerySet["ConflictOfInterest"]):
    """Conflicts of interest."""

    def in_force(self, on: dt.date) -> Self:
        """On a date (network zone)."""
        return self.filter(in_force(on, start="starts_on", end="ends_before"))


ConflictManager = models.Manager.from_queryset(ConflictQuerySet)


class ConflictOfInterest(models.Model):
    """A person of Code.org has an interest in a partner for some time, and decides nothing about its money then."""

    ref = RefField("I")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10, default=Side.CODE_ORG, editable=False)
    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_before = models.DateField(null=True)
    reason = models.CharField(max_length=500)
    declared_at = models.DateTimeField()

    objects: ClassVar[ConflictManager[ConflictOfInterest]] = ConflictManager()

    class Meta:
        constraints = [
            OwnRegister(name="ledger_conflictofinterest_own"),
            OneSide(name="ledger_conflict_one_side"),
            models.CheckConstraint(name="ledger_conflict_side", condition=models.Q(side=Side.CODE_ORG)),
            never_overlapping("user", "partner", name="ledger_conflict_once", start="starts_on", end="ends_before"),
            starts_before_end("ledger_conflict_dates", start="starts_on", end="ends_before"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} and {self.partner_id}"

    @property
    def last_day(self) -> dt.date | None:
        """The last date on which it holds; None while it is open."""
        return self.ends_before - dt.timedelta(days=1) if self.ends_before else None


class IdempotencyKey(models.Model):
    """One sending of one form, or one call of the API, by one person: the same key and body get the same answer again, another body is refused.

    `location` is where a form led, `body` what a call gave, word for word.
    """

    user = models.ForeignKey(PERSON, on_delete=models.CASCADE, related_name="+")
    key = models.UUIDField()
    path = models.CharField(max_length=300)
    body_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True)
    body = models.TextField(blank=True, db_default="")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "key", name="ledger_idempotencykey_once"),
            OwnKeys(name="ledger_idempotencykey_own"),
        ]
        indexes = [models.Index(fields=["created_at"], name="ledger_idempotency_created")]

    def __str__(self) -> str:
        return f"{self.key} of {self.user_id}"
