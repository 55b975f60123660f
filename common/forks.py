"""No database connection and no pool crosses a fork: two processes would read each other's answers (spike 0.2)."""

from __future__ import annotations

import os

from django.db import connections


def close_everything() -> None:
    """Close each initialised connection of this thread and its pool."""
    for connection in connections.all(initialized_only=True):
        if connection.in_atomic_block:
            continue
        connection.close()
        close_pool = getattr(connection, "close_pool", None)
        if close_pool is not None:
            close_pool()


def guard() -> None:
    """Have it done before each fork."""
    os.register_at_fork(before=close_everything)
