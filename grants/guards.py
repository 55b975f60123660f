"""Guards of grants in the database, in plain SQL: they hold whoever writes (GI6 to GI8, GI12; architecture, "Separation of duties")."""

# ruff: noqa: S608  nothing that a visitor typed reaches these statements

from __future__ import annotations

from common.tenancy.constraints import WallConstraint
from ledger.walls import MoneyTrigger

PARTNER_STATES = "('draft', 'pm_review', 'submitted', 'withdrawn')"
EXEMPT = (
    "exists (select 1 from partners_membership m where m.partner_id = {row}.partner_id and m.user_id = {row}.{person} "
    "and m.starts_on <= {row}.{day} and (m.ends_before is null or {row}.{day} < m.ends_before) and {roles})"
)
MONTHS = (
    "make_interval(months => (select value::int from partners_datedsetting s where s.key = 'grants.conflict_months' "
    "and s.confirmed_at is not null and s.valid_from <= new.assigned_on and (s.valid_before is null or new.assigned_on < s.valid_before)))"
)
HAS_SCORED = (
    "exists (select 1 from grants_reviewscore s join grants_review r on r.id = s.review_id where r.state <> 'stood_down' "
    "and r.cycle_id = {cycle} and r.reviewer_id = {person})"
)


class HiddenFromPartner(WallConstraint):
    """A tenant table that shows no row through the tenant door: reviews and what is not decided yet."""

    def statements(self, table: str) -> list[str]:
        return [f"CREATE POLICY hidden ON {table} AS RESTRICTIVE FOR SELECT TO rp_app USING (false)"]

    def undo(self, table: str) -> list[str]:
        return [f"DROP POLICY hidden ON {table}"]


class SeedCriteria(MoneyTrigger):
    """At the commit a rubric has alignment and reach, and its weights sum to 100 (proposal document, C71)."""

    declared = "declare present bigint; total numeric;"

    def fires(self, table: str) -> str:
        return (
            f"CREATE CONSTRAINT TRIGGER {self.name} AFTER INSERT OR UPDATE OR DELETE ON {table} DEFERRABLE INITIALLY DEFERRED "
            f"FOR EACH ROW EXECUTE FUNCTION app.{self.name}()"
        )

    def function_body(self) -> str:
        return (
            "select count(*) filter (where key in ('alignment', 'reach')), sum(weight) into present, total "
            "from grants_criterion where rubric_id = coalesce(new.rubric_id, old.rubric_id); "
            f"if present <> 2 or total is distinct from 100 then {self.refuse('a rubric has alignment and reach, and 100 points')}; end if; "
            "return null;"
        )


class PartnerPart(MoneyTrigger):
    """What the partner's people may do to a proposal; sending in time, endorsed, of exactly the frozen version (GI7, GI8)."""

    def function_body(self) -> str:
        return (
            f"if current_user = 'rp_app' and (new.state not in {PARTNER_STATES} "
            "or tg_op = 'UPDATE' and (old.state not in ('draft', 'pm_review', 'submitted') or old.author_id <> new.author_id)) then "
            f"{self.refuse('people of the partner draft, send, recall and withdraw a proposal, nothing else')}; end if; "
            "if tg_op = 'UPDATE' and old.state not in ('draft', 'pm_review') and new.state <> 'draft' and "
            "(old.version_id, old.cycle_id, old.submitted_at) is distinct from (new.version_id, new.cycle_id, new.submitted_at) then "
            f"{self.refuse('what was submitted stays as it was submitted')}; end if; "
            "if new.state = 'submitted' and (tg_op = 'INSERT' or old.state <> 'submitted') then "
            "if not exists (select 1 from grants_cycle c where c.id = new.cycle_id "
            "and c.opens_at <= new.submitted_at and new.submitted_at < c.closes_at) then "
            f"{self.refuse('a proposal is submitted while the intake of its cycle is open')}; end if; "
            "if not exists (select 1 from grants_proposalversion v where v.id = new.version_id and v.proposal_id = new.id "
            "and v.author_id = new.author_id and (not v.needs_endorsement or exists (select 1 from grants_endorsement e "
            "where e.version_id = v.id and e.sha256 = v.sha256 and e.outcome = 'endorsed'))) then "
            f"{self.refuse('exactly this version needs the endorsement of the partner')}; end if; end if; return new;"
        )


