"""The first and the second wall: managers that refuse without a scope, and row security below them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from common.tenancy import NoTenantScope, nobody_context, staff_context, tenant_context
from partners.models import Membership, Partner
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "use",
    [
        lambda: list(Membership.objects.all()),
        Membership.objects.count,
        lambda: Membership.objects.filter(role="x").exists(),
        Membership.objects.first,
        lambda: Membership.objects.update(role="x"),
        lambda: Membership.objects.filter(pk=1).delete(),
        lambda: Membership.objects.create(partner_id=1),
        lambda: list(Partner.objects.all()),
    ],
)
def test_a_tenant_table_refuses_to_be_used_outside_every_door(use: Callable[[], object]) -> None:
    with pytest.raises(NoTenantScope):
        use()


def test_the_tenant_door_shows_the_rows_of_its_partners_only(world: World) -> None:
    with tenant_context(world.home.pk):
        assert {row.partner_id for row in Membership.objects.all()} == {world.home.pk}
        assert [row.name for row in Partner.objects.all()] == ["Home Mesa CS Alliance"]


def test_row_security_holds_where_the_manager_is_passed_by(world: World) -> None:
    with tenant_context(world.home.pk), connection.cursor() as cursor:
        cursor.execute("select distinct partner_id from partners_membership")
        assert cursor.fetchall() == [(world.home.pk,)]
        cursor.execute("select count(*) from partners_partner")
        assert cursor.fetchone() == (1,)


def test_the_none_door_shows_no_tenant_row(world: World) -> None:
    with nobody_context(), connection.cursor() as cursor:
        for table in ("partners_membership", "partners_partner", "partners_invitation", "activity_logentry"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table


def test_a_row_of_another_tenant_cannot_be_written(world: World) -> None:
    with tenant_context(world.home.pk), connection.cursor() as cursor:
        cursor.execute("update partners_membership set role = 'director' where partner_id = %s", [world.away.pk])
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            cursor.execute(
                "insert into workshops_teacher (ref, partner_id, name, email, school_name, added_by_id, added_at)"
                " values ('T-X', %s, 'a', '', '', %s, now())",
                [world.away.pk, world.people["director"].pk],
            )


def test_the_outer_door_is_put_back(world: World) -> None:
    with tenant_context(world.home.pk):
        with staff_context("inside"):
            assert Partner.objects.count() == 2
        assert Partner.objects.count() == 1
        with connection.cursor() as cursor:
            cursor.execute("select current_user, current_setting('app.partners')")
            assert cursor.fetchone() == ("rp_app", str(world.home.pk))
