"""What `check --deploy` says about files."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register("files", deploy=True)
def scanner_is_set(**kwargs: Any) -> list[checks.CheckMessage]:
    """Files are released without a virus scan where SCANNER_URL is not set."""
    if settings.SCANNER_URL:
        return []
    return [
        checks.Warning(
            "SCANNER_URL is not set: files are released as checked, not scanned.",
            hint="clamd://host:3310",
            id="activity.W001",
        )
    ]
