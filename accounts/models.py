"""User, the roles of Code.org people with their dates and ends, and the record of sign-ins."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from rules.permissions import has_perm

from accounts.tokens import ApiToken
from activity.models import Link
from common.dated import DatedRow, in_force, never_overlapping, starts_before_end, two_people
from common.refs import RefField
from common.standing import NOBODY_IN_PARTICULAR, Standing
from common.tenancy import AppendOnlyTable, DoorPolicy, GuardedTable, StaffTable
from common.tenancy.constraints import WallConstraint
from common.tenancy.models import NetworkModel
from common.two_people import DOORS, ConfirmedByAnother, GuardTrigger, InPerson

__all__ = [
    "ApiToken",
    "CodeOrgInvitation",
    "CodeOrgRole",
    "CodeOrgRoleEnd",
    "Side",
    "SignInEvent",
    "User",
]


class Side(models.TextChoices):
    """A person is on one side only: a partner membership and a Code.org role exclude each other (roles.md)."""

    PARTNER = "partner", "Partner"
    CODE_ORG = "code_org", "Code.org"


class UserManager(BaseUserManager["User"]):
    """People by e-mail address, which is kept in lower case."""

    def create_user(self, email: str, name: str, side: str, password: str | None = None, **extra: Any) -> User:
        """Make an active user; no password means that nobody can sign in with one yet."""
        user = self.model(email=email.strip().lower(), name=name.strip(), side=side, **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """By e-mail, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in. Roles are rows with dates, read at every request; the user row has none."""

    class Theme(models.TextChoices):
        AUTO = "auto", "As the system"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    ref = RefField("U")
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    side = models.CharField(max_length=10, choices=Side.choices)
    theme = models.CharField(max_length=5, choices=Theme.choices, default=Theme.AUTO)
    single_keys = models.BooleanField(default=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    standing: Standing = NOBODY_IN_PARTICULAR

    class Meta:
        constraints = [
            models.UniqueConstraint("id", "side", name="accounts_user_side_key"),
            models.CheckConstraint(name="accounts_user_side", condition=Q(side__in=Side.values)),
            models.CheckConstraint(name="accounts_user_email_lower", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.name

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Ask the rule; deny by default."""
        return bool(self.is_active and has_perm(permission, self, obj))  # type: ignore[no-untyped-call]

    def get_short_name(self) -> str:
        """The name as it is: nobody's name is cut."""
        return self.name


class OneSide(WallConstraint):
    """FOREIGN KEY (user_id, side) REFERENCES accounts_user (id, side): roles of one side only, whoever writes."""

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ADD CONSTRAINT {self.name} FOREIGN KEY (user_id, side) REFERENCES accounts_user (id, side)"
        ]

    def undo(self, table: str) -> list[str]:
        return [f"ALTER TABLE {table} DROP CONSTRAINT {self.name}"]


class RolesOnlyEnd(WallConstraint):
    """A role is confirmed once and ended earlier, never prolonged or given to somebody else: a longer one is proposed anew."""

    KEPT: ClassVar[tuple[str, ...]] = ("user_id", "side", "role", "valid_from", "proposed_by_id", "proposed_at")

    def statements(self, table: str) -> list[str]:
        same = ", ".join(f"old.{name}" for name in self.KEPT), ", ".join(f"new.{name}" for name in self.KEPT)
        body = (
            f"begin if ({same[0]}) is distinct from ({same[1]}) "
            "or (old.confirmed_at is not null and (old.confirmed_by_id, old.confirmed_at) is distinct from (new.confirmed_by_id, new.confirmed_at)) "
            "or (old.valid_before is not null and (new.valid_before is null or new.valid_before > old.valid_before)) then "
            f"raise exception 'a role is only confirmed or ended' using errcode = '23514', constraint = '{self.name}'; "
            "end if; return new; end"
        )
        return [
            f"CREATE FUNCTION app.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$",
            f"CREATE TRIGGER {self.name} BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION app.{self.name}()",
        ]

    def undo(self, table: str) -> list[str]:
        return [f"DROP TRIGGER {self.name} ON {table}", f"DROP FUNCTION app.{self.name}()"]