class FrozenVersion(MoneyTrigger):
    """A version is its author's, and says truly whether it needs endorsement."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        exempt = EXEMPT.format(
            row="new",
            person="author_id",
            day="frozen_on",
            roles="(m.role in ('director', 'facilitator') or m.role = 'program_manager' and m.employed)",
        )
        return (
            "if not exists (select 1 from grants_proposal p where p.id = new.proposal_id and p.author_id = new.author_id) then "
            f"{self.refuse('a version is written by the author of its proposal')}; end if; "
            f"if not new.needs_endorsement and not {exempt} then {self.refuse('this applicant needs the endorsement of the partner')}; end if; "
            "return new;"
        )


class HonestAnswer(MoneyTrigger):
    """An answer names the hash of its version, is never the author's own, and comes from a Director or employed Program Manager."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        entitled = EXEMPT.format(
            row="new",
            person="answered_by_id",
            day="answered_on",
            roles="(m.role = 'director' or m.role = 'program_manager' and m.employed)",
        )
        return (
            "if not exists (select 1 from grants_proposalversion v where v.id = new.version_id and v.sha256 = new.sha256 "
            f"and v.author_id <> new.answered_by_id) or not {entitled} then "
            f"{self.refuse('a Director or employed Program Manager answers on exactly this version, never on the own one')}; end if; return new;"
        )


class CleanReviewer(MoneyTrigger):
    """Nobody reviews what she wrote or endorsed, a partner she looks after, worked for or led workshops for, or has declared an interest in (GI6)."""

    def function_body(self) -> str:
        kept = "proposal_id, version_id, cycle_id, reviewer_id, partner_id, assigned_on, released_at"
        old, new = (", ".join(f"{row}.{column}" for column in kept.split(", ")) for row in ("old", "new"))
        return (
            f"if tg_op = 'UPDATE' and current_user = 'rp_review' and (({old}) is distinct from ({new}) or new.state = 'stood_down') then "
            f"{self.refuse('a reviewer changes her own judgment only')}; end if; "
            "if tg_op = 'UPDATE' and new.reviewer_id = old.reviewer_id then return new; end if; "
            "if exists (select 1 from grants_proposalversion v where v.proposal_id = new.proposal_id and v.author_id = new.reviewer_id) "
            "or exists (select 1 from grants_endorsement e join grants_proposalversion v on v.id = e.version_id "
            "where v.proposal_id = new.proposal_id and e.answered_by_id = new.reviewer_id) "
            "or exists (select 1 from partners_outreachassignment a where a.partner_id = new.partner_id and a.user_id = new.reviewer_id "
            "and a.starts_on <= new.assigned_on and (a.ends_before is null or new.assigned_on < a.ends_before)) "
            "or exists (select 1 from partners_membership m where m.partner_id = new.partner_id and m.user_id = new.reviewer_id "
            f"and (m.ends_before is null or m.ends_before > new.assigned_on - {MONTHS})) "
            "or exists (select 1 from workshops_workshopfacilitator f join facilitators_facilitator l on l.id = f.facilitator_id "
            "join workshops_workshop w on w.id = f.workshop_id where f.partner_id = new.partner_id and l.user_id = new.reviewer_id "
            f"and w.last_on > new.assigned_on - {MONTHS}) "
            "or exists (select 1 from ledger_conflictofinterest c where c.partner_id = new.partner_id and c.user_id = new.reviewer_id "
            "and c.starts_on <= new.assigned_on and (c.ends_before is null or new.assigned_on < c.ends_before)) then "
            f"{self.refuse('this person has a conflict of interest')}; end if; return new;"
        )


class HonestSlate(MoneyTrigger):
    """Two people, the second of whom scored nothing in it; an approved slate is never changed."""

    def function_body(self) -> str:
        scored = HAS_SCORED.format(cycle="new.cycle_id", person="new.approved_by_id")
        return (
            f"if tg_op = 'UPDATE' and old.state = 'approved' then {self.refuse('an approved slate is never changed')}; end if; "
            "if tg_op = 'UPDATE' and (old.cycle_id, old.policy, old.line, old.level, old.envelope, old.total, old.replay_sha256) is distinct from "
            "(new.cycle_id, new.policy, new.line, new.level, new.envelope, new.total, new.replay_sha256) then "
            f"{self.refuse('a slate keeps its figures: prepare another one')}; end if; "
            f"if new.state = 'approved' and (new.approved_by_id is null or new.approved_by_id = new.proposed_by_id or {scored}) then "
            f"{self.refuse('a slate is approved by another person, who scored nothing in it')}; end if; return new;"
        )


