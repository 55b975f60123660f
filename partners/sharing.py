"""An area that two partners serve: proposed by staff, valid once a Director of each has accepted it (C48)."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from common.refs import RefField
from common.tenancy.constraints import DoorPolicy, GuardedTable, NetworkTable, WallConstraint
from common.tenancy.models import InScope, NetworkModel, TenantManager, TenantQuerySet
from common.two_people import GuardTrigger, InPerson

PERSON = settings.AUTH_USER_MODEL
SIDES = ("holder", "other")


class AcceptedByDirectors(GuardTrigger):
    """Each side is accepted by one of its Directors; once both have, the row stays as they read it, and one that is closed stays closed."""

    events = "INSERT OR UPDATE OR DELETE"

    def body(self) -> str:
        facts = (
            "level, area, area_name, program_id, holder_id, other_id, valid_from, reason, proposed_by_id, proposed_at"
        )
        old, new = (", ".join(f"{row}.{name}" for name in facts.split(", ")) for row in ("old", "new"))
        directs = " or ".join(
            f"(new.{side}_by_id is not null and (tg_op = 'INSERT' or new.{side}_by_id is distinct from old.{side}_by_id) and not exists "
            f"(select from partners_membership where user_id = new.{side}_by_id and partner_id = new.{side}_id and role = 'director' "
            f"and starts_on <= (new.{side}_at at time zone 'America/Los_Angeles')::date "
            f"and (ends_before is null or ends_before > (new.{side}_at at time zone 'America/Los_Angeles')::date)))"
            for side in SIDES
        )
        return (
            "if tg_op <> 'INSERT' then "
            + self.refuse_if(
                "tg_op = 'DELETE' and current_user in ('rp_app', 'rp_staff')", "a share is closed, never deleted"
            )
            + "if tg_op = 'DELETE' then return old; end if; "
            + self.refuse_if(f"({old}) is distinct from ({new})", "what is accepted is what was proposed")
            + self.refuse_if("old.closed_at is not null", "a share that was closed stays closed")
            + self.refuse_if(
                "old.holder_at is not null and old.other_at is not null", "a share that both accepted stays"
            )
            + "end if; "
            + self.refuse_if(directs, "a side is accepted by one of its Directors")
            + "return new;"
        )


class SharedByBoth(GuardTrigger):
    """A territory is shared by a row that both partners accepted, about this very area and program."""

    def body(self) -> str:
        accepted = (
            "select from partners_territoryshare s where s.id = new.share_id and s.holder_at is not null and s.other_at is not null "
            "and s.closed_at is null and (s.level, s.area, s.program_id) = (new.level, new.area, new.program_id) "
            "and new.partner_id in (s.holder_id, s.other_id)"
        )
        return (
            self.refuse_if(
                f"new.share_id is not null and not exists ({accepted})", "both partners accept a shared area first"
            )
            + "return new;"
        )


class TerritoryShareQuerySet(TenantQuerySet["TerritoryShare"]):
    """Shares of the scope."""

    def waiting(self) -> Self:
        """Neither closed nor accepted by both."""
        return self.filter(closed_at=None).filter(Q(holder_at=None) | Q(other_at=None))

    def of(self, partner: models.Model) -> Self:
        """Shares in which this partner is one of the two."""
        return self.filter(Q(holder=partner) | Q(other=partner))


class TerritoryShareManager(TenantManager["TerritoryShare"]):
    """The first wall: shares in which a partner of the scope is one of the two."""

    def get_queryset(self) -> models.QuerySet[TerritoryShare]:
        """Rows of the current scope."""
        return models.Manager.get_queryset(self).filter(Q(InScope("holder_id")) | Q(InScope("other_id")))


class TerritoryShare(NetworkModel):
    """An area of `holder` that `other` is to serve too, from `valid_from` on: open, accepted by both, or closed with a reason.

    Both partners and Code.org read it, nobody else; the names stand here because neither partner sees the other's row.
    """

    wall: ClassVar[type[WallConstraint]] = GuardedTable

    ref = RefField("Y")
    level = models.CharField(max_length=6)
    area = models.CharField(max_length=5)
    area_name = models.CharField(max_length=80)
    program = models.ForeignKey("catalog.Program", on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=200)
    other_name = models.CharField(max_length=200)
    valid_from = models.DateField()
    reason = models.CharField(max_length=500)
    proposed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    holder_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    holder_at = models.DateTimeField(null=True)
    other_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    other_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+", null=True)
    closed_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=500, blank=True)

    objects: ClassVar[Any] = TerritoryShareManager.from_queryset(TerritoryShareQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(name="partners_share_two_partners", condition=~Q(holder=F("other"))),
            models.UniqueConstraint(
                "level", "area", "program", "holder", "other",
                name="partners_share_once",
                condition=Q(closed_at=None) & (Q(holder_at=None) | Q(other_at=None)),
            ),
            *(
                models.CheckConstraint(
                    name=f"partners_share_{side}_signed",
                    condition=Q(**{f"{side}_by": None, f"{side}_at": None})
                    | Q(**{f"{side}_by__isnull": False, f"{side}_at__isnull": False}),
                )
                for side in (*SIDES, "closed")
            ),
            InPerson(
                name="partners_share_in_person",
                columns=["proposed_by_id", *(f"{side}_by_id" for side in (*SIDES, "closed"))],
            ),
            AcceptedByDirectors(name="partners_share_directors"),
            NetworkTable(name="partners_share_by_staff"),
            DoorPolicy(
                name="partners_share_of_both",
                role="rp_app",
                command="SELECT",
                using="array[holder_id, other_id] && (select app.partners())::bigint[]",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.area_name

    @property
    def is_open(self) -> bool:
        """Somebody still has to answer."""
        return self.closed_at is None and not self.is_accepted

    @property
    def is_accepted(self) -> bool:
        """Both have said yes."""
        return self.holder_at is not None and self.other_at is not None

    def side_of(self, partner_id: int) -> str:
        """ "holder" or "other"; "" for a partner that is neither."""
        return "holder" if partner_id == self.holder_id else "other" if partner_id == self.other_id else ""
