"""What a personal token may be limited to: reading or changing one area of the API."""

from __future__ import annotations

AREAS = {
    "account": "Who the token belongs to, and own notices",
    "partners": "Partners, their limits and what is left of them",
    "workshops": "Workshops, rosters and attendance",
    "incentives": "Outcome catalog and claims",
    "grants": "Grant cycles and proposals",
    "reference": "Districts, schools, courses and facilitators",
}
CHANGED = ("workshops", "incentives", "grants")
READ, WRITE = "read", "write"
SCOPES: list[tuple[str, str]] = [
    *((f"{area}:{READ}", f"Read: {words}") for area, words in AREAS.items()),
    *((f"{area}:{WRITE}", f"Change: {AREAS[area]}") for area in CHANGED),
]
