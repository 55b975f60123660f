"""Who may do what with grants (roles.md, matrix), and the figures that staff keep."""

from __future__ import annotations

from typing import Any

from rules.predicates import predicate

from common.access import permit
from common.standing import director, holds, manages_partner, member, outreach_manager, program_manager, staff
from partners.settings import define


@predicate  # type: ignore[untyped-decorator]
def is_author(user: Any, proposal: Any = None) -> bool:
    """Predicate: wrote this proposal."""
    return proposal is not None and proposal.author_id == user.pk


@predicate  # type: ignore[untyped-decorator]
def is_sent(user: Any, proposal: Any = None) -> bool:
    """Predicate: it has left its author's hands."""
    return proposal is not None and proposal.is_sent


employed_manager = holds("program_manager", employed=True)

permit(
    "grants.list", member | manages_partner | staff, "People of this partner, its Outreach Manager and Code.org staff"
)
permit("grants.draft", member, "A Director, Program Manager, facilitator or champion")
permit(
    "grants.view",
    (is_author & member) | director | program_manager | (is_sent & (manages_partner | staff)),
    "The author, a Director, a Program Manager and, once it is sent, Code.org",
)
permit("grants.edit", is_author & member, "The person who wrote this proposal")
permit(
    "grants.withdraw", (is_author & member) | director | program_manager, "The author, a Director or a Program Manager"
)
permit("grants.endorse", (director | employed_manager) & ~is_author, "Another Director or employed Program Manager")
permit("grants.add_context", manages_partner, "The Outreach Manager of this partner")
permit("grants.review", outreach_manager | staff, "Outreach Managers and Code.org staff")
permit("grants.run_cycle", staff, "Code.org staff")
permit("grants.decide", staff, "Code.org staff")

define("grants.deadline_days", "Days from the deadline to the first day of the quarter", "days", "36", "90")
define("grants.deadline_hour", "Hour of the deadline, network zone", "count", "0", "23")
define("grants.review_days", "Days from the deadline until reviews are due", "days", "7", "60")
define("grants.slate_days", "Days from then until the slate is approved", "days", "1", "30")
for _quarter in (1, 2, 3, 4):
    define(f"grants.weight_q{_quarter}", f"Weight of quarter {_quarter} in the pool", "count", "0", "100")
define("grants.reserve_percent", "Part of the pool that no envelope takes", "percent", "0", "10")
define("grants.policy", "Allocation policy of new cycles (1 rank and fill, 3 equal awards)", "count", "1", "3")
define("grants.line_score", "Score below which a proposal gets nothing", "count", "0", "100")
define("grants.minimum_percent", "Highest minimum useful amount, of the ask", "percent", "1", "100")
define("grants.activity_months", "Months after the decision in which an activity ends", "count", "1", "24")
define("grants.conflict_months", "Months that work for a partner counts as a conflict", "count", "0", "60")
define("grants.objection_days", "Working days to object to a facilitator’s proposal", "days", "1", "10")
define("grants.gap_points", "Gap between two scores that staff see", "count", "1", "100")
define("grants.gap_steps", "Gap in one criterion that staff see", "count", "1", "4")
