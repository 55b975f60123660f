"""A roster on its way in (kept on the server until it is confirmed whole), and corrections after the end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.imports import storable
from common.refs import RefField
from common.states import StatefulModel, StateTable, Transitions
from common.tenancy.models import TenantForeignKey, TenantModel
from common.two_people import InPerson
from workshops.models.workshop import Workshop

PERSON = settings.AUTH_USER_MODEL
ROSTER_STEPS: Transitions = {"": ("draft", "confirmed"), "draft": ("confirmed", "discarded")}
CORRECTION_STEPS: Transitions = {"": ("asked",), "asked": ("confirmed", "declined", "withdrawn")}


class Consent(models.TextChoices):
    """Where the people of a roster agreed to our keeping their data (C12)."""

    REGISTRATION = "registration", "On the registration form"
    PAPER = "paper", "On a paper sign-in sheet"
    ONLINE = "online", "On an online form of ours"
    DISTRICT = "district", "On their district's sign-up form"
    EMAIL = "email", "By e-mail"


class Roster(StatefulModel, TenantModel):
    """Rows that were typed, pasted or uploaded for one workshop; at most one is a draft at a time."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        CONFIRMED = "confirmed", "Confirmed"
        DISCARDED = "discarded", "Discarded"

    class Source(models.TextChoices):
        TYPED = "typed", "typed"
        PASTED = "pasted", "pasted"
        UPLOADED = "uploaded", "read from a file"
        COMMAND = "command", "read by a command"

    TRANSITIONS: ClassVar[Transitions] = ROSTER_STEPS

    ref = RefField("D")
    workshop = TenantForeignKey(Workshop, on_delete=models.PROTECT, related_name="rosters")
    state = models.CharField(max_length=9, choices=State.choices, default=State.DRAFT)
    source = models.CharField(max_length=8, choices=Source.choices)
    file_name = models.CharField(max_length=120, blank=True)
    sha256 = models.CharField(max_length=64)
    notice = models.CharField(max_length=200, blank=True)
    consent = models.CharField(max_length=12, choices=Consent.choices, blank=True)
    consent_on = models.DateField(null=True)
    made_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    settled_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            StateTable(name="workshops_roster_states", steps=ROSTER_STEPS),
            models.UniqueConstraint("workshop", name="workshops_roster_one_draft", condition=Q(state="draft")),
            models.CheckConstraint(
                name="workshops_roster_consent",
                condition=~Q(state="confirmed")
                | ~Q(consent="") & Q(consent_on__isnull=False, settled_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"roster of {self.workshop_id}"


class RosterRow(TenantModel):
    """One row as it was typed and corrected; anything may stand here, `workshops.checks` judges it.

    `attended` holds the numbers (from 1) of the sessions that are ticked.
    """

    roster = TenantForeignKey(Roster, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField()
    name = models.TextField(blank=True)
    email = models.TextField(blank=True)
    school = models.TextField(blank=True)
    attended = ArrayField(models.PositiveSmallIntegerField(), default=list)
    left_out = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint("roster", "line", name="workshops_rosterrow_line")]

    def __str__(self) -> str:
        return f"row {self.line}"

    def take(self, fields: Mapping[str, Any]) -> bool:
        """Set what was typed, unsaved; True where something differs."""
        before = (self.name, self.email, self.school, self.attended, self.left_out)
        for name, value in fields.items():
            setattr(self, name, storable(value).strip() if isinstance(value, str) else value)
        return before != (self.name, self.email, self.school, self.attended, self.left_out)


class Correction(StatefulModel, TenantModel):
    """Something changed after the end: asked by the partner with before and after, confirmed by the Outreach Manager (C6).

    One of three is filled: `cells`, a list of {"enrollment": ref, "session": ref, "name", "day", "before", "after"}; `person`,
    somebody who is missing, with sessions and consent (address and school go when it is decided); `facts`, what the workshop
    is to be, and under "told" what differs as [name, before, after]. It takes effect when confirmed.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for the Outreach Manager"
        CONFIRMED = "confirmed", "Confirmed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    TRANSITIONS: ClassVar[Transitions] = CORRECTION_STEPS

    ref = RefField("V")
    workshop = TenantForeignKey(Workshop, on_delete=models.PROTECT, related_name="corrections")
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    cells = models.JSONField(default=list)
    person = models.JSONField(default=dict)
    facts = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    asked_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    withdrawn_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            StateTable(name="workshops_correction_states", steps=CORRECTION_STEPS),
            InPerson(
                name="workshops_correction_in_person", columns=["asked_by_id", "decided_by_id", "withdrawn_by_id"]
            ),
            models.UniqueConstraint("workshop", name="workshops_correction_one_open", condition=Q(state="asked")),
            models.CheckConstraint(
                name="workshops_correction_two_people",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="workshops_correction_decided",
                condition=Q(state="asked")
                | Q(state__in=("confirmed", "declined"), decided_by__isnull=False, decided_at__isnull=False)
                | Q(state="withdrawn", withdrawn_by__isnull=False, withdrawn_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"correction of {self.workshop_id}"

    @property
    def what(self) -> str:
        """`2 attendance cells`, `the list of people`, `the facts`."""
        if self.cells:
            return f"{len(self.cells)} attendance {'cell' if len(self.cells) == 1 else 'cells'}"
        return "the list of people" if self.person else "the facts"

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """What changes, as (what, before, after) in words."""
        words = {True: "attended", False: "absent"}
        cells = [(f"{cell['name']}, {cell['day']}", words[cell["before"]], words[cell["after"]]) for cell in self.cells]
        if self.person:
            cells.append((self.person["name"], "", f"enrolled, attended {self.person['days']}"))
        return [*cells, *((name, before, after) for name, before, after in self.facts.get("told", []))]
