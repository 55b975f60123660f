"""The base of every Celery task: it names its door, or it does not run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from celery import Task

from common.tenancy import staff_context, tenant_context


class ScopedTask(Task):  # type: ignore[misc]
    """`task.delay(scope="staff", ...)` or `scope=[partner ids]`; ids and dates only, never rows (spike 7)."""

    abstract = True
    typing = False

    def __call__(self, *args: Any, scope: str | Sequence[int] | None = None, **kwargs: Any) -> Any:
        """Enter the door for the whole run. Raises RuntimeError without a scope."""
        if scope is None:
            raise RuntimeError("a task names its scope: 'staff' or partner ids")
        if scope == "own":
            return self.run(*args, **kwargs)
        with staff_context(f"task {self.name}") if scope == "staff" else tenant_context(*(int(part) for part in scope)):
            return self.run(*args, **kwargs)
