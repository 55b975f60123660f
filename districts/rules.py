"""Who may see and keep districts and schools (roles.md: network rows; everybody signed in reads, staff write)."""

from __future__ import annotations

from common.access import permit
from common.standing import administrator, finance, outreach_manager, signed_in, staff

permit("districts.pick", signed_in, "Everybody who is signed in")
permit("districts.list", outreach_manager | staff | finance | administrator, "People of Code.org")
permit("districts.change", staff, "Code.org staff")
