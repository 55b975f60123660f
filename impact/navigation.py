"""The places that the rail, the tab bar and the top bar may lead to, in order; each shows only to whom it is allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One link. `for_partner` places take the slug of the partner that the page is about."""

    label: str
    url: str
    icon: str
    permission: str
    for_partner: bool = False
    exact: bool = False
    hidden_from_partner_side: bool = True


HOME = Place("Home", "home", "home", "home.view", exact=True, hidden_from_partner_side=False)
PEOPLE = Place("People", "people", "people", "partners.see_people", for_partner=True)
PARTNERS = Place("Partners", "partner_list", "school", "partners.list")
ACCOUNTS = Place("Accounts", "account_list", "people", "accounts.administer")
GRANTS = Place("Grants", "proposal_list", "grant", "grants.list", for_partner=True)
REVIEWS = Place("Grant reviews", "review_queue", "scale", "grants.review")
CYCLES = Place("Grant cycles", "cycle_list", "grant", "grants.run_cycle")

SECTIONS: list[tuple[str | None, list[Place]]] = [
    (None, [HOME, PARTNERS, PEOPLE, REVIEWS, ACCOUNTS]),
    ("Money", [GRANTS, CYCLES]),
]
TABS: list[Place] = [HOME, PARTNERS, REVIEWS, CYCLES, GRANTS, PEOPLE, ACCOUNTS]
ACTS: list[Place] = []
