"""People of Code.org and everybody's own settings: invite and end (two people each), accept, first administrators."""

from __future__ import annotations

import datetime as dt
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from accounts.models import CodeOrgInvitation, CodeOrgRole, CodeOrgRoleEnd, Side, User
from accounts.people import code_org_people
from activity.models import Link
from activity.operations import queue_mail, record, tell
from common.errors import DomainError, refusing
from common.zones import network_date


class InvitationRefused(DomainError):
    """The invitation cannot be made or confirmed; the message says why."""

    code = "invitation_refused"


class RoleEndRefused(DomainError):
    """The end of a role cannot be proposed, confirmed or withdrawn; the message says why."""

    code = "role_end_refused"


class AlreadySetUp(DomainError):
    """The system has administrators."""

    code = "already_set_up"


class OtherSide(DomainError):
    """A person is on one side only: partner or Code.org."""

    code = "other_side"


class WrongPassword(DomainError):
    """The address has an account, and this is not its password."""

    code = "wrong_password"


INVITATION_DAYS = dt.timedelta(days=7)
MIN_ADMINISTRATORS = 2


@transaction.atomic
def propose_code_org_role(
    *, email: str, name: str, role: str, reason: str, proposed_by: Any, at: dt.datetime
) -> CodeOrgInvitation:
    """An Administrator proposes a Code.org role for another person; nothing is mailed yet, who can confirm gets a notice. Raises InvitationRefused."""
    address = email.strip().lower()
    if address == proposed_by.email:
        raise InvitationRefused("Two other Administrators give you a role: ask one to propose it.", field="email")
    known = User.objects.filter(email=address).first()
    if known is not None and known.side != Side.CODE_ORG:
        raise InvitationRefused("This address belongs to a person at a partner.", field="email")
    if known is not None and CodeOrgRole.objects.filter(user=known, role=role).in_force(network_date(at)).exists():
        raise InvitationRefused(f"{known.name} holds this role already.", field="role")
    with refusing(
        accounts_invitation_open_once=InvitationRefused(
            "This role is proposed for this address already.", field="email"
        )
    ):
        made = CodeOrgInvitation.objects.create(
            email=address, name=one_line(name), role=role, reason=reason, proposed_by=proposed_by, proposed_at=at
        )
    record(
        made,
        verb="role.proposed",
        text=f"{made.name} was proposed as {made.get_role_display()}",
        reason=reason,
        by=proposed_by,
        at=at,
    )
    able = [one for one in _administrators(at) if one.pk != proposed_by.pk and one.email != address]
    text = f"{proposed_by.name} proposed {made.name} as {made.get_role_display()}: {reason}"
    tell(able, kind="role.proposed", key=f"role-proposed:{made.ref}", text=text[:500], url="/network/accounts/", at=at)
    return made


@transaction.atomic
def confirm_code_org_role(*, invitation: CodeOrgInvitation, confirmed_by: Any, at: dt.datetime) -> CodeOrgInvitation:
    """Another Administrator, whom the role is not for, confirms; the invited person gets the link (7 days). Raises InvitationRefused."""
    row = CodeOrgInvitation.objects.select_for_update().get(pk=invitation.pk)
    if row.confirmed_at or row.withdrawn_at:
        raise InvitationRefused("This invitation has been decided already.")
    with refusing(
        accounts_invitation_two_people=InvitationRefused(
            "You proposed this role, so another Administrator confirms it."
        ),
        accounts_invitation_for_another=InvitationRefused(
            "This role is for you, so another Administrator confirms it."
        ),
    ):
        row.confirmed_by, row.confirmed_at = confirmed_by, at
        row.save(update_fields=["confirmed_by", "confirmed_at"])
    record(
        row, verb="role.confirmed", text=f"{row.name} was invited as {row.get_role_display()}", by=confirmed_by, at=at
    )
    _mail_link(row, confirmed_by, at)
    return row


@transaction.atomic
def resend_code_org_invitation(*, invitation: CodeOrgInvitation, by: Any, at: dt.datetime) -> CodeOrgInvitation:
    """An Administrator mails a confirmed invitation once more (staff door): a new link for 7 days, the one before opens nothing.

    Locks the invitation. The address and the role stay as two people agreed on them. Raises InvitationRefused.
    """
    row = CodeOrgInvitation.objects.select_for_update().get(pk=invitation.pk)
    if row.confirmed_at is None or row.accepted_at or row.withdrawn_at:
        raise InvitationRefused("Only an invitation that is confirmed and still open is sent again.")
    record(row, verb="role.invited_again", text=f"The invitation of {row.name} was sent again", by=by, at=at)
    _mail_link(row, by, at)
    return row


