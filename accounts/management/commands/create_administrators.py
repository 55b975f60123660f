"""`create_administrators`: invite the first two Administrators of an empty system; refused ever after."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.operations import create_administrators
from common.errors import DomainError
from common.tenancy import staff_context
from common.zones import now


class Command(BaseCommand):
    """Each person gets a mail with a link; nobody learns anybody's password."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Two e-mail addresses with two names."""
        for which in ("first", "second"):
            parser.add_argument(f"--{which}-email", required=True)
            parser.add_argument(f"--{which}-name", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Invite both, or say why not."""
        people = [(options[f"{which}_email"], options[f"{which}_name"]) for which in ("first", "second")]
        try:
            with staff_context("create_administrators"):
                made = create_administrators(people=people, at=now())
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(
            f"Invited {' and '.join(row.email for row in made)}; each gets a mail with a link that works for 7 days."
        )
