"""Two people in the database itself: who signs a step is who is signed in, and what the second confirms is what the first proposed.

Plain SQL triggers: they hold for every door and for whoever writes SQL in it (architecture, "Separation of duties").
"""

from __future__ import annotations

from typing import Any

from common.tenancy.constraints import WallConstraint

DOORS = "('rp_app', 'rp_staff', 'rp_review', 'rp_link')"


class GuardTrigger(WallConstraint):
    """One trigger and its function, both named after the constraint."""

    events = "INSERT OR UPDATE"

    def body(self) -> str:
        """PL/pgSQL between begin and end."""
        raise NotImplementedError

    def refuse_if(self, condition: str, words: str) -> str:
        """A refusal in the name of this constraint."""
        return f"if {condition} then raise exception '{words}' using errcode = '23514', constraint = '{self.name}'; end if; "

    def statements(self, table: str) -> list[str]:
        return [
            f"CREATE FUNCTION app.{self.name}() RETURNS trigger LANGUAGE plpgsql AS $body$ begin {self.body()} end $body$",
            f"CREATE TRIGGER {self.name} BEFORE {self.events} ON {table} FOR EACH ROW EXECUTE FUNCTION app.{self.name}()",
        ]

    def undo(self, table: str) -> list[str]:
        return [f"DROP TRIGGER {self.name} ON {table}", f"DROP FUNCTION app.{self.name}()"]


class SignedTrigger(GuardTrigger):
    """A trigger about some columns of its table."""

    def __init__(self, *, name: str, columns: list[str]) -> None:
        super().__init__(name=name)
        self.columns = list(columns)

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "columns": self.columns}


class InPerson(SignedTrigger):
    """Whoever one of the columns names is the person who is signed in, where one is; jobs and migrations name whom they say."""

    def body(self) -> str:
        named = (
            f"new.{column} is not null and new.{column} <> app.person() "
            f"and (tg_op = 'INSERT' or new.{column} is distinct from old.{column})"
            for column in self.columns
        )
        forged = " or ".join(f"({one})" for one in named)
        return (
            self.refuse_if(
                f"app.person() is not null and ({forged})", "a step is signed by the person who is signed in"
            )
            + "return new;"
        )


class ConfirmedByAnother(SignedTrigger):
    """A version is proposed by a person and confirmed later as it was proposed (`columns`); then only its end comes nearer.

    What migrations bring along, as the owner, needs no people.
    """

    events = "INSERT OR UPDATE OR DELETE"

    def __init__(self, *, name: str, columns: list[str], dated: bool = True) -> None:
        super().__init__(name=name, columns=columns)
        self.dated = dated

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "dated": self.dated}

    def body(self) -> str:
        kept = [*self.columns, "reason", "proposed_by_id", "proposed_at"]
        fixed = ["confirmed_by_id", "confirmed_at", *(["valid_from"] if self.dated else [])]
        later = "old.valid_before is not null and (new.valid_before is null or new.valid_before > old.valid_before)"
        return (
            f"if current_user not in {DOORS} then return coalesce(new, old); end if; "
            + self.refuse_if("tg_op = 'DELETE'", "a version is withdrawn, never deleted")
            + "if tg_op = 'INSERT' then "
            + self.refuse_if(
                "new.proposed_by_id is null or new.confirmed_at is not null", "one proposes, another confirms"
            )
            + "return new; end if; "
            + self.refuse_if(_differ(kept), "what is confirmed is what was proposed")
            + self.refuse_if(
                f"old.confirmed_at is not null and ({_differ(fixed)}{f' or {later}' if self.dated else ''})",
                "a confirmed version only ends",
            )
            + "return new;"
        )


def _differ(columns: list[str]) -> str:
    old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
    return f"({old}) is distinct from ({new})"


class FixedWithParent(GuardTrigger):
    """Rows that belong to a version: once it is confirmed they are as they were read (`parent` table, `column` that names it)."""

    events = "INSERT OR UPDATE OR DELETE"

    def __init__(self, *, name: str, parent: str, column: str) -> None:
        super().__init__(name=name)
        self.parent, self.column = parent, column

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "parent": self.parent, "column": self.column}

    def body(self) -> str:
        of_rows = f"(tg_op <> 'INSERT' and id = old.{self.column} or tg_op <> 'DELETE' and id = new.{self.column})"
        confirmed = f"exists (select from {self.parent} where confirmed_at is not null and {of_rows})"
        return (
            self.refuse_if(f"current_user in {DOORS} and {confirmed}", "a confirmed version keeps its parts")
            + "return coalesce(new, old);"
        )
