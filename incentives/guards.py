"""What the database itself refuses about claims: a wrong version, changed facts, a step without its row, a person who is two."""

# ruff: noqa: S608  the SQL is made of names that stand in this module

from __future__ import annotations

from typing import Any

from common.tenancy.constraints import WallConstraint


class TriggerGuard(WallConstraint):
    """One trigger with its function, both named after the constraint."""

    events = "INSERT OR UPDATE"

    def body(self) -> str:
        """The plpgsql of the function, from `declare` or `begin` on."""
        raise NotImplementedError

    def refuse(self, words: str, name: str = "") -> str:
        """A statement that refuses, in a way that common.errors.refusing can name."""
        return f"raise exception '{words}' using errcode = '23514', constraint = '{name or self.name}';"

    def statements(self, table: str) -> list[str]:
        return [
            f"CREATE FUNCTION app.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ {self.body()} $body$",
            f"CREATE TRIGGER {self.name} BEFORE {self.events} ON {table} FOR EACH ROW EXECUTE FUNCTION app.{self.name}()",
        ]

    def undo(self, table: str) -> list[str]:
        return [f"DROP TRIGGER {self.name} ON {table}", f"DROP FUNCTION app.{self.name}()"]


class AmountRange(TriggerGuard):
    """A catalog amount lies between the least and the most that are in force on the version's first day (C64).

    Once a second person has confirmed a version, only its end may still be set, and never before a claim that uses it.
    """

    def body(self) -> str:
        return f"""
begin
  if new.amount < (select value from partners_datedsetting where key = 'incentives.least_amount' and confirmed_at is not null
                   and valid_from <= new.valid_from and (valid_before is null or valid_before > new.valid_from))
     or new.amount > (select value from partners_datedsetting where key = 'incentives.most_amount' and confirmed_at is not null
                      and valid_from <= new.valid_from and (valid_before is null or valid_before > new.valid_from)) then
    {self.refuse("the amount is outside the range of outcome amounts")}
  end if;
  if tg_op = 'UPDATE' and old.confirmed_at is not null then
    if (new.outcome_id, new.amount, new.valid_from, new.title, new.rule, new.once, new.months, new.yearly_limit, new.confirmed_by_id)
       is distinct from
       (old.outcome_id, old.amount, old.valid_from, old.title, old.rule, old.once, old.months, old.yearly_limit, old.confirmed_by_id) then
      {self.refuse("a confirmed version never changes", f"{self.name}_kept")}
    end if;
    if exists (select from incentives_claim where version_id = new.id and outcome_on >= new.valid_before) then
      {self.refuse("a claim uses this version on a later date", f"{self.name}_in_use")}
    end if;
  end if;
  return new;
end"""


class ClaimFacts(TriggerGuard):
    """Facts of a claim: the version of its outcome date, one key for its subject, frozen from the submission on, kept once paid.

    `columns` name what the subject consists of, besides its kind; subjects of `own_kinds` are known to their partner only.
    """

    events = "INSERT OR UPDATE OR DELETE"

    def __init__(self, *, name: str, columns: list[str], own_kinds: list[str]) -> None:
        super().__init__(name=name)
        self.columns, self.own_kinds = list(columns), list(own_kinds)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "columns": self.columns, "own_kinds": self.own_kinds}

    def body(self) -> str:
        key = ", ".join(f"'{column}=' || new.{column}" for column in self.columns)
        own = ", ".join(f"'{kind}'" for kind in self.own_kinds)
        facts = ["version_id", "subject_kind", "outcome_on", "held", "name", "level", *self.columns]
        new, old = (", ".join(f"{row}.{column}" for column in facts) for row in ("new", "old"))
        return f"""
declare known record;
begin
  if tg_op = 'DELETE' then
    if old.state <> 'draft' then {self.refuse("only a draft can be deleted", f"{self.name}_kept")} end if;
    return old;
  end if;
  if tg_op = 'UPDATE' and old.state = 'paid' then {self.refuse("a paid claim never changes", f"{self.name}_paid")} end if;
  select v.valid_from, v.valid_before, v.confirmed_at, o.family, o.subject_kind into known
    from incentives_outcomeversion v join incentives_outcome o on o.id = v.outcome_id where v.id = new.version_id;
  if known.confirmed_at is null or new.subject_kind <> known.subject_kind or new.outcome_on < known.valid_from
     or new.outcome_on >= coalesce(known.valid_before, 'infinity'::date) then
    {self.refuse("the outcome date is not in this version of the catalog", f"{self.name}_version")}
  end if;
  new.family := known.family;
  new.subject_key := concat_ws('|', new.subject_kind, {key}, nullif(new.level, ''), nullif(lower(new.name), ''),
    case when new.subject_kind in ({own}) then 'partner=' || new.partner_id end);
  if tg_op = 'UPDATE' and old.state not in ('draft', 'info_requested') and ({new}) is distinct from ({old}) then
    {self.refuse("the facts of a claim that was sent never change", f"{self.name}_frozen")}
  end if;
  return new;
end"""


