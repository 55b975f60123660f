"""Who may do what with partners and their people (roles.md, matrix)."""

from __future__ import annotations

from common.access import permit
from common.standing import (
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
permit(
    "partners.see_people",
    director | program_manager | manages_partner | staff,
    "A Director, a Program Manager and Code.org staff",
)
permit("partners.invite", director | program_manager | staff, "A Director, a Program Manager or Code.org staff")
permit("accounts.administer", administrator, "An Administrator")

define("partners.invitation_days", "Days that an invitation may be used", "days", "1", "30")

INVITABLE = {
    "director": ("director", "program_manager", "facilitator", "champion"),
    "program_manager": ("facilitator", "champion"),
    "staff": ("director", "program_manager"),
}