class RoleByInvitation(GuardTrigger):
    """Who is signed in gives no role at Code.org: it begins when the invited person accepts what two Administrators confirmed."""

    events = "INSERT"

    def body(self) -> str:
        return self.refuse_if("app.person() is not null", "a role begins with an invitation") + "return new;"


class RoleEndsByTwo(GuardTrigger):
    """A role ends on the last day of a confirmed end, and no row of a role is deleted, whoever writes through a door (adr/0006)."""

    events = "UPDATE OR DELETE"

    def body(self) -> str:
        agreed = (
            "exists (select from accounts_codeorgroleend where role_id = new.id "
            "and confirmed_at is not null and last_day + 1 = new.valid_before)"
        )
        return (
            f"if current_user not in {DOORS} then return coalesce(new, old); end if; "
            + self.refuse_if("tg_op = 'DELETE'", "a role is ended, never deleted")
            + self.refuse_if(
                f"new.valid_before is distinct from old.valid_before and not {agreed}", "a role is ended by two others"
            )
            + "return new;"
        )


class CodeOrgRoleQuerySet(models.QuerySet["CodeOrgRole"]):
    """Roles in force."""

    def in_force(self, on: dt.date) -> Self:
        """Confirmed roles on a date (network zone)."""
        return self.filter(in_force(on), confirmed_at__isnull=False)


CodeOrgRoleManager = models.Manager.from_queryset(CodeOrgRoleQuerySet)


