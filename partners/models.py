"""Partner (the tenant), Membership, Invitation and Outreach Manager assignment."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import CodeOrgRole, OneSide, Side
from common.dated import in_force, never_overlapping, starts_before_end
from common.refs import RefField
from common.tenancy import DoorPolicy
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import ModelT, TenantManager, TenantModel, TenantQuerySet
from common.two_people import InPerson
from partners.calendar import FiscalYear, ProgramYear, Quarter
from partners.guards import InvitationInReach, RoleOnlyEnds
from partners.settings import DatedSetting
from partners.sharing import TerritoryShare
from partners.territory import Level, Territory

__all__ = [
    "DatedSetting",
    "FiscalYear",
    "Invitation",
    "Level",
    "Membership",
    "OutreachAssignment",
    "Partner",
    "ProgramYear",
    "Quarter",
    "Role",
    "Territory",
    "TerritoryShare",
]

PERSON = settings.AUTH_USER_MODEL


class PartnerWall(WallConstraint):
    """Row security of the tenant itself: its own row by app.partners; only the staff door writes."""

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} FOR SELECT TO rp_app USING (id = any ((select app.partners())::bigint[]))",
            f"CREATE POLICY staff ON {table} TO rp_staff USING (true) WITH CHECK (true)",
            f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM rp_app",
        ]

    def undo(self, table: str) -> list[str]:
        return [
            f"GRANT INSERT, UPDATE, DELETE ON {table} TO rp_app",
            f"DROP POLICY tenant ON {table}",
            f"DROP POLICY staff ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class PartnerQuerySet(TenantQuerySet["Partner"]):
    """Partners of the network."""

    def active(self, on: dt.date) -> Self:
        """In partnership on this date (network zone)."""
        return self.filter(in_force(on, start="started_on", end="ended_before"))


class ByItself(TenantManager[ModelT]):
    """Scoped by its own id."""

    scoped_by: ClassVar[str] = "id"


PartnerManager = ByItself.from_queryset(PartnerQuerySet)


class Partner(models.Model):
    """A Regional Partner organization: the tenant. Nothing is deleted when a partnership ends (C47)."""

    class Kind(models.TextChoices):
        UNIVERSITY = "university", "University"
        NONPROFIT = "nonprofit", "Nonprofit"
        AGENCY = "agency", "Education agency"
        DISTRICT = "district", "School district"
        OTHER = "other", "Other"

    ref = RefField("O")
    name = models.CharField(max_length=200, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OTHER)
    states = ArrayField(models.CharField(max_length=2), default=list, blank=True)
    contract_group = models.PositiveSmallIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=40, default="America/Los_Angeles")
    started_on = models.DateField()
    ended_before = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    objects: ClassVar[PartnerManager[Partner]] = PartnerManager()

    class Meta:
        constraints = [
            PartnerWall(name="partners_partner_wall"),
            DoorPolicy(
                name="partners_partner_by_link",
                role="rp_link",
                command="SELECT",
                using="id in (select partner_id from partners_invitation)",
            ),
            starts_before_end("partners_partner_period", start="started_on", end="ended_before"),
            models.CheckConstraint(
                name="partners_partner_group", condition=Q(contract_group__isnull=True) | Q(contract_group__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_active(self, on: dt.date) -> bool:
        """In partnership on this date (network zone)."""
        return self.started_on <= on and (self.ended_before is None or on < self.ended_before)

    @property
    def place(self) -> str:
        """State codes, such as `ND, SD, WY`."""
        return ", ".join(self.states)

    @property
    def is_multistate(self) -> bool:
        """More than one state (C76)."""
        return len(self.states) > 1


class Role(models.TextChoices):
    """Roles at a partner (architecture, "Roles")."""

    DIRECTOR = "director", "Director"
    PROGRAM_MANAGER = "program_manager", "Program Manager"
    FACILITATOR = "facilitator", "Facilitator"
    CHAMPION = "champion", "Champion"


class OwnAndTenant(WallConstraint):
    """A tenant table whose rows also show themselves to the person they name (app.user), so that sign-in can read them."""

    def statements(self, table: str) -> list[str]:
        return [f"CREATE POLICY own ON {table} FOR SELECT TO rp_app USING (user_id = (select app.person()))"]

    def undo(self, table: str) -> list[str]:
        return [f"DROP POLICY own ON {table}"]


class HeldForATime(models.Model):
    """A role or duty from a first day to a day that is the first one after it."""

    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def last_day(self) -> dt.date | None:
        """The last date on which it holds."""
        return self.ends_before - dt.timedelta(days=1) if self.ends_before else None


class PersonalQuerySet[RowT: models.Model](TenantQuerySet[RowT]):
    """Rows that name a person, with dates."""

    def in_force(self, on: dt.date) -> Self:
        """Valid on this date (network zone)."""
        return self.filter(in_force(on, start="starts_on", end="ends_before"))


class AssignmentQuerySet(PersonalQuerySet["OutreachAssignment"]):
    """Who looks after which partner."""

    def active(self, on: dt.date) -> Self:
        """In force on this date (network zone), by a person who is Outreach Manager on it."""
        managers = CodeOrgRole.objects.in_force(on).filter(role=CodeOrgRole.Role.OUTREACH_MANAGER, user__is_active=True)
        return self.in_force(on).filter(user__in=managers.values("user"))


PersonalManager = TenantManager.from_queryset(PersonalQuerySet)
AssignmentManager = TenantManager.from_queryset(AssignmentQuerySet)
OwnManager = models.Manager.from_queryset(PersonalQuerySet)


class Membership(HeldForATime, TenantModel):
    """A role that a person holds at a partner, employed or contracted, from a date to a date (C1)."""

    ref = RefField("M")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="memberships")
    side = models.CharField(max_length=10, default=Side.PARTNER, editable=False)
    role = models.CharField(max_length=16, choices=Role.choices)
    employed = models.BooleanField(default=True)
    created_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    created_at = models.DateTimeField()

    objects: ClassVar[PersonalManager[Membership]] = PersonalManager()
    own: ClassVar[OwnManager[Membership]] = OwnManager()

    class Meta:
        constraints = [
            OwnAndTenant(name="partners_membership_own"),
            OneSide(name="partners_membership_one_side"),
            RoleOnlyEnds(
                name="partners_membership_only_ends",
                columns=["partner_id", "user_id", "role", "employed", "starts_on", "created_by_id"],
            ),
            models.CheckConstraint(name="partners_membership_side", condition=Q(side=Side.PARTNER)),
            never_overlapping(
                "partner", "user", "role", name="partners_membership_once", start="starts_on", end="ends_before"
            ),
            starts_before_end("partners_membership_period", start="starts_on", end="ends_before"),
            models.CheckConstraint(
                name="partners_membership_contract_dated",
                condition=Q(employed=True) | Q(ends_before__isnull=False) | ~Q(role=Role.PROGRAM_MANAGER),
            ),
            models.CheckConstraint(
                name="partners_membership_champion_dated",
                condition=~Q(role=Role.CHAMPION) | Q(ends_before__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["user"], name="partners_membership_user")]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()}"


class OutreachAssignment(HeldForATime, TenantModel):
    """The one Outreach Manager that Code.org dedicates to a partner, with dates (C27: exactly one at a time)."""

    tenant_writers: ClassVar[str] = "staff"

    ref = RefField("A")
    user = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="assignments")
    side = models.CharField(max_length=10, default=Side.CODE_ORG, editable=False)
    assigned_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    assigned_at = models.DateTimeField()

    objects: ClassVar[AssignmentManager[OutreachAssignment]] = AssignmentManager()
    own: ClassVar[OwnManager[OutreachAssignment]] = OwnManager()

    class Meta:
        constraints = [
            OwnAndTenant(name="partners_assignment_own"),
            OneSide(name="partners_assignment_one_side"),
            models.CheckConstraint(name="partners_assignment_side", condition=Q(side=Side.CODE_ORG)),
            never_overlapping("partner", name="partners_assignment_one_manager", start="starts_on", end="ends_before"),
            starts_before_end("partners_assignment_period", start="starts_on", end="ends_before"),
        ]
        indexes = [models.Index(fields=["user"], name="partners_assignment_user")]

    def __str__(self) -> str:
        return f"{self.user} for {self.partner_id}"


class Invitation(TenantModel):
    """An invitation to a role at a partner: bound to the e-mail, 7 days [default], used up by the POST that sets the password."""

    ref = RefField("N")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role.choices)
    employed = models.BooleanField(default=True)
    starts_on = models.DateField()
    ends_before = models.DateField(null=True, blank=True)
    invited_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            DoorPolicy(
                name="partners_invitation_by_link",
                role="rp_link",
                command="SELECT",
                using="'partners.invitation:' || id = (select app.subject())",
            ),
            InvitationInReach(
                name="partners_invitation_in_reach",
                columns=[
                    *("email", "role", "employed", "starts_on", "ends_before"),
                    *("invited_by_id", "accepted_by_id", "accepted_at"),
                ],
            ),
            InPerson(name="partners_invitation_in_person", columns=["invited_by_id"]),
            models.CheckConstraint(name="partners_invitation_email_lower", condition=Q(email=Lower("email"))),
            models.UniqueConstraint(
                "partner",
                "email",
                "role",
                name="partners_invitation_open_once",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"

    def is_open(self, at: dt.datetime) -> bool:
        """Neither accepted, nor withdrawn, nor expired at this instant."""
        return self.accepted_at is None and self.withdrawn_at is None and at < self.expires_at
