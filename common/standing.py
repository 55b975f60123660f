"""What a person may be asked about at a request: roles at partners and at Code.org, read from the database each time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from rules.predicates import predicate


class Post(NamedTuple):
    """One role at one partner. `employed` is False for somebody contracted."""

    partner_id: int
    role: str
    employed: bool


@dataclass(frozen=True)
class Standing:
    """Posts at partners, roles at Code.org, and the partners that an Outreach Manager is assigned to today."""

    posts: tuple[Post, ...] = ()
    code_org: frozenset[str] = frozenset()
    portfolio: frozenset[int] = field(default_factory=frozenset)

    def at(self, partner_id: int | None, *roles: str, employed: bool | None = None) -> bool:
        """True where one of these roles is held at this partner (contracted or employed where asked)."""
        return any(
            post.partner_id == partner_id and post.role in roles and (employed is None or post.employed == employed)
            for post in self.posts
        )

    def is_code_org(self, *roles: str) -> bool:
        """True for one of these roles at Code.org."""
        return bool(self.code_org.intersection(roles))

    def manages(self, partner_id: int | None) -> bool:
        """True for the Outreach Manager who is assigned to this partner today."""
        return "outreach_manager" in self.code_org and partner_id in self.portfolio


NOBODY_IN_PARTICULAR = Standing()


def partner_of(obj: Any) -> int | None:
    """The partner that a row belongs to; a Partner is its own."""
    if obj is None:
        return None
    return obj.pk if obj._meta.label == "partners.Partner" else getattr(obj, "partner_id", None)


def holds(*roles: str, employed: bool | None = None) -> Any:
    """Predicate: one of these roles at the partner of the row."""

    @predicate  # type: ignore[untyped-decorator]
    def held(user: Any, obj: Any = None) -> bool:
        return bool(user.standing.at(partner_of(obj), *roles, employed=employed))

    return held


def at_code_org(*roles: str) -> Any:
    """Predicate: one of these roles at Code.org."""

    @predicate  # type: ignore[untyped-decorator]
    def held(user: Any, obj: Any = None) -> bool:
        return bool(user.standing.is_code_org(*roles))

    return held


@predicate  # type: ignore[untyped-decorator]
def manages_partner(user: Any, obj: Any = None) -> bool:
    """Predicate: the Outreach Manager of the row's partner."""
    return bool(user.standing.manages(partner_of(obj)))


@predicate  # type: ignore[untyped-decorator]
def signed_in(user: Any, obj: Any = None) -> bool:
    """Predicate: anybody who has signed in."""
    return bool(user.is_authenticated)


director = holds("director")
program_manager = holds("program_manager")
facilitator = holds("facilitator")
champion = holds("champion")
member = holds("director", "program_manager", "facilitator", "champion")
outreach_manager = at_code_org("outreach_manager")
staff = at_code_org("staff")
finance = at_code_org("finance")
administrator = at_code_org("administrator")
