"""What a home shows: one ranked list of what needs this person, figures, what changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db.models import Exists, OuterRef, Q

from common.templatetags.rp import plural
from impact.accounts_home import role_ends_to_confirm, roles_to_confirm, stopped_jobs
from impact.answers_home import answers_to_do
from impact.confirmations import proposals_to_confirm
from impact.grants_home import (
    champion_panel,
    cycle_panel,
    cycles_to_do,
    grants_of_partner,
    reviews_to_do,
    slates_to_do,
)
from impact.incentives_home import (
    approvals_to_do,
    claims_to_do,
    claims_without_verifier,
    incentive_room,
    payouts_to_do,
    verifications_to_do,
)
from impact.recent import recent_of
from impact.todos import MOST, Todo
from impact.workshops_home import corrections_to_do, next_days, workshops_to_do
from partners.models import Membership, OutreachAssignment, Partner

Source = Callable[..., list[Todo]]
FIRST = 7
CHOOSE_OUTREACH = "people/outreach-manager/"


def do_next(todos: list[Todo], *, everything: bool) -> dict[str, Any]:
    """Late ones first, then by their date, what has no date last: the first 7 and how many more there are, or all, at most 200."""
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    ranked = sorted(todos, key=lambda todo: (todo.tone != "late", todo.due or far))[:MOST]
    shown = ranked if everything else ranked[:FIRST]
    more = len(ranked) - len(shown)
    return {"todos": shown, "more": more, "everything": everything and len(ranked) > FIRST}


def partner_home_context(
    user: Any, partner: Partner, *, on: dt.date, at: dt.datetime, everything: bool = False
) -> dict[str, Any]:
    """The home of one partner; `everything`: "Do next" in full."""
    asked, grant_room = grants_of_partner(user=user, partner=partner, on=on, at=at)
    todos = [todo for source in PARTNER_SOURCES for todo in source(user=user, partner=partner, on=on, at=at)] + asked
    panels = [make(user=user, partner=partner, on=on, at=at) for make in PARTNER_PANELS] + [grant_room]
    return {
        "date": on,
        "partner": partner,
        "from_code_org": bool(user.standing.code_org),
        "sentence": sentence_of(todos),
        **do_next(todos, everything=everything),
        **placed(panels),
        "recent": recent_of(user, partner),
    }


def code_org_home(user: Any, *, on: dt.date, at: dt.datetime, everything: bool = False) -> dict[str, Any]:
    """The home of a person at Code.org; `everything`: "Do next" in full."""
    todos = [todo for source in NETWORK_SOURCES for todo in source(user=user, on=on, at=at)]
    return {
        "date": on,
        "partner": None,
        "name_partners": True,
        "sentence": sentence_of(todos),
        **do_next(todos, everything=everything),
        **placed([make(user=user, on=on, at=at) for make in NETWORK_PANELS]),
        "recent": recent_of(user),
    }


def placed(panels: list[dict[str, Any] | None]) -> dict[str, list[dict[str, Any]]]:
    """Panels by their place: below "Do next", or at the side."""
    made = [panel for panel in panels if panel]
    return {
        "panels": [panel for panel in made if panel.get("place") != "aside"],
        "side_panels": [panel for panel in made if panel.get("place") == "aside"],
    }


def sentence_of(todos: list[Todo]) -> str:
    """One sentence of state below the date."""
    late = sum(todo.tone == "late" for todo in todos)
    soon = len(todos) - late
    if not todos:
        return "Nothing waits for you."
    if not soon:
        return f"{plural(late, 'thing is,things are')} late."
    if not late:
        return f"{plural(soon, 'thing waits,things wait')} for you."
    return f"{plural(late, 'thing is,things are')} late, {plural(soon, 'more waits,more wait')} for you."


def vacancies(*, user: Any, on: dt.date, at: dt.datetime, partner: Partner | None = None) -> list[Todo]:
    """Partners without a Program Manager (C1: a gap alerts the same day), or whose Outreach Manager is missing (C27) or may not verify."""
    if not user.standing.is_code_org("outreach_manager", "staff"):
        return []
    may_invite = user.standing.is_code_org("staff")
    managed = Membership.objects.filter(role="program_manager").in_force(on).filter(partner=OuterRef("pk"))
    looked_after = OutreachAssignment.objects.active(on).filter(partner=OuterRef("pk"))
    rows: Any = Partner.objects.active(on).annotate(managed=Exists(managed), looked_after=Exists(looked_after))
    missing = Q(managed=False)
    if may_invite:
        rows = rows.annotate(stuck=claims_without_verifier(on))
        missing |= Q(looked_after=False) | Q(stuck__isnull=False)
    action = "Invite one" if may_invite else "Open people"
    found = []
    for row in rows.filter(missing).order_by("managed", "name")[:MOST]:
        if not row.managed:
            found.append(_vacancy(row, "Program Manager", action, "people/"))
        if not row.looked_after and may_invite:
            found.append(_vacancy(row, "Outreach Manager", "Choose one", CHOOSE_OUTREACH))
        if may_invite and row.stuck:
            found.append(_stuck(row))
    return found


def _stuck(row: Any) -> Todo:
    return Todo(
        due=None,
        when="Open now",
        note="",
        title=f"{plural(row.stuck, 'claim')} of {row.name} {'needs' if row.stuck == 1 else 'need'} another Outreach Manager",
        why="The register of the present one names the partner, so nobody can verify.",
        url=f"/partners/{row.slug}/{CHOOSE_OUTREACH}",
        action="Choose one",
        tone="late",
    )


def _vacancy(partner: Partner, role: str, action: str, path: str) -> Todo:
    return Todo(
        due=None,
        when="Open now",
        note="",
        title=f"{partner.name} has no {role}",
        why="Each partner has one at all times.",
        url=f"/partners/{partner.slug}/{path}",
        action=action,
        tone="late",
    )


def portfolio_panel(*, user: Any, on: dt.date, at: dt.datetime) -> dict[str, Any] | None:
    """An Outreach Manager's partners."""
    if not user.standing.portfolio:
        return None
    rows = list(Partner.objects.filter(pk__in=user.standing.portfolio).order_by("name"))
    return {"template": "impact/portfolio_panel.html", "partners": rows}


PARTNER_SOURCES: list[Source] = [
    workshops_to_do,
    claims_to_do,
    answers_to_do,
]
NETWORK_SOURCES: list[Source] = [
    verifications_to_do,
    corrections_to_do,
    approvals_to_do,
    payouts_to_do,
    reviews_to_do,
    slates_to_do,
    cycles_to_do,
    vacancies,
    proposals_to_confirm,
    roles_to_confirm,
    role_ends_to_confirm,
    stopped_jobs,
]
PARTNER_PANELS: list[Callable[..., dict[str, Any] | None]] = [champion_panel, next_days, incentive_room]
NETWORK_PANELS: list[Callable[..., dict[str, Any] | None]] = [cycle_panel, portfolio_panel]
