"""Guards of money in the database, in plain SQL: they hold whoever writes (architecture, "Money")."""

from __future__ import annotations

from common.tenancy.constraints import WallConstraint

# The function body may use `new`, `old` and tg_op; every refusal is a 23514 that carries the constraint's name.
REFUSE = "raise exception '{words}' using errcode = '23514', constraint = '{name}'"


class MoneyTrigger(WallConstraint):
    """One trigger and its function, both named like the constraint."""

    when = "BEFORE INSERT OR UPDATE"
    body = ""
    declared = ""

    def fires(self, table: str) -> str:
        """The CREATE TRIGGER statement."""
        return f"CREATE TRIGGER {self.name} {self.when} ON {table} FOR EACH ROW EXECUTE FUNCTION app.{self.name}()"

    def refuse(self, words: str) -> str:
        """A RAISE in the name of this constraint."""
        return REFUSE.format(words=words.replace("'", "''"), name=self.name)

    def function_body(self) -> str:
        """PL/pgSQL between begin and end."""
        raise NotImplementedError

    def statements(self, table: str) -> list[str]:
        text = f"{self.declared} begin {self.function_body()} end"
        return [
            f"CREATE FUNCTION app.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {text} $body$",
            self.fires(table),
        ]

    def undo(self, table: str) -> list[str]:
        return [f"DROP TRIGGER {self.name} ON {table}", f"DROP FUNCTION app.{self.name}()"]


class ZeroSum(MoneyTrigger):
    """At the commit, the entries of a transaction exist and sum to zero. `column` names the transaction in this table."""

    declared = "declare legs bigint; total numeric;"

    def __init__(self, *, name: str, column: str) -> None:
        super().__init__(name=name)
        self.column = column

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "column": self.column}

    def fires(self, table: str) -> str:
        return (
            f"CREATE CONSTRAINT TRIGGER {self.name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION app.{self.name}()"
        )

    def function_body(self) -> str:
        return (
            f"select count(*), coalesce(sum(amount), 0) into legs, total from ledger_entry where transaction_id = new.{self.column}; "  # noqa: S608  our own text
            f"if legs < 2 or total <> 0 then {self.refuse('the entries of a transaction do not sum to zero')}; end if; return null;"
        )


class MovesBudget(MoneyTrigger):
    """A movement changes its budget as it is written, so a budget and the journal cannot differ."""

    when = "AFTER INSERT"

    def function_body(self) -> str:
        change = "set reserved = reserved + new.reserved, used = used + new.used where kind = new.kind and period = new.period"
        return (
            "if new.kind in ('incentive_total', 'grant_pool', 'grant_envelope') then "
            f"update ledger_networkbudget {change}; else update ledger_budget {change} and partner_id = new.partner_id; end if; "
            f"if not found then {self.refuse('there is no budget of this kind and period')}; end if; return null;"
        )


class ByMovementOnly(MoneyTrigger):
    """What is reserved and used begins at zero and changes with a movement only; a budget is never renamed or deleted."""

    when = "BEFORE INSERT OR UPDATE OR DELETE"

    def __init__(self, *, name: str, of_partner: bool = False) -> None:
        super().__init__(name=name)
        self.of_partner = of_partner

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "of_partner": self.of_partner}

    def function_body(self) -> str:
        partner = "old.partner_id, " if self.of_partner else ""
        return (
            f"if tg_op = 'DELETE' then {self.refuse('a budget is never deleted')}; end if; "
            "if tg_op = 'INSERT' then if new.reserved <> 0 or new.used <> 0 then "
            f"{self.refuse('a budget begins with nothing reserved and nothing used')}; end if; return new; end if; "
            f"if ({partner}old.kind, old.period) is distinct from ({partner.replace('old', 'new')}new.kind, new.period) then "
            f"{self.refuse('a budget keeps its kind and period')}; end if; "
            "if (old.reserved, old.used) is distinct from (new.reserved, new.used) and pg_trigger_depth() < 2 then "
            f"{self.refuse('a budget changes with a movement of the journal only')}; end if; return new;"
        )


