"""Rows of a file against rows of a table: new ones are added, changed ones follow the file, and what it leaves out is marked as gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from common.files import ImportResult

BATCH = 2_000


@dataclass
class Brought:
    """What a file did to a table: rows that are new, rows that changed with their values before, rows that are gone."""

    new: list[Any] = field(default_factory=list)
    changed: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    gone: list[Any] = field(default_factory=list)


def one_import_at_a_time() -> None:
    """A second import of reference data waits until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('districts.import'))")


def bring(
    model: type[models.Model],
    *,
    known: Mapping[Any, Any],
    wanted: Mapping[Any, dict[str, Any]],
    key: Callable[[Any], dict[str, Any]],
    result: ImportResult,
    quiet: Collection[str] = (),
) -> Brought:
    """Write `wanted` (facts by key) over `known` (rows by key) and count it; `key` gives the columns of a new row's key.

    A change of `quiet` columns alone is kept and counted as unchanged.
    """
    done, still, columns = Brought(), list[Any](), set[str]()
    for value, facts in wanted.items():
        row = known.get(value)
        if row is None:
            done.new.append(model(**key(value), **facts))
            continue
        before = {name: getattr(row, name) for name, new in facts.items() if getattr(row, name) != new}
        for name in before:
            setattr(row, name, facts[name])
        columns |= before.keys()
        if before.keys() - set(quiet):
            done.changed.append((row, before))
        elif before:
            still.append(row)
    rows = [*(row for row, _before in done.changed), *still]
    manager: Any = model._default_manager
    manager.bulk_create(done.new, batch_size=BATCH)
    if rows:
        manager.bulk_update(rows, sorted(columns), batch_size=BATCH)
    result.created += len(done.new)
    result.updated += len(done.changed)
    result.unchanged += len(wanted) - len(done.new) - len(done.changed)
    return done


def mark_gone(
    model: type[models.Model], done: Brought, *, rows: Collection[Any], marks: dict[str, Any], result: ImportResult
) -> None:
    """Give `marks` (the first is a flag that falls) to rows that the file could have named and did not; `bring` takes them off again."""
    flag = next(iter(marks))
    done.gone = [row for row in rows if getattr(row, flag)]
    for row in done.gone:
        for name, value in marks.items():
            setattr(row, name, value)
    manager: Any = model._default_manager
    manager.bulk_update(done.gone, list(marks), batch_size=BATCH)
    result.gone += len(done.gone)
