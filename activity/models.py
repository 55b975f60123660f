"""LogEntry (what happened), Notice (who is told), Attachment (files), Link, Mail (outbox) and Run (period-keyed jobs)."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy import AppendOnlyTable, DoorPolicy, GuardedTable, StaffTable
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import (
    NetworkModel,
    TenantManager,
    TenantModel,
    TenantOneToOne,
    TenantQuerySet,
)
from common.two_people import InPerson

PERSON = settings.AUTH_USER_MODEL


class Entry(models.Model):
    """What happened to one record: who, when (UTC), what, values before and after, why. Never changed."""

    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    verb = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    reason = models.CharField(max_length=2000, blank=True)
    changes = models.JSONField(default=dict)
    actor = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.text


class LogEntryQuerySet(TenantQuerySet["LogEntry"]):
    """Timelines."""

    def about(self, row: models.Model) -> Self:
        """Entries of one record, newest first, with their actors."""
        return (
            self.filter(subject_type=row._meta.label_lower, subject_id=row.pk)
            .select_related("actor")
            .order_by("-at", "-id")
        )


LogEntryManager = TenantManager.from_queryset(LogEntryQuerySet)


class LogEntry(Entry, TenantModel):
    """An entry of a partner's timeline; written in the transaction of the operation that it tells of."""

    objects: ClassVar[LogEntryManager[LogEntry]] = LogEntryManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="activity_logentry_append_only"),
            InPerson(name="activity_logentry_in_person", columns=["actor_id"]),
        ]
        indexes = [
            models.Index(fields=["partner", "subject_type", "subject_id", "-at"], name="activity_log_subject"),
            models.Index(fields=["partner", "-at", "-id"], name="activity_log_partner"),
            models.Index(fields=["-at", "-id"], name="activity_log_all"),
        ]


class NetworkLogEntryQuerySet(models.QuerySet["NetworkLogEntry"]):
    """Timelines of the network."""

    def about_all(self, *kinds: type[models.Model]) -> Self:
        """Entries of all rows of these models, newest first, with their actors."""
        return (
            self.filter(subject_type__in=[kind._meta.label_lower for kind in kinds])
            .select_related("actor")
            .order_by("-at", "-id")
        )


NetworkLogEntryManager = models.Manager.from_queryset(NetworkLogEntryQuerySet)


class NetworkLogEntry(Entry, NetworkModel):
    """An entry about a row of the network; only the staff door reads it."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    objects: ClassVar[NetworkLogEntryManager[NetworkLogEntry]] = NetworkLogEntryManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="activity_networklogentry_append_only"),
            InPerson(name="activity_networklogentry_in_person", columns=["actor_id"]),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-at"], name="activity_netlog_subject")]


class OwnRows(WallConstraint):
    """Row security of a table of persons: rp_app sees and changes the rows of app.user; staff all."""

    statements_of_writer: ClassVar[str] = "user_id = (select app.person())"

    def statements(self, table: str) -> list[str]:
        own = self.statements_of_writer
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY own ON {table} FOR SELECT TO rp_app USING ({own})",
            f"CREATE POLICY own_update ON {table} FOR UPDATE TO rp_app USING ({own}) WITH CHECK ({own})",
            f"CREATE POLICY tell ON {table} FOR INSERT TO rp_app WITH CHECK (partner_id = (select app.active()))",
            f"REVOKE DELETE ON {table} FROM rp_app",
            f"CREATE POLICY staff ON {table} TO rp_staff USING (true) WITH CHECK (true)",
        ]

    def undo(self, table: str) -> list[str]:
        return [
            *(f"DROP POLICY {policy} ON {table}" for policy in ("own", "own_update", "tell", "staff")),
            f"GRANT DELETE ON {table} TO rp_app",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Notices of one person; the staff door sees all rows, so the person is always named."""

    def of(self, person: models.Model) -> Self:
        """Her notices, newest first."""
        return self.filter(user=person).order_by("-at", "-id")

    def unread(self) -> Self:
        """Not seen yet."""
        return self.filter(read_at__isnull=True)


NoticeManager = models.Manager.from_queryset(NoticeQuerySet)


