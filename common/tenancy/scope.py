"""The doors: who may see which rows, told to Python and to the database in one statement."""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

from django.db import connection, transaction


class NoTenantScope(RuntimeError):
    """A tenant table was read or written outside a door."""


class Door(enum.StrEnum):
    """One way into the database; each has its own role and policies (architecture, "Doors")."""

    NONE = "none"
    TENANT = "tenant"
    STAFF = "staff"
    REVIEW = "review"
    LINK = "link"

    @property
    def database_role(self) -> str:
        """The role that SET LOCAL ROLE takes; "none" is the login role, rp_app."""
        return {"staff": "rp_staff", "review": "rp_review", "link": "rp_link"}.get(self.value, "none")


@dataclass(frozen=True)
class Scope:
    """Rows that may be seen: partner ids, the one partner that may be written, the person, proposals, a link.

    `token` is the SHA-256 of a link's secret, `subject` the row that it names ("partners.invitation:12").
    """

    door: Door = Door.NONE
    partners: tuple[int, ...] = ()
    active: int | None = None
    user: int | None = None
    reviews: tuple[int, ...] = ()
    token: str = ""
    subject: str = ""
    reason: str = ""

    @property
    def sees_all(self) -> bool:
        """True where the policies themselves decide and Python adds no condition on partner_id."""
        return self.door in (Door.STAFF, Door.REVIEW, Door.LINK)


NOBODY = Scope()
_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    """The scope entered last in this thread or task. Raises NoTenantScope outside every door."""
    scope = _scope.get()
    if scope is None:
        raise NoTenantScope("enter a door first: tenant_context(), staff_context(), ...")
    return scope


def _ids(values: Iterable[int]) -> str:
    return ",".join(str(int(value)) for value in values)


def tell_database(scope: Scope, *, read_only: bool = False) -> None:
    """Set role and settings of one transaction with a single SELECT; they end with it."""
    if not connection.in_atomic_block:
        raise RuntimeError("a scope lives inside a transaction")
    settings = {
        "role": scope.door.database_role,
        "app.partners": _ids(scope.partners),
        "app.active": str(scope.active or ""),
        "app.user": str(scope.user or ""),
        "app.reviews": _ids(scope.reviews),
        "app.token": scope.token,
        "app.subject": scope.subject,
        "app.context": json.dumps({"door": scope.door.value, "user": scope.user, "reason": scope.reason}),
    }
    if read_only:
        settings["transaction_read_only"] = "on"
    calls = ", ".join(["set_config(%s, %s, true)"] * len(settings))
    with connection.cursor() as cursor:
        cursor.execute(f"select {calls}", [part for pair in settings.items() for part in pair])


@contextmanager
def entered(scope: Scope, *, read_only: bool = False) -> Iterator[Scope]:
    """Open a transaction (or savepoint) through one door; the outer door is put back afterwards."""
    outer, nested = _scope.get(), connection.in_atomic_block
    with transaction.atomic():
        tell_database(scope, read_only=read_only)
        token = _scope.set(scope)
        try:
            yield scope
        finally:
            _scope.reset(token)
        if nested and not connection.needs_rollback:
            tell_database(outer or NOBODY)


@contextmanager
def moved_to(scope: Scope, *, read_only: bool = False) -> Iterator[Scope]:
    """Go from one door to another inside the transaction that is open already (the middleware's second step)."""
    tell_database(scope, read_only=read_only)
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


def change_scope(scope: Scope) -> Scope:
    """Replace the scope of the block that is open now; it ends where that block ends."""
    tell_database(scope)
    _scope.set(scope)
    return scope


@contextmanager
def tenant_context(
    *partners: int, active: int | None = None, user: int | None = None, read_only: bool = False
) -> Iterator[Scope]:
    """The tenant door: rows of these partner ids; writes go to `active` (default: the only one given)."""
    chosen = active if active is not None else (partners[0] if len(partners) == 1 else None)
    with entered(Scope(Door.TENANT, tuple(partners), chosen, user), read_only=read_only) as scope:
        yield scope


@contextmanager
def staff_context(reason: str, *, user: int | None = None, read_only: bool = False) -> Iterator[Scope]:
    """The staff door: all rows. `reason` is kept with every row that history records."""
    with entered(Scope(Door.STAFF, user=user, reason=reason), read_only=read_only) as scope:
        yield scope


@contextmanager
def review_context(*proposals: int, user: int, read_only: bool = False) -> Iterator[Scope]:
    """The review door: the frozen submissions of these proposal ids and the reviewer's own scores."""
    with entered(Scope(Door.REVIEW, user=user, reviews=tuple(proposals)), read_only=read_only) as scope:
        yield scope


@contextmanager
def link_context(token: str, *, subject: str = "", read_only: bool = False) -> Iterator[Scope]:
    """The link door: the link with this SHA-256 and, once known, the row that it names."""
    with entered(Scope(Door.LINK, token=token, subject=subject), read_only=read_only) as scope:
        yield scope


@contextmanager
def nobody_context(*, user: int | None = None, read_only: bool = False) -> Iterator[Scope]:
    """The none door: accounts and sessions; every tenant table shows 0 rows."""
    with entered(replace(NOBODY, user=user), read_only=read_only) as scope:
        yield scope
