"""The partner's side of a claim: start it, correct it, send it, take it back."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from activity.operations import record, tell
from common.errors import DomainError, Stale, constraint_of, refusing
from common.tenancy import staff_context
from common.zones import network_date
from incentives.facts import figures_on
from incentives.models import (
    Claim,
    ClaimQuerySet,
    Evidence,
    OutcomeVersion,
    RequiredEvidence,
    State,
    SubjectKind,
    Submission,
    Withdrawal,
)
from partners.models import FiscalYear, OutreachAssignment, Partner

ONCE, LIMIT = "incentives_claim_once", "incentives_claim_limit"


class ClaimRefused(DomainError):
    """The facts do not make a claim; the message says which and why."""

    code = "claim_refused"


class AlreadyClaimed(DomainError):
    """A live claim holds this outcome for this subject and period; whose it is stays unsaid unless it is one's own: `held_by`."""

    code = "already_claimed"

    def __init__(self, message: str, *, held_by: Claim | None = None) -> None:
        super().__init__(message)
        self.held_by = held_by


class AlreadyStarted(Stale):
    """This very form was saved before, with other facts: `claim` is the draft that it became."""

    def __init__(self, claim: Claim) -> None:
        super().__init__("This form is saved as a draft already. What you typed is kept: compare and save again.")
        self.claim = claim


class EvidenceMissing(DomainError):
    """A required kind of evidence has no file."""

    code = "evidence_missing"


class WindowOver(DomainError):
    """The days in which an outcome can be claimed are over."""

    code = "window_over"


@dataclass(frozen=True)
class Subject:
    """What a claim is about; which of these are set depends on the kind of its outcome."""

    district: Any = None
    school: Any = None
    course: Any = None
    workshop: Any = None
    name: str = ""
    level: str = ""


@dataclass(frozen=True)
class Typed:
    """What else the form of a new claim held: words for the verifier, and the key by which a second sending is the same draft."""

    words: str = ""
    form_key: uuid.UUID = field(default_factory=uuid.uuid4)


NEEDED: dict[str, tuple[str, ...]] = {
    SubjectKind.DISTRICT: ("district",),
    SubjectKind.DISTRICT_LEVEL: ("district", "level"),
    SubjectKind.POLICY: ("district", "name"),
    SubjectKind.SCHOOL: ("school",),
    SubjectKind.SCHOOL_COURSE: ("school", "course"),
    SubjectKind.COHORT: ("workshop",),
    SubjectKind.COACH_COHORT: ("name",),
    SubjectKind.COACH: ("name",),
}
OF_THE_PARTNER = (SubjectKind.COACH_COHORT, SubjectKind.COACH)
WORDS = {
    "district": "Choose the district.",
    "school": "Choose the school.",
    "course": "Choose the course.",
    "workshop": "Choose the workshop of the cohort.",
    "level": "Choose the grade level.",
    "name": "Enter a name, so that it can be told from others.",
}


@transaction.atomic
def start_claim(
    *,
    partner: Partner,
    version: OutcomeVersion,
    subject: Subject,
    outcome_on: dt.date,
    by: Any,
    at: dt.datetime,
    typed: Typed | None = None,
) -> Claim:
    """Begin a draft (Director, Program Manager; tenant door). The same form sent twice makes one draft.

    Raises ClaimRefused, and AlreadyStarted where the form came back from Back with other facts.
    """
    typed = typed or Typed()
    facts = {**_facts(version, subject, outcome_on, at), "words": typed.words.strip()}
    known = Claim.objects.filter(form_key=typed.form_key).first()
    if known is not None:
        if any(getattr(known, name) != value for name, value in facts.items()):
            raise AlreadyStarted(known)
        return known
    claim = Claim.objects.create(partner=partner, form_key=typed.form_key, created_by=by, created_at=at, **facts)
    record(claim, verb="claim.started", text=f"A claim on {version.title} was started", by=by, at=at)
    return claim


@transaction.atomic
def change_claim(
    *, claim: Claim, subject: Subject, outcome_on: dt.date, words: str, edition: int, by: Any, at: dt.datetime
) -> Claim:
    """Correct a draft or a returned claim (tenant door). Locks the claim. Raises ClaimRefused, Stale, IllegalTransition.

    A date that falls in another version of the catalog moves the claim, and the files of kinds that it still asks for, to that one.
    """
    row = locked(claim)
    refuse_unless_editable(row)
    if row.edition != edition:
        raise Stale("Somebody saved this claim after you opened it. What you typed is kept: compare and save again.")
    version = _version_of(row, outcome_on)
    before = {"subject": row.subject, "outcome_on": row.outcome_on, "words": row.words}
    if version.pk != row.version_id:
        _carry_files(row, version)
    for name, value in {
        **_facts(version, subject, outcome_on, at),
        "words": words.strip(),
        "edition": edition + 1,
    }.items():
        setattr(row, name, value)
    row.save()
    after = {"subject": row.subject, "outcome_on": row.outcome_on, "words": row.words}
    record(row, verb="claim.corrected", text="The claim was corrected", by=by, at=at, before=before, after=after)
    return row


