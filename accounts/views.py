"""Pages of the Administrator, and everybody's own settings."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse

from accounts import operations
from accounts.forms import EndRoleForm, RoleForm, SettingsForm, TokenForm
from accounts.models import CodeOrgInvitation, CodeOrgRole, CodeOrgRoleEnd
from accounts.tokens import ApiToken, make_token, revoke_token
from activity.models import NetworkLogEntry
from common.access import ScopedRequest, requires
from common.held import held_form
from common.views import SeeOther, page, posted, pressed, tried
from common.zones import now, today

ACCOUNTS = "/network/accounts/"
MOST_SHOWN = 100  # tokens, the newest


@requires("accounts.administer")
def account_list(request: ScopedRequest) -> HttpResponse:
    """People of Code.org by role, and what waits for a second Administrator: roles and ends of roles."""
    roles = list(CodeOrgRole.objects.select_related("user").order_by("user__name", "role", "id"))
    ends, on = list(CodeOrgRoleEnd.objects.waiting()), today()
    return page(
        request,
        "accounts/account_list.html",
        {
            "current": [
                row for row in roles if row.is_confirmed and (row.valid_before is None or row.valid_before > on)
            ],
            "former": [row for row in roles if row.valid_before is not None and row.valid_before <= on],
            "waiting": CodeOrgInvitation.objects.waiting().with_link_until(),
            "ends": ends,
            "ending": {end.role_id for end in ends},
            "now": now(),
            "timeline": list(NetworkLogEntry.objects.about_all(CodeOrgRole, CodeOrgInvitation)[:30]),
        },
    )


@requires("accounts.administer", fresh=True)
def role_new(request: ScopedRequest) -> HttpResponse:
    """Propose a Code.org role for a person."""
    form = RoleForm(posted(request))
    if form.is_valid():
        made = tried(
            form, lambda: operations.propose_code_org_role(proposed_by=request.user, at=now(), **form.cleaned_data)
        )
        if made is not None:
            messages.success(
                request, f"{made.name} is proposed. Another Administrator confirms before the mail goes out."
            )
            return SeeOther(ACCOUNTS)
    return page(request, "accounts/role_form.html", {}, form=form)


@requires("accounts.administer", CodeOrgInvitation, fresh=True)
def role_confirmation(request: ScopedRequest, invitation: CodeOrgInvitation) -> HttpResponse:
    """The second Administrator confirms (POST)."""

    def confirm() -> object:
        return operations.confirm_code_org_role(invitation=invitation, confirmed_by=request.user, at=now())

    return pressed(request, confirm, f"{invitation.name} gets a mail with a link that works once.", back_to=ACCOUNTS)


@requires("accounts.administer", CodeOrgInvitation)
def role_mail(request: ScopedRequest, invitation: CodeOrgInvitation) -> HttpResponse:
    """Mail the link of an open invitation once more (POST)."""

    def resend() -> object:
        return operations.resend_code_org_invitation(invitation=invitation, by=request.user, at=now())

    return pressed(
        request, resend, f"{invitation.name} gets a new link; the one before opens nothing.", back_to=ACCOUNTS
    )


@requires("accounts.administer", CodeOrgInvitation)
def role_withdrawal(request: ScopedRequest, invitation: CodeOrgInvitation) -> HttpResponse:
    """Withdraw a proposed or mailed invitation (POST)."""

    def withdraw() -> None:
        operations.withdraw_code_org_invitation(invitation=invitation, by=request.user, at=now())

    return pressed(request, withdraw, f"The invitation of {invitation.name} is withdrawn.", back_to=ACCOUNTS)


@requires("accounts.administer", CodeOrgRole, fresh=True)
def role_end(request: ScopedRequest, role: CodeOrgRole) -> HttpResponse:
    """Propose the last day of somebody's role; where one is proposed, what waits for the second Administrator."""
    form = EndRoleForm(posted(request), initial={"last_day": today()})
    if form.is_valid():
        facts = {"role": role, "by": request.user, "at": now(), **form.cleaned_data}
        if tried(form, lambda: operations.propose_code_org_role_end(**facts)) is not None:
            messages.success(
                request, f"The end is proposed. {role.user.name} keeps the role until another Administrator confirms."
            )
            return SeeOther(ACCOUNTS)
    waiting = CodeOrgRoleEnd.objects.waiting().filter(role=role).first()
    return page(request, "accounts/role_end.html", {"role": role, "end": waiting}, form=form)


@requires("accounts.administer", CodeOrgRoleEnd, fresh=True)
def role_end_confirmation(request: ScopedRequest, end: CodeOrgRoleEnd) -> HttpResponse:
    """The second Administrator confirms the end as it was proposed (POST)."""

    def confirm() -> object:
        return operations.confirm_code_org_role_end(end=end, by=request.user, at=now())

    done = f"{end.role.user.name} ends as {end.role.get_role_display()}, last day {end.last_day:%b %-d, %Y}."
    return pressed(request, confirm, done, back_to=ACCOUNTS)


@requires("accounts.administer", CodeOrgRoleEnd)
def role_end_withdrawal(request: ScopedRequest, end: CodeOrgRoleEnd) -> HttpResponse:
    """Take the proposed end of a role back, or turn it down (POST)."""

    def withdraw() -> object:
        return operations.withdraw_code_org_role_end(end=end, by=request.user, at=now())

    return pressed(request, withdraw, f"{end.role.user.name} stays {end.role.get_role_display()}.", back_to=ACCOUNTS)


@requires("account.settings")
def account_settings(request: ScopedRequest) -> HttpResponse:
    """Own name and address, colors, keys, password and second factor."""
    initial = {"theme": request.user.theme, "single_keys": request.user.single_keys}
    form = SettingsForm(posted(request), initial=initial)
    if form.is_valid():
        operations.change_own_settings(user=request.user, **form.as_operation(request.user.single_keys))
        messages.success(request, "Saved.")
        return SeeOther("/account/")
    return page(request, "accounts/settings.html", {}, form=form)


@requires("account.settings", fresh=True)
def token_list(request: ScopedRequest) -> HttpResponse:
    """Own tokens with their last use; a new one is made here, and its secret is shown on the answer and never again."""
    form, secret, at = TokenForm(posted(request)), "", now()
    if form.is_valid():
        made = tried(form, lambda: make_token(user=request.user, **form.cleaned_data, at=at))
        secret, form = (made[1], TokenForm()) if made is not None else ("", form)
    rows = [{"token": row, "usable": row.is_usable(at)} for row in ApiToken.objects.of(request.user)[:MOST_SHOWN]]
    return page(request, "accounts/tokens.html", {"rows": rows, "secret": secret}, form=form)


@requires("account.settings")
def token_revocation(request: ScopedRequest, ref: str) -> HttpResponse:
    """End one's own token (POST); somebody else's is none of one's own."""
    token = ApiToken.objects.of(request.user).filter(ref=ref).first() if request.method == "POST" else None
    if token is not None:
        revoke_token(token=token, at=now())
        messages.success(request, f"{token.name} opens nothing any more.")
    return SeeOther(reverse("token_list"))


@requires("account.settings")
def held(request: ScopedRequest, ref: str) -> HttpResponse:
    """What this person sent when her sign-in was too old, with one button that sends it again."""
    found = held_form(request, ref)
    if found is None:
        messages.info(request, "Nothing is left to go on with: it was sent again, or kept in another browser.")
        return SeeOther("/")
    return page(request, "accounts/held.html", {"held": found, "shown": found.shown()})