class HonestAward(MoneyTrigger):
    """An award is whole dollars between minimum and ask, reserved by its own ledger transaction, and approved by a clean person."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        scored = HAS_SCORED.format(cycle="new.cycle_id", person="new.approved_by_id")
        return (
            "if not exists (select 1 from grants_proposal p join grants_proposalversion v on v.id = p.version_id "
            "where p.id = new.proposal_id and p.cycle_id = new.cycle_id and new.amount between v.minimum and v.ask and new.amount = trunc(new.amount)) then "
            f"{self.refuse('an award is whole dollars from the minimum useful amount up to the ask')}; end if; "
            "if not exists (select 1 from ledger_transaction t where t.id = new.transaction_id and t.kind = 'grant_awarded' and t.amount = new.amount "
            "and t.reference_type = 'grants.proposal' and t.reference_id = new.proposal_id) then "
            f"{self.refuse('an award is what its ledger transaction has reserved')}; end if; "
            f"if new.approved_by_id = new.proposed_by_id or {scored} then "
            f"{self.refuse('an award is approved by another person, who scored nothing in its cycle')}; end if; return new;"
        )


class HonestOffer(MoneyTrigger):
    """An offer from the waitlist is approved by another person, who scored nothing in its cycle; once answered it stays."""

    when = "BEFORE UPDATE"
    declared = "declare of_cycle bigint;"

    def function_body(self) -> str:
        scored = HAS_SCORED.format(cycle="of_cycle", person="new.approved_by_id")
        return (
            "if old.approved_at is not null or old.dropped_at is not null or (old.amount, old.proposed_by_id, old.proposal_id) is distinct from "
            f"(new.amount, new.proposed_by_id, new.proposal_id) then {self.refuse('an offer stays as it was made and answered')}; end if; "
            "select cycle_id into of_cycle from grants_proposal where id = new.proposal_id; "
            f"if new.approved_by_id is not null and (new.approved_by_id = new.proposed_by_id or {scored}) then "
            f"{self.refuse('an offer is approved by another person, who scored nothing in its cycle')}; end if; return new;"
        )


class BeforeScoresOpen(MoneyTrigger):
    """A policy is chosen before anybody has seen the scores that it shares money by (grants.md 3.6)."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        return (
            "if exists (select from grants_cycle c where c.id = new.cycle_id and c.scores_opened_at is not null) then "
            f"{self.refuse('the policy is chosen before the scores are opened')}; end if; return new;"
        )


class OwnMark(MoneyTrigger):
    """A mark is given and changed by the reviewer herself while her review is open, by whatever door."""

    when = "BEFORE INSERT OR UPDATE OR DELETE"
    declared = "declare known record;"

    def function_body(self) -> str:
        return (
            "select state, reviewer_id, released_at into known from grants_review r where r.id = coalesce(new.review_id, old.review_id); "
            "if known.state is distinct from 'assigned' or known.released_at is not null or known.reviewer_id <> app.person() "
            "or tg_op = 'UPDATE' and (old.review_id, old.criterion_id) is distinct from (new.review_id, new.criterion_id) then "
            f"{self.refuse('a mark is given by the reviewer while her review is open')}; end if; return coalesce(new, old);"
        )


class PreparedLine(MoneyTrigger):
    """A line is written with its slate; a slate that was proposed takes no other."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        return (
            "if not exists (select from grants_slate s where s.id = new.slate_id and s.state = 'prepared') then "
            f"{self.refuse('a slate that was proposed takes no other line')}; end if; return new;"
        )


class WholeSlate(MoneyTrigger):
    """What is proposed and approved is the sum of its lines."""

    when = "BEFORE UPDATE OF state"

    def function_body(self) -> str:
        return (
            "if new.state in ('proposed', 'approved') and new.total <> "
            "(select coalesce(sum(l.amount), 0) from grants_slateline l where l.slate_id = new.id) then "
            f"{self.refuse('the total of a slate is the sum of its lines')}; end if; return new;"
        )


class AgreedAward(MoneyTrigger):
    """An award is a line of a slate, or an offer from the waitlist, on which its two people agreed."""

    when = "BEFORE INSERT"

    def function_body(self) -> str:
        return (
            "if not exists (select from grants_slateline l join grants_slate s on s.id = l.slate_id where not new.from_waitlist "
            "and l.proposal_id = new.proposal_id and l.amount = new.amount and s.cycle_id = new.cycle_id "
            "and s.state in ('proposed', 'approved') and s.proposed_by_id = new.proposed_by_id) "
            "and not exists (select from grants_waitlistoffer o where new.from_waitlist and o.proposal_id = new.proposal_id "
            "and o.amount = new.amount and o.proposed_by_id = new.proposed_by_id and o.approved_by_id = new.approved_by_id) then "
            f"{self.refuse('an award is a line of a proposed slate or an approved offer')}; end if; return new;"
        )


class StepsOnRows(MoneyTrigger):
    """A proposal is scored with two finished reviews, decided with its decision, awarded with its award."""

    when = "BEFORE UPDATE OF state"

    def function_body(self) -> str:
        decided = (
            "exists (select from grants_decision d where d.proposal_id = new.id and (new.state = 'awarded' and d.outcome in ('full', 'partial') "
            "or new.state = 'waitlisted' and d.outcome = 'waitlist' or new.state = 'declined' and d.outcome = 'decline'))"
        )
        return (
            "if new.state = old.state then return new; end if; "
            "if old.state = 'in_review' and new.state = 'scored' and "
            "(select count(*) from grants_review r where r.proposal_id = new.id and r.state = 'done') < 2 then "
            f"{self.refuse('a proposal is scored once two reviews are done')}; end if; "
            f"if new.state in ('awarded', 'waitlisted', 'declined') and not {decided} or new.state = 'awarded' and "
            "not exists (select from grants_award a where a.proposal_id = new.id) then "
            f"{self.refuse('a proposal is decided with its decision and its award')}; end if; return new;"
        )
