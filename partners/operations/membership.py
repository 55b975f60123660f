"""Who belongs to a partner: invite, accept, withdraw, end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.models import Side, User
from accounts.operations import OtherSide, account_for, one_line
from activity.models import Link
from activity.operations import queue_mail, record, tell
from common.errors import DomainError, refusing
from common.zones import network_date
from partners.models import Invitation, Membership, Partner, Role
from partners.settings import setting_on

SUBJECT = "partners.invitation"


class AlreadyInvited(DomainError):
    """The same address has an open invitation to the same role at this partner."""

    code = "already_invited"


class AlreadyMember(DomainError):
    """The person holds this role at this partner already."""

    code = "already_member"


class InvitationOver(DomainError):
    """The invitation was used, withdrawn, or is older than its days."""

    code = "invitation_over"


class DatesMissing(DomainError):
    """Contracts and designations have an end."""

    code = "dates_missing"


@transaction.atomic
def invite_member(  # noqa: PLR0913  an invitation has this many parts
    *,
    partner: Partner,
    email: str,
    name: str,
    role: str,
    employed: bool,
    period: tuple[dt.date, dt.date | None],
    invited_by: Any,
    at: dt.datetime,
) -> Invitation:
    """Invite a person to a role; the mail with the link goes out after the commit.

    Who may: Director any role, Program Manager Facilitator and Champion, Staff Director and Program Manager (roles.md).
    `period` is first day and first day after (network zone). Raises AlreadyInvited, AlreadyMember, OtherSide, DatesMissing.
    """
    address = email.strip().lower()
    _refuse_unsuitable(partner, address, role, employed, period)
    days = int(setting_on(network_date(at), "partners.invitation_days"))
    Invitation.objects.filter(
        partner=partner, email=address, role=role, accepted_at=None, withdrawn_at=None, expires_at__lte=at
    ).update(withdrawn_at=at)
    with refusing(
        partners_invitation_open_once=AlreadyInvited(f"{address} has an open invitation to this role.", field="email")
    ):
        invitation = Invitation.objects.create(
            partner=partner,
            email=address,
            name=one_line(name),
            role=role,
            employed=employed,
            starts_on=period[0],
            ends_before=period[1],
            invited_by=invited_by,
            invited_at=at,
            expires_at=at + dt.timedelta(days=days),
        )
    record(
        partner,
        verb="member.invited",
        text=f"{invitation.name} was invited as {Role(role).label}",
        by=invited_by,
        at=at,
    )
    _mail_link(invitation, partner, invited_by, days, at)
    return invitation


@transaction.atomic
def accept_invitation(*, invitation: Invitation, link: Link, password: str, name: str, at: dt.datetime) -> User:
    """Make the account (or check the password of the one there is) and the membership, and use the link up.

    Runs in the staff door. Locks the link, then the invitation; the dates are those of the invitation.
    Raises InvitationOver, WrongPassword, OtherSide, ValidationError (password).
    """
    locked = Link.objects.select_for_update().get(pk=link.pk)
    invitation = (
        Invitation.objects.select_for_update(of=("self",)).select_related("partner", "invited_by").get(pk=invitation.pk)
    )
    if not locked.is_open(at) or not invitation.is_open(at):
        raise InvitationOver("This invitation has been used or is over. Ask the person who invited you for a new one.")
    user = account_for(email=invitation.email, name=name, side=Side.PARTNER, password=password, at=at)
    with refusing(partners_membership_once=AlreadyMember("You hold this role already: sign in.")):
        membership = Membership.objects.create(
            partner_id=invitation.partner_id,
            user=user,
            role=invitation.role,
            employed=invitation.employed,
            starts_on=invitation.starts_on,
            ends_before=invitation.ends_before,
            created_by=invitation.invited_by,
            created_at=at,
        )
    invitation.accepted_by, invitation.accepted_at = user, at
    invitation.save(update_fields=["accepted_by", "accepted_at"])
    locked.used_at = at
    locked.save(update_fields=["used_at"])
    text = f"{user.name} joined as {membership.get_role_display()}"
    record(invitation.partner, verb="member.joined", text=text, by=user, at=at)
    tell(
        [invitation.invited_by],
        kind="member.joined",
        key=f"joined:{invitation.ref}",
        text=text,
        url=f"/partners/{invitation.partner.slug}/people/",
        at=at,
        partner_id=invitation.partner_id,
    )
    return user


@transaction.atomic
def resend_invitation(*, invitation: Invitation, by: Any, at: dt.datetime) -> Invitation:
    """Mail an open or expired invitation once more, with all its days: a new link, the one before opens nothing.

    Who may: who gives the role (roles.md). Address, role and dates of the role stay. Locks the invitation. Raises InvitationOver.
    """
    row = Invitation.objects.select_for_update(of=("self",)).select_related("partner").get(pk=invitation.pk)
    if row.accepted_at or row.withdrawn_at:
        raise InvitationOver("This invitation has been used or withdrawn already.")
    if row.ends_before is not None and row.ends_before <= network_date(at):
        raise InvitationOver("The dates of this role are over: withdraw the invitation and make a new one.")
    days = int(setting_on(network_date(at), "partners.invitation_days"))
    row.expires_at = at + dt.timedelta(days=days)
    row.save(update_fields=["expires_at"])
    text = f"The invitation of {row.name} as {row.get_role_display()} was sent again"
    record(row.partner, verb="member.invited_again", text=text, by=by, at=at)
    _mail_link(row, row.partner, by, days, at)
    return row


@transaction.atomic
def withdraw_invitation(*, invitation: Invitation, withdrawn_by: Any, at: dt.datetime) -> None:
    """Take an open invitation back; its link opens nothing from then on. Raises InvitationOver."""
    changed = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None).update(withdrawn_at=at)
    if changed != 1:
        raise InvitationOver("This invitation has been used or withdrawn already.")
    record(
        invitation.partner,
        verb="member.invitation_withdrawn",
        text=f"The invitation of {invitation.name} as {invitation.get_role_display()} was withdrawn",
        by=withdrawn_by,
        at=at,
    )


@transaction.atomic
def end_membership(
    *, membership: Membership, last_day: dt.date, reason: str, ended_by: Any, at: dt.datetime
) -> Membership:
    """Set the last day of a role (network zone); access ends with that day.

    Raises DatesMissing for a day before the first, and for one after the last that is set: a role is not prolonged by ending it.
    """
    if last_day < membership.starts_on:
        raise DatesMissing(
            f"Enter a date on or after {membership.starts_on:%b %-d, %Y}, the first day.", field="last_day"
        )
    before = membership.last_day
    if before is not None and last_day > before:
        raise DatesMissing(
            f"Enter a date on or before {before:%b %-d, %Y}: the role ends then already.", field="last_day"
        )
    membership.ends_before = last_day + dt.timedelta(days=1)
    membership.save(update_fields=["ends_before"])
    record(
        membership.partner,
        verb="member.ended",
        text=f"{membership.user.name} ends as {membership.get_role_display()}",
        reason=reason,
        by=ended_by,
        at=at,
        before={"last_day": before},
        after={"last_day": last_day},
    )
    return membership


def _mail_link(invitation: Invitation, partner: Partner, invited_by: Any, days: int, at: dt.datetime) -> None:
    """A button pressed twice is one mail; each has a link of its own, and the older link ends when it goes out."""
    link = {
        "purpose": "invitation",
        "subject_type": SUBJECT,
        "subject_id": invitation.pk,
        "expires_at": invitation.expires_at.isoformat(),
    }
    context = {
        "name": invitation.name,
        "partner": partner.name,
        "role": invitation.get_role_display(),
        "invited_by": invited_by.name,
        "days": days,
        "link": link,
    }
    key = f"invitation:{invitation.ref}:{at:%Y%m%d%H%M%S}"
    queue_mail(to=invitation.email, template="invitation", key=key, at=at, context=context)


def _refuse_unsuitable(
    partner: Partner, address: str, role: str, employed: bool, period: tuple[dt.date, dt.date | None]
) -> None:
    starts_on, ends_before = period
    if ends_before is not None and ends_before <= starts_on:
        raise DatesMissing("Enter a last day on or after the first day.", field="last_day")
    if ends_before is None and (role == Role.CHAMPION or (role == Role.PROGRAM_MANAGER and not employed)):
        raise DatesMissing("Enter the last day: a designation or contract has an end.", field="last_day")
    known = User.objects.filter(email=address).first()
    if known is None:
        return
    if known.side != Side.PARTNER:
        raise OtherSide("This address belongs to a person at Code.org.", field="email")
    if Membership.objects.filter(partner=partner, user=known, role=role).in_force(starts_on).exists():
        raise AlreadyMember(f"{known.name} is {Role(role).label} already.", field="email")
