"""Who may see and keep facilitators (roles.md: facilitator decisions and standing are the staff's)."""

from __future__ import annotations

from common.access import permit
from common.standing import outreach_manager, staff

permit("facilitators.list", staff | outreach_manager, "Code.org staff and Outreach Managers")
permit("facilitators.keep", staff, "Code.org staff")
