"""What stands in "Do next": made by the apps' home files, ranked by impact.homes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MOST = 200  # of one kind, and of all of them on one page


@dataclass(frozen=True)
class Todo:
    """One thing to do: when (with the words of the countdown), a sentence that starts with a verb, why, one button."""

    due: dt.datetime | None
    when: str
    note: str
    title: str
    why: str
    url: str
    action: str
    tone: str = ""
