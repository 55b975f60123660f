"""What the one-page form shows beside and below its fields: findings, figures, and the rows of the roster preview."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.template.loader import render_to_string

from common.zones import now
from workshops.checks import Checked, Preview
from workshops.entry import Entry
from workshops.facts import Judged, SessionFacts

PAGE = 100
VERDICTS = {
    "fix": ("bad", "bad", "Fix"),
    "twice": ("warn", "split", "Twice"),
    "new": ("move", "plus", "New"),
    "known": ("idle", "user", "Known"),
    "left_out": ("idle", "x", "Left out"),
}
ORDER = {"fix": 0, "twice": 1}
VIEWS = [
    ("all", "All"),
    ("fix", "To fix"),
    ("new", "New"),
    ("known", "Known"),
    ("twice", "Twice"),
    ("left_out", "Left out"),
]
ANCHORS = {
    "course": "id_course",
    "subject": "id_subject",
    "capacity": "id_capacity",
    "place": "id_place",
    "sessions": "id_sessions-0-date",
    "facilitators": "id_facilitators_0",
}


@dataclass
class ShownRow:
    """A row of the preview: its verdict in words, boxes for the sessions, and whether its cells are fields."""

    checked: Checked
    days: list[tuple[int, str, bool]]
    has_fields: bool

    @property
    def line(self) -> int:
        """Where it stood in what was pasted."""
        return self.checked.row.line

    @property
    def verdict(self) -> tuple[str, str, str]:
        """Tone, icon, word."""
        return VERDICTS[self.checked.verdict]

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Name, e-mail and school as fields with what is wrong."""
        row, found = self.checked.row, self.checked.wrong
        labels = (("name", "name", "text"), ("email", "e-mail", "email"), ("school", "school", "text"))
        return [
            {"name": name, "label": label, "kind": kind, "value": getattr(row, name), "wrong": found.get(name)}
            for name, label, kind in labels
        ]


@dataclass(frozen=True)
class Line:
    """One line of "Before you save"; a hint stands against nothing."""

    good: bool
    text: str
    anchor: str = ""
    links: tuple[int, ...] = ()
    hint: bool = False


