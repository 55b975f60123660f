"""Base classes of tenant and network tables: fail-closed managers, composite keys, nothing to forget."""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

from django.core.exceptions import FullResultSet
from django.db import models
from django.db.models import BooleanField, F
from django.db.models.base import ModelBase
from django.db.models.expressions import Expression
from django.db.models.sql.compiler import SQLCompiler

from common.tenancy.constraints import NetworkTable, SameTenant, TenantTable, WallConstraint
from common.tenancy.scope import current_scope

ModelT = TypeVar("ModelT", bound=models.Model, covariant=True)  # noqa: PLC0105  as in Manager and QuerySet themselves


class InScope(Expression):
    """True for rows of the current scope; asked when SQL is compiled, so a queryset made at import is safe too."""

    conditional = True

    def __init__(self, column: Any = "partner_id") -> None:
        super().__init__(output_field=BooleanField())
        self.column: Any = F(column) if isinstance(column, str) else column

    def get_source_expressions(self) -> list[Any]:
        return [self.column]

    def set_source_expressions(self, exprs: Any) -> None:
        (self.column,) = exprs

    def as_sql(self, compiler: SQLCompiler, connection: Any, **extra: Any) -> tuple[str, Any]:
        scope = current_scope()
        if scope.sees_all:
            raise FullResultSet
        sql, params = compiler.compile(self.column)
        if len(scope.partners) == 1:
            return f"{sql} = %s", (*params, scope.partners[0])
        return f"{sql} = any(%s::bigint[])", (*params, list(scope.partners))


class TenantQuerySet(models.QuerySet[ModelT]):
    """A queryset that refuses to write outside a door."""

    def create(self, **kwargs: Any) -> ModelT:
        """Insert one row. Raises NoTenantScope outside every door."""
        current_scope()
        return super().create(**kwargs)

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[ModelT]:
        """Insert rows. Raises NoTenantScope outside every door."""
        current_scope()
        return super().bulk_create(objs, *args, **kwargs)


class TenantManager(models.Manager[ModelT]):
    """The first wall: every query of a tenant table carries the scope, or raises NoTenantScope."""

    _queryset_class: ClassVar[type[Any]] = TenantQuerySet
    scoped_by: ClassVar[str] = "partner_id"

    def get_queryset(self) -> models.QuerySet[ModelT]:
        """Rows of the current scope."""
        return super().get_queryset().filter(InScope(self.scoped_by))


class TenantForeignKey(models.ForeignKey[Any, Any]):
    """A foreign key inside one tenant; the database constraint is SameTenant, which the metaclass adds."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs


class TenantOneToOne(models.OneToOneField[Any, Any]):
    """As TenantForeignKey, for a row that its parent has at most once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Any, dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.OneToOneField", args, kwargs


def _with_constraints(model: Any, added: list[models.BaseConstraint]) -> None:
    options = model._meta
    options.constraints = [*options.constraints, *added]
    options.original_attrs["constraints"] = options.constraints


class TenantBase(ModelBase):
    """Adds the wall to every concrete model; a subclass cannot forget it."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        model: Any = super().__new__(mcs, name, bases, attrs, **kwargs)
        options = model._meta
        if not (options.abstract or options.proxy or options.swapped):
            table = options.db_table
            _with_constraints(
                model,
                [
                    TenantTable(name=f"{table}_tenant_key", key=options.pk.name == "id", writers=model.tenant_writers),
                    *(
                        SameTenant(field=field.name, name=f"{table}_{field.name}_same_tenant")
                        for field in options.local_fields
                        if isinstance(field, TenantForeignKey | TenantOneToOne)
                    ),
                ],
            )
        return model


class TenantModel(models.Model, metaclass=TenantBase):
    """A row that belongs to one partner. Set `tenant_writers = "staff"` where the partner may only read."""

    tenant_writers: ClassVar[str] = "tenant"

    partner = models.ForeignKey("partners.Partner", on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = TenantManager()

    class Meta:
        abstract = True


class NetworkBase(ModelBase):
    """Adds the revoked rights of a network table."""

    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any], **kwargs: Any) -> Any:
        model: Any = super().__new__(mcs, name, bases, attrs, **kwargs)
        if not (model._meta.abstract or model._meta.proxy):
            _with_constraints(model, [model.wall(name=f"{model._meta.db_table}_network")])
        return model


class NetworkModel(models.Model, metaclass=NetworkBase):
    """A row of the whole network: everybody signed in reads, the staff door writes (`wall = StaffTable`: staff read too)."""

    wall: ClassVar[type[WallConstraint]] = NetworkTable

    class Meta:
        abstract = True
