"""Who may do what with limits, payees and the register of conflicts (roles.md, matrix)."""

from __future__ import annotations

from common.access import permit
from common.standing import administrator, finance, outreach_manager, staff

permit("settings.read", outreach_manager | staff | finance, "Code.org staff, Finance and Outreach Managers")
permit("settings.change", staff, "Code.org staff")
permit("ledger.keep_payees", finance, "Finance")
permit("ledger.keep_own_conflicts", outreach_manager | staff | finance | administrator, "People of Code.org")
