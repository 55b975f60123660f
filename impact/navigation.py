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
WORKSHOPS = Place("Workshops", "workshop_list", "cal", "workshops.list", for_partner=True)
NETWORK_WORKSHOPS = Place("Workshops", "workshop_network_list", "cal", "workshops.list_network")
FACILITATORS = Place("Facilitators", "facilitator_list", "user", "facilitators.list")
COURSES = Place("Courses", "course_list", "clip", "catalog.read")
LOG_WORKSHOP = Place("Log a workshop", "workshop_log", "plus", "workshops.log", for_partner=True)
PEOPLE = Place("People", "people", "people", "partners.see_people", for_partner=True)
PARTNERS = Place("Partners", "partner_list", "school", "partners.list")
ACCOUNTS = Place("Accounts", "account_list", "people", "accounts.administer")
GRANTS = Place("Grants", "proposal_list", "grant", "grants.list", for_partner=True)
REVIEWS = Place("Grant reviews", "review_queue", "scale", "grants.review")
CYCLES = Place("Grant cycles", "cycle_list", "grant", "grants.run_cycle")
INCENTIVES = Place("Incentives", "claim_list", "trophy", "incentives.see", for_partner=True)
OUTCOMES = Place("Outcomes", "partner_outcomes", "trophy", "incentives.browse_outcomes", for_partner=True)
VERIFICATIONS = Place("Verifications", "verification_list", "ok", "incentives.see_verifications")
APPROVALS = Place("Approvals", "approval_list", "trophy", "incentives.approve")
PAYOUTS = Place("Payouts", "payout_list", "bank", "incentives.pay")
CATALOG = Place("Outcome catalog", "outcome_list", "sliders", "incentives.see_catalog")
DISTRICTS = Place("Districts", "district_list", "school", "districts.list")
SCHOOLS = Place("Schools", "school_list", "school", "districts.list")
PAYEES = Place("Payees", "payee_list", "bank", "ledger.keep_payees")
SETTINGS = Place("Rules and settings", "rules_and_settings", "sliders", "settings.read")
CONFLICTS = Place("My conflicts", "conflict_list", "scale", "ledger.keep_own_conflicts")
JOBS = Place("Jobs and mail", "job_list", "again", "activity.keep_jobs")

SECTIONS: list[tuple[str | None, list[Place]]] = [
    (None, [HOME, WORKSHOPS, PARTNERS, PEOPLE, REVIEWS, VERIFICATIONS, ACCOUNTS, JOBS]),
    ("Money", [GRANTS, CYCLES, INCENTIVES, OUTCOMES, APPROVALS, PAYOUTS, PAYEES, CATALOG]),
    ("Network", [NETWORK_WORKSHOPS, FACILITATORS, COURSES, DISTRICTS, SCHOOLS, SETTINGS, CONFLICTS]),
]
TABS: list[Place] = [
    HOME,
    WORKSHOPS,
    APPROVALS,
    PARTNERS,
    REVIEWS,
    CYCLES,
    GRANTS,
    INCENTIVES,
    VERIFICATIONS,
    PAYOUTS,
    PEOPLE,
    ACCOUNTS,
    JOBS,
    PAYEES,
]
ACTS: list[Place] = [LOG_WORKSHOP]
