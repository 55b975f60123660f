"""`load_demo [--as-of DATE]`: fill an empty development database with the demo network."""

from __future__ import annotations

import time
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from common.commands import JsonCommand, day
from common.zones import today
from impact.demo.load import NotEmpty, load_demo


class Command(JsonCommand):
    """The same date makes the same rows; refused with production settings."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The date that the network is at."""
        super().add_arguments(parser)
        parser.add_argument("--as-of", type=day, default=None, help="a date; today if none is given")

    def work(self, **options: Any) -> dict[str, Any]:
        """created, updated, unchanged, rejected, seconds."""
        if settings.PRODUCTION:
            raise CommandError("The demo network is not loaded with production settings.")
        began = time.monotonic()
        try:
            made = load_demo(options["as_of"] or today())
        except NotEmpty as error:
            raise CommandError(str(error)) from error
        return {
            "created": len(made.partners),
            "updated": 0,
            "unchanged": 0,
            "rejected": [],
            "seconds": round(time.monotonic() - began, 2),
        }
