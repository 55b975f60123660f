"""The frame of every page: rail, tabs, partner switcher, the role's commonest act; only what exists and is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from common.templatetags.rp import plural
from common.zones import network_zone, now
from impact.navigation import ACTS, HOME, OVERVIEW, PARTNERS, SECTIONS, TABS, Place

ROLE_WORDS = {
    "director": "Director",
    "program_manager": "Program Manager",
    "facilitator": "Facilitator",
    "champion": "Champion",
    "outreach_manager": "Outreach Manager",
    "staff": "Program Staff",
    "finance": "Finance",
    "administrator": "Administrator",
}


@dataclass
class Shell:
    """What base.html draws around a page."""

    sections: list[dict[str, Any]] = field(default_factory=list)
    tabs: list[dict[str, Any]] = field(default_factory=list)
    act: dict[str, Any] | None = None
    tenant: dict[str, str] | None = None
    tenants: list[dict[str, Any]] = field(default_factory=list)
    person: dict[str, str] | None = None
    notices: dict[str, Any] | None = None
    theme: str = "auto"
    theme_url: str = ""
    single_keys: bool = True
    demo: bool = False
    now: Any = None
    zone: str = ""


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Costs no query beyond what the middleware has read."""
    user: Any = getattr(request, "user", None)
    made = Shell(now=now(), zone=str(network_zone()), demo=settings.DEMO_SIGN_IN)
    if user is None or not user.is_authenticated or not hasattr(request, "partners"):
        return {"shell": made}
    partner: Any = getattr(request, "partner", None) or _only(request)
    made.person = {"ref": user.ref, "name": user.name, "role": role_of(user, partner)}
    made.theme, made.theme_url, made.single_keys = user.theme, reverse("account_settings"), user.single_keys
    made.notices = {"new": getattr(request, "new_notices", 0), "url": reverse("notices")}
    side = "code_org" if user.standing.code_org else "partner"
    made.tenant, made.tenants = _tenant(user, partner), _tenants(request, user, partner)
    see = _seen_by(request, user, partner)
    made.sections = [
        {"title": title, "links": links}
        for title, places in SECTIONS[side]
        if (links := [link for place in places if (link := see(place))])
    ]
    _each_key_once(made.sections)
    made.tabs = [link for place in TABS[side] if (link := see(place))][:4]
    made.act = next((link for place in ACTS if (link := see(place))), None)
    return {"shell": made}


def role_of(user: Any, partner: Any) -> str:
    """The person's role in words: at this partner, else at Code.org."""
    held = [post.role for post in user.standing.posts if partner is None or post.partner_id == partner.pk]
    roles = held or [role for role in ROLE_WORDS if role in user.standing.code_org]
    return ", ".join(dict.fromkeys(ROLE_WORDS[role] for role in roles))


def _tenant(user: Any, partner: Any) -> dict[str, str]:
    """In whose name the person works: a partner, or Code.org."""
    if partner:
        return {"name": partner.name, "place": partner.place}
    if not user.standing.code_org:
        return {"name": "Choose a partner", "place": ""}
    held = user.standing.portfolio
    return {"name": "Code.org", "place": f"Outreach, {plural(len(held), 'partner')}" if held else "Network"}


def _tenants(request: HttpRequest, user: Any, partner: Any) -> list[dict[str, Any]]:
    """Where the switcher leads: the person's partners, for Code.org's people the network first."""
    found = [
        {"name": row.name, "url": reverse("partner_home", args=[row.slug]), "current": partner == row}
        for row in getattr(request, "partners", [])
    ]
    if user.standing.code_org and (found or partner):
        found.insert(0, {"name": "Code.org", "url": reverse("network_home"), "current": partner is None})
    return found


def _only(request: Any) -> Any:
    """The partner of a person who has just one, for pages that name none."""
    mine = request.partners if not request.user.standing.code_org else []
    return mine[0] if len(mine) == 1 else None


def _seen_by(request: HttpRequest, user: Any, partner: Any) -> Callable[[Place], dict[str, Any] | None]:
    def see(place: Place) -> dict[str, Any] | None:
        if place.for_partner and partner is None:
            return None
        if not user.has_perm(place.permission, partner if place.for_partner else None):
            return None
        url = (
            _home_of(user, partner)
            if place is HOME
            else reverse(place.url, args=[partner.slug] if place.for_partner else [])
        )
        here = request.path == url if place in (HOME, OVERVIEW) else request.path.startswith(url)
        label = "My partners" if place is PARTNERS and user.standing.portfolio else place.label
        return {
            "label": label,
            "short": place.short or place.label,
            "url": url,
            "icon": place.icon,
            "key": place.key,
            "current": here or bool(place.also and place.also in request.path),
        }

    return see


def _each_key_once(sections: list[dict[str, Any]]) -> None:
    """The first place of a rail keeps its key; help and rail then say the same."""
    taken = {""}
    for section in sections:
        for link in section["links"]:
            link["key"] = "" if link["key"] in taken else link["key"]
            taken.add(link["key"])


def _home_of(user: Any, partner: Any) -> str:
    """The person's own home, without a detour over the front door."""
    if user.standing.code_org:
        return reverse("network_home")
    return reverse("partner_home", args=[partner.slug]) if partner else reverse("partner_choice")
