"""Who may do what with claims, payouts and the outcome catalog (roles.md, matrix)."""

from __future__ import annotations

from common.access import permit
from common.standing import champion, director, finance, manages_partner, outreach_manager, program_manager, staff
from partners.settings import define

permit(
    "incentives.see",
    director | program_manager | manages_partner | staff,
    "A Director, a Program Manager and Code.org staff",
)
permit("incentives.claim", director | program_manager, "A Director or a Program Manager")
permit("incentives.verify", manages_partner, "The partner's Outreach Manager")
permit("incentives.see_verifications", outreach_manager, "An Outreach Manager")
permit("incentives.approve", staff, "Code.org staff")
permit("incentives.pay", finance, "Code.org Finance")
permit(
    "incentives.see_catalog",
    director | program_manager | champion | manages_partner | outreach_manager | staff | finance,
    "A Director, a Program Manager, a Champion and Code.org's people",
)
permit("incentives.browse_outcomes", champion, "A Champion")
permit("incentives.change_catalog", staff, "Code.org staff")

define("incentives.least_amount", "Least amount of an outcome", "money", "1", "100000")
define("incentives.most_amount", "Most amount of an outcome", "money", "1", "100000")
define("incentives.claim_window_days", "Days after the outcome date in which it can be claimed", "days", "1", "730")
define("incentives.two_approver_limit", "Amount from which a claim needs two approvers", "money", "0", "1000000")
define("incentives.deferred_share_percent", "Share of the next cap that unpaid rests may take", "percent", "0", "100")
define("incentives.sweep_days", "Days after a year from which it can be swept", "days", "1", "365")
define("incentives.verify_days", "Working days to verify a claim", "days", "1", "60")
define("incentives.approve_days", "Working days to approve a claim", "days", "1", "60")
define("incentives.pay_days", "Days from approval to payment", "days", "1", "90")
