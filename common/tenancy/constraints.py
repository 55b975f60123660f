"""Constraint classes that give a table its wall: row security, composite keys, revoked rights (spike 3)."""

from __future__ import annotations

from typing import Any, Literal, cast

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import BaseConstraint, ForeignKey, Model

Writers = Literal["tenant", "staff"]
MINE = "partner_id = any ((select app.partners())::bigint[])"
ACTIVE = "partner_id = (select app.active())"


class WallConstraint(BaseConstraint):
    """A constraint that is several statements: made with the table or added to one, and removed again."""

    def statements(self, table: str) -> list[str]:
        """SQL that puts the wall up; `table` is quoted."""
        raise NotImplementedError

    def undo(self, table: str) -> list[str]:
        """SQL that takes the wall down again."""
        raise NotImplementedError

    def inline(self, editor: BaseDatabaseSchemaEditor) -> str | None:
        """The part that stands inside CREATE TABLE, if there is one."""
        return None

    def constraint_sql(  # type: ignore[override]  # None where nothing stands inline, as Django itself allows
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str | None:
        assert model is not None and schema_editor is not None
        schema_editor.deferred_sql.extend(
            cast("list[Any]", self.statements(schema_editor.quote_name(model._meta.db_table)))
        )
        return self.inline(schema_editor)

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None and schema_editor is not None
        table = schema_editor.quote_name(model._meta.db_table)
        inline = self.inline(schema_editor)
        added = [f"ALTER TABLE {table} ADD {inline}"] if inline else []
        return ";\n".join([*added, *self.statements(table)])

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None and schema_editor is not None
        table = schema_editor.quote_name(model._meta.db_table)
        dropped = (
            [f"ALTER TABLE {table} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"]
            if self.inline(schema_editor)
            else []
        )
        return ";\n".join([*self.undo(table), *dropped])

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to ask in Python: the database holds it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.deconstruct() == other.deconstruct()

    def __hash__(self) -> int:
        return hash(self.name)


class TenantTable(WallConstraint):
    """Row security of one tenant table: read by app.partners, written by app.active, all for rp_staff.

    `writers="staff"` takes the tenant's right to write away. `column` is the one that names the partner.
    """

    def __init__(self, *, name: str, key: bool = True, writers: Writers = "tenant") -> None:
        super().__init__(name=name)
        self.key, self.writers = key, writers

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "key": self.key, "writers": self.writers}

    def inline(self, editor: BaseDatabaseSchemaEditor) -> str | None:
        return f"CONSTRAINT {editor.quote_name(self.name)} UNIQUE (partner_id, id)" if self.key else None

    def statements(self, table: str) -> list[str]:
        made = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY tenant ON {table} FOR SELECT TO rp_app USING ({MINE})",
            f"CREATE POLICY staff ON {table} TO rp_staff USING (true) WITH CHECK (true)",
        ]
        if self.writers == "staff":
            return [*made, f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM rp_app"]
        return [
            *made,
            f"CREATE POLICY tenant_insert ON {table} FOR INSERT TO rp_app WITH CHECK ({ACTIVE})",
            f"CREATE POLICY tenant_update ON {table} FOR UPDATE TO rp_app USING ({ACTIVE}) WITH CHECK ({ACTIVE})",
            f"CREATE POLICY tenant_delete ON {table} FOR DELETE TO rp_app USING ({ACTIVE})",
        ]

    def undo(self, table: str) -> list[str]:
        writes = ["tenant_insert", "tenant_update", "tenant_delete"] if self.writers == "tenant" else []
        regrant = [] if writes else [f"GRANT INSERT, UPDATE, DELETE ON {table} TO rp_app"]
        return [
            *(f"DROP POLICY {policy} ON {table}" for policy in ["tenant", "staff", *writes]),
            *regrant,
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class NetworkTable(WallConstraint):
    """A table of the whole network: everybody signed in reads, only the staff door writes."""

    def statements(self, table: str) -> list[str]:
        return [f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM rp_app"]

    def undo(self, table: str) -> list[str]:
        return [f"GRANT INSERT, UPDATE, DELETE ON {table} TO rp_app"]


class StaffTable(WallConstraint):
    """A table of the network that only the staff door may even read."""

    def statements(self, table: str) -> list[str]:
        return [f"REVOKE ALL ON {table} FROM rp_app"]

    def undo(self, table: str) -> list[str]:
        return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO rp_app"]


class AppendOnlyTable(WallConstraint):
    """INSERT and SELECT only, for every role but the owner; a trigger says the same to whoever has the right."""

    def statements(self, table: str) -> list[str]:
        bare = table.strip('"')
        return [
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM rp_app, rp_staff",
            f"CREATE TRIGGER {bare}_append_only BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION app.refuse_change()",
            f"CREATE TRIGGER {bare}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION app.refuse_change()",
        ]

    def undo(self, table: str) -> list[str]:
        bare = table.strip('"')
        return [
            f"DROP TRIGGER {bare}_append_only ON {table}",
            f"DROP TRIGGER {bare}_no_truncate ON {table}",
            f"GRANT UPDATE, DELETE ON {table} TO rp_app, rp_staff",
        ]


class GuardedTable(WallConstraint):
    """Row security for a table without partner_id: the staff door sees all, other doors only by their DoorPolicy."""

    def statements(self, table: str) -> list[str]:
        return [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY staff ON {table} TO rp_staff USING (true) WITH CHECK (true)",
        ]

    def undo(self, table: str) -> list[str]:
        return [
            f"DROP POLICY staff ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        ]


class DoorPolicy(WallConstraint):
    """One command of one door on one table: the grant and its policy (`using` for old rows, `with_check` for new ones)."""

    def __init__(self, *, name: str, role: str, command: str, using: str = "", with_check: str = "") -> None:
        super().__init__(name=name)
        self.role, self.command, self.using, self.with_check = role, command, using, with_check

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return (
            path,
            tuple(args),
            {**kwargs, "role": self.role, "command": self.command, "using": self.using, "with_check": self.with_check},
        )

    @property
    def policy(self) -> str:
        """Such as `review_select`: the door and the command."""
        return f"{self.role.removeprefix('rp_')}_{self.command.lower()}"

    def statements(self, table: str) -> list[str]:
        using = f" USING ({self.using})" if self.using else ""
        check = f" WITH CHECK ({self.with_check})" if self.with_check else ""
        return [
            f"GRANT {self.command} ON {table} TO {self.role}",
            f"CREATE POLICY {self.policy} ON {table} FOR {self.command} TO {self.role}{using}{check}",
        ]

    def undo(self, table: str) -> list[str]:
        kept = [] if self.role in ("rp_app", "rp_staff") else [f"REVOKE {self.command} ON {table} FROM {self.role}"]
        return [f"DROP POLICY {self.policy} ON {table}", *kept]


class DoorGrant(WallConstraint):
    """A narrow door's right on a table without row security (a network table that its pages need)."""

    def __init__(self, *, name: str, role: str, commands: str = "SELECT") -> None:
        super().__init__(name=name)
        self.role, self.commands = role, commands

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "role": self.role, "commands": self.commands}

    def statements(self, table: str) -> list[str]:
        return [f"GRANT {self.commands} ON {table} TO {self.role}"]

    def undo(self, table: str) -> list[str]:
        return [f"REVOKE {self.commands} ON {table} FROM {self.role}"]


class SameTenant(WallConstraint):
    """FOREIGN KEY (partner_id, x_id) REFERENCES x (partner_id, id): a child never hangs on another tenant's row."""

    def __init__(self, *, field: str, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "field": self.field}

    def create_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None and schema_editor is not None
        quote, field = schema_editor.quote_name, cast("ForeignKey[Any, Any]", model._meta.get_field(self.field))
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} FOREIGN KEY (partner_id, {quote(field.column)}) "
            f"REFERENCES {quote(field.remote_field.model._meta.db_table)} (partner_id, id) DEFERRABLE INITIALLY DEFERRED"
        )

    def constraint_sql(  # type: ignore[override]  # None where nothing stands inline, as Django itself allows
        self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str | None:
        assert schema_editor is not None
        schema_editor.deferred_sql.append(cast("Any", self.create_sql(model, schema_editor)))
        return None

    def remove_sql(self, model: type[Model] | None, schema_editor: BaseDatabaseSchemaEditor | None) -> str:
        assert model is not None and schema_editor is not None
        return f"ALTER TABLE {schema_editor.quote_name(model._meta.db_table)} DROP CONSTRAINT {schema_editor.quote_name(self.name)}"
