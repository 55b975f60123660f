"""Budgets, the journal, limits, payees, payment batches, conflicts of interest and idempotency keys."""

from ledger.models.budgets import Budget, Limit, LimitVersion, NetworkBudget, PartnerLimit
from ledger.models.journal import Account, Entry, Movement, Transaction
from ledger.models.payments import Payee, PaymentBatch, PaymentLine
from ledger.models.register import ConflictOfInterest, IdempotencyKey

__all__ = [
    "Account",
    "Budget",
    "ConflictOfInterest",
    "Entry",
    "IdempotencyKey",
    "Limit",
    "LimitVersion",
    "Movement",
    "NetworkBudget",
    "PartnerLimit",
    "Payee",
    "PaymentBatch",
    "PaymentLine",
    "Transaction",
]