class Sheet:
    """Everything that the page says about an entry; computed once."""

    def __init__(self, entry: Entry, *, view: str = "all", after: int = 0, edited: int = 0) -> None:
        self.entry = entry
        self.judged: Judged = entry.judged()
        self.preview: Preview | None = entry.preview()
        self.view = view if view in dict(VIEWS) else "all"
        self.after, self.edited = after, edited

    @property
    def sessions(self) -> list[SessionFacts]:
        """Sessions in order."""
        return self.entry.facts.in_order

    @property
    def session_rows(self) -> list[dict[str, Any]]:
        """The forms of the sessions with day of the week and length."""
        from workshops.entry import _session

        return [
            {"form": form, "words": _session(form).words if form.is_whole else ""} for form in self.entry.sessions.forms
        ]

    @property
    def views(self) -> list[dict[str, Any]]:
        """Tabs of the preview with their counts; those without rows stay away, but for the chosen one."""
        assert self.preview is not None
        counts = self.preview.counts
        counts["all"] = len(self.preview.rows)
        return [
            {"key": key, "label": label, "count": counts[key]}
            for key, label in VIEWS
            if counts[key] or key in ("all", self.view)
        ]

    @property
    def chosen(self) -> list[Checked]:
        """Rows of the chosen tab, those to fix first."""
        assert self.preview is not None
        rows = [row for row in self.preview.rows if self.view in ("all", row.verdict)]
        return sorted(rows, key=lambda row: (ORDER.get(row.verdict, 2), row.row.line))

    @property
    def rows(self) -> list[ShownRow]:
        """Rows of this page of the preview."""
        shown = self.chosen[self.after : self.after + PAGE]
        count = len(self.sessions)
        labels = [f"{session.on:%a} {session.on.day}" for session in self.sessions]
        made = []
        typed = {
            line for line, fields in self.entry.row_changes().items() if "name" in fields and self.entry.is_unsaved
        }
        for checked in shown:
            attended = checked.attended(count)
            days = [(number, labels[number - 1], number in attended) for number in range(1, count + 1)]
            is_typed = self.entry.roster is not None and self.entry.roster.source == "typed"
            has_fields = checked.verdict == "fix" or checked.row.line in {self.edited, *typed} or is_typed
            made.append(ShownRow(checked, days, has_fields))
        return made

    @property
    def blank_rows(self) -> list[ShownRow]:
        """Rows that were added and are still empty: they are fields too, and count for nothing."""
        if self.preview is None or self.view != "all":
            return []
        from workshops.models import RosterRow

        judged = {checked.row.line for checked in self.preview.rows}
        rows = RosterRow.objects.filter(roster=self.entry.roster, name="", email="", school="").order_by("line")[:50]
        count = len(self.sessions)
        return [
            ShownRow(
                Checked(row, "new"),
                [
                    (n, f"{self.sessions[n - 1].on:%a %-d}", n in Checked(row).attended(count))
                    for n in range(1, count + 1)
                ],
                True,
            )
            for row in rows
            if row.line not in judged
        ]

    @property
    def more(self) -> int:
        """Rows after this page."""
        return max(len(self.chosen) - self.after - PAGE, 0)

    @property
    def next_after(self) -> int:
        """Where the next page begins."""
        return self.after + PAGE

    @property
    def hours(self) -> Decimal:
        """Hours that count for everybody together."""
        if self.preview is None:
            return Decimal(0)
        most = self.judged.rule.max_hours if self.judged.rule else None
        return self.preview.hours([session.hours for session in self.sessions], most)

    @property
    def hours_words(self) -> str:
        """`315`."""
        return f"{self.hours.normalize():f}"

    @property
    def people(self) -> str:
        """`24 people from 25 rows`."""
        if self.preview is None:
            return "none yet"
        people, rows = len(self.preview.people), len(self.preview.rows)
        return f"{people} {'person' if people == 1 else 'people'} from {rows} {'row' if rows == 1 else 'rows'}"

    @property
    def at_all(self) -> int:
        """People who attended every session."""
        return self.preview.at_all(len(self.sessions)) if self.preview else 0

    @property
    def new(self) -> int:
        """People whom the partner did not know."""
        return sum(person.teacher is None for person in self.preview.people) if self.preview else 0

    @property
    def refused_leads(self) -> int:
        """How many of the chosen facilitators may not lead."""
        count = sum(finding.field == "facilitators" for finding in self.judged.findings)
        return count if self.entry.facts.facilitators else 0

    @property
    def missing(self) -> int:
        """How many lines of "Before you save" are not done."""
        return sum(not line.good for line in self.lines)

    @property
    def lines(self) -> list[Line]:
        """ "Before you save": what is right, and what stands against it, each with where to go."""
        findings = self.judged.findings
        basics = [finding for finding in findings if finding.field != "facilitators"]
        leads = [finding for finding in findings if finding.field == "facilitators"]
        lines = [Line(False, finding.message, ANCHORS.get(finding.field, "")) for finding in basics]
        lines = lines or [Line(True, "Course, dates and place")]
        count = len(self.entry.facts.facilitators)
        lines += [Line(False, finding.message, ANCHORS["facilitators"]) for finding in leads]
        if not leads:
            word = f"{count} {'facilitator' if count == 1 else 'facilitators'}, accredited on these days"
            lines.append(Line(True, word) if count else Line(False, "Nobody leads it yet", ANCHORS["facilitators"]))
        return [*lines, *(self._roster_lines() if self.entry.is_log else self._hints())]

    def _hints(self) -> list[Line]:
        """A day that is over in what is planned anew: allowed, and often a slip."""
        begun = self.entry.workshop
        over = [session for session in self.sessions if session.ends_at < now()]
        if not over or (begun is not None and begun.state != "draft"):
            return []
        words = f"{over[0].on:%a, %b %-d, %Y} is over. Is it the right day? What has been held is logged."
        return [Line(True, words, ANCHORS["sessions"], hint=True)]

    def _roster_lines(self) -> list[Line]:
        if self.preview is None:
            return [Line(False, "The roster is missing", "id_pasted")]
        wrong = tuple(checked.row.line for checked in self.preview.to_fix)
        lines = (
            [Line(False, f"{len(wrong)} roster {'row' if len(wrong) == 1 else 'rows'} to fix:", "", wrong[:12])]
            if wrong
            else []
        )
        if not wrong:
            lines.append(Line(bool(self.preview.people), self.people))
        capacity = self.entry.facts.capacity
        if capacity is not None and self.preview.seats_needed > capacity:
            lines.append(Line(False, f"{self.preview.seats_needed} people for {capacity} seats", "id_capacity"))
        attended: set[int] = (
            set().union(*(person.attended for person in self.preview.people)) if self.preview.people else set()
        )
        empty = [session.on for number, session in enumerate(self.sessions, start=1) if number not in attended]
        if self.sessions and self.preview.people:
            word = (
                "Attendance for every session" if not empty else f"Nobody attended on {empty[0]:%a, %b} {empty[0].day}"
            )
            lines.append(Line(not empty, word))
        stated = self.entry.consent.stated is not None
        lines.append(
            Line(
                stated,
                "Where consent was given" if stated else "Say where consent was given",
                "" if stated else "id_consent",
            )
        )
        return lines

    def parts(self) -> dict[str, str]:
        """Pieces of the page that change while somebody types, by the id of their place."""
        context = {"sheet": self, "entry": self.entry}
        parts: dict[str, str] = {
            "before-you-save": render_to_string("workshops/_before.html", context),
            "save-words": render_to_string("workshops/_save_words.html", context),
            "discard-draft": render_to_string("workshops/_discard.html", context),
        }
        for number, session in enumerate(self.session_rows):
            parts[f"session-{number}-words"] = session["words"]
        if self.preview is not None:
            parts["roster-views"] = render_to_string("workshops/_views.html", context)
            for row in self._posted_rows():
                parts[f"row-{row.line}-check"] = render_to_string("workshops/_verdict.html", {"row": row})
                parts[f"row-{row.line}-note"] = render_to_string("workshops/_note.html", {"row": row}).strip()
                for cell in row.cells if row.has_fields else []:
                    words = render_to_string("workshops/_wrong.html", {"row": row, "cell": cell})
                    parts[f"row-{row.line}-{cell['name']}-wrong"] = words.strip()
        rule = self.judged.rule
        parts["subject-rule"] = rule.sentence if rule else ""
        return parts

    def _posted_rows(self) -> list[ShownRow]:
        """The rows that the page has, with the fields it has, judged anew."""
        assert self.preview is not None
        posted = self.entry.row_changes()
        return [
            ShownRow(checked, [], "name" in posted[checked.row.line])
            for checked in self.preview.rows
            if checked.row.line in posted
        ]
