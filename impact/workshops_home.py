"""What workshops ask of a partner's people on their home: late ends, missing facilitators, unfinished drafts, waiting rosters."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Exists, OuterRef

from common.templatetags.rp import countdown, day, plural
from common.zones import network_date, network_zone
from impact.todos import MOST, Todo
from partners.models import Partner
from workshops.models import Correction, Roster, Workshop, WorkshopFacilitator
from workshops.rules import keeps_own_only

LATE_AFTER = dt.timedelta(days=2)
AHEAD = dt.timedelta(days=14)


def workshops_to_do(*, user: Any, partner: Partner, on: dt.date, at: dt.datetime) -> list[Todo]:
    """For who logs workshops at this partner, and of what she leads for a facilitator; dates are in the network's zone."""
    if not user.has_perm("workshops.log", partner):
        return []
    mine = Workshop.objects.filter(partner=partner).select_related("course", "subject")
    if keeps_own_only(user, partner.pk):
        mine = mine.own_of(user)
    led = WorkshopFacilitator.objects.filter(workshop=OuterRef("pk"))
    waiting = Roster.objects.filter(workshop=OuterRef("pk"), state="draft")
    rows = (
        mine.exclude(state__in=("ended", "canceled"))
        .annotate(is_led=Exists(led), roster_waits=Exists(waiting))
        .order_by("first_on", "id")
    )
    return [todo for row in rows[:MOST] for todo in _about(row, partner, on)]


def _about(row: Any, partner: Partner, on: dt.date) -> list[Todo]:
    here = f"/partners/{partner.slug}/workshops/{row.ref}/"
    if row.state == "draft":
        return [_draft(row, partner)]
    if row.last_on + LATE_AFTER <= on:
        why = f"The last day was {day(row.last_on)}. {_after_the_end(row.enrolled)}"
        return [
            Todo(
                _instant(row.last_on + LATE_AFTER),
                "Overdue",
                countdown(row.last_on + LATE_AFTER),
                f"End {row.title}",
                why,
                f"{here}end/",
                "End workshop",
                "late",
            )
        ]
    todos = []
    if row.roster_waits:
        todos.append(
            Todo(
                _instant(row.first_on),
                day(row.first_on),
                countdown(row.first_on),
                f"Save the roster of {row.title}",
                "Its preview waits for you; nothing of it counts yet.",
                f"{here}roster/",
                "Open preview",
                "soon",
            )
        )
    if not row.is_led and on <= row.first_on <= on + 2 * AHEAD:
        todos.append(
            Todo(
                _instant(row.first_on),
                day(row.first_on),
                countdown(row.first_on),
                f"Find a facilitator for {row.title}",
                f"Nobody leads it yet. {plural(row.enrolled, 'person is,people are')} enrolled.",
                f"{here}change/",
                "Choose one",
                "soon",
            )
        )
    return todos


def _after_the_end(people: int) -> str:
    """What follows for the people of a workshop that is over."""
    if not people:
        return "Nobody is enrolled: bring the roster, or cancel it."
    return f"{plural(people, 'person gets the hours,people get their hours')} when you end it."


def _draft(row: Workshop, partner: Partner) -> Todo:
    title = f"Finish the draft of {row.title}" if row.course or row.subject else "Finish a workshop that you began"
    why = "It counts nowhere until it is saved."
    return Todo(
        None, "Draft", "", title, why, f"/partners/{partner.slug}/workshops/{row.kind}/{row.ref}/", "Open draft"
    )


def corrections_to_do(*, user: Any, on: dt.date, at: dt.datetime) -> list[Todo]:
    """Corrections that wait for this Outreach Manager, the oldest first."""
    if not user.standing.portfolio:
        return []
    rows = Correction.objects.filter(state="asked", partner__in=user.standing.portfolio).order_by("asked_at", "id")
    return [
        Todo(
            due=row.asked_at,
            when=day(network_date(row.asked_at)),
            note="asked",
            title=f"Decide on a correction of {row.workshop.title}",
            why=f"{row.partner.name} asks to change {row.what} after the end.",
            url=f"/partners/{row.partner.slug}/workshops/{row.workshop.ref}/",
            action="Open workshop",
            tone="soon",
        )
        for row in rows.select_related("partner", "workshop__course", "workshop__subject")[:MOST]
    ]


def next_days(*, user: Any, partner: Partner, on: dt.date, at: dt.datetime) -> dict[str, Any] | None:
    """The workshops of the next 14 days."""
    if not user.has_perm("workshops.list", partner):
        return None
    rows = Workshop.objects.filter(
        partner=partner, state__in=("scheduled", "in_progress"), last_on__gte=on, first_on__lte=on + AHEAD
    )
    if keeps_own_only(user, partner.pk):
        rows = rows.led_by(user)
    found = list(rows.select_related("course", "subject").order_by("first_on", "id")[:8])
    return {"template": "workshops/home_panel.html", "place": "aside", "partner": partner, "workshops": found}


def _instant(on: dt.date) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(), network_zone())