@transaction.atomic
def withdraw_code_org_invitation(*, invitation: CodeOrgInvitation, by: Any, at: dt.datetime) -> None:
    """Take a proposed or mailed invitation back. Raises InvitationRefused once it is accepted or withdrawn."""
    if (
        CodeOrgInvitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)
        != 1
    ):
        raise InvitationRefused("This invitation is over already.")
    record(invitation, verb="role.withdrawn", text=f"The invitation of {invitation.name} was withdrawn", by=by, at=at)


@transaction.atomic
def accept_code_org_invitation(
    *, invitation: CodeOrgInvitation, link: Link, password: str, name: str, at: dt.datetime
) -> User:
    """Make the account and the role (staff door), and use the link up. Locks the link, then the invitation.

    Raises InvitationRefused, OtherSide, WrongPassword, ValidationError (password).
    """
    locked = Link.objects.select_for_update().get(pk=link.pk)
    row = CodeOrgInvitation.objects.select_for_update().get(pk=invitation.pk)
    if not locked.is_open(at) or row.confirmed_at is None or row.accepted_at or row.withdrawn_at:
        raise InvitationRefused("This invitation has been used or is over.")
    user = account_for(email=row.email, name=name, side=Side.CODE_ORG, password=password, at=at)
    with refusing(accounts_role_once=InvitationRefused("You hold this role already: sign in.")):
        role = CodeOrgRole.objects.create(
            user=user,
            role=row.role,
            valid_from=network_date(at),
            reason=row.reason,
            proposed_by_id=row.proposed_by_id,
            proposed_at=row.proposed_at,
            confirmed_by_id=row.confirmed_by_id,
            confirmed_at=row.confirmed_at,
        )
    row.accepted_by, row.accepted_at = user, at
    row.save(update_fields=["accepted_by", "accepted_at"])
    locked.used_at = at
    locked.save(update_fields=["used_at"])
    record(role, verb="role.begun", text=f"{user.name} begins as {role.get_role_display()}", by=user, at=at)
    return user


@transaction.atomic
def propose_code_org_role_end(
    *, role: CodeOrgRole, last_day: dt.date, reason: str, by: Any, at: dt.datetime
) -> CodeOrgRoleEnd:
    """An Administrator proposes the last day (network zone) of another person's role; nothing ends yet (staff door, adr/0006).

    Every other Administrator who can confirm is told, with the reason. Locks the role (of an Administrator, all of theirs). Raises RoleEndRefused for one's own
    role, without a reason, for a day before the first or after the last one (a role is not prolonged by ending it), where fewer than
    two Administrators would stay (nobody could confirm a role any more), and where an end of this role waits already.
    """
    row = _locked_role(role)
    if not reason.strip():
        raise RoleEndRefused("Say why the role ends: whoever confirms it reads it.", field="reason")
    _refuse_end(row, last_day, by)
    twice = RoleEndRefused("An end of this role is proposed already: confirm it, or withdraw it first.")
    with refusing(accounts_role_end_open_once=twice):
        made = CodeOrgRoleEnd.objects.create(
            role=row, last_day=last_day, reason=reason.strip(), proposed_by=by, proposed_at=at
        )
    text = f"It was proposed that {row.user.name} ends as {row.get_role_display()}, last day {last_day:%b %-d, %Y}"
    record(row, verb="role.end_proposed", text=text, reason=made.reason, by=by, at=at)
    _tell_of_proposed_end(made, at)
    return made


@transaction.atomic
def confirm_code_org_role_end(*, end: CodeOrgRoleEnd, by: Any, at: dt.datetime) -> CodeOrgRole:
    """Another Administrator confirms the end as it was proposed: the role has its last day (staff door, adr/0006).

    The person and every other Administrator are told, with the reason. Locks as proposing does, then the end. Raises RoleEndRefused for who proposed it, once
    it is decided, and for whatever proposing refuses: it is judged again.
    """
    row, waiting = _locked_role(end.role), _open_end(end)
    _refuse_end(row, waiting.last_day, by)
    with refusing(
        accounts_role_end_two_people=RoleEndRefused("You proposed this end, so another Administrator confirms it.")
    ):
        waiting.confirmed_by, waiting.confirmed_at = by, at
        waiting.save(update_fields=["confirmed_by", "confirmed_at"])
    before, row.valid_before = row.last_day, waiting.last_day + dt.timedelta(days=1)
    row.save(update_fields=["valid_before"])
    text = f"{row.user.name} ends as {row.get_role_display()}, proposed by {waiting.proposed_by.name}"
    was, then = {"last_day": before}, {"last_day": waiting.last_day}
    record(row, verb="role.ended", text=text, reason=waiting.reason, by=by, at=at, before=was, after=then)
    _tell_of_end(row, waiting, at)
    return row


