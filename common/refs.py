"""Public references: a type letter and 10 base32 characters, such as `W-7K3M9Q2XAB`."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_seeded: ContextVar[random.Random | None] = ContextVar("seeded_references", default=None)


def new_ref(letter: str) -> str:
    """A new reference; unpredictable, except inside `seeded`."""
    source = chance()
    return f"{letter}-" + "".join(source.choice(ALPHABET) for _ in range(10))


def chance() -> random.Random:
    """Where references and draws come from: the system's unpredictable source, except inside `seeded`."""
    return _seeded.get() or secrets.SystemRandom()


@contextmanager
def seeded(seed: int | str) -> Iterator[None]:
    """References and draws that the same seed makes again: the demo network, and rows that migrations write."""
    token = _seeded.set(random.Random(seed))
    try:
        yield
    finally:
        _seeded.reset(token)


class RefField(models.CharField[Any, Any]):
    """The unique public reference of a row; primary keys never leave the server."""

    def __init__(self, letter: str, **kwargs: Any) -> None:
        self.letter = letter
        super().__init__(**{**kwargs, "max_length": 12, "unique": True, "editable": False})

    def get_default(self) -> str:
        """A new reference for each new row."""
        return new_ref(self.letter)

    def has_default(self) -> bool:
        """Always: see get_default."""
        return True

    def deconstruct(self) -> Any:
        """The letter is all that varies."""
        name, path, _args, kwargs = super().deconstruct()
        for fixed in ("max_length", "unique", "editable"):
            kwargs.pop(fixed, None)
        return name, path, [self.letter], kwargs


class ReferenceConverter:
    """For URLs: only what can be a reference matches, so that nothing else ever reaches a query."""

    regex = "[A-Z]-[0-9A-Z]{10}"

    def to_python(self, value: str) -> str:
        """As it stands."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands."""
        return value
