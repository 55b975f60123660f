"""Refusals of the domain, and the way from a refused constraint to the domain's word for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from django.db import IntegrityError, transaction


class DomainError(Exception):
    """A rule said no. `message` is for people, `code` for programs, `field` names the input at fault."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message, self.field = message, field

    def by_field(self) -> dict[str, list[str]]:
        """Field -> sentences, where it names one."""
        return {self.field: [self.message]} if self.field else {}


class IllegalTransition(DomainError):
    """The record is not in a state from which this step leads on."""

    code = "illegal_transition"


class Stale(DomainError):
    """Somebody else changed the record since the page was opened."""

    code = "stale"


def constraint_of(error: IntegrityError) -> str | None:
    """The name of the constraint that the database refused."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


@contextmanager
def refusing(**by_constraint: Exception) -> Iterator[None]:
    """Turn a refused constraint into the exception named for it; the savepoint keeps the transaction usable."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        refusal = by_constraint.get(constraint_of(error) or "")
        if refusal is None:
            raise
        raise refusal from error
