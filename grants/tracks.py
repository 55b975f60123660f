"""The status track of a proposal: where it is, who has it, since when, what is usual."""

from __future__ import annotations

from common.templatetags.rp import day, moment
from grants.models import Proposal

WORDS = ("Draft", "Program Manager", "Submitted", "Review", "Decision")
AT = {
    "draft": 0,
    "pm_review": 1,
    "submitted": 2,
    "in_review": 3,
    "scored": 3,
    "proposed": 3,
    "awarded": 4,
    "waitlisted": 4,
    "declined": 4,
    "withdrawn": 0,
}
LAST = {"awarded": "Awarded", "waitlisted": "Waitlisted", "declined": "Declined"}


def track_of(proposal: Proposal) -> list[dict[str, str]]:
    """The steps; the partner's step is left out where no endorsement is needed."""
    version = proposal.version
    needs = version.needs_endorsement if version is not None else proposal.state == "pm_review"
    here = AT[proposal.state]
    steps = [
        {"word": _word(number, word, proposal), "note": "", "state": _state(number, here, proposal)}
        for number, word in enumerate(WORDS)
    ]
    if version is not None:
        steps[0]["note"] = f"version {version.number}"
    if proposal.submitted_at is not None:
        steps[2]["note"] = day(proposal.submitted_at)
    if proposal.cycle is not None and here < 4:
        steps[4]["note"] = f"by {day(proposal.cycle.slate_due_at)}"
    return steps if needs else [step for number, step in enumerate(steps) if number != 1]


def holder_of(proposal: Proposal) -> dict[str, str]:
    """Who has it now, and what happens next, as two sentences."""
    cycle = proposal.cycle
    who, then = {
        "draft": ("With its author", "Sending it picks the cycle that is open then."),
        "pm_review": (
            "With the partner’s Director or Program Manager",
            "Usually two working days. Once endorsed, it is submitted.",
        ),
        "submitted": (
            f"Submitted to {cycle}",
            f"Reviewers get it after the deadline, {moment(cycle.closes_at) if cycle else ''}.",
        ),
        "in_review": ("With two reviewers", f"Scores are due {day(cycle.reviews_due_at) if cycle else ''}."),
        "scored": ("With Code.org staff", f"The decision is due {day(cycle.slate_due_at) if cycle else ''}."),
        "proposed": (
            "With a second person at Code.org",
            f"The decision is due {day(cycle.slate_due_at) if cycle else ''}.",
        ),
        "awarded": ("Awarded", "The reason and the reviewers’ comments stand with the decision."),
        "waitlisted": ("On the waitlist", "It ends when the next intake closes."),
        "declined": ("Declined in this cycle", "The reason and the reviewers’ comments stand with the decision."),
        "withdrawn": ("Withdrawn", "Nothing more happens to it."),
    }[proposal.state]
    return {"who": who, "then": then}


def _word(number: int, word: str, proposal: Proposal) -> str:
    if number == 4:
        return LAST.get(proposal.state, word)
    return "Withdrawn" if number == 0 and proposal.state == "withdrawn" else word


def _state(number: int, here: int, proposal: Proposal) -> str:
    if proposal.state == "withdrawn":
        return "stop" if number == 0 else ""
    if number < here:
        return "done"
    if number > here:
        return ""
    return {"declined": "stop", "awarded": "done"}.get(proposal.state, "now")
