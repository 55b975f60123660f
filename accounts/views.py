"""Pages of the Administrator, and everybody's own settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse

from accounts import operations
from accounts.forms import EndRoleForm, RoleForm, SettingsForm
from accounts.models import CodeOrgInvitation, CodeOrgRole
from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.errors import DomainError
from common.views import SeeOther, page, tried
from common.zones import now, today


@requires("accounts.administer")
def account_list(request: ScopedRequest) -> HttpResponse:
    """People of Code.org by role, and roles that wait for a second Administrator."""
    roles = list(CodeOrgRole.objects.select_related("user").order_by("user__name", "role", "id"))
    on = today()
    waiting = CodeOrgInvitation.objects.filter(accepted_at=None, withdrawn_at=None).select_related(
        "proposed_by", "confirmed_by"
    )
    return page(
        request,
        "accounts/account_list.html",
        {
            "current": [
                row for row in roles if row.is_confirmed and (row.valid_before is None or row.valid_before > on)
            ],
            "former": [row for row in roles if row.valid_before is not None and row.valid_before <= on],
            "waiting": list(waiting.order_by("proposed_at", "id")),
            "timeline": list(NetworkLogEntry.objects.about_all(CodeOrgRole, CodeOrgInvitation)[:30]),
        },
    )


@requires("accounts.administer", fresh=True)
def role_new(request: ScopedRequest) -> HttpResponse:
    """Propose a Code.org role for a person."""
    form = RoleForm(request.POST or None)
    if form.is_valid():
        made = tried(
            form, lambda: operations.propose_code_org_role(proposed_by=request.user, at=now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(
                request, f"{made.name} is proposed. Another Administrator confirms before the mail goes out."
            )
            return SeeOther("/network/accounts/")
    return page(request, "accounts/role_form.html", {}, form=form)


@requires("accounts.administer", CodeOrgInvitation, fresh=True)
def role_confirmation(request: ScopedRequest, invitation: CodeOrgInvitation) -> HttpResponse:
    """The second Administrator confirms (POST)."""
    if request.method == "POST":
        try:
            operations.confirm_code_org_role(invitation=invitation, confirmed_by=request.user, at=now())
            messages.success(request, f"{invitation.name} gets a mail with a link that works once.")
        except DomainError as error:
            messages.error(request, error.message)
    return SeeOther("/network/accounts/")


@requires("accounts.administer", CodeOrgInvitation)
def role_withdrawal(request: ScopedRequest, invitation: CodeOrgInvitation) -> HttpResponse:
    """Withdraw a proposed or mailed invitation (POST)."""
    if request.method == "POST":
        try:
            operations.withdraw_code_org_invitation(invitation=invitation, by=request.user, at=now())
            messages.success(request, f"The invitation of {invitation.name} is withdrawn.")
        except DomainError as error:
            messages.error(request, error.message)
    return SeeOther("/network/accounts/")


@requires("accounts.administer", CodeOrgRole, fresh=True)
def role_end(request: ScopedRequest, role: CodeOrgRole) -> HttpResponse:
    """End somebody's role with a last day."""
    form = EndRoleForm(request.POST or None, initial={"last_day": today()})
    if form.is_valid():
        ended = tried(
            form, lambda: operations.end_code_org_role(role=role, by=request.user, at=now(), **form.cleaned_data)
        )
        if ended is not None:
            messages.success(request, f"{role.user.name} ends as {role.get_role_display()}.")
            return SeeOther("/network/accounts/")
    return page(request, "accounts/role_end.html", {"role": role}, form=form)


@requires("account.settings")
def account_settings(request: ScopedRequest) -> HttpResponse:
    """Own name and address, colors, keys, password and second factor."""
    initial = {"theme": request.user.theme, "single_keys": request.user.single_keys}
    form = SettingsForm(request.POST or None, initial=initial)
    if form.is_valid():
        operations.change_own_settings(user=request.user, **form.as_operation(request.user.single_keys))
        messages.success(request, "Saved.")
        return SeeOther("/account/")
    return page(request, "accounts/settings.html", {}, form=form)
