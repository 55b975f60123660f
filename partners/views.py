"""Pages about partners and their people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpResponse

from accounts.models import CodeOrgInvitation, CodeOrgRole, Side, User
from accounts.operations import accept_code_org_invitation
from accounts.passwords import least_length
from activity.models import LogEntry
from common.access import PUBLIC, ScopedRequest, requires
from common.pages import keyset
from common.tenancy import Door, staff_context
from common.views import SeeOther, page, posted, pressed, tried
from common.zones import now, today
from partners import operations
from partners.adapter import AccountAdapter
from partners.forms import AssignmentForm, EndMembershipForm, InvitationForm, JoinForm, PartnerForm
from partners.models import Invitation, Membership, OutreachAssignment, Partner
from partners.rules import roles_in_reach
from partners.settings import setting_on


@requires("partners.list")
def partner_list(request: ScopedRequest) -> HttpResponse:
    """Every partner that this person may see, by name, with its Outreach Manager and Program Managers."""
    rows = Partner.objects.all()
    wanted = request.GET.get("q", "").strip()[:100].replace("\0", "")
    if wanted:
        rows = rows.filter(name__icontains=wanted)
    shown = keyset(request, rows, "name", "id")
    rows_shown = replace(shown, rows=with_people(shown.rows))
    return page(
        request,
        "partners/partner_list.html",
        {"page": rows_shown, "q": wanted, "may_add": request.user.has_perm("partners.change")},
    )


def with_people(partners: list[Partner]) -> list[dict[str, Any]]:
    """Each partner with the names of its Outreach and Program Managers, in two queries."""
    found: dict[int, dict[str, Any]] = {
        partner.pk: {"partner": partner, "outreach": [], "program": []} for partner in partners
    }
    for assignment in OutreachAssignment.objects.filter(partner__in=partners).active(today()).select_related("user"):
        found[assignment.partner_id]["outreach"].append(assignment.user.name)
    for member in (
        Membership.objects.filter(partner__in=partners, role="program_manager").in_force(today()).select_related("user")
    ):
        found[member.partner_id]["program"].append(member.user.name)
    return list(found.values())


@requires("partners.change")
def partner_new(request: ScopedRequest) -> HttpResponse:
    """Staff add a partner."""
    form = PartnerForm(posted(request), initial={"started_on": today()})
    if form.is_valid():
        made = tried(form, lambda: operations.add_partner(**form.cleaned_data, by=request.user, at=now()))
        if made is not None:
            messages.success(request, f"{made.name} is in the network. Invite its Director and Program Manager.")
            return SeeOther(f"/partners/{made.slug}/people/")
    return page(request, "partners/partner_form.html", {"partner": None}, form=form)


@requires("partners.change")
def partner_edit(request: ScopedRequest) -> HttpResponse:
    """Staff correct a partner."""
    partner = request.partner
    initial = {name: getattr(partner, name) for name in PartnerForm.base_fields}
    form = PartnerForm(posted(request), initial=initial)
    if form.is_valid():
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if tried(form, lambda: operations.correct_partner(partner=partner, changes=changed, by=request.user, at=now())):
            messages.success(request, f"{partner.name} is corrected.")
            return SeeOther(f"/partners/{partner.slug}/people/")
    return page(request, "partners/partner_form.html", {"partner": partner}, form=form)


@requires("partners.see_people")
def people(request: ScopedRequest) -> HttpResponse:
    """Who belongs to the partner, who is invited, who looks after it at Code.org, and what changed."""
    partner = request.partner
    return page(request, "partners/people.html", people_context(request, partner))


def people_context(request: ScopedRequest, partner: Partner) -> dict[str, Any]:
    """Members now and before, open invitations, Outreach Manager, timeline."""
    members = list(Membership.objects.filter(partner=partner).select_related("user").order_by("user__name", "id"))
    on = today()
    current = [row for row in members if row.ends_before is None or row.ends_before > on]
    return {
        "partner": partner,
        "members": current,
        "former": [row for row in members if row not in current],
        "has_program_manager": any(row.role == "program_manager" and row.starts_on <= on for row in current),
        "invitations": list(
            Invitation.objects.filter(partner=partner, accepted_at=None, withdrawn_at=None).order_by(
                "-invited_at", "-id"
            )
        ),
        "assignments": list(
            OutreachAssignment.objects.filter(partner=partner).select_related("user").order_by("-starts_on")
        ),
        "timeline": list(LogEntry.objects.about(partner)[:20]),
        "today": on,
        "days": int(setting_on(on, "partners.invitation_days")),
        "now": now(),
        "may_invite": request.user.has_perm("partners.invite", partner),
        "may_change": request.user.has_perm("partners.change", partner),
        "endable": roles_in_reach(request.user.standing, partner.pk),
    }


@requires("partners.invite")
def invitation_new(request: ScopedRequest) -> HttpResponse:
    """Invite a person to a role at this partner."""
    partner = request.partner
    form = InvitationForm(posted(request), roles=roles_in_reach(request.user.standing, partner.pk), today=today())
    if form.is_valid():
        made = tried(
            form,
            lambda: operations.invite_member(partner=partner, invited_by=request.user, at=now(), **form.as_operation()),
        )
        if made is not None:
            messages.success(request, f"{made.name} gets a mail with a link that works once.")
            return SeeOther(f"/partners/{partner.slug}/people/")
    return page(request, "partners/invitation_form.html", {"partner": partner}, form=form)


@requires("partners.end_role", Invitation)
def invitation_withdrawal(request: ScopedRequest, invitation: Invitation) -> HttpResponse:
    """Withdraw an open invitation (POST)."""

    def withdraw() -> None:
        operations.withdraw_invitation(invitation=invitation, withdrawn_by=request.user, at=now())

    done = f"The invitation of {invitation.name} is withdrawn; its link opens nothing."
    return pressed(request, withdraw, done, back_to=f"/partners/{request.partner.slug}/people/")


@requires("partners.end_role", Invitation)
def invitation_mail(request: ScopedRequest, invitation: Invitation) -> HttpResponse:
    """Mail the link of an invitation once more (POST)."""

    def resend() -> object:
        return operations.resend_invitation(invitation=invitation, by=request.user, at=now())

    done = f"{invitation.name} gets a new link; the one before opens nothing."
    return pressed(request, resend, done, back_to=f"/partners/{request.partner.slug}/people/")


@requires("partners.end_role", Membership)
def membership_end(request: ScopedRequest, membership: Membership) -> HttpResponse:
    """End a role with a last day and a reason."""
    form = EndMembershipForm(posted(request), initial={"last_day": today()})
    if form.is_valid():
        ended = tried(
            form,
            lambda: operations.end_membership(
                membership=membership, ended_by=request.user, at=now(), **form.cleaned_data
            ),
        )
        if ended is not None:
            messages.success(request, f"{membership.user.name} ends as {membership.get_role_display()}.")
            return SeeOther(f"/partners/{request.partner.slug}/people/")
    return page(
        request, "partners/membership_end.html", {"partner": request.partner, "membership": membership}, form=form
    )


@requires("partners.change")
def assignment_new(request: ScopedRequest) -> HttpResponse:
    """Staff choose the partner's Outreach Manager from a date."""
    managers = User.objects.filter(
        pk__in=CodeOrgRole.objects.in_force(today()).filter(role="outreach_manager").values("user"), is_active=True
    ).order_by("name")
    form = AssignmentForm(posted(request), managers=managers, initial={"from_day": today()})
    if form.is_valid():
        made = tried(
            form,
            lambda: operations.assign_outreach_manager(
                partner=request.partner, by=request.user, at=now(), **form.cleaned_data
            ),
        )
        if made is not None:
            messages.success(request, f"{made.user.name} is Outreach Manager from {made.starts_on:%b %-d, %Y}.")
            return SeeOther(f"/partners/{request.partner.slug}/people/")
    return page(request, "partners/assignment_form.html", {"partner": request.partner}, form=form)


