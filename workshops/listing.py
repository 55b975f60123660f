"""Lists of workshops: saved views, filters of the URL, order, and what a row shows, in a fixed number of statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest

from common.pages import Page, keyset
from facilitators.models import Facilitator
from workshops.forms import ListFilter
from workshops.models import Workshop, WorkshopFacilitator

VIEWS = (
    ("upcoming", "Upcoming"),
    ("in_progress", "In progress"),
    ("to_end", "To end"),
    ("ended", "Ended"),
    ("drafts", "Drafts"),
    ("all", "All"),
)
SORTS = {
    "date": ("first_on", "id"),
    "-date": ("-first_on", "-id"),
    "course": ("course__name", "first_on", "id"),
    "-course": ("-course__name", "-first_on", "-id"),
    "place": ("place", "id"),
    "-place": ("-place", "-id"),
    "seats": ("enrolled", "id"),
    "-seats": ("-enrolled", "-id"),
}
CHIPS = {
    "state": "State",
    "course": "Course",
    "since": "From",
    "until": "To",
    "facilitator": "Facilitator",
    "format": "Format",
    "q": "Words",
}


@dataclass
class Listing:
    """One list as the URL asks for it."""

    view: str
    sort: str
    form: ListFilter
    page: Page
    counts: dict[str, int]
    chips: list[dict[str, str]]
    on: dt.date

    @property
    def tabs(self) -> list[dict[str, Any]]:
        """Saved views with their counts."""
        return [{"key": key, "label": label, "count": self.counts[key]} for key, label in VIEWS]

    @property
    def count(self) -> int:
        """How many workshops the chosen view has, before filters."""
        return self.counts[self.view]

    @property
    def has_filters(self) -> bool:
        """Something narrows the list."""
        return bool(self.chips)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What a row of the table shows."""
        ticked = _ticked(self.page.rows)
        return [
            {"workshop": row, "status": row.status(self.on), "leads": ticked.get(row.pk) or _leads(row)}
            for row in self.page.rows
        ]


def listed(request: HttpRequest, base: QuerySet[Workshop], on: dt.date) -> Listing:
    """The list of this request over `base`; five statements, and one each for a course or facilitator that is asked."""
    form = ListFilter(request.GET)
    form.is_valid()
    form.fields["facilitator"].queryset = form.fields["facilitator"].queryset.filter(  # type: ignore[attr-defined]
        Exists(WorkshopFacilitator.objects.filter(facilitator=OuterRef("pk"), workshop__in=base.values("pk")))
    )
    view = request.GET.get("view", "")
    view = view if view in dict(VIEWS) else "all" if form.cleaned_data.get("state") else "upcoming"
    view = "drafts" if form.cleaned_data.get("state") == "draft" else view
    sort = request.GET.get("sort", "")
    sort = sort if sort in SORTS else "date" if view in ("upcoming", "in_progress", "to_end") else "-date"
    order = ("-saved_at", "-id") if view == "drafts" else SORTS[sort]
    rows = narrowed(in_view(base, view, on), form.cleaned_data).select_related("course", "subject", "partner")
    leads = Prefetch("leads", WorkshopFacilitator.objects.select_related("facilitator").order_by("facilitator__name"))
    return Listing(
        view,
        sort,
        form,
        keyset(request, rows.prefetch_related(leads), *order),
        _counts(base, on),
        chips(request, form),
        on,
    )


def _leads(row: Workshop) -> list[Facilitator]:
    return [lead.facilitator for lead in row.leads.all()]


def _ticked(rows: Iterable[Workshop]) -> dict[int, list[Facilitator]]:
    """Who is ticked in the form of each draft, by name: nothing of a draft is stored but what was typed. One statement, if any."""
    refs = {row.pk: row.typed.get("values", {}).get("facilitators", []) for row in rows if row.state == "draft"}
    asked = {ref for chosen in refs.values() for ref in chosen}
    people = list(Facilitator.objects.filter(ref__in=asked).order_by("name")) if asked else []
    return {pk: [person for person in people if person.ref in chosen] for pk, chosen in refs.items()}


def in_view(rows: QuerySet[Workshop], view: str, on: dt.date) -> QuerySet[Workshop]:
    """The rows of a saved view on a date (network zone)."""
    return rows.filter(_of_view(view, on))


def _of_view(view: str, on: dt.date) -> Q:
    return {
        "upcoming": Q(state="scheduled", last_on__gte=on),
        "in_progress": Q(state="in_progress", last_on__gte=on),
        "to_end": Q(state__in=("scheduled", "in_progress"), last_on__lt=on),
        "ended": Q(state="ended"),
        "drafts": Q(state="draft"),
        "all": ~Q(state="draft"),
    }[view]


def narrowed(rows: QuerySet[Workshop], data: dict[str, Any]) -> QuerySet[Workshop]:
    """The filters that could be read."""
    exact = {"state": data.get("state"), "course": data.get("course"), "format": data.get("format")}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if data.get("since"):
        rows = rows.filter(last_on__gte=data["since"])
    if data.get("until"):
        rows = rows.filter(first_on__lte=data["until"])
    if data.get("facilitator"):
        rows = rows.filter(leads__facilitator=data["facilitator"])
    if words := (data.get("q") or "").strip():
        led = WorkshopFacilitator.objects.filter(workshop=OuterRef("pk"), facilitator__name__icontains=words)
        named = (
            Q(place__icontains=words)
            | Q(course__name__icontains=words)
            | Q(subject__name__icontains=words)
            | Q(ref__iexact=words)
        )
        rows = rows.filter(named | Exists(led))
    return rows


def _counts(base: QuerySet[Workshop], on: dt.date) -> dict[str, int]:
    return base.order_by().aggregate(**{key: Count("pk", filter=_of_view(key, on)) for key, _label in VIEWS})


def chips(request: HttpRequest, form: ListFilter) -> list[dict[str, str]]:
    """Filters that are on, each with the URL without it."""
    found = []
    for name, word in CHIPS.items():
        value = form.cleaned_data.get(name)
        if not value:
            continue
        shown = value if not isinstance(value, dt.date) else f"{value:%b} {value.day}, {value.year}"
        shown = dict(form.fields[name].choices).get(value, shown) if name in ("state", "format") else shown  # type: ignore[attr-defined]
        kept = request.GET.copy()
        for gone in (name, "after", "before"):
            kept.pop(gone, None)
        found.append({"name": word, "value": str(shown), "remove": f"?{kept.urlencode()}"})
    return found


HEADER = (
    "Reference",
    "Partner",
    "Course",
    "Subject",
    "State",
    "First day",
    "Last day",
    "Place",
    "Format",
    "Seats",
    "Enrolled",
    "Facilitators",
)


def export_rows(listing_rows: QuerySet[Workshop]) -> list[list[Any]]:
    """Rows of the CSV, in the order of the list; two statements."""
    leads = Prefetch("leads", WorkshopFacilitator.objects.select_related("facilitator").order_by("facilitator__name"))
    rows = listing_rows.select_related("course", "subject", "partner").prefetch_related(leads)
    return [
        [
            row.ref,
            row.partner.name,
            row.course and row.course.name,
            row.subject and row.subject.name,
            row.word,
            row.first_on,
            row.last_on,
            row.place,
            row.format.replace("_", " "),
            row.capacity,
            row.enrolled,
            ", ".join(lead.facilitator.name for lead in row.leads.all()),
        ]
        for row in rows
    ]
