"""Proposal, its frozen versions, the partner's endorsement, and the Outreach Manager's context note."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from common.money import MoneyField
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy import AppendOnlyTable, DoorPolicy
from common.tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet
from common.two_people import InPerson
from grants.guards import FrozenVersion, HonestAnswer, PartnerPart, StepsOnRows
from grants.models.cycles import Cycle
from grants.words import Audience, Family, Goal, Measure

PERSON = settings.AUTH_USER_MODEL

STEPS: Transitions = {
    "": ("draft",),
    "draft": ("pm_review", "submitted", "withdrawn"),
    "pm_review": ("submitted", "draft", "withdrawn"),
    "submitted": ("in_review", "draft", "withdrawn"),
    "in_review": ("scored", "withdrawn"),
    "scored": ("proposed", "in_review"),
    "proposed": ("awarded", "waitlisted", "declined", "scored"),
    "waitlisted": ("awarded", "declined"),
}


class ProposalQuerySet(TenantQuerySet["Proposal"]):
    """Proposals."""

    def by(self, person: Any) -> Self:
        """Written by this person."""
        return self.filter(author=person)

    def sent(self) -> Self:
        """Beyond the draft: what people of Code.org may read."""
        return self.filter(version__isnull=False).exclude(state="draft")

    def in_cycle(self, cycle: Cycle) -> Self:
        """Taken in by this cycle and not withdrawn."""
        return self.filter(cycle=cycle).exclude(state__in=("draft", "withdrawn"))

    def with_returned(self) -> Self:
        """`was_returned`: a draft whose last version came back from the partner with a note."""
        answered = Endorsement.objects.filter(version=OuterRef("version"), outcome=Endorsement.Outcome.RETURNED)
        return self.annotate(was_returned=Exists(answered))


ProposalManager = TenantManager.from_queryset(ProposalQuerySet)


class Proposal(StatefulModel, TenantModel):
    """A request for a marketing grant, local scope, one partner (C77, C78).

    `answers` holds the draft word for word as it was typed; typed columns begin with the first frozen version.
    `title` and `ask` follow the last save, for lists; `saved_from` names the open page that saved last.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        PM_REVIEW = "pm_review", "With Program Manager"
        SUBMITTED = "submitted", "Submitted"
        IN_REVIEW = "in_review", "In review"
        SCORED = "scored", "Scored"
        PROPOSED = "proposed", "Decision proposed"
        AWARDED = "awarded", "Awarded"
        WAITLISTED = "waitlisted", "Waitlisted"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = STEPS

    ref = RefField("P")
    author = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(max_length=120, blank=True)
    ask = MoneyField(null=True)
    answers = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    saved_from = models.CharField(max_length=16, blank=True)
    created_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    version = TenantForeignKey("ProposalVersion", on_delete=models.PROTECT, related_name="+", null=True)
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+", null=True)
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)

    objects: ClassVar[ProposalManager[Proposal]] = ProposalManager()

    class Meta:
        constraints = [
            StateTable(name="grants_proposal_states", steps=STEPS),
            PartnerPart(name="grants_proposal_guard"),
            StepsOnRows(name="grants_proposal_steps_on_rows"),
            InPerson(name="grants_proposal_in_person", columns=["author_id", "submitted_by_id"]),
            models.CheckConstraint(
                name="grants_proposal_sent_whole",
                condition=Q(state__in=("draft", "pm_review", "withdrawn"))
                | Q(version__isnull=False, cycle__isnull=False, submitted_at__isnull=False, submitted_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-saved_at", "-id"], name="grants_proposal_list"),
            models.Index(fields=["-saved_at", "-id"], name="grants_proposal_all"),
            models.Index(fields=["cycle", "state"], name="grants_proposal_cycle"),
            models.Index(fields=["author"], name="grants_proposal_author"),
        ]

    def __str__(self) -> str:
        return self.title or "Proposal without a title"

    @property
    def is_sent(self) -> bool:
        """True once it has left its author's hands."""
        return self.state != self.State.DRAFT and self.version_id is not None

    @property
    def tone(self) -> str:
        """The tone of its status (pages.md 6)."""
        return TONES[self.state]

    @property
    def status_icon(self) -> str:
        """Declined and withdrawn are idle, with a cross."""
        return "x" if self.state in (self.State.DECLINED, self.State.WITHDRAWN) else ""


TONES = {
    "draft": "idle",
    "pm_review": "wait",
    "submitted": "move",
    "in_review": "move",
    "scored": "move",
    "proposed": "move",
    "awarded": "good",
    "waitlisted": "wait",
    "declined": "idle",
    "withdrawn": "idle",
}
FROZEN = (
    "title", "audience", "audience_size", "audience_note", "goals", "objectives", "ask", "minimum", "starts_on", "ends_on", "place",
)  # fmt: skip
OF_VERSION = "proposal_id = any ((select app.reviews())::bigint[]) and id in (select version_id from grants_review where reviewer_id = (select app.person()))"


class ProposalVersion(TenantModel):
    """A version as it was sent, with everything that a reviewer reads; never changed. `sha256` covers the content."""

    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    author = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120)
    applicant = models.CharField(max_length=16)
    needs_endorsement = models.BooleanField()
    partner_name = models.CharField(max_length=200)
    partner_states = models.CharField(max_length=120, blank=True)
    title = models.CharField(max_length=120)
    audience = models.CharField(max_length=20, choices=Audience.choices)
    audience_size = models.PositiveIntegerField()
    audience_note = models.CharField(max_length=1000)
    goals = ArrayField(models.CharField(max_length=16, choices=Goal.choices))
    objectives = models.CharField(max_length=2000)
    ask = MoneyField()
    minimum = MoneyField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    place = models.CharField(max_length=120)
    scope = models.CharField(max_length=10, default="local")
    sha256 = models.CharField(max_length=64)
    frozen_on = models.DateField()
    frozen_at = models.DateTimeField()

    objects: ClassVar[TenantManager[ProposalVersion]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_proposalversion_append_only"),
            FrozenVersion(name="grants_proposalversion_guard"),
            models.UniqueConstraint("proposal", "number", name="grants_proposalversion_number"),
            models.CheckConstraint(name="grants_proposalversion_scope", condition=Q(scope="local")),
            models.CheckConstraint(name="grants_proposalversion_ask", condition=Q(ask__gte=2)),
            models.CheckConstraint(
                name="grants_proposalversion_minimum", condition=Q(minimum__gte=1, minimum__lte=F("ask"))
            ),
            models.CheckConstraint(name="grants_proposalversion_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="grants_proposalversion_goals", condition=Q(goals__len__gte=1)),
            DoorPolicy(name="grants_proposalversion_review", role="rp_review", command="SELECT", using=OF_VERSION),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"

    @property
    def goal_words(self) -> str:
        """The goal families in words."""
        return ", ".join(str(Goal(goal).label) for goal in self.goals)

    def content_hash(self) -> str:
        """SHA-256 of what was frozen, its lines and outcomes; equal to `sha256` unless somebody tampered."""
        return hash_of(self, self.lines.order_by("position"), self.outcomes.order_by("position"))


def hash_of(content: Any, lines: Iterable[Any], outcomes: Iterable[Any]) -> str:
    """SHA-256 over a version or typed content in one canonical form: the frozen fields, lines, outcomes."""
    told = {
        "content": {name: _plain(getattr(content, name)) for name in FROZEN},
        "lines": [[_plain(getattr(one, name)) for name in ("family", "what", "basis", "amount")] for one in lines],
        "outcomes": [
            [_plain(getattr(one, name)) for name in ("measure", "what", "baseline", "promised", "by")]
            for one in outcomes
        ],
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return list(value) if isinstance(value, list | tuple) else value if isinstance(value, int) else str(value)


class VersionLine(TenantModel):
    """One budget line of a frozen version, dollars."""

    version = TenantForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    family = models.CharField(max_length=12, choices=Family.choices)
    what = models.CharField(max_length=120)
    basis = models.CharField(max_length=120, blank=True)
    amount = MoneyField()

    objects: ClassVar[TenantManager[VersionLine]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_versionline_append_only"),
            models.UniqueConstraint("version", "position", name="grants_versionline_position"),
            models.CheckConstraint(name="grants_versionline_family", condition=Q(family__in=Family.values)),
            models.CheckConstraint(name="grants_versionline_amount", condition=Q(amount__gt=0)),
            DoorPolicy(
                name="grants_versionline_review",
                role="rp_review",
                command="SELECT",
                using="version_id in (select id from grants_proposalversion)",
            ),
        ]

    def __str__(self) -> str:
        return self.what


class VersionOutcome(TenantModel):
    """One anticipated outcome of a frozen version: a number today, a number promised, a date."""

    version = TenantForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="outcomes")
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=12, choices=Measure.choices)
    what = models.CharField(max_length=120, blank=True)
    baseline = models.PositiveIntegerField()
    promised = models.PositiveIntegerField()
    by = models.DateField()

    objects: ClassVar[TenantManager[VersionOutcome]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_versionoutcome_append_only"),
            models.UniqueConstraint("version", "position", name="grants_versionoutcome_position"),
            models.CheckConstraint(name="grants_versionoutcome_measure", condition=Q(measure__in=Measure.values)),
            DoorPolicy(
                name="grants_versionoutcome_review",
                role="rp_review",
                command="SELECT",
                using="version_id in (select id from grants_proposalversion)",
            ),
        ]

    def __str__(self) -> str:
        return str(self.get_measure_display())


class Endorsement(TenantModel):
    """What a Director or employed Program Manager answered on exactly one version (C75: "with RP oversight")."""

    class Outcome(models.TextChoices):
        ENDORSED = "endorsed", "Endorsed"
        RETURNED = "returned", "Returned"

    version = TenantForeignKey(ProposalVersion, on_delete=models.PROTECT, related_name="answers")
    sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    note = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    answered_on = models.DateField()
    answered_at = models.DateTimeField()

    objects: ClassVar[TenantManager[Endorsement]] = TenantManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_endorsement_append_only"),
            HonestAnswer(name="grants_endorsement_guard"),
            InPerson(name="grants_endorsement_in_person", columns=["answered_by_id"]),
            models.UniqueConstraint("version", name="grants_endorsement_once"),
            models.CheckConstraint(
                name="grants_endorsement_return_says_why", condition=Q(outcome="endorsed") | ~Q(note="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} version {self.version_id}"


class ContextNoteQuerySet(TenantQuerySet["ContextNote"]):
    """Context notes."""

    def latest_of(self, proposal_id: int) -> ContextNote | None:
        """The one that counts."""
        return self.filter(proposal_id=proposal_id).order_by("-written_at", "-id").first()


ContextNoteManager = TenantManager.from_queryset(ContextNoteQuerySet)


class ContextNote(TenantModel):
    """What the partner's own Outreach Manager tells the reviewers; it gives no score (grants.md 3.5)."""

    proposal = TenantForeignKey(Proposal, on_delete=models.PROTECT, related_name="context_notes")
    text = models.CharField(max_length=1000)
    written_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=120)
    written_at = models.DateTimeField()

    objects: ClassVar[ContextNoteManager[ContextNote]] = ContextNoteManager()

    class Meta:
        constraints = [
            AppendOnlyTable(name="grants_contextnote_append_only"),
            InPerson(name="grants_contextnote_in_person", columns=["written_by_id"]),
            DoorPolicy(
                name="grants_contextnote_review",
                role="rp_review",
                command="SELECT",
                using="proposal_id = any ((select app.reviews())::bigint[])",
            ),
        ]

    def __str__(self) -> str:
        return f"note on {self.proposal_id}"