class CodeOrgRole(NetworkModel, DatedRow):
    """A role at Code.org from a date to a date: proposed by one Administrator, confirmed by another (roles.md)."""

    class Role(models.TextChoices):
        OUTREACH_MANAGER = "outreach_manager", "Outreach Manager"
        STAFF = "staff", "Program Staff"
        FINANCE = "finance", "Finance"
        ADMINISTRATOR = "administrator", "Administrator"

    ref = RefField("R")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="code_org_roles")
    side = models.CharField(max_length=10, default=Side.CODE_ORG, editable=False)
    role = models.CharField(max_length=20, choices=Role.choices)

    objects: ClassVar[CodeOrgRoleManager[CodeOrgRole]] = CodeOrgRoleManager()

    class Meta:
        constraints = [
            OneSide(name="accounts_role_one_side"),
            models.CheckConstraint(name="accounts_role_side", condition=Q(side=Side.CODE_ORG)),
            models.CheckConstraint(
                name="accounts_role_known",
                condition=Q(role__in=["outreach_manager", "staff", "finance", "administrator"]),
            ),
            never_overlapping("user", "role", name="accounts_role_once", condition=Q(confirmed_at__isnull=False)),
            starts_before_end("accounts_role_period"),
            two_people("accounts_role_two_people"),
            RolesOnlyEnd(name="accounts_role_only_ends"),
            RoleByInvitation(name="accounts_role_by_invitation"),
            RoleEndsByTwo(name="accounts_role_ends_by_two"),
            models.CheckConstraint(name="accounts_role_has_people", condition=Q(proposed_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"


class EndOfAnother(GuardTrigger):
    """Whose role it is neither proposes nor confirms nor withdraws its end; what was withdrawn stays withdrawn."""

    def body(self) -> str:
        holder = "(select user_id from accounts_codeorgrole where id = new.role_id)"
        people = ("new.proposed_by_id", "new.confirmed_by_id", "new.withdrawn_by_id", "app.person()")
        own = " or ".join(f"{holder} = {person}" for person in people)
        return (
            self.refuse_if(own, "a role is ended by two others")
            + self.refuse_if("tg_op = 'UPDATE' and old.withdrawn_at is not null", "what was withdrawn is proposed anew")
            + "return new;"
        )


class CodeOrgRoleEndQuerySet(models.QuerySet["CodeOrgRoleEnd"]):
    """Ends on their way."""

    def waiting(self) -> Self:
        """Neither confirmed nor withdrawn, oldest first, with the role, its holder and who proposed it."""
        open_ones = self.filter(confirmed_at=None, withdrawn_at=None)
        return open_ones.select_related("role__user", "proposed_by").order_by("proposed_at", "id")


CodeOrgRoleEndManager = models.Manager.from_queryset(CodeOrgRoleEndQuerySet)


class CodeOrgRoleEnd(NetworkModel):
    """The end of a role: one Administrator proposes its last day (network zone), another confirms; then the role ends (adr/0006)."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    ref = RefField("X")
    role = models.ForeignKey(CodeOrgRole, on_delete=models.PROTECT, related_name="ends")
    last_day = models.DateField()
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[CodeOrgRoleEndManager[CodeOrgRoleEnd]] = CodeOrgRoleEndManager()

    class Meta:
        constraints = [
            two_people("accounts_role_end_two_people"),
            InPerson(
                name="accounts_role_end_in_person", columns=["proposed_by_id", "confirmed_by_id", "withdrawn_by_id"]
            ),
            ConfirmedByAnother(name="accounts_role_end_agreed", columns=["role_id", "last_day"], dated=False),
            EndOfAnother(name="accounts_role_end_of_another"),
            models.CheckConstraint(name="accounts_role_end_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="accounts_role_end_decided_once",
                condition=Q(withdrawn_by__isnull=True, withdrawn_at__isnull=True)
                | Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False, confirmed_at__isnull=True),
            ),
            models.UniqueConstraint(
                "role",
                name="accounts_role_end_open_once",
                condition=Q(confirmed_at__isnull=True, withdrawn_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"End of {self.role}"


class NotForOneself(GuardTrigger):
    """Whom a role is for neither proposes nor confirms it; the first two Administrators, invited by a command, propose themselves."""

    def body(self) -> str:
        own = (
            "exists (select from accounts_user where email = lower(new.email) and (id = new.confirmed_by_id "
            "or tg_op = 'INSERT' and app.person() is not null and id = new.proposed_by_id))"
        )
        return self.refuse_if(own, "a role is given by two others") + "return new;"


class CodeOrgInvitationQuerySet(models.QuerySet["CodeOrgInvitation"]):
    """Invitations on their way."""

    def waiting(self) -> Self:
        """Neither accepted nor withdrawn, oldest first, with who proposed it."""
        open_ones = self.filter(accepted_at=None, withdrawn_at=None)
        return open_ones.select_related("proposed_by").order_by("proposed_at", "id")

    def with_link_until(self) -> Self:
        """`link_until`: the instant from which the newest link opens nothing; None while no mail has gone out."""
        label = CodeOrgInvitation._meta.label_lower
        links = Link.objects.filter(subject_type=label, subject_id=models.OuterRef("pk"), revoked_at=None)
        return self.annotate(link_until=models.Subquery(links.order_by("-created_at").values("expires_at")[:1]))


CodeOrgInvitationManager = models.Manager.from_queryset(CodeOrgInvitationQuerySet)


class CodeOrgInvitation(NetworkModel):
    """An invitation to a Code.org role; it is mailed once a second Administrator has confirmed it."""

    wall: ClassVar[type[WallConstraint]] = StaffTable

    ref = RefField("N")
    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=CodeOrgRole.Role.choices)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    reason = models.CharField(max_length=500)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    confirmed_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    accepted_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects: ClassVar[CodeOrgInvitationManager[CodeOrgInvitation]] = CodeOrgInvitationManager()

    class Meta:
        constraints = [
            two_people("accounts_invitation_two_people"),
            InPerson(name="accounts_invitation_in_person", columns=["proposed_by_id", "confirmed_by_id"]),
            NotForOneself(name="accounts_invitation_for_another"),
            models.UniqueConstraint(
                "email",
                "role",
                name="accounts_invitation_open_once",
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
            ),
            GuardedTable(name="accounts_invitation_guard"),
            DoorPolicy(
                name="accounts_invitation_by_link",
                role="rp_link",
                command="SELECT",
                using="'accounts.codeorginvitation:' || id = (select app.subject())",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display()}"


class SignInEvent(models.Model):
    """One sign-in: who, when (UTC), how, from where. Never changed."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins")
    at = models.DateTimeField()
    method = models.CharField(max_length=40)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=200)

    class Meta:
        constraints = [AppendOnlyTable(name="accounts_signin_append_only")]
        indexes = [models.Index(fields=["user", "-at"], name="accounts_signin_user")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at:%Y-%m-%d %H:%M}"
