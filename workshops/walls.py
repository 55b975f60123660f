"""What the database itself holds about workshops: children of one workshop, sessions of one day, seats that are counted."""

from __future__ import annotations

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from common.tenancy.constraints import WallConstraint


class SameWorkshop(WallConstraint):
    """FOREIGN KEY (workshop_id, x_id): a row of one workshop never hangs on a session or enrollment of another."""

    def __init__(self, *, name: str, field: str, to: str) -> None:
        super().__init__(name=name)
        self.field, self.to = field, to

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "field": self.field, "to": self.to}

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ADD CONSTRAINT {self.name} FOREIGN KEY (workshop_id, {self.field}_id) "
            f"REFERENCES {self.to} (workshop_id, id) DEFERRABLE INITIALLY DEFERRED"
        ]

    def undo(self, table: str) -> list[str]:
        return [f"ALTER TABLE {table} DROP CONSTRAINT {self.name}"]


class OneLocalDay(WallConstraint):
    """A session begins and ends on one calendar day of its own zone (C8)."""

    def inline(self, editor: BaseDatabaseSchemaEditor) -> str | None:
        return (
            f"CONSTRAINT {editor.quote_name(self.name)} CHECK "
            "((starts_at AT TIME ZONE zone)::date = (ends_at AT TIME ZONE zone)::date)"
        )

    def statements(self, table: str) -> list[str]:
        return []

    def undo(self, table: str) -> list[str]:
        return []


class SeatsCounted(WallConstraint):
    """Triggers that keep `enrolled` of a workshop equal to its enrollments, so that its CHECK holds the capacity."""

    def statements(self, table: str) -> list[str]:
        bare = table.strip('"')
        count = (
            "select workshop_id, count(*) filter (where canceled_at is null) as seats from {rows} group by workshop_id"
        )
        changed = (
            f"({count.format(rows='added')}) new_ full join ({count.format(rows='gone')}) old_ using (workshop_id)"
        )
        sources = {
            "insert": (f"({count.format(rows='added')}) s", "s.seats", "new table as added"),
            "delete": (f"({count.format(rows='gone')}) s", "-s.seats", "old table as gone"),
            "update": (
                f"(select workshop_id, coalesce(new_.seats, 0) - coalesce(old_.seats, 0) as seats from {changed}) s",  # noqa: S608  our own names
                "s.seats",
                "old table as gone new table as added",
            ),
        }
        made = []
        for event, (source, seats, tables) in sources.items():
            body = (
                f"begin update workshops_workshop w set enrolled = w.enrolled + {seats} from {source} "  # noqa: S608  our own names
                "where w.id = s.workshop_id and s.seats <> 0; return null; end"
            )
            made += [
                f"CREATE FUNCTION app.{bare}_seats_{event}() RETURNS trigger LANGUAGE plpgsql AS $body$ {body} $body$",
                f"CREATE TRIGGER {bare}_seats_{event} AFTER {event.upper()} ON {table} REFERENCING {tables} "
                f"FOR EACH STATEMENT EXECUTE FUNCTION app.{bare}_seats_{event}()",
            ]
        return made

    def undo(self, table: str) -> list[str]:
        bare = table.strip('"')
        dropped = []
        for event in ("insert", "delete", "update"):
            dropped += [f"DROP TRIGGER {bare}_seats_{event} ON {table}", f"DROP FUNCTION app.{bare}_seats_{event}()"]
        return dropped
