"""The places that the rail, the tab bar and the top bar may lead to, in order; each shows only to whom it is allowed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One link. `for_partner` places take the slug of the partner that the page is about; `key` opens it after G
    (pages.md 8), `short` is its word in the tab bar, `also` a
    part of other addresses that belong to it."""

    label: str
    url: str
    icon: str
    permission: str
    key: str = ""
    short: str = ""
    also: str = ""
    for_partner: bool = False


HOME = Place("Home", "home", "home", "home.view", key="h")
OVERVIEW = Place("Overview", "partner_home", "home", "partners.view", also="/details/", for_partner=True)
WORKSHOPS = Place("Workshops", "workshop_list", "cal", "workshops.list", key="w", for_partner=True)
NETWORK_WORKSHOPS = Place("Workshops", "workshop_network_list", "cal", "workshops.list_network", key="w")
FACILITATORS = Place("Facilitators", "facilitator_list", "user", "facilitators.list")
COURSES = Place("Courses", "course_list", "clip", "catalog.read")
LOG_WORKSHOP = Place("Log a workshop", "workshop_log", "plus", "workshops.log", for_partner=True)
PEOPLE = Place("People", "people", "people", "partners.see_people", for_partner=True)
PARTNERS = Place("Partners", "partner_list", "school", "partners.list")
ACCOUNTS = Place("Accounts", "account_list", "people", "accounts.administer")
GRANTS = Place("Grants", "proposal_list", "grant", "grants.list", key="g", for_partner=True)
REVIEWS = Place("Grant reviews", "review_queue", "scale", "grants.review", key="g", short="Reviews")
CYCLES = Place(
    "Grant cycles", "cycle_list", "grant", "grants.run_cycle", key="g", short="Cycles", also="/grants/proposals/"
)
INCENTIVES = Place("Incentives", "claim_list", "trophy", "incentives.see", key="i", also="/outcomes/", for_partner=True)
OUTCOMES = Place("Outcomes", "partner_outcomes", "trophy", "incentives.browse_outcomes", for_partner=True)
VERIFICATIONS = Place("Verifications", "verification_list", "ok", "incentives.see_verifications", key="i")
APPROVALS = Place("Approvals", "approval_list", "trophy", "incentives.approve", key="i")
PAYOUTS = Place("Payouts", "payout_list", "bank", "incentives.pay")
CATALOG = Place("Outcome catalog", "outcome_list", "sliders", "incentives.see_catalog")
TERRITORY = Place("Territory", "partner_territories", "school", "territories.see", for_partner=True)
COVERAGE = Place("Coverage", "coverage", "school", "territories.list")
TERRITORIES = Place("Territories", "territory_list", "school", "territories.list")
DISTRICTS = Place("Districts", "district_list", "school", "districts.list", key="d")
SCHOOLS = Place("Schools", "school_list", "school", "districts.list")
PAYEES = Place("Payees", "payee_list", "bank", "ledger.keep_payees", also="/payee/")
SETTINGS = Place("Rules and settings", "rules_and_settings", "sliders", "settings.read", also="/network/limits/")
CONFLICTS = Place("My conflicts", "conflict_list", "scale", "ledger.keep_own_conflicts")
JOBS = Place("Jobs and mail", "job_list", "again", "activity.keep_jobs")

SECTIONS: dict[str, list[tuple[str | None, list[Place]]]] = {
    "partner": [(None, [HOME, WORKSHOPS, PEOPLE, TERRITORY]), ("Money", [GRANTS, INCENTIVES, OUTCOMES])],
    "code_org": [
        (None, [HOME, PARTNERS, REVIEWS, VERIFICATIONS, ACCOUNTS, JOBS]),
        ("This partner", [OVERVIEW, WORKSHOPS, PEOPLE, TERRITORY, GRANTS, INCENTIVES]),
        ("Money", [CYCLES, APPROVALS, PAYOUTS, PAYEES, CATALOG]),
        (
            "Network",
            [NETWORK_WORKSHOPS, FACILITATORS, COURSES, COVERAGE, TERRITORIES, DISTRICTS, SCHOOLS, SETTINGS, CONFLICTS],
        ),
    ],
}
TABS: dict[str, list[Place]] = {
    "partner": [HOME, WORKSHOPS, GRANTS, INCENTIVES, OUTCOMES, PEOPLE],
    "code_org": [HOME, APPROVALS, PARTNERS, REVIEWS, CYCLES, VERIFICATIONS, PAYOUTS, ACCOUNTS, JOBS, PAYEES],
}
ACTS: list[Place] = [LOG_WORKSHOP]
