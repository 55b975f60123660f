"""Who may do what with partners and their people (roles.md, matrix)."""

from __future__ import annotations

from typing import Any

from rules.predicates import predicate

from common.access import permit
from common.standing import (
    Standing,
    administrator,
    director,
    finance,
    manages_partner,
    member,
    outreach_manager,
    program_manager,
    signed_in,
    staff,
)
from partners.settings import define

INVITABLE = {
    "director": ("director", "program_manager", "facilitator", "champion"),
    "program_manager": ("facilitator", "champion"),
    "staff": ("director", "program_manager"),
}


def roles_in_reach(standing: Standing, partner_id: int) -> list[str]:
    """Roles that this person may give and end at this partner (roles.md, "invite, end a membership")."""
    held = [post.role for post in standing.posts if post.partner_id == partner_id] + sorted(standing.code_org)
    return list(dict.fromkeys(role for own in held for role in INVITABLE.get(own, ())))


@predicate  # type: ignore[untyped-decorator]
def gives_this_role(user: Any, row: Any = None) -> bool:
    """Predicate: who may give the role of this membership or invitation may end or withdraw it."""
    return row is not None and row.role in roles_in_reach(user.standing, row.partner_id)


permit("home.view", signed_in, "Everybody who is signed in")
permit("home.view_network", outreach_manager | staff | finance | administrator, "People of Code.org")
permit("notices.read", signed_in, "Everybody who is signed in")
permit("account.settings", signed_in, "Everybody who is signed in")
permit(
    "partners.view",
    member | manages_partner | staff | finance | administrator,
    "People of this partner and of Code.org",
)
permit("partners.list", outreach_manager | staff | finance, "Code.org staff and Outreach Managers")
permit("partners.change", staff, "Code.org staff")
permit("territories.list", staff | finance | administrator, "Code.org staff")
permit("territories.change", staff, "Code.org staff")
permit(
    "territories.see",
    member | manages_partner | staff | finance | administrator,
    "People of this partner and of Code.org",
)
permit("territories.answer_share", director, "A Director of this partner")
permit(
    "partners.see_people",
    director | program_manager | manages_partner | staff,
    "A Director, a Program Manager and Code.org staff",
)
permit("partners.invite", director | program_manager | staff, "A Director, a Program Manager or Code.org staff")
permit("partners.end_role", gives_this_role, "Who may give this role")
permit("accounts.administer", administrator, "An Administrator")

define("partners.invitation_days", "Days that an invitation may be used", "days", "1", "30")