@requires(PUBLIC, door=Door.LINK)
def invitation_open(request: ScopedRequest, token: str) -> HttpResponse:
    """The page behind an invitation's link; only its POST changes something (architecture, "Links")."""
    link = cast("Any", request).link
    invitation = invited_by_link(link)
    if invitation is None:
        return page(request, "partners/invitation_over.html", {})
    form = JoinForm(posted(request), initial={"name": invitation.name})
    if form.is_valid():
        accepted = tried(form, lambda: join(request, invitation, link, form.cleaned_data))
        if accepted is not None:
            sign_out(request)
            messages.success(request, "Your account is ready. Sign in with your e-mail and password.")
            return SeeOther("/accounts/login/")
    return page(request, "partners/invitation_open.html", {"invitation": invitation, **words_of(invitation)}, form=form)


def sign_out(request: ScopedRequest) -> None:
    """Whoever was signed in here: the next to sign in is the one who joined. The link door has no sessions."""
    with staff_context("signed out by an invitation"):
        logout(request)


def words_of(invitation: Any) -> dict[str, Any]:
    """Who invites, and how long the password must be."""
    is_code_org = not isinstance(invitation, Invitation)
    least = least_length(Side.CODE_ORG if is_code_org else Side.PARTNER)
    return {
        "is_code_org": is_code_org,
        "partner_name": "" if is_code_org else invitation.partner.name,
        "password_help": f"At least {least} characters; a sentence is easiest to keep.",
    }


def invited_by_link(link: Any) -> Any:
    """The open invitation that the link names, or None."""
    at = now()
    if link is None or not link.is_open(at):
        return None
    model: Any = {"partners.invitation": Invitation, "accounts.codeorginvitation": CodeOrgInvitation}[link.subject_type]
    found = model.objects.filter(pk=link.subject_id).first()
    return found if found is not None and found.accepted_at is None and found.withdrawn_at is None else None


def join(request: ScopedRequest, invitation: Any, link: Any, data: dict[str, str]) -> User:
    """Accept; passwords that are wrong for the account of the address count like those of the sign-in page."""
    if not ratelimit.consume(request, action="login_failed", key=invitation.email, dry_run=True):
        raise operations.WrongPassword(AccountAdapter.error_messages["too_many_login_attempts"], field="password")
    try:
        return accept(invitation, link, data)
    except operations.WrongPassword:
        ratelimit.consume(request, action="login_failed", key=invitation.email)
        raise


def accept(invitation: Any, link: Any, data: dict[str, str]) -> User:
    """Through the staff door: the link door reads only."""
    with staff_context("invitation accepted"):
        if isinstance(invitation, Invitation):
            row = Invitation.objects.select_related("partner", "invited_by").get(pk=invitation.pk)
            return operations.accept_invitation(invitation=row, link=link, at=now(), **data)
        return accept_code_org_invitation(invitation=invitation, link=link, at=now(), **data)