@transaction.atomic
def submit_claim(*, claim: Claim, by: Any, at: dt.datetime) -> Claim:
    """Send a draft or returned claim to the Outreach Manager (Director, Program Manager; tenant door).

    Locks the claim. Raises EvidenceMissing, WindowOver, AlreadyClaimed, IllegalTransition.
    """
    row = locked(claim)
    refuse_unless_editable(row)
    missing = missing_kinds(row)
    if missing:
        raise EvidenceMissing(f"Add a file for: {', '.join(kind.title for kind in missing)}.")
    _refuse_late(row, at)
    Submission.objects.create(partner_id=row.partner_id, claim=row, by=by, at=at)
    again = row.first_sent_at is not None
    row.first_sent_at, row.sent_at, row.claimant = row.first_sent_at or at, at, by
    row.held = DateRange(*row.version.held_for(row.outcome_on, row.fiscal_year))
    row.move_to(State.SUBMITTED)
    _save_where_free(row)
    record(
        row,
        verb="claim.submitted",
        text=f"The claim was sent {'again ' if again else ''}for {row.version.title}",
        by=by,
        at=at,
    )
    _tell_manager(row, by, at)
    return row


@transaction.atomic
def withdraw_claim(*, claim: Claim, reason: str, by: Any, at: dt.datetime) -> Claim:
    """Take a claim back that is not approved (Director, Program Manager; tenant door). Locks the claim. Raises IllegalTransition."""
    row = locked(claim)
    row.move_to(State.WITHDRAWN)
    Withdrawal.objects.create(partner_id=row.partner_id, claim=row, by=by, at=at, reason=reason.strip())
    row.save(update_fields=["state"])
    record(row, verb="claim.withdrawn", text="The claim was withdrawn", reason=reason.strip(), by=by, at=at)
    return row


def sketched(
    *,
    partner: Partner,
    version: OutcomeVersion,
    subject: Subject,
    outcome_on: dt.date,
    at: dt.datetime,
    claim: Claim | None,
) -> Claim:
    """The claim as its form describes it now; nothing is saved. `claim` is the one that is corrected. Raises ClaimRefused."""
    pk = claim.pk if claim else None
    return Claim(pk=pk, partner=partner, created_at=at, **_facts(version, subject, outcome_on, at))


def already_claimed(claim: Claim, by: Any) -> AlreadyClaimed | None:
    """What `submit_claim` would say of a draft or a sketch that is held already; None where it is free.

    The staff door is asked for yes or no only: of another partner's claim nothing comes back.
    """
    with staff_context("is this outcome claimed already", user=by.pk):
        is_held, is_full = _holding(claim).exists(), _district_is_full(claim)
    if is_held:
        return _already(claim)
    return _limit_reached(claim) if is_full else None


def locked(claim: Claim) -> Claim:
    """The claim as it is now, locked until the end of the transaction."""
    return Claim.objects.shown().select_for_update(of=("self",)).get(pk=claim.pk)


def refuse_unless_editable(claim: Claim) -> None:
    """Raise IllegalTransition unless the partner has the claim."""
    if not claim.is_editable:
        raise ClaimRefused(f"This claim is {claim.word}; only a draft or a returned claim can be changed.")


def missing_kinds(claim: Claim) -> list[RequiredEvidence]:
    """Kinds that the claim's version asks for and that have no released file."""
    present = {
        row.kind_id
        for row in Evidence.objects.filter(claim=claim).select_related("attachment")
        if row.attachment.is_released
    }
    kinds = RequiredEvidence.objects.filter(version=claim.version_id).order_by("position")
    return [kind for kind in kinds if kind.pk not in present]


def _facts(version: OutcomeVersion, subject: Subject, outcome_on: dt.date, at: dt.datetime) -> dict[str, Any]:
    if outcome_on > network_date(at):
        raise ClaimRefused("Enter the day on which it was achieved, today at the latest.", field="outcome_on")
    if not (
        version.is_confirmed
        and version.valid_from <= outcome_on
        and (version.valid_before is None or outcome_on < version.valid_before)
    ):
        raise ClaimRefused(f"The catalog has no {version.title} on {outcome_on:%b %-d, %Y}.", field="outcome_on")
    kind = version.outcome.subject_kind
    needed = NEEDED[kind]
    cleaned = {**vars(subject), "name": " ".join(subject.name.split())}
    for name in needed:
        if not cleaned[name]:
            raise ClaimRefused(WORDS[name], field=name)
    if "workshop" in needed and cleaned["workshop"].state != "ended":
        raise ClaimRefused("Choose a workshop that has ended: its people are the cohort.", field="workshop")
    year = FiscalYear.objects.filter(starts_on__lte=outcome_on, ends_before__gt=outcome_on).first()
    if year is None:
        raise ClaimRefused("There is no fiscal year for that date.", field="outcome_on")
    chosen = {name: cleaned[name] if name in needed else blank for name, blank in vars(Subject()).items()}
    return {**chosen, "version": version, "subject_kind": kind, "outcome_on": outcome_on, "fiscal_year": year}


