"""What stands in the one-page form of a workshop: read from a POST, from a draft, from a workshop, or from the last one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.db.models import Q
from django.http import QueryDict
from django.utils.crypto import get_random_string

from common.imports import storable
from common.zones import now, today
from facilitators.models import Facilitator
from workshops.checks import Preview, check
from workshops.columns import ALL
from workshops.facts import Finding, Judged, SessionFacts, WorkshopFacts, judge
from workshops.forms import (
    MOST_SESSIONS,
    ConsentForm,
    SessionForm,
    SessionFormSet,
    SourceForm,
    WorkshopForm,
    facilitators_for,
)
from workshops.models import Roster, RosterRow, Workshop, WorkshopFacilitator, WorkshopSession
from workshops.operations.scheduling import Typing

LEFT = re.compile(r"^(csrfmiddlewaretoken|file|do|use|row-.*)$")
ROW = re.compile(r"^row-(\d{1,7})-shown$")
MOST_KEPT = 2_000_000
NEEDED = {"course", "subject", "capacity", "place", "consent", "consent_on", "pasted", "file"}


class Entry:
    """The forms of one page, always bound; `quiet` forgets their errors, because nobody has sent them yet."""

    def __init__(
        self,
        partner: Any,
        data: QueryDict,
        *,
        kind: str,
        workshop: Workshop | None,
        files: Any = None,
        quiet: bool = False,
        leader: Any = None,
    ) -> None:
        self.partner, self.data, self.kind, self.workshop, self.leader = partner, data, kind, workshop, leader
        self.is_unsaved = False
        self.overridden = self._overridden()
        self.form = WorkshopForm(data, on=today(), facilitators=facilitators_for(partner, self._chosen()))
        self.sessions = SessionFormSet(data, prefix="sessions", form_kwargs={"zone_here": partner.time_zone})
        self.consent = ConsentForm(data)
        self.source = SourceForm(data, files)
        self.roster = _draft_roster(workshop)
        for form in self.all_forms:
            form.is_valid()
            if quiet:
                form.errors.clear()
            for name in NEEDED & form.fields.keys():
                form.fields[name].required = True  # after judging a draft: the page does not call it optional
        self.facts = self._facts()

    @property
    def all_forms(self) -> list[Any]:
        """Every form of the page, in reading order."""
        return [self.form, *self.sessions.forms, self.consent, self.source]

    @property
    def is_log(self) -> bool:
        """A completed workshop, with its roster on the page."""
        return self.kind == "log"

    def typing(self, *, is_sent: bool = False) -> Typing:
        """What is kept of a draft: raw text, as typed."""
        values = {name: [storable(text) for text in texts] for name, texts in self.data.lists() if not LEFT.match(name)}
        if sum(len(text) for texts in values.values() for text in texts) > MOST_KEPT:
            values.pop("pasted", None)
        data = getattr(self.form, "cleaned_data", {})
        return Typing(values, str(data.get("page") or ""), max(int(data.get("version") or 0), 0), is_sent)

    def show_version(self, version: int) -> None:
        """The page shows this version from now on, so that sending it again replaces what is stored."""
        self.data = self.data.copy()
        self.data["version"] = str(version)
        self.form.data = self.data

    def refuse(self, findings: list[Finding]) -> None:
        """Put each finding at its field; a field that cannot be read has its own words already."""
        whole = [form for form in self.sessions.forms if form.is_whole] or self.sessions.forms[:1]
        for finding in findings:
            if finding.field == "sessions" and whole:
                whole[min(finding.session, len(whole) - 1)].add_error(finding.part, finding.message)
            elif not self.form.has_error(finding.field):
                self.form.add_error(finding.field if finding.field in self.form.fields else None, finding.message)

    def unread(self) -> dict[str, str]:
        """Words for each value that cannot be read, by the id of its field; such an error has a code, what is only missing has none."""
        return {
            form[name].id_for_label: error.messages[0]
            for form in (self.form, *self.sessions.forms, self.consent)
            for name, (error, *_rest) in form.errors.as_data().items()
            if name in form.fields and error.code not in (None, "required")
        }

    def judged(self) -> Judged:
        """What stands against these facts now."""
        return judge(self.facts, is_log=self.is_log, at=now(), overridden=self.overridden, leader=self.leader)

    def preview(self) -> Preview | None:
        """The roster judged, where there is one; with the rows as they stand in a page that could not be kept (`is_unsaved`)."""
        if self.roster is None or self.workshop is None:
            return None
        rows = list(RosterRow.objects.filter(roster=self.roster).order_by("line"))
        typed = self.row_changes() if self.is_unsaved else {}
        for row in rows:
            row.take(typed.get(row.line, {}))
        return check(self.workshop, rows, len(self.facts.sessions))

    def row_changes(self) -> dict[int, dict[str, Any]]:
        """Rows of the preview as they stand in the page, by line; only those that the page showed."""
        found: dict[int, dict[str, Any]] = {}
        for name in self.data:
            if (match := ROW.match(name)) is not None:
                found[int(match[1])] = self._row(int(match[1]), self.data[name] == "fields")
        return found

    def _row(self, line: int, has_fields: bool) -> dict[str, Any]:
        count = len(self.facts.sessions)
        ticked = [number for number in range(1, count + 1) if self.data.get(f"row-{line}-day-{number}")]
        changed: dict[str, Any] = {"left_out": bool(self.data.get(f"row-{line}-out"))}
        if count and str(count) == self.data.get("days-shown"):
            changed["attended"] = [ALL] if len(ticked) == count else ticked
        if has_fields:
            changed |= {name: self.data.get(f"row-{line}-{name}", "") for name in ("name", "email", "school")}
        return changed

    def _facts(self) -> WorkshopFacts:
        data = self.form.cleaned_data
        return WorkshopFacts(
            course=data.get("course"),
            subject=data.get("subject"),
            capacity=data.get("capacity"),
            place=data.get("place") or "",
            notes=data.get("notes") or "",
            sessions=tuple(_session(form) for form in self.sessions.forms if form.is_whole),
            facilitators=tuple(data.get("facilitators") or ()),
        )

    def _chosen(self) -> list[int]:
        refs = [ref for ref in self.data.getlist("facilitators") if "\0" not in ref][:50]
        chosen = Q(ref__in=refs) | Q(user=self.leader) if self.leader else Q(ref__in=refs)
        return list(Facilitator.objects.filter(chosen).values_list("pk", flat=True)) if refs or self.leader else []

    def _overridden(self) -> list[int]:
        if self.workshop is None:
            return []
        return list(
            WorkshopFacilitator.objects.filter(workshop=self.workshop)
            .exclude(override_reason="")
            .values_list("facilitator", flat=True)
        )


def _session(form: SessionForm) -> SessionFacts:
    data = form.cleaned_data
    starts, ends = form.instant("start"), form.instant("end")
    assert starts is not None and ends is not None
    return SessionFacts(
        starts,
        ends,
        data.get("zone") or "America/Los_Angeles",
        data.get("format") or "in_person",
        data.get("ref") or "",
    )


def _draft_roster(workshop: Workshop | None) -> Roster | None:
    return Roster.objects.filter(workshop=workshop, state="draft").first() if workshop is not None else None


def of_draft(partner: Any, draft: Workshop, leader: Any = None) -> Entry:
    """A draft as it was typed."""
    data = _query(draft.typed.get("values", {}))
    data["page"], data["version"] = get_random_string(12), str(draft.version)
    _with_sessions(data, 1, partner.time_zone)
    return Entry(partner, data, kind=draft.kind, workshop=draft, quiet=True, leader=leader)


def of_nothing(partner: Any, kind: str, leader: Any = None) -> Entry:
    """A page that nobody has typed in; who has to lead it is ticked."""
    data = _query({"page": [get_random_string(12)], "version": ["0"]})
    if leader is not None:
        data.setlist("facilitators", Facilitator.objects.filter(user=leader).values_list("ref", flat=True))
    _with_sessions(data, 1, partner.time_zone)
    return Entry(partner, data, kind=kind, workshop=None, quiet=True, leader=leader)


def of_workshop(partner: Any, workshop: Workshop, *, kind: str, copied: bool = False, leader: Any = None) -> Entry:
    """A stored workshop, to be changed; `copied`: as the beginning of another one, without its dates."""
    data = _query(
        {
            "course": [workshop.course.ref if workshop.course else ""],
            "subject": [workshop.subject.ref if workshop.subject else ""],
            "capacity": [str(workshop.capacity or "")],
            "place": [workshop.place],
            "notes": [workshop.notes],
            "facilitators": [lead.facilitator.ref for lead in workshop.leads.select_related("facilitator")],
            "page": [get_random_string(12)],
            "version": ["0" if copied else str(workshop.version)],
        }
    )
    sessions = list(WorkshopSession.objects.filter(workshop=workshop).order_by("starts_at"))
    for number, session in enumerate(sessions):
        _set_session(data, number, session, copied=copied)
    _with_sessions(data, max(len(sessions), 1), partner.time_zone)
    return Entry(partner, data, kind=kind, workshop=None if copied else workshop, quiet=True, leader=leader)


def _set_session(data: QueryDict, number: int, session: WorkshopSession, *, copied: bool) -> None:
    values = {
        "ref": "" if copied else session.ref,
        "date": "" if copied else session.on.isoformat(),
        "start": f"{session.local_start:%H:%M}",
        "end": f"{session.local_end:%H:%M}",
        "zone": session.zone,
        "format": session.format,
    }
    for name, value in values.items():
        data[f"sessions-{number}-{name}"] = value


def _query(values: dict[str, list[str]]) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, texts in values.items():
        data.setlist(name, [text for text in texts if isinstance(text, str)])
    return data


def _with_sessions(data: QueryDict, count: int, zone: str) -> None:
    """The counters of the formset, and a zone for rows that have none."""
    data.setdefault("sessions-TOTAL_FORMS", str(count))
    for name, value in (("INITIAL", 0), ("MIN_NUM", 0), ("MAX_NUM", MOST_SESSIONS)):
        data.setdefault(f"sessions-{name}_FORMS", str(value))
    for number in range(_rows(data)):
        data.setdefault(f"sessions-{number}-zone", zone)


def _rows(data: QueryDict) -> int:
    """How many session rows the page has; what cannot be read is none."""
    text = str(data.get("sessions-TOTAL_FORMS", ""))
    return min(int(text), MOST_SESSIONS) if text.isdecimal() and len(text) < 5 else 0


def one_more_session(data: QueryDict) -> QueryDict:
    """The same page with one more session row, with the times of the one before (no script needed)."""
    more = data.copy()
    total = _rows(data)
    for name in ("start", "end", "zone", "format"):
        more[f"sessions-{total}-{name}"] = data.get(f"sessions-{total - 1}-{name}", "")
    more["sessions-TOTAL_FORMS"] = str(total + 1)
    return more


def dates_of(facts: WorkshopFacts) -> list[dt.date]:
    """The dates of the sessions in order, one for each session."""
    return [session.on for session in facts.in_order]
