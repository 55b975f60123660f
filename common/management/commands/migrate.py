"""`migrate` as the owner of the tables, with the rights that the doors' roles begin with."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from common.refs import seeded

RIGHTS = """
alter default privileges in schema public grant select, insert, update, delete on tables to rp_app, rp_staff;
alter default privileges in schema public grant usage on sequences to rp_app, rp_staff;
set lock_timeout = '5s';
"""


class Command(Migrate):
    """Django's command on the alias `owner`; the app role can make no table."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The owner is the default database."""
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant first, so that every table made below is born with its rights."""
        with connections[options["database"]].cursor() as cursor:
            cursor.execute(RIGHTS)
        with ExitStack() as self.seed:
            super().handle(*args, **options)

    def migration_progress_callback(self, action: str, migration: Any = None, fake: bool = False) -> None:
        """What a migration writes has the same references in every database, so the same date makes the same demo network."""
        if action in ("apply_start", "apply_success"):
            self.seed.close()
        if action == "apply_start":
            self.seed.enter_context(seeded(f"{migration.app_label}.{migration.name}"))
        super().migration_progress_callback(action, migration, fake)
