"""Is the ledger right: entries sum to zero, budgets are what the journal says, chains are whole, nothing is over its limit."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import connection

CHECKS: dict[str, str] = {
    "entries of a transaction do not sum to zero": """
        select t.ref, coalesce(sum(e.amount), 0)::text from ledger_transaction t left join ledger_entry e on e.transaction_id = t.id
        group by t.id, t.ref having count(e.id) < 2 or sum(e.amount) <> 0
           or max(e.amount) <> t.amount or count(distinct e.family) <> 1 order by t.ref""",
    "a partner's budget is not what its movements say": """
        select b.kind || ' ' || b.period || ' of ' || p.slug, b.reserved || ' and ' || b.used || ', journal '
               || coalesce(sum(m.reserved), 0) || ' and ' || coalesce(sum(m.used), 0)
        from ledger_budget b join partners_partner p on p.id = b.partner_id
        left join ledger_movement m on (m.kind, m.period, m.partner_id) = (b.kind, b.period, b.partner_id)
        group by b.id, p.slug having b.reserved <> coalesce(sum(m.reserved), 0) or b.used <> coalesce(sum(m.used), 0) order by 1""",
    "a budget of the network is not what its movements say": """
        select b.kind || ' ' || b.period, b.reserved || ' and ' || b.used || ', journal '
               || coalesce(sum(m.reserved), 0) || ' and ' || coalesce(sum(m.used), 0)
        from ledger_networkbudget b left join ledger_movement m on (m.kind, m.period) = (b.kind, b.period)
        group by b.id having b.reserved <> coalesce(sum(m.reserved), 0) or b.used <> coalesce(sum(m.used), 0) order by 1""",
    "a movement has no budget": """
        select distinct m.kind || ' ' || m.period, 'partner ' || coalesce(p.slug, '?') from ledger_movement m
        join partners_partner p on p.id = m.partner_id
        left join ledger_budget b on (b.kind, b.period, b.partner_id) = (m.kind, m.period, m.partner_id)
        left join ledger_networkbudget n on (n.kind, n.period) = (m.kind, m.period)
        where b.id is null and n.id is null order by 1""",
    "the chain of an account is broken": """
        select p.slug || ' ' || e.family || ' ' || e.account || ' ' || e.version, 'balance ' || e.balance_after from (
          select *, sum(amount) over chain as total, row_number() over chain as place
          from ledger_entry window chain as (partition by partner_id, family, account order by version)) e
        join partners_partner p on p.id = e.partner_id where e.balance_after <> e.total or e.version <> e.place order by 1""",
    "an account is not what its entries say": """
        select p.slug || ' ' || a.family || ' ' || a.name, a.balance || ', entries ' || coalesce(sum(e.amount), 0)
        from ledger_account a join partners_partner p on p.id = a.partner_id
        left join ledger_entry e on (e.partner_id, e.family, e.account) = (a.partner_id, a.family, a.name)
        group by a.id, p.slug having a.balance <> coalesce(sum(e.amount), 0) or a.version <> count(e.id) order by 1""",
    "a budget is over its limit": """
        select b.kind || ' ' || b.period || ' of ' || p.slug, (b.reserved + b.used) || ' of ' || b."limit" from ledger_budget b
        join partners_partner p on p.id = b.partner_id where b.reserved + b.used > b."limit" or b.reserved < 0 or b.used < 0
        union all select kind || ' ' || period, (reserved + used) || ' of ' || "limit" from ledger_networkbudget
        where reserved + used > "limit" or reserved < 0 or used < 0 order by 1""",
    "a limit is not the confirmed version in force": """
        select b.kind || ' ' || b.period || ' of ' || p.slug, b."limit"::text from ledger_budget b join partners_partner p on p.id = b.partner_id
        where b."limit" is distinct from app.ledger_limit(b.kind, b.partner_id, b.period)
        union all select kind || ' ' || period, "limit"::text from ledger_networkbudget
        where kind <> 'grant_envelope' and "limit" is distinct from app.ledger_limit(kind, null, period) order by 1""",
    "a batch is not the sum of its lines": """
        select b.ref, coalesce(b.line_count, 0) || ' lines, ' || coalesce(b.total, 0) from ledger_paymentbatch b
        left join ledger_paymentline l on l.batch_id = b.id where b.state <> 'open'
        group by b.id having b.line_count is distinct from count(l.id) or b.total is distinct from sum(l.amount)
          or b.sha256 <> encode(sha256(b.content), 'hex') order by 1""",
}


@dataclass
class Verification:
    """What was found. `differences` holds {"check", "subject", "found"}; an empty list means that the ledger is right."""

    transactions: int = 0
    entries: int = 0
    budgets: int = 0
    differences: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """One plain object."""
        return {"ok": not self.differences, **asdict(self)}


def verify_ledger() -> Verification:
    """Ask the database everything that must be true of money (staff door); changes nothing."""
    began, found = time.monotonic(), Verification()
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from ledger_transaction), (select count(*) from ledger_entry), "
            "(select count(*) from ledger_budget) + (select count(*) from ledger_networkbudget)"
        )
        found.transactions, found.entries, found.budgets = cursor.fetchone()
        for check, statement in CHECKS.items():
            cursor.execute(statement)
            found.differences += [
                {"check": check, "subject": subject, "found": words} for subject, words in cursor.fetchall()
            ]
    found.seconds = round(time.monotonic() - began, 3)
    return found
