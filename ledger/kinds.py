"""The words of the ledger: what is limited, for how long, in which order it is locked, and the accounts of the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.db import models


class PartnerKind(models.TextChoices):
    """What is limited for each partner."""

    INCENTIVE_YEAR = "incentive_year", "Incentives of a partner in a fiscal year"
    GRANT_QUARTER = "grant_quarter", "Grants of a partner in a quarter"


class NetworkKind(models.TextChoices):
    """What is limited for the whole network."""

    INCENTIVE_TOTAL = "incentive_total", "Incentives of the network in a fiscal year"
    GRANT_POOL = "grant_pool", "Grant pool of a fiscal year"
    GRANT_ENVELOPE = "grant_envelope", "Grant envelope of a quarter"


class LimitKind(models.TextChoices):
    """Limits that staff propose and confirm; an envelope is computed, not proposed."""

    INCENTIVE_YEAR = PartnerKind.INCENTIVE_YEAR.value, PartnerKind.INCENTIVE_YEAR.label
    GRANT_QUARTER = PartnerKind.GRANT_QUARTER.value, PartnerKind.GRANT_QUARTER.label
    INCENTIVE_TOTAL = NetworkKind.INCENTIVE_TOTAL.value, NetworkKind.INCENTIVE_TOTAL.label
    GRANT_POOL = NetworkKind.GRANT_POOL.value, NetworkKind.GRANT_POOL.label


class AccountName(models.TextChoices):
    """Accounts of the journal; money moves from one to another, never out of all of them."""

    AVAILABLE = "AVAILABLE", "Available"
    PAYABLE = "PAYABLE", "Payable"
    PAID = "PAID", "Paid"
    COMMITTED = "COMMITTED", "Committed"
    DISBURSED = "DISBURSED", "Disbursed"
    ACCEPTED_SPEND = "ACCEPTED_SPEND", "Accepted spending"
    RETURNED = "RETURNED", "Returned"
    RECOVERABLE = "RECOVERABLE", "Recoverable"
    WRITTEN_OFF = "WRITTEN_OFF", "Written off"


@dataclass(frozen=True)
class Kind:
    """How one kind of budget is kept: its calendar ("year" or "quarter") and its place in the one order of locks."""

    calendar: Literal["year", "quarter"]
    rank: int
    of_network: bool


# The lock order of the product: total or pool, envelope, partner-year, partner-quarter (architecture, "Money").
KINDS: dict[str, Kind] = {
    "incentive_total": Kind("year", 0, of_network=True),
    "grant_pool": Kind("year", 1, of_network=True),
    "grant_envelope": Kind("quarter", 2, of_network=True),
    "incentive_year": Kind("year", 3, of_network=False),
    "grant_quarter": Kind("quarter", 4, of_network=False),
}
FAMILIES = ("incentive", "grant")

BudgetKey = tuple[str, str]
"""(kind, period), such as ("incentive_year", "FY2026")."""