@transaction.atomic
def withdraw_code_org_role_end(*, end: CodeOrgRoleEnd, by: Any, at: dt.datetime) -> CodeOrgRoleEnd:
    """Take a proposed end back, or turn it down; never one's own role's (staff door). Locks the end. Raises RoleEndRefused."""
    waiting = _open_end(end)
    if waiting.role.user_id == by.pk:
        raise RoleEndRefused("This is your role, so another Administrator decides.")
    waiting.withdrawn_by, waiting.withdrawn_at = by, at
    waiting.save(update_fields=["withdrawn_by", "withdrawn_at"])
    text = f"The proposal that {waiting.role.user.name} ends as {waiting.role.get_role_display()} was withdrawn"
    record(waiting.role, verb="role.end_withdrawn", text=text, by=by, at=at)
    return waiting


@transaction.atomic
def create_administrators(*, people: list[tuple[str, str]], at: dt.datetime) -> list[CodeOrgInvitation]:
    """Invite the first two Administrators of an empty system: (e-mail, name) each. Raises AlreadySetUp ever after.

    Each confirms the other, so that even the first two roles have two people behind them.
    """
    if CodeOrgRole.objects.exists() or CodeOrgInvitation.objects.exists():
        raise AlreadySetUp(
            "This system has administrators already; an Administrator invites further ones on the Accounts page."
        )
    if len({email.strip().lower() for email, _name in people}) != 2:
        raise InvitationRefused("Name two different people: one proposes, the other confirms.")
    if User.objects.filter(email__in=[email.strip().lower() for email, _name in people]).exists():
        raise InvitationRefused("One of these addresses has an account already; name two new people.")
    users = [_unsigned(email, name, at) for email, name in people]
    made = []
    for user, other in ((users[0], users[1]), (users[1], users[0])):
        row = CodeOrgInvitation.objects.create(
            email=user.email,
            name=user.name,
            role=CodeOrgRole.Role.ADMINISTRATOR,
            reason="First administrators",
            proposed_by=user,
            proposed_at=at,
            confirmed_by=other,
            confirmed_at=at,
        )
        _mail_link(row, other, at)
        made.append(row)
    return made


@transaction.atomic
def resend_first_invitations(*, at: dt.datetime) -> list[CodeOrgInvitation]:
    """Mail the first two invitations once more, as long as nobody has joined: nobody could sign in to do it. Raises AlreadySetUp."""
    if CodeOrgRole.objects.exists():
        raise AlreadySetUp("An Administrator has joined: she sends invitations again on the Accounts page.")
    rows = list(CodeOrgInvitation.objects.waiting().filter(confirmed_at__isnull=False).select_related("confirmed_by"))
    for row in rows:
        assert row.confirmed_by is not None
        _mail_link(row, row.confirmed_by, at)
    return rows


def one_line(name: str) -> str:
    """A name without line breaks and doubled blanks: it stands in subjects of mails."""
    return " ".join(name.split())


def account_for(*, email: str, name: str, side: str, password: str, at: dt.datetime) -> User:
    """The account of an invited address: a new one with this password, or the one there is if the password is its own.

    Raises OtherSide, WrongPassword, ValidationError (by field).
    """
    user = User.objects.filter(email=email).first()
    if user is not None and user.side != side:
        raise OtherSide("This address belongs to an account of the other side. Use another address.")
    if user is not None and user.has_usable_password():
        if not user.is_active or not user.check_password(password):
            raise WrongPassword("You have an account with this address: enter its password.", field="password")
        return user
    user = user or User(email=email, name=one_line(name), side=side, joined_at=at)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.save()
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _locked_role(role: CodeOrgRole) -> CodeOrgRole:
    """Locks the role; of an Administrator all of theirs, by id: two ends at once neither wait for ever nor leave fewer than two."""
    alike = Q(role=role.role) if role.role == CodeOrgRole.Role.ADMINISTRATOR else Q(pk=role.pk)
    rows = CodeOrgRole.objects.select_for_update(of=("self",)).select_related("user").filter(alike).order_by("pk")
    return next(row for row in rows if row.pk == role.pk)