class ClaimSteps(TriggerGuard):
    """Each step of a claim has its row, made by the person it names, and its movement in the ledger."""

    events = "UPDATE"

    def body(self) -> str:
        return f"""
declare two_from numeric;
begin
  if new.state = old.state and (new.approved_amount, new.due, new.verifier_id, new.claimant_id)
     is not distinct from (old.approved_amount, old.due, old.verifier_id, old.claimant_id) then return new; end if;
  if new.state in ('approved', 'in_batch', 'paid') and current_user = 'rp_app' then
    {self.refuse("only the staff door approves and pays", f"{self.name}_staff")}
  end if;
  if new.state = 'submitted' and not exists (select from incentives_submission
      where claim_id = new.id and by_id = new.claimant_id) then
    {self.refuse("a submission is missing", f"{self.name}_submission")}
  end if;
  if new.state = 'verified' and not exists (select from incentives_verification
      where claim_id = new.id and by_id = new.verifier_id and outcome = 'verified' and facts_hash = new.facts_hash) then
    {self.refuse("a verification is missing", f"{self.name}_verification")}
  end if;
  if old.state = 'verified' and new.state = 'approved' then
    select value into two_from from partners_datedsetting where key = 'incentives.two_approver_limit' and confirmed_at is not null
      and valid_from <= (new.approved_at at time zone 'America/Los_Angeles')::date
      and (valid_before is null or valid_before > (new.approved_at at time zone 'America/Los_Angeles')::date);
    if (select count(distinct by_id) from incentives_approval where claim_id = new.id
        and by_id in (new.approver_id, new.second_approver_id)) < (case when new.due >= two_from then 2 else 1 end) then
      {self.refuse("an approval is missing", f"{self.name}_approval")}
    end if;
    if new.approved_amount <> coalesce((select sum(amount) from ledger_transaction where partner_id = new.partner_id
        and kind = 'incentive_approved' and reference_type = 'incentives.claim' and reference_id = new.id), 0) then
      {self.refuse("the ledger holds another amount for this claim", f"{self.name}_ledger")}
    end if;
  elsif (new.due, new.approved_amount) is distinct from (old.due, old.approved_amount) then
    {self.refuse("amounts are set by the approval alone", f"{self.name}_amounts")}
  end if;
  if new.state = 'paid' and new.approved_amount <> coalesce((select sum(amount) from ledger_transaction where partner_id = new.partner_id
      and kind = 'incentive_paid' and reference_type = 'incentives.claim' and reference_id = new.id), 0) then
    {self.refuse("the ledger holds no payment of this claim", f"{self.name}_payment")}
  end if;
  return new;
end"""


class ActsInPerson(TriggerGuard):
    """Whoever a step names is on this side (partner or Code.org), and is the person who is signed in, where one is."""

    events = "INSERT"

    def __init__(self, *, name: str, side: str) -> None:
        super().__init__(name=name)
        self.side = side

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "side": self.side}

    def body(self) -> str:
        return f"""
begin
  if not exists (select from accounts_user where id = new.by_id and side = '{self.side}')
     or (app.person() is not null and app.person() <> new.by_id) then
    {self.refuse("a step is made by the person who is signed in")}
  end if;
  return new;
end"""


class NotUnderOwnLimit(TriggerGuard):
    """Who raised the cap of a partner and year, or the network's total, approves nothing under it (architecture, "Money")."""

    events = "INSERT"

    def body(self) -> str:
        return f"""
declare year_starts date;
begin
  select y.starts_on into year_starts from incentives_claim c join partners_fiscalyear y on y.id = c.fiscal_year_id where c.id = new.claim_id;
  if exists (select from (
       select kind, amount, replaces, valid_from, valid_before, confirmed_at, proposed_by_id, confirmed_by_id
         from ledger_partnerlimit where partner_id = new.partner_id and kind = 'incentive_year'
       union all
       select kind, amount, replaces, valid_from, valid_before, confirmed_at, proposed_by_id, confirmed_by_id
         from ledger_limit where kind in ('incentive_year', 'incentive_total')) raised
     where confirmed_at is not null and amount > replaces and new.by_id in (proposed_by_id, confirmed_by_id)
       and valid_from <= year_starts and (valid_before is null or valid_before > year_starts)) then
    {self.refuse("who raised a limit approves nothing under it")}
  end if;
  return new;
end"""


