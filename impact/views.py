"""Home pages and notices: what needs me, what changed."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from activity.models import Notice
from activity.operations import mark_notices_read
from common.access import PUBLIC, ScopedRequest, requires
from common.pages import keyset
from common.views import SeeOther, page
from common.zones import now, today
from impact.homes import code_org_home, partner_home_context


@requires(PUBLIC)
@require_safe
def home(request: ScopedRequest) -> HttpResponse:
    """The front door: to sign in, to the one partner, to the choice of partners, or Code.org's own home."""
    user = request.user
    if not user.is_authenticated:
        return redirect("demo" if settings.DEMO_SIGN_IN else "account_login")
    if user.standing.code_org:
        return redirect("network_home")
    return redirect("partner_choice")


@requires("home.view")
def partner_choice(request: ScopedRequest) -> HttpResponse:
    """A person of several partners chooses one; a person of none is told what happened."""
    partners = getattr(request, "partners", [])
    if len(partners) == 1:
        return redirect("partner_home", partner=partners[0].slug)
    return page(request, "impact/partner_choice.html", {"partners": partners})


@requires("home.view_network")
def network_home(request: ScopedRequest) -> HttpResponse:
    """The home of a person at Code.org."""
    context = code_org_home(request.user, on=today(), at=now(), everything="all" in request.GET)
    return page(request, "impact/home.html", context)


@requires("partners.view")
def partner_home(request: ScopedRequest) -> HttpResponse:
    """The home of a partner, for its own people and for Code.org."""
    everything = "all" in request.GET
    context = partner_home_context(request.user, request.partner, on=today(), at=now(), everything=everything)
    return page(request, "impact/home.html", context)


@requires("notices.read")
def notices(request: ScopedRequest) -> HttpResponse:
    """A person's notices, newest first; POST marks them as seen."""
    if request.method == "POST":
        mark_notices_read(person=request.user, at=now())
        return SeeOther("/notices/")
    return page(
        request, "impact/notices.html", {"page": keyset(request, Notice.objects.of(request.user), "-at", "-id")}
    )
