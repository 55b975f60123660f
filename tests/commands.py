"""Commands as others run them."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from django.core.management import call_command


def printed(*command: str) -> tuple[int, dict[str, Any]]:
    """Exit code, and the one object that a command prints with `--json`."""
    out, code = StringIO(), 0
    try:
        call_command(*command, "--json", stdout=out)
    except SystemExit as ended:
        code = int(ended.code or 0)
    return code, json.loads(out.getvalue())