class Notice(models.Model):
    """One person is told one thing once (`key`); `url` is a path of this site that she may open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="notices")
    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="+", null=True)
    key = models.CharField(max_length=160)
    kind = models.CharField(max_length=60)
    text = models.CharField(max_length=500)
    url = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects: ClassVar[NoticeManager[Notice]] = NoticeManager()

    class Meta:
        constraints = [
            models.UniqueConstraint("user", "key", name="activity_notice_once"),
            OwnRows(name="activity_notice_wall"),
        ]
        indexes = [models.Index(fields=["user", "-at"], name="activity_notice_user")]

    def __str__(self) -> str:
        return self.text


class Attachment(TenantModel):
    """A file that a person gave: what it is, its SHA-256, and whether it may be downloaded (reliability 5.4)."""

    class Check(models.TextChoices):
        RELEASED = "released", "Checked"
        UNSCANNED = "unscanned", "Checked, not scanned"
        PENDING = "pending", "Waits for the scanner"
        REFUSED = "refused", "Refused by the scanner"

    ref = RefField("F")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    checked = models.CharField(max_length=10, choices=Check.choices)
    uploaded_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="activity_attachment_size", condition=Q(size__gt=0, size__lte=10 * 1024 * 1024))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_released(self) -> bool:
        """True where it may be downloaded and counts as evidence."""
        return self.checked in (self.Check.RELEASED, self.Check.UNSCANNED)


class AttachmentContent(TenantModel):
    """The bytes of one file, behind the same wall as every other tenant row."""

    attachment = TenantOneToOne(Attachment, on_delete=models.PROTECT, related_name="content")
    content = models.BinaryField()

    class Meta:
        constraints = [AppendOnlyTable(name="activity_attachmentcontent_append_only")]

    def __str__(self) -> str:
        return f"content of {self.attachment_id}"


class Link(NetworkModel):
    """A way in for one person and one purpose. Only the SHA-256 of its 256 random bits is kept."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=30)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    email = models.EmailField(max_length=254)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            GuardedTable(name="activity_link_guard"),
            DoorPolicy(
                name="activity_link_by_link",
                role="rp_link",
                command="SELECT",
                using="token_hash = (select app.token())",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="activity_link_subject")]

    def __str__(self) -> str:
        return f"{self.purpose} for {self.email}"

    def is_open(self, at: dt.datetime) -> bool:
        """True where it may still be used at this instant."""
        return self.used_at is None and self.revoked_at is None and at < self.expires_at


class OutboxWall(WallConstraint):
    """Whoever acts may put a mail in; only the staff door (the sending task) reads it."""

    def statements(self, table: str) -> list[str]:
        return [f"REVOKE ALL ON {table} FROM rp_app", f"GRANT INSERT ON {table} TO rp_app"]

    def undo(self, table: str) -> list[str]:
        return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rp_app"]


class Mail(StatefulModel):
    """A mail to be sent: written in the transaction of what it tells of, sent by a task, once (`key`).

    `context` holds words and references only; a link's token is made when the mail is sent and never stored.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        DEAD = "dead", "Given up"

    TRANSITIONS: ClassVar[Transitions] = {"": ("waiting",), "waiting": ("sent", "dead"), "dead": ("waiting",)}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=160, unique=True)
    to = models.EmailField(max_length=254)
    template = models.CharField(max_length=60)
    context = models.JSONField(default=dict)
    secret = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    send_after = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            OutboxWall(name="activity_mail_wall"),
            StateTable(
                name="activity_mail_states", steps={"": ("waiting",), "waiting": ("sent", "dead"), "dead": ("waiting",)}
            ),
            models.CheckConstraint(name="activity_mail_secret_gone", condition=~Q(state="sent") | Q(secret="")),
        ]
        indexes = [models.Index(fields=["send_after"], name="activity_mail_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"


class Run(StatefulModel, NetworkModel):
    """A period-keyed job: it is due by the calendar, runs once, and continues after a kill (architecture, "Time")."""

    class State(models.TextChoices):
        DUE = "due", "Due"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        DEAD = "dead", "Stopped after 5 attempts"

    TRANSITIONS: ClassVar[Transitions] = {
        "": ("due",),
        "due": ("running",),
        "running": ("done", "dead", "due"),
        "dead": ("due",),
    }
    wall: ClassVar[type[WallConstraint]] = StaffTable

    ref = RefField("J")
    kind = models.CharField(max_length=40)
    period = models.CharField(max_length=40)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField()
    as_of = models.DateTimeField()
    run_after = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    outcome = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint("kind", "period", name="activity_run_once"),
            StateTable(
                name="activity_run_states",
                steps={"": ("due",), "due": ("running",), "running": ("done", "dead", "due"), "dead": ("due",)},
            ),
        ]
        indexes = [models.Index(fields=["run_after"], name="activity_run_open", condition=~Q(state="done"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class RunItem(NetworkModel):
    """One piece of a run that is finished; a run that continues skips it."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="items")
    item = models.CharField(max_length=120)
    done_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("run", "item", name="activity_runitem_once")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.item}"


class Heartbeat(models.Model):
    """When beat, the worker and the sweeper were last seen (UTC); staff see their age."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%H:%M:%S}"


def changes_of(before: dict[str, Any], after: dict[str, Any]) -> dict[str, list[str | None]]:
    """Field -> [before, after] as text, only what differs."""
    shown = {name: [_shown(before.get(name)), _shown(after.get(name))] for name in {**before, **after}}
    return {name: pair for name, pair in shown.items() if pair[0] != pair[1]}


def _shown(value: Any) -> str | None:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return f"{value:%b} {value.day}, {value.year}"
    if isinstance(value, list | tuple):
        return ", ".join(str(part) for part in value) or None
    return None if value is None or value == "" else str(value)