LIMIT_FUNCTION = """
create or replace function app.ledger_limit(wanted text, of_partner bigint, of_period text) returns numeric language sql stable as $$
with first as (
  select starts_on from partners_fiscalyear where label = of_period
  union all select starts_on from partners_quarter where label = of_period
), versions as (
  select amount, 0 as place, confirmed_at, id from ledger_partnerlimit, first
  where partner_id = of_partner and kind = wanted and confirmed_at is not null
    and valid_from <= starts_on and (valid_before is null or valid_before > starts_on)
  union all
  select amount, 1, confirmed_at, id from ledger_limit, first
  where kind = wanted and confirmed_at is not null and valid_from <= starts_on and (valid_before is null or valid_before > starts_on)
)
select amount from versions order by place, confirmed_at desc, id desc limit 1
$$
"""


class ConfirmedLimit(MoneyTrigger):
    """The limit of a budget is the confirmed version that is in force for its period, nothing else; an envelope is fixed once."""

    def __init__(self, *, name: str, of_partner: bool = False) -> None:
        super().__init__(name=name)
        self.of_partner = of_partner

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "of_partner": self.of_partner}

    def fires(self, table: str) -> str:
        return (
            f'CREATE TRIGGER {self.name} BEFORE INSERT OR UPDATE OF "limit" ON {table} '
            f"FOR EACH ROW EXECUTE FUNCTION app.{self.name}()"
        )

    def function_body(self) -> str:
        partner = "new.partner_id" if self.of_partner else "null"
        envelope = (
            'if new.kind = \'grant_envelope\' then if new."limit" <> 0 and (tg_op = \'INSERT\' or old."limit" not in (0, new."limit")) then '
            f"{self.refuse('an envelope begins at zero and is fixed once')}; end if; return new; end if; "
        )
        return (
            f"{'' if self.of_partner else envelope}"
            f'if new."limit" is distinct from app.ledger_limit(new.kind, {partner}, new.period) then '
            f"{self.refuse('a limit is the confirmed version that is in force')}; end if; return new;"
        )


class TwoPeopleKeepIt(MoneyTrigger):
    """A version of a limit is proposed by a person and, once confirmed or withdrawn, never changed."""

    when = "BEFORE INSERT OR UPDATE OR DELETE"

    def function_body(self) -> str:
        kept = "kind, amount, valid_from, valid_before, reason, proposed_by_id, proposed_at"
        old, new = (", ".join(f"{row}.{column}" for column in kept.split(", ")) for row in ("old", "new"))
        return (
            f"if tg_op = 'DELETE' then {self.refuse('a version of a limit is never deleted')}; end if; "
            "if new.proposed_by_id is null and current_user in ('rp_app', 'rp_staff') then "
            f"{self.refuse('a limit is proposed by a person')}; end if; "
            "if tg_op = 'INSERT' then if new.confirmed_at is not null and new.proposed_by_id is not null then "
            f"{self.refuse('a limit is proposed first and confirmed later')}; end if; return new; end if; "
            f"if old.confirmed_at is not null or old.withdrawn_at is not null or ({old}) is distinct from ({new}) then "
            f"{self.refuse('a version of a limit is not changed once it is proposed')}; end if; return new;"
        )


class WithoutInterest(MoneyTrigger):
    """Who takes a step about a partner has no interest in it on that day, by her own register (incentives 4.3).

    `people` maps the column of each person to the instant of her step, in SQL.
    """

    def __init__(self, *, name: str, people: dict[str, str]) -> None:
        super().__init__(name=name)
        self.people = dict(people)

    def deconstruct(self) -> tuple[str, tuple[object, ...], dict[str, object]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "people": self.people}

    def function_body(self) -> str:
        concerned = " or ".join(
            f"new.{person} is distinct from old.{person} and exists (select from ledger_conflictofinterest "
            f"where user_id = new.{person} and partner_id = new.partner_id and starts_on <= {day} and (ends_before is null or ends_before > {day}))"
            for person, at in self.people.items()
            for day in [f"({at} at time zone 'America/Los_Angeles')::date"]
        )
        return f"if {concerned} then {self.refuse('who has an interest in the partner decides nothing about it')}; end if; return new;"


