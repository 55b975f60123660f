"""The demo sign-in of development: one button for each person; it cannot be imported with production settings."""

from __future__ import annotations

import ipaddress
import itertools
from pathlib import Path
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib.auth import login, logout
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import CodeOrgRole, User
from accounts.sign_in import record_sign_in
from common.access import PUBLIC, requires
from common.tenancy import staff_context
from common.views import SeeOther, post_only
from common.zones import today
from partners.models import Membership

if settings.PRODUCTION:
    raise ImproperlyConfigured("the demo sign-in does not exist in production")

ORDER = [
    "Program Manager",
    "Director",
    "Champion",
    "Facilitator",
    "Outreach Manager",
    "Program Staff",
    "Finance",
    "Administrator",
]
EACH = {"Program Staff": 4, "Program Manager": 4, "Outreach Manager": 3, "Finance": 3}


def only_from_this_machine(request: HttpRequest) -> None:
    """404 for anybody else than a browser on loopback."""
    address = request.META.get("REMOTE_ADDR") or "0.0.0.0"  # noqa: S104  an unknown address is not this machine
    by_proxy = request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded")
    if not ipaddress.ip_address(address).is_loopback or by_proxy:
        raise Http404


@requires(PUBLIC)
def people(request: HttpRequest) -> HttpResponse:
    """Named people to sign in as, by role."""
    only_from_this_machine(request)
    with staff_context("demo people"):
        groups = demo_people()
    back_to = request.GET.get("next", "")
    again = request.user if back_to and request.user.is_authenticated else None
    return render(request, "accounts/demo.html", {"groups": groups, "next": back_to, "again": again})


def demo_people() -> list[tuple[str, list[dict[str, str]]]]:
    """For each role the first people who hold it today, with the partner they work for."""
    members = (
        Membership.objects.in_force(today())
        .filter(user__is_active=True)
        .select_related("user", "partner")
        .order_by("user__id")
    )
    code_org = CodeOrgRole.objects.in_force(today()).select_related("user").order_by("user__id", "role")
    found = [(row.get_role_display(), row.user, row.partner.name) for row in members]
    found += [(row.get_role_display(), row.user, "Code.org") for row in code_org]
    found.sort(key=lambda row: (ORDER.index(row[0]), row[1].pk))
    groups = []
    for role, rows in itertools.groupby(found, key=lambda row: row[0]):
        people_of_role = [{"ref": user.ref, "name": user.name, "place": place} for _role, user, place in rows]
        groups.append((role, people_of_role[: EACH.get(role, 2)]))
    return groups


@requires(PUBLIC)
@post_only
def sign_in(request: HttpRequest, ref: str) -> HttpResponse:
    """Sign in as this person; it counts as a fresh second factor."""
    only_from_this_machine(request)
    user: Any = User.objects.filter(ref=ref, is_active=True).first()
    if user is None:
        raise Http404
    if request.user.is_authenticated and request.user.pk != user.pk:
        logout(request)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    record_authentication(request, user, method="demo", reauthenticated=True)
    record_sign_in(User, request, user)
    wanted = request.POST.get("next", "")
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return SeeOther(wanted if here else "/")


@requires(PUBLIC)
def mail(request: HttpRequest) -> HttpResponse:
    """The mails that development has written to files, newest first."""
    only_from_this_machine(request)
    folder = Path(settings.MAIL_FOLDER)
    files = (
        sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime, reverse=True)[:50]
        if folder.is_dir()
        else []
    )
    return render(request, "accounts/demo_mail.html", {"mails": [file.read_text(errors="replace") for file in files]})


urlpatterns = [
    path("", people, name="demo"),
    path("people/<str:ref>/", sign_in, name="demo_sign_in"),
    path("mail/", mail, name="demo_mail"),
]