def _version_of(claim: Claim, outcome_on: dt.date) -> OutcomeVersion:
    version = OutcomeVersion.objects.on(outcome_on).filter(outcome=claim.version.outcome_id).first()
    if version is None:
        raise ClaimRefused(f"The catalog has no {claim.version.title} on {outcome_on:%b %-d, %Y}.", field="outcome_on")
    return version


def _carry_files(claim: Claim, version: OutcomeVersion) -> None:
    kinds = {kind.title: kind for kind in RequiredEvidence.objects.filter(version=version)}
    rows = list(Evidence.objects.filter(claim=claim).select_related("kind"))
    Evidence.objects.filter(pk__in=[row.pk for row in rows]).delete()
    kept = [row for row in rows if row.kind.title in kinds]
    Evidence.objects.bulk_create(
        Evidence(partner_id=row.partner_id, claim=claim, kind=kinds[row.kind.title], attachment_id=row.attachment_id)
        for row in kept
    )


def _refuse_late(claim: Claim, at: dt.datetime) -> None:
    last = claim.window_ends_on(figures_on(network_date(at)).window_days)
    if claim.first_sent_at is None and network_date(at) > last:
        raise WindowOver(f"The last day to send this claim was {last:%b %-d, %Y}. It can no longer be claimed.")


def _save_where_free(claim: Claim) -> None:
    """Save the sent claim where nobody holds its outcome; constraints decide, so other partners' claims are never read."""
    most = claim.version.yearly_limit
    if most is None:
        with refusing(**{ONCE: _already(claim)}):
            claim.save()
        return
    claim.limit_key = _limit_key(claim)
    for slot in range(1, most + 1):
        claim.limit_slot = slot
        try:
            with transaction.atomic():
                claim.save()
            return
        except IntegrityError as error:
            if constraint_of(error) == ONCE:
                raise _already(claim) from error
            if constraint_of(error) != LIMIT:
                raise
    raise _limit_reached(claim)


def _limit_key(claim: Claim) -> str:
    district = claim.district_id or (claim.school.district_id if claim.school else 0)
    return f"{claim.version.outcome.code}|{district}|{claim.fiscal_year.label}"


def _holding(claim: Claim) -> ClaimQuerySet:
    """Live claims of this outcome's family on the same subject and period, as far as the door shows them."""
    same = {
        name: getattr(claim, name) for name in ("subject_kind", "district", "school", "course", "workshop", "level")
    }
    period = DateRange(*claim.version.held_for(claim.outcome_on, claim.fiscal_year))
    family = claim.version.outcome.family
    rows = Claim.objects.live().filter(family=family, name__iexact=claim.name, held__overlap=period, **same)
    if claim.subject_kind in OF_THE_PARTNER:
        rows = rows.filter(partner=claim.partner_id)
    return rows.exclude(pk=claim.pk)


def _district_is_full(claim: Claim) -> bool:
    most = claim.version.yearly_limit
    if most is None:
        return False
    return Claim.objects.live().filter(limit_key=_limit_key(claim)).exclude(pk=claim.pk).count() >= most


def _already(claim: Claim) -> AlreadyClaimed:
    own = _holding(claim).filter(partner=claim.partner_id).first()
    if own is not None:
        return AlreadyClaimed(f"You have claimed this already: {own.ref}, {own.word}.", held_by=own)
    return AlreadyClaimed(f"Already claimed. {_whom_to_ask(claim)}")


def _limit_reached(claim: Claim) -> AlreadyClaimed:
    most, year = claim.version.yearly_limit, claim.fiscal_year.label
    return AlreadyClaimed(
        f"Already claimed: this district has reached {most} of these in {year}. {_whom_to_ask(claim)}"
    )


def _whom_to_ask(claim: Claim) -> str:
    manager = manager_of(claim)
    return (
        f"Ask {manager.name}, your Outreach Manager, to look into it." if manager else "Ask Code.org to look into it."
    )


def manager_of(claim: Claim) -> Any:
    """The partner's Outreach Manager on the day of the submission, or None."""
    on = network_date(claim.sent_at or claim.created_at)
    found = OutreachAssignment.objects.filter(partner=claim.partner_id).in_force(on).select_related("user").first()
    return found.user if found else None


def _tell_manager(claim: Claim, by: Any, at: dt.datetime) -> None:
    manager = manager_of(claim)
    tell(
        [manager] if manager else [],
        kind="claim.submitted",
        key=f"claim-sent:{claim.ref}:{at.isoformat()}",
        text=f"{by.name} claims {claim.version.title}, {claim.subject}",
        url=f"/partners/{claim.partner.slug}/claims/{claim.ref}/verification/",
        at=at,
        partner_id=claim.partner_id,
    )
