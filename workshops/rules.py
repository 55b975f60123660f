"""Who may do what with workshops and the people in them (roles.md, matrix)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import rules

from common.access import permit
from common.standing import director, facilitator, manages_partner, outreach_manager, program_manager, staff
from common.zones import now
from workshops.models import WorkshopFacilitator

CONTACT_DAYS = dt.timedelta(days=30)


@rules.predicate  # type: ignore[misc,attr-defined,untyped-decorator,unused-ignore]
def leads_it(user: Any, row: Any = None) -> bool:
    """Predicate: a facilitator of this partner who leads the workshop (of the row), or who began its draft."""
    workshop = getattr(row, "workshop", row)
    if workshop is None or not hasattr(workshop, "leads"):
        return False
    if workshop.state == "draft":
        return bool(workshop.created_by_id == user.pk)
    return WorkshopFacilitator.objects.filter(workshop=workshop, facilitator__user=user).exists()


def keeps_own_only(user: Any, partner_id: int) -> bool:
    """True for a facilitator who is neither Director nor Program Manager here: she plans and logs what she leads (roles.md, matrix)."""
    at = user.standing.at
    return bool(at(partner_id, "facilitator") and not at(partner_id, "director", "program_manager"))


@rules.predicate  # type: ignore[misc,attr-defined,untyped-decorator,unused-ignore]
def still_in_touch(user: Any, row: Any = None) -> bool:
    """Predicate: not more than 30 days after the end."""
    workshop = getattr(row, "workshop", row)
    return workshop is None or workshop.ended_at is None or now() < workshop.ended_at + CONTACT_DAYS


own_facilitator = facilitator & leads_it
keeper = director | program_manager

permit(
    "workshops.list",
    keeper | facilitator | manages_partner | staff,
    "People of this partner, its Outreach Manager and staff",
)
permit("workshops.list_network", staff | outreach_manager, "Code.org staff and Outreach Managers")
permit("workshops.log", keeper | facilitator, "A Director, a Program Manager or a facilitator")
permit("workshops.keep_draft", keeper | own_facilitator, "A Director, a Program Manager, or who began this draft")
permit(
    "workshops.view",
    keeper | own_facilitator | manages_partner | staff,
    "Who leads this workshop, and people of this partner and of Code.org",
)
permit("workshops.edit", keeper | own_facilitator, "A Director, a Program Manager, or who leads this workshop")
permit(
    "workshops.see_contacts",
    keeper | (own_facilitator & still_in_touch),
    "A Director, a Program Manager, or who leads it until 30 days after",
)
permit("workshops.see_contacts_with_reason", staff, "Code.org staff, with a reason")
permit("workshops.confirm_correction", manages_partner, "The partner's Outreach Manager")
permit("workshops.override", staff, "Code.org staff")
permit("workshops.export", keeper, "A Director or a Program Manager")
permit("workshops.export_network", staff, "Code.org staff")
