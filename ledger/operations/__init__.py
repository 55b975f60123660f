"""Use cases of the ledger: posting, budgets, limits, payees, batches, conflicts of interest, verification.

Every operation about money runs in the staff door, READ COMMITTED, inside the caller's transaction. The lock order of the product
is: the caller's claims or proposals by id, then (here) total or pool, envelope, partner-year, partner-quarter, partners by id.
"""

from ledger.operations.batches import (
    BatchRefused,
    SamePerson,
    add_line,
    export_batch,
    lock_batch,
    mark_batch_paid,
    open_batch,
    remove_line,
)
from ledger.operations.budgets import EnvelopeRefused, fix_envelope, open_budgets, open_network_budgets, open_on_joining
from ledger.operations.conflicts import ConflictRefused, conflicted_partners, conflicts, declare_conflict, end_conflict
from ledger.operations.limits import (
    LOWERING_REFUSED,
    LimitBelowCounted,
    LimitRefused,
    agree_limit,
    confirm_limit,
    limit_for,
    period_of,
    propose_limit,
    raised_by,
    withdraw_limit,
)
from ledger.operations.payees import PayeeRefused, SameStatus, is_payable, set_payee_status
from ledger.operations.posting import (
    AlreadyPosted,
    AmountRefused,
    BudgetExceeded,
    BudgetMissing,
    NotCounted,
    give_back,
    lock_budgets,
    lock_room,
    move,
    release,
    reserve,
    spend,
)
from ledger.operations.settings import SettingRefused, confirm_setting, propose_setting, withdraw_setting
from ledger.operations.verification import Verification, verify_ledger

__all__ = [
    "LOWERING_REFUSED",
    "AlreadyPosted",
    "AmountRefused",
    "BatchRefused",
    "BudgetExceeded",
    "BudgetMissing",
    "ConflictRefused",
    "EnvelopeRefused",
    "LimitBelowCounted",
    "LimitRefused",
    "NotCounted",
    "PayeeRefused",
    "SamePerson",
    "SameStatus",
    "SettingRefused",
    "Verification",
    "add_line",
    "agree_limit",
    "confirm_limit",
    "confirm_setting",
    "conflicted_partners",
    "conflicts",
    "declare_conflict",
    "end_conflict",
    "export_batch",
    "fix_envelope",
    "give_back",
    "is_payable",
    "limit_for",
    "lock_batch",
    "lock_budgets",
    "lock_room",
    "mark_batch_paid",
    "move",
    "open_batch",
    "open_budgets",
    "open_network_budgets",
    "open_on_joining",
    "period_of",
    "propose_limit",
    "propose_setting",
    "raised_by",
    "release",
    "remove_line",
    "reserve",
    "set_payee_status",
    "spend",
    "verify_ledger",
    "withdraw_limit",
    "withdraw_setting",
]