class Chained(MoneyTrigger):
    """An entry takes the next version and the new balance of its account, so a row that is missing shows."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        return (
            "insert into ledger_account as known (partner_id, family, name, balance, version) "
            "values (new.partner_id, new.family, new.account, new.amount, 1) "
            "on conflict (partner_id, family, name) do update set balance = known.balance + excluded.balance, version = known.version + 1 "
            "returning known.balance, known.version into new.balance_after, new.version; return new;"
        )


class ByEntryOnly(MoneyTrigger):
    """The balance of an account changes with an entry only."""

    when = "BEFORE INSERT OR UPDATE OR DELETE"

    def function_body(self) -> str:
        return (
            f"if pg_trigger_depth() < 2 then {self.refuse('an account changes with an entry of the journal only')}; end if; "
            "if tg_op = 'DELETE' then return old; end if; return new;"
        )


class ClosedBatch(MoneyTrigger):
    """Lines of a payment batch are added and taken out while it is open, and never changed."""

    when = "BEFORE INSERT OR UPDATE OR DELETE"
    declared = "declare owner_state text;"

    def function_body(self) -> str:
        batch = "case when tg_op = 'DELETE' then old.batch_id else new.batch_id end"
        return (
            f"if tg_op = 'UPDATE' then {self.refuse('a line of a batch is never changed')}; end if; "  # noqa: S608  our own text
            f"select state into owner_state from ledger_paymentbatch where id = {batch} for share; "
            f"if owner_state is distinct from 'open' then {self.refuse('the batch is not open any more')}; end if; "
            "if tg_op = 'DELETE' then return old; end if; return new;"
        )


class PaidBatch(MoneyTrigger):
    """A batch that is exported keeps its figures and its file; a paid one keeps everything."""

    when = "BEFORE UPDATE OR DELETE"

    def function_body(self) -> str:
        kept = "created_by_id, exported_by_id, exported_at, line_count, total, sha256, content"
        old, new = (", ".join(f"{row}.{column}" for column in kept.split(", ")) for row in ("old", "new"))
        return (
            f"if tg_op = 'DELETE' then {self.refuse('a batch is never deleted')}; end if; "
            f"if old.state = 'paid' or (old.state = 'exported' and ({old}) is distinct from ({new})) then "
            f"{self.refuse('an exported batch keeps its figures, a paid one everything')}; end if; return new;"
        )


class OwnRegister(WallConstraint):
    """Row security of a register that each person keeps for herself: the staff door reads all, everybody writes her own."""

    mine = "user_id = (select app.person())"

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY staff ON {table} FOR SELECT TO rp_staff USING (true)",
            f"CREATE POLICY own ON {table} FOR SELECT TO rp_app USING ({self.mine})",
            f"CREATE POLICY own_insert ON {table} FOR INSERT TO rp_app, rp_staff WITH CHECK ({self.mine})",
            f"CREATE POLICY own_update ON {table} FOR UPDATE TO rp_app, rp_staff USING ({self.mine}) WITH CHECK ({self.mine})",
            f"GRANT SELECT ON {table} TO rp_review",
            f"CREATE POLICY review_own ON {table} FOR SELECT TO rp_review USING ({self.mine})",
            f"REVOKE DELETE ON {table} FROM rp_app, rp_staff",
        ]

    def undo(self, table: str) -> list[str]:
        return [
            *(
                f"DROP POLICY {policy} ON {table}"
                for policy in ("staff", "own", "own_insert", "own_update", "review_own")
            ),
            f"GRANT DELETE ON {table} TO rp_app, rp_staff",
            f"REVOKE SELECT ON {table} FROM rp_review",  # noqa: S608  our own text
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class OwnKeys(WallConstraint):
    """Row security of idempotency keys: every door sees and writes the keys of the person who sends, and no others."""

    mine = "user_id = (select app.person())"

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rp_review",
            f"CREATE POLICY own ON {table} TO rp_app, rp_review USING ({self.mine}) WITH CHECK ({self.mine})",
            f"CREATE POLICY staff ON {table} TO rp_staff USING (true) WITH CHECK (true)",
        ]

    def undo(self, table: str) -> list[str]:
        return [
            f"DROP POLICY own ON {table}",
            f"DROP POLICY staff ON {table}",
            f"REVOKE ALL ON {table} FROM rp_review",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]