class EvidenceKept(TriggerGuard):
    """Evidence comes and goes while the partner has the claim; from the approval on it stays (II12)."""

    events = "INSERT OR UPDATE OR DELETE"

    def body(self) -> str:
        return f"""
declare claim_state text;
begin
  select state into claim_state from incentives_claim where id = case when tg_op = 'INSERT' then new.claim_id else old.claim_id end;
  if tg_op = 'INSERT' and claim_state not in ('draft', 'info_requested') then
    {self.refuse("evidence is added while the partner has the claim")}
  end if;
  if tg_op = 'UPDATE' or (tg_op = 'DELETE' and claim_state in ('approved', 'in_batch', 'paid')) then
    {self.refuse("evidence of an approved claim stays")}
  end if;
  if tg_op = 'DELETE' then return old; end if;
  return new;
end"""


class FixedBeforeYear(TriggerGuard):
    """The choice for unpaid rests is confirmed before its fiscal year begins, and then stays (incentives 4.4)."""

    def body(self) -> str:
        return f"""
begin
  if new.confirmed_at is not null and (new.confirmed_at at time zone 'America/Los_Angeles')::date >=
     (select starts_on from partners_fiscalyear where id = new.fiscal_year_id) then
    {self.refuse("the choice is fixed before the year opens")}
  end if;
  if tg_op = 'UPDATE' and old.confirmed_at is not null then
    {self.refuse("a confirmed choice never changes", f"{self.name}_kept")}
  end if;
  return new;
end"""


class ConfirmedSweep(TriggerGuard):
    """A sweep is confirmed by a second person after the year has ended, and then never changes (incentives 4.4, option c)."""

    events = "INSERT OR UPDATE OR DELETE"

    def body(self) -> str:
        return f"""
begin
  if tg_op <> 'INSERT' and old.confirmed_at is not null then
    {self.refuse("a confirmed sweep never changes")}
  end if;
  if tg_op = 'DELETE' then return old; end if;
  if tg_op = 'INSERT' and new.confirmed_at is not null then
    {self.refuse("a sweep is proposed first and confirmed later", f"{self.name}_two")}
  end if;
  if tg_op = 'UPDATE' and new.confirmed_at is not null and (new.room, new.shared, new.level, new.proposed_by_id)
     is distinct from (old.room, old.shared, old.level, old.proposed_by_id) then
    {self.refuse("what is confirmed is what was proposed", f"{self.name}_two")}
  end if;
  if (new.proposed_at at time zone 'America/Los_Angeles')::date <
     (select ends_before from partners_fiscalyear where id = new.fiscal_year_id) then
    {self.refuse("the year has not ended", f"{self.name}_early")}
  end if;
  return new;
end"""


class HonestOverride(TriggerGuard):
    """A check is lifted by two people of Code.org who had no other part in the claim, while it waits for approval; then it stays."""

    events = "INSERT OR UPDATE OR DELETE"

    def body(self) -> str:
        return f"""
declare known record;
begin
  if tg_op = 'DELETE' or (tg_op = 'UPDATE' and (old.confirmed_at is not null or old.withdrawn_at is not null)) then
    {self.refuse("an override that is decided never changes", f"{self.name}_kept")}
  end if;
  select * into known from incentives_claim where id = new.claim_id;
  if tg_op = 'INSERT' and (new.confirmed_at is not null or new.withdrawn_at is not null) then
    {self.refuse("an override is proposed first and confirmed later", f"{self.name}_first")}
  end if;
  if tg_op = 'UPDATE' and (new.claim_id, new.check_name, new.facts_hash, new.reason, new.proposed_by_id, new.proposed_at)
     is distinct from (old.claim_id, old.check_name, old.facts_hash, old.reason, old.proposed_by_id, old.proposed_at) then
    {self.refuse("what is confirmed is what was proposed", f"{self.name}_kept")}
  end if;
  if new.withdrawn_at is null then
    if known.state <> 'verified' or known.facts_hash <> new.facts_hash then
      {self.refuse("a check is lifted while the claim waits for approval", f"{self.name}_waits")}
    end if;
    if coalesce(new.confirmed_by_id, new.proposed_by_id) in (known.claimant_id, known.verifier_id, known.approver_id)
       or not exists (select from accounts_user where id = coalesce(new.confirmed_by_id, new.proposed_by_id) and side = 'code_org')
       or (app.person() is not null and app.person() <> coalesce(new.confirmed_by_id, new.proposed_by_id)) then
      {self.refuse("a check is lifted by somebody who had no other part in the claim", f"{self.name}_person")}
    end if;
  end if;
  return new;
end"""


class NotLifted(TriggerGuard):
    """Who lifted a check of a claim does not approve it (incentives 4.3)."""

    events = "INSERT"

    def body(self) -> str:
        return f"""
begin
  if exists (select from incentives_override where claim_id = new.claim_id and confirmed_at is not null
             and new.by_id in (proposed_by_id, confirmed_by_id)) then
    {self.refuse("who lifted a check does not approve the claim")}
  end if;
  return new;
end"""
