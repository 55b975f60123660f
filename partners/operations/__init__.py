"""Use cases about partners and their people."""

from accounts.operations import OtherSide, WrongPassword
from partners.operations.importing import import_partners
from partners.operations.membership import (
    AlreadyInvited,
    AlreadyMember,
    DatesMissing,
    InvitationOver,
    accept_invitation,
    end_membership,
    invite_member,
    resend_invitation,
    withdraw_invitation,
)
from partners.operations.network import (
    AssignmentRefused,
    NameTaken,
    add_partner,
    assign_outreach_manager,
    correct_partner,
    ensure_calendars,
)
from partners.operations.shares import ShareRefused, accept_share, close_share, propose_share
from partners.operations.territories import Area, Holding, TerritoryRefused, end_territory, hold_territory

__all__ = [
    "AlreadyInvited",
    "AlreadyMember",
    "Area",
    "AssignmentRefused",
    "DatesMissing",
    "Holding",
    "InvitationOver",
    "NameTaken",
    "OtherSide",
    "ShareRefused",
    "TerritoryRefused",
    "WrongPassword",
    "accept_invitation",
    "accept_share",
    "add_partner",
    "assign_outreach_manager",
    "close_share",
    "correct_partner",
    "end_membership",
    "end_territory",
    "ensure_calendars",
    "hold_territory",
    "import_partners",
    "invite_member",
    "propose_share",
    "resend_invitation",
    "withdraw_invitation",
]
