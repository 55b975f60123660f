#!/usr/bin/env python
"""Django's commands; in development the embedded servers run for as long as the command does."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from rp_network import embedded, roles
from rp_network.unprivileged import ServersUnavailable


def main() -> None:
    """Run one command, with the servers that its environment does not name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rp_network.settings")
    from django.core.management import execute_from_command_line

    var = Path(os.environ.get("RP_VAR") or Path(__file__).resolve().parent / "var")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with embedded.Servers(var, names=embedded.wanted(os.environ), prepare=roles.ensure):
            execute_from_command_line(sys.argv)
    except ServersUnavailable as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
