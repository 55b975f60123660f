"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from accounts.models import CodeOrgInvitation, CodeOrgRole, CodeOrgRoleEnd
from catalog.models import Program
from common.zones import now, today
from partners.models import Invitation, Level, Membership, Partner, Territory
from tests import factories
from tests.world import World

_number = itertools.count(1)


def an_invitation(world: World, partner: Partner) -> Invitation:
    """Open, to the role of facilitator."""
    return Invitation.objects.create(
        partner=partner,
        email=f"invited-{next(_number)}@example.org",
        name="Invited",
        role="facilitator",
        starts_on=today(),
        invited_by=world.people["director"],
        invited_at=now(),
        expires_at=now() + dt.timedelta(days=7),
    )


def a_role_end(world: World, partner: Partner) -> CodeOrgRoleEnd:
    """Waiting, of somebody of Program Staff."""
    return CodeOrgRoleEnd.objects.create(
        role=factories.make_code_org("staff").code_org_roles.get(),
        last_day=today(),
        reason="less work",
        proposed_by=world.people["administrator"],
        proposed_at=now(),
    )


def a_territory(world: World, partner: Partner) -> Territory:
    """A ZIP code until further notice."""
    return Territory.objects.create(
        partner=partner,
        level=Level.ZIP,
        area=f"{next(_number):05}",
        area_name="Somewhere",
        program=Program.objects.get(key="k12"),
        valid_from=today(),
        reason="Theirs for long",
        added_by=world.people["staff"],
        added_at=now(),
    )


EXAMPLES: dict[type[Any], Any] = {
    Territory: a_territory,
    Invitation: an_invitation,
    Membership: lambda world, partner: Membership.objects.get(partner=partner, role="facilitator"),
    CodeOrgInvitation: lambda world, partner: CodeOrgInvitation.objects.create(
        email=f"new-{next(_number)}@example.org",
        name="New",
        role="staff",
        proposed_by=world.people["administrator"],
        proposed_at=now(),
        reason="more work",
    ),
    CodeOrgRole: lambda world, partner: CodeOrgRole.objects.get(user=world.people["finance"]),
    CodeOrgRoleEnd: a_role_end,
}

KWARGS: dict[str, dict[str, str]] = {
    "invitation_open": {"token": "no-such-token"},
    "demo_sign_in": {"ref": "U-0000000000"},
    "token_revocation": {"ref": "A-0000000000"},
    "held_form": {"ref": "no-such-form"},
    "coverage_state": {"code": "NM"},
    "coverage_state_map": {"code": "NM"},
}
