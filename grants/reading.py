"""A proposal as people read it: the context of grants/_content.html."""

from __future__ import annotations

from typing import Any

from grants.content import Content
from grants.models import ProposalVersion
from grants.words import Audience, Family, Goal, Measure
from partners.models import Role


def reading_of(content: Content, version: ProposalVersion | None = None) -> dict[str, Any]:
    """Typed content with the words of its choices."""
    return {
        "content": content,
        "version": version,
        "applicant_word": str(Role(version.applicant).label).lower() if version else "",
        "audience_word": _word(Audience, content.audience),
        "goal_words": ", ".join(_word(Goal, goal).lower() for goal in content.goals),
        "lines": [
            {"what": one.what, "word": _word(Family, one.family), "basis": one.basis, "amount": one.amount}
            for one in content.lines
        ],
        "outcomes": [
            {
                "word": _word(Measure, one.measure),
                "what": one.what,
                "baseline": one.baseline,
                "promised": one.promised,
                "by": one.by,
            }
            for one in content.outcomes
        ],
    }


def _word(words: Any, value: str) -> str:
    return str(words(value).label) if value in words.values else "Not chosen yet"
