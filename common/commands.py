"""What every command that others run has in common: `--json` prints one object, instants are never in the future in production."""

from __future__ import annotations

import datetime as dt
import json
import time
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.files import ImportResult, UnreadableFile
from common.tenancy import staff_context
from common.zones import network_zone, now

NOTHING = {"created": 0, "updated": 0, "unchanged": 0}


class JsonCommand(BaseCommand):
    """Subclasses return a dict from `work`; it is printed as one JSON object or as lines.

    The object always holds created, updated, unchanged, rejected (a list of line and reason) and seconds, and whatever else `work` says.
    """

    rejected_is_failure = False

    def add_arguments(self, parser: CommandParser) -> None:
        """`--json`."""
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do the work and print what it did. Exit code 1 where something was rejected and that is a failure of this command."""
        began = time.monotonic()
        done = {**NOTHING, "rejected": [], **self.work(**options)}
        done.setdefault("seconds", round(time.monotonic() - began, 3))
        if options["json"]:
            self.stdout.write(json.dumps(done, default=str))
        else:
            self.write_lines(done)
        if self.rejected_is_failure and done["rejected"]:
            raise SystemExit(1)

    def write_lines(self, done: dict[str, Any]) -> None:
        """One line a value, one a row of a list."""
        for name, value in done.items():
            for line in value if isinstance(value, list) else [value]:
                self.stdout.write(
                    f"{name}: {line if not isinstance(line, dict) else ', '.join(f'{k} {v}' for k, v in line.items())}"
                )

    def work(self, **options: Any) -> dict[str, Any]:
        """What was done: created, updated, unchanged, rejected, seconds and the like."""
        raise NotImplementedError


class ImportCommand(JsonCommand):
    """A command that takes one file whole, in one transaction, as staff; `take` says what it did."""

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)

    def work(self, **options: Any) -> dict[str, Any]:
        """created, updated, unchanged, gone, rejected, noticed, seconds."""
        began = time.monotonic()
        try:
            content = options["file"].read_bytes()
            with staff_context(self.__module__.rsplit(".", 1)[-1]):
                done = self.take(content, **options)
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        done.seconds = round(time.monotonic() - began, 3)
        return done.as_json()

    def take(self, content: bytes, **options: Any) -> ImportResult:
        """Bring the rows in. Raises UnreadableFile."""
        raise NotImplementedError


def day(text: str) -> dt.date:
    """An ISO date; argparse puts the words of the error after the option's name."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date: write 2026-11-22") from error


def instant(text: str | None) -> dt.datetime:
    """An ISO date or date-time (no zone: the network's) as an instant; none is now. In production never later than now."""
    if not text:
        return now()
    try:
        read = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"{text!r} is no instant: write 2026-11-22T17:00 or 2026-11-22T17:00-08:00.") from error
    at = read if read.tzinfo else read.replace(tzinfo=network_zone())
    if settings.PRODUCTION and at > now():
        raise CommandError(f"{text} lies in the future: production works with instants up to now.")
    return at
