"""Tenancy: doors, scopes and the base classes of tenant and network tables."""

from common.tenancy.constraints import (
    AppendOnlyTable,
    DoorGrant,
    DoorPolicy,
    GuardedTable,
    NetworkTable,
    SameTenant,
    StaffTable,
    TenantTable,
)
from common.tenancy.scope import (
    NOBODY,
    Door,
    NoTenantScope,
    Scope,
    current_scope,
    entered,
    link_context,
    moved_to,
    nobody_context,
    review_context,
    staff_context,
    tenant_context,
)

__all__ = [
    "NOBODY",
    "AppendOnlyTable",
    "Door",
    "DoorGrant",
    "DoorPolicy",
    "GuardedTable",
    "NetworkTable",
    "NoTenantScope",
    "SameTenant",
    "Scope",
    "StaffTable",
    "TenantTable",
    "current_scope",
    "entered",
    "link_context",
    "moved_to",
    "nobody_context",
    "review_context",
    "staff_context",
    "tenant_context",
]
