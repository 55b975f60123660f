"""Two partners in one area: staff propose it, a Director of each accepts it, then both hold the area (C48)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import IntegrityError, transaction

from activity.operations import record, tell
from common.errors import DomainError, refusing
from common.tenancy import staff_context
from common.zones import network_date
from partners.models import Membership, Partner, Role, Territory, TerritoryShare
from partners.operations.territories import lock_area


class ShareRefused(DomainError):
    """This area cannot be shared so, or the share is no longer open; the message says why."""

    code = "share_refused"


@transaction.atomic
def propose_share(
    *, territory: Territory, other: Partner, valid_from: dt.date, reason: str, by: Any, at: dt.datetime
) -> TerritoryShare:
    """Staff propose that another partner serves this area too, from a day on (staff door; network zone). Locks the territory.

    Directors of both partners are told. Raises ShareRefused.
    """
    row = Territory.objects.select_for_update(of=("self",)).select_related("partner", "program").get(pk=territory.pk)
    _refuse_proposal(row, other, valid_from, reason, network_date(at))
    facts = {"level": row.level, "area": row.area, "area_name": row.area_name, "program": row.program}
    with refusing(partners_share_once=ShareRefused("This is proposed already; both partners have it.", field="other")):
        share: TerritoryShare = TerritoryShare.objects.create(
            **facts,
            holder=row.partner,
            holder_name=row.partner.name,
            other=other,
            other_name=other.name,
            valid_from=valid_from,
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=at,
        )
    text = f"Sharing {row.area_name} with {other.name} from {valid_from:%b %-d, %Y} was proposed"
    record(row, verb="territory.share_proposed", text=text, reason=share.reason, by=by, at=at)
    for partner, fellow in ((share.holder, other), (other, share.holder)):
        _tell_directors(
            partner, share, "asked", f"Code.org proposes that {fellow.name} and you share {share.area_name}", at
        )
    return share


def accept_share(*, share: TerritoryShare, partner: Partner, by: Any, at: dt.datetime) -> TerritoryShare:
    """A Director accepts for her partner (tenant door; the row is of the network, so the staff door writes it). Raises ShareRefused.

    With the second acceptance both hold the area: at once, or from the first day where that is still ahead.
    """
    with staff_context("a partner answers a share", user=by.pk):
        row = _open(share)
        side = row.side_of(partner.pk)
        if not side or getattr(row, f"{side}_at") is not None:
            raise ShareRefused("You have accepted it already; the other partner has not answered yet.")
        setattr(row, f"{side}_by", by)
        setattr(row, f"{side}_at", at)
        row.save(update_fields=[f"{side}_by", f"{side}_at"])
        if row.is_accepted:
            _hold_together(row, by, at)
    return row


def close_share(*, share: TerritoryShare, reason: str, by: Any, at: dt.datetime) -> TerritoryShare:
    """A Director of either partner refuses it, or staff withdraw it, with a reason that both read (any door). Raises ShareRefused."""
    if not reason.strip():
        raise ShareRefused("Say why: both partners and Code.org read it.", field="reason")
    with staff_context("a share is refused", user=by.pk):
        row = _open(share)
        row.closed_by, row.closed_at, row.closed_reason = by, at, reason.strip()
        row.save(update_fields=["closed_by", "closed_at", "closed_reason"])
        for partner in (row.holder, row.other):
            _tell_directors(partner, row, "closed", f"{row.area_name} is not shared: {row.closed_reason}", at)
        _tell_proposer(row, f"{row.area_name} is not shared: {row.closed_reason}", at)
    return row


def _refuse_proposal(row: Territory, other: Partner, valid_from: dt.date, reason: str, on: dt.date) -> None:
    if not reason.strip():
        raise ShareRefused("Say why they share it: both partners read it.", field="reason")
    if row.share_id is not None:
        raise ShareRefused(f"{row.area_name} is shared already: two partners at most.", field="other")
    if other.pk == row.partner_id:
        raise ShareRefused(f"{other.name} holds it already.", field="other")
    if valid_from < max(on, row.valid_from) or (row.last_day is not None and valid_from > row.last_day):
        until = f" to {row.last_day:%b %-d, %Y}" if row.last_day else " on"
        raise ShareRefused(f"Enter a day from {max(on, row.valid_from):%b %-d, %Y}{until}.", field="valid_from")


def _open(share: TerritoryShare) -> TerritoryShare:
    rows = TerritoryShare.objects.select_for_update(of=("self",)).select_related(
        "holder", "other", "program", "proposed_by"
    )
    row: TerritoryShare = rows.get(pk=share.pk)
    if not row.is_open:
        raise ShareRefused("This is decided by now. Nothing was changed.")
    return row


def _hold_together(share: TerritoryShare, by: Any, at: dt.datetime) -> None:
    """The holder's territory becomes a shared one, and the other partner gets hers until the same day."""
    first = max(share.valid_from, network_date(at))
    lock_area(share.level, share.area)
    held = (
        Territory.objects.select_for_update(of=("self",))
        .in_force(first)
        .filter(partner=share.holder, program=share.program)
    )
    row = held.filter(level=share.level, area=share.area, share=None).first()
    if row is None:
        raise ShareRefused(f"{share.holder.name} does not hold {share.area_name} any more. Ask Code.org.")
    row.share = share
    row.save(update_fields=["share"])
    try:
        with transaction.atomic():
            made = Territory.objects.create(
                partner=share.other, level=share.level, area=share.area, area_name=share.area_name, program=share.program,
                valid_from=first, valid_before=row.valid_before, reason=share.reason, share=share, added_by=share.proposed_by, added_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        raise ShareRefused(f"Somebody else holds {share.area_name} then. Ask Code.org.") from error
    for territory, fellow in ((row, share.other), (made, share.holder)):
        text = f"Shared with {fellow.name} from {first:%b %-d, %Y}; a Director of each accepted it"
        record(territory, verb="territory.shared", text=text, reason=share.reason, by=by, at=at)
    for partner, fellow in ((share.holder, share.other), (share.other, share.holder)):
        _tell_directors(
            partner, share, "shared", f"{fellow.name} and you share {share.area_name} from {first:%b %-d, %Y}", at
        )
    _tell_proposer(
        share, f"{share.holder.name} and {share.other.name} share {share.area_name} from {first:%b %-d, %Y}", at
    )


def _tell_directors(partner: Partner, share: TerritoryShare, step: str, text: str, at: dt.datetime) -> None:
    rows = (
        Membership.objects.in_force(network_date(at)).filter(partner=partner, role=Role.DIRECTOR).select_related("user")
    )
    key, url = f"share:{share.ref}:{step}:{partner.pk}", f"/partners/{partner.slug}/territories/"
    people = [row.user for row in rows]
    tell(people, kind=f"share.{step}", key=key, text=text, url=url, at=at, partner_id=partner.pk)


def _tell_proposer(share: TerritoryShare, text: str, at: dt.datetime) -> None:
    key = f"share:{share.ref}:{'closed' if share.closed_at else 'shared'}:proposer"
    tell([share.proposed_by], kind="share.decided", key=key, text=text, url="/network/territories/", at=at)
