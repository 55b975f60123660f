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

__all__ = [
    "AlreadyInvited",
    "AlreadyMember",
    "AssignmentRefused",
    "DatesMissing",
    "InvitationOver",
    "NameTaken",
    "OtherSide",
    "WrongPassword",
    "accept_invitation",
    "add_partner",
    "assign_outreach_manager",
    "correct_partner",
    "end_membership",
    "ensure_calendars",
    "import_partners",
    "invite_member",
    "resend_invitation",
    "withdraw_invitation",
]
