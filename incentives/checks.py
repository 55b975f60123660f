"""Green and amber: every check of a verified claim, by name, from facts alone; it asks neither clock nor database (incentives 4.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from common.money import ZERO, show_short
from incentives.models import Claim, Override


@dataclass(frozen=True)
class Kind:
    """One kind of evidence that the version asks for."""

    id: int
    title: str
    confirmed: bool


@dataclass(frozen=True)
class FileFact:
    """One file of the claim: its kind, the SHA-256 of its bytes, and whether it may count."""

    kind: int
    sha256: str
    released: bool


@dataclass(frozen=True)
class Figures:
    """Dated settings that the checks use: dollars and days."""

    two_approvers_from: Decimal
    window_days: int


@dataclass(frozen=True)
class Facts:
    """What is known about one claim at one moment, for one person who looks at it.

    `topped` is what the lower outcome of the same cohort has earned, in dollars (O14 after O13); None where there is none.
    `lifted` is why two people lifted a check, by its name; `lifted_here`: the person who looks is one of them.
    """

    required: tuple[Kind, ...]
    files: tuple[FileFact, ...]
    confirmed: frozenset[int]
    in_version: bool
    topped: Decimal | None
    lower_is_open: bool
    higher_exists: bool
    payee_on_file: bool
    conflict: bool
    raised_limit: bool
    lifted: Mapping[str, str] = field(default_factory=dict)
    lifted_here: bool = False


@dataclass(frozen=True)
class Check:
    """One named result. `alone`: an amber that an approver may approve by opening this claim alone; `lifted`: why two people lifted it."""

    name: str
    title: str
    passed: bool
    words: str
    alone: bool = False
    lifted: str = ""


def due(claim: Claim, facts: Facts) -> Decimal:
    """Dollars that the outcome earns: its amount, less what the outcome that it tops up has earned already."""
    earned: Decimal = claim.version.amount - (facts.topped or ZERO)
    return max(earned, ZERO)


def part_that_fits(claim: Claim, facts: Facts, room: Decimal) -> Decimal:
    """Dollars of it that the caps leave room for."""
    return min(due(claim, facts), max(room, ZERO))


def checks(claim: Claim, person: Any, facts: Facts, *, room: Decimal, figures: Figures) -> list[Check]:
    """Every check in the order of incentives 4.3. `room` is what the caps leave for this claim, in dollars."""
    found = [
        _evidence(facts),
        _confirmation(facts),
        _once(facts),
        _unchanged(claim, facts),
        _window(claim, figures),
        _version(facts),
        _payee(facts),
        _conflict(facts),
        _other_person(claim, person, facts),
        _room(claim, facts, room),
        _one_approver(claim, facts, figures),
    ]
    return [check if check.passed else _lifted(check, facts) for check in found]


def _lifted(check: Check, facts: Facts) -> Check:
    """An amber that two people lifted stays amber, but may be approved alone; only the kinds of models.Override are ever lifted."""
    why = facts.lifted.get(check.name, "") if check.name in Override.Liftable.values else ""
    return replace(check, alone=True, lifted=why) if why else check


def open_checks(found: Iterable[Check]) -> list[Check]:
    """Those that do not pass."""
    return [check for check in found if not check.passed]


def is_green(found: Iterable[Check]) -> bool:
    """Every check passes."""
    return not open_checks(found)


def can_be_approved_alone(found: Sequence[Check]) -> bool:
    """Nothing is open but a cut by the cap or an amount that needs two approvers."""
    return all(check.alone for check in open_checks(found))


def facts_hash(claim: Claim, files: Iterable[FileFact]) -> str:
    """SHA-256 of what the verifier saw: version, subject, date, words and files."""
    seen = [
        claim.version_id,
        claim.partner_id,
        claim.subject_key,
        claim.outcome_on.isoformat(),
        claim.words,
        sorted([file.kind, file.sha256] for file in files),
    ]
    return hashlib.sha256(json.dumps(seen, separators=(",", ":")).encode()).hexdigest()


def _evidence(facts: Facts) -> Check:
    present = {file.kind for file in facts.files if file.released}
    missing = [kind.title for kind in facts.required if kind.id not in present]
    held = [file for file in facts.files if not file.released]
    words = f"Missing: {', '.join(missing)}" if missing else "A file is not released" if held else ""
    return Check("evidence", "Evidence of every kind", not missing and not held, words)


def _confirmation(facts: Facts) -> Check:
    missing = [kind.title for kind in facts.required if kind.confirmed and kind.id not in facts.confirmed]
    return Check(
        "confirmation",
        "Confirmation valid",
        not missing,
        f"Nobody has confirmed: {', '.join(missing)}" if missing else "",
    )


def _once(facts: Facts) -> Check:
    words = ""
    if facts.lower_is_open:
        words = "A claim on the lower outcome of this cohort is still open: decide it first"
    elif facts.higher_exists:
        words = "A claim on the higher outcome of this cohort replaces this one"
    return Check("once", "Subject and period claimed once", not words, words)


def _unchanged(claim: Claim, facts: Facts) -> Check:
    same = bool(claim.facts_hash) and facts_hash(claim, facts.files) == claim.facts_hash
    return Check(
        "unchanged",
        "Unchanged since it was verified",
        same,
        "" if same else "Facts or files differ from what was verified",
    )


def _window(claim: Claim, figures: Figures) -> Check:
    last = claim.window_ends_on(figures.window_days)
    in_time = claim.first_sent_on is not None and claim.first_sent_on <= last
    return Check(
        "window", "Claimed in time", in_time, "" if in_time else f"The last day to send it was {last:%b %-d, %Y}"
    )


def _version(facts: Facts) -> Check:
    return Check(
        "version",
        "Catalog version of its date",
        facts.in_version,
        "" if facts.in_version else "The catalog has no such outcome on that date",
    )


def _payee(facts: Facts) -> Check:
    return Check(
        "payee",
        "Payee on file",
        facts.payee_on_file,
        "" if facts.payee_on_file else "Finance has no W-9 and bank details on file",
    )


def _conflict(facts: Facts) -> Check:
    return Check(
        "conflict",
        "No conflict of interest",
        not facts.conflict,
        "Your register names this partner" if facts.conflict else "",
    )


def _other_person(claim: Claim, person: Any, facts: Facts) -> Check:
    words = "You lifted a check of it, so someone else approves it" if facts.lifted_here else ""
    words = {
        claim.claimant_id: "You claimed it, so someone else approves it",
        claim.verifier_id: "You verified it, so someone else approves it",
        claim.approver_id: "You approved it first, so someone else approves it second",
    }.get(person.pk, words)
    return Check("person", "Four different people", not words, words)


def _room(claim: Claim, facts: Facts, room: Decimal) -> Check:
    if facts.raised_limit:
        return Check("room", "Room under the cap", False, "You raised this limit, so someone else approves under it")
    asked, fits = due(claim, facts), part_that_fits(claim, facts, room)
    words = "" if fits == asked else f"The cap leaves {show_short(fits)} of {show_short(asked)}"
    return Check("room", "Room under the cap", not words, words, alone=True)


def _one_approver(claim: Claim, facts: Facts, figures: Figures) -> Check:
    one = due(claim, facts) < figures.two_approvers_from
    words = "" if one else "Second of two approvals" if claim.approver_id else "First of two approvals"
    return Check("approvers", f"Below {show_short(figures.two_approvers_from)}", one, words, alone=True)
