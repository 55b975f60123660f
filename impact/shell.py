"""The frame of every page: rail, tabs, partner switcher, the role's commonest act; only what exists and is allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from common.zones import now
from impact.navigation import ACTS, SECTIONS, TABS, Place

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


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor. Costs no query beyond what the middleware has read."""
    user: Any = getattr(request, "user", None)
    made = Shell(now=now(), demo=settings.DEMO_SIGN_IN)
    if user is None or not user.is_authenticated or not hasattr(request, "partners"):
        return {"shell": made}
    partner: Any = getattr(request, "partner", None) or _only(request)
    made.person = {"ref": user.ref, "name": user.name, "role": role_of(user, partner)}
    made.theme, made.theme_url, made.single_keys = user.theme, reverse("account_settings"), user.single_keys
    made.notices = {"new": getattr(request, "new_notices", 0), "url": reverse("notices")}
    made.tenant = {"name": partner.name, "place": partner.place} if partner else None
    made.tenants = [
        {
            "name": row.name,
            "url": reverse("partner_home", args=[row.slug]),
            "current": partner is not None and row.pk == partner.pk,
        }
        for row in getattr(request, "partners", [])
    ]
    see = _seen_by(request, user, partner)
    made.sections = [
        {"title": title, "links": links} for title, places in SECTIONS if (links := [see(p) for p in places if see(p)])
    ]
    made.tabs = [link for place in TABS if (link := see(place))][:4]
    made.act = next((link for place in ACTS if (link := see(place))), None)
    return {"shell": made}


def role_of(user: Any, partner: Any) -> str:
    """The person's role in words: at this partner, else at Code.org."""
    held = [post.role for post in user.standing.posts if partner is None or post.partner_id == partner.pk]
    roles = held or [role for role in ROLE_WORDS if role in user.standing.code_org]
    return ", ".join(dict.fromkeys(ROLE_WORDS[role] for role in roles))


def _only(request: Any) -> Any:
    """The partner of a person who has just one, for pages that name none."""
    mine = request.partners if not request.user.standing.code_org else []
    return mine[0] if len(mine) == 1 else None


def _seen_by(request: HttpRequest, user: Any, partner: Any) -> Callable[[Place], dict[str, Any] | None]:
    def see(place: Place) -> dict[str, Any] | None:
        if place.for_partner and partner is None:
            return None
        if not place.for_partner and place.hidden_from_partner_side and not user.standing.code_org:
            return None
        if not user.has_perm(place.permission, partner if place.for_partner else None):
            return None
        url = reverse(place.url, args=[partner.slug] if place.for_partner else [])
        current = request.path == url if place.exact else request.path.startswith(url)
        return {"label": place.label, "url": url, "icon": place.icon, "current": current, "waiting": 0}

    return see
