"""`create_administrators`: invite the first two Administrators of an empty system; refused ever after."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import CodeOrgInvitation
from accounts.operations import create_administrators, resend_first_invitations
from common.errors import DomainError
from common.tenancy import staff_context
from common.zones import now

PARTS = [f"{which}_{part}" for which in ("first", "second") for part in ("email", "name")]


class Command(BaseCommand):
    """Each person gets a mail with a link; nobody learns anybody's password."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Two e-mail addresses with two names, or `--send-again`."""
        for part in PARTS:
            parser.add_argument(f"--{part.replace('_', '-')}", default="")
        parser.add_argument(
            "--send-again", action="store_true", help="mail both links once more, as long as nobody has joined"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Invite both, or say why not."""
        missing = [f"--{part.replace('_', '-')}" for part in PARTS if not options[part].strip()]
        if missing and not options["send_again"]:
            raise CommandError(f"Name two people; missing: {', '.join(missing)}")
        try:
            with staff_context("create_administrators"):
                made = self.invite(options, now())
        except DomainError as error:
            raise CommandError(error.message) from error
        if not made:
            raise CommandError("Nobody is invited yet: name two people.")
        self.stdout.write(
            f"Invited {' and '.join(row.email for row in made)}; each gets a mail with a link that works for 7 days."
        )

    def invite(self, options: dict[str, Any], at: dt.datetime) -> list[CodeOrgInvitation]:
        """The first time, or once more."""
        if options["send_again"]:
            return resend_first_invitations(at=at)
        people = [(options[f"{which}_email"], options[f"{which}_name"]) for which in ("first", "second")]
        return create_administrators(people=people, at=at)