def _open_end(end: CodeOrgRoleEnd) -> CodeOrgRoleEnd:
    """Locks the end. Who decided it is looked up after the lock: a join would be as old as the wait for it."""
    rows = CodeOrgRoleEnd.objects.select_for_update(of=("self",))
    row = rows.select_related("role__user", "proposed_by").get(pk=end.pk)
    if row.confirmed_by is not None:
        raise RoleEndRefused(f"{row.confirmed_by.name} has confirmed this end already.")
    if row.withdrawn_by is not None:
        raise RoleEndRefused(f"{row.withdrawn_by.name} has withdrawn this proposal: nothing ends by it.")
    return row


def _refuse_end(row: CodeOrgRole, last_day: dt.date, by: User) -> None:
    if row.user_id == by.pk:
        raise RoleEndRefused("This is your role, so two other Administrators end it.")
    if last_day < row.valid_from:
        raise RoleEndRefused(f"Enter a date on or after {row.valid_from:%b %-d, %Y}, the first day.", field="last_day")
    if row.last_day is not None and last_day > row.last_day:
        raise RoleEndRefused(
            f"Enter a date on or before {row.last_day:%b %-d, %Y}: the role ends then already.", field="last_day"
        )
    _keep_two_administrators(row)


def _keep_two_administrators(ending: CodeOrgRole) -> None:
    if ending.role != CodeOrgRole.Role.ADMINISTRATOR:
        return
    others = CodeOrgRole.objects.filter(
        role=ending.role, confirmed_at__isnull=False, valid_before=None, user__is_active=True
    )
    if others.exclude(user=ending.user_id).count() < MIN_ADMINISTRATORS:
        raise RoleEndRefused("Two Administrators stay at all times: invite another one first.")


def _tell_of_proposed_end(end: CodeOrgRoleEnd, at: dt.datetime) -> None:
    able = [one for one in _administrators(at) if one.pk not in (end.proposed_by_id, end.role.user_id)]
    text = f"{end.proposed_by.name} proposed to end {end.role.user.name}’s role {_words(end)}"
    url = f"/network/accounts/roles/{end.role.ref}/end/"
    tell(able, kind="role.end_proposed", key=f"end-proposed:{end.ref}", text=text[:500], url=url, at=at)


def _tell_of_end(row: CodeOrgRole, end: CodeOrgRoleEnd, at: dt.datetime) -> None:
    """The person herself, and every Administrator who did not confirm it just now."""
    assert end.confirmed_by is not None
    both = f"{end.proposed_by.name} and {end.confirmed_by.name}"
    others = [one for one in _administrators(at) if one.pk not in (end.confirmed_by_id, row.user_id)]
    for people, whose, url in (([row.user], "your", "/account/"), (others, f"{row.user.name}’s", "/network/accounts/")):
        text = f"{both} ended {whose} role {_words(end)}"
        tell(people, kind="role.ended", key=f"ended:{end.ref}", text=text[:500], url=url, at=at)


def _administrators(at: dt.datetime) -> list[User]:
    return code_org_people(CodeOrgRole.Role.ADMINISTRATOR, network_date(at))


def _words(end: CodeOrgRoleEnd) -> str:
    return f"as {end.role.get_role_display()}, last day {end.last_day:%b %-d, %Y}: {end.reason}"


def _unsigned(email: str, name: str, at: dt.datetime) -> User:
    return User.objects.create_user(email, name, Side.CODE_ORG, joined_at=at)


def _mail_link(row: CodeOrgInvitation, invited_by: User, at: dt.datetime) -> None:
    """A button pressed twice is one mail; each has a link of its own, and the older link ends when it goes out."""
    link = {
        "purpose": "invitation",
        "subject_type": row._meta.label_lower,
        "subject_id": row.pk,
        "expires_at": (at + INVITATION_DAYS).isoformat(),
    }
    context = {
        "name": row.name,
        "partner": "Code.org",
        "role": row.get_role_display(),
        "invited_by": invited_by.name,
        "days": INVITATION_DAYS.days,
        "link": link,
    }
    queue_mail(
        to=row.email, template="invitation", key=f"invitation:{row.ref}:{at:%Y%m%d%H%M%S}", at=at, context=context
    )


@transaction.atomic
def change_own_settings(*, user: User, theme: str, single_keys: bool) -> User:
    """A person's own way to see the pages."""
    user.theme, user.single_keys = theme, single_keys
    user.save(update_fields=["theme", "single_keys"])
    return user
