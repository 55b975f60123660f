"""Who may read the catalog of courses, and who may propose and confirm rules (roles.md, matrix)."""

from __future__ import annotations

from common.access import permit
from common.standing import outreach_manager, staff

permit("catalog.change", staff, "Code.org staff")
permit("catalog.read", staff | outreach_manager, "Code.org staff and Outreach Managers")
