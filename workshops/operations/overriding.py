"""Where accreditation or standing does not hold: the partner asks, and Code.org staff may let somebody lead, with a reason (C9)."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction

from accounts.people import code_org_people
from activity.operations import record, tell
from common.errors import DomainError, IllegalTransition
from common.zones import network_date
from facilitators.models import Facilitator, reasons_against
from workshops.facts import WorkshopFacts
from workshops.models import Workshop, WorkshopFacilitator
from workshops.operations.scheduling import locked


class OverrideRefused(DomainError):
    """Nobody needs it, or it says no reason."""

    code = "override_refused"


@transaction.atomic
def ask_override(*, workshop: Workshop, facts: WorkshopFacts, by: Any, at: dt.datetime) -> list[str]:
    """Ask Code.org staff to let those lead who may not, by the facts as they are typed; their names come back.

    Staff are told once a person and workshop. Locks the workshop. Raises OverrideRefused, IllegalTransition.
    """
    row = _open(workshop)
    allowed = set(
        WorkshopFacilitator.objects.filter(workshop=row)
        .exclude(override_reason="")
        .values_list("facilitator", flat=True)
    )
    against = reasons_against(facts.facilitators, facts.course, facts.days) if facts.course is not None else {}
    people = [person for person in facts.facilitators if person.pk in against and person.pk not in allowed]
    if not people:
        raise OverrideRefused("Everybody whom you chose may lead.", field="facilitators")
    for person in people:
        text = f"Code.org was asked to let {person.name} lead {row.title}"
        record(row, verb="workshop.override_asked", text=text, by=by, at=at, reason=against[person.pk])
        tell(
            code_org_people("staff", network_date(at)),
            kind="workshop.override",
            key=f"override:{row.ref}:{person.ref}",
            text=f"{row.partner.name} asks to let {person.name} lead {row.title}. {against[person.pk]}"[:500],
            url=f"/partners/{row.partner.slug}/workshops/{row.ref}/override/?facilitator={person.ref}",
            at=at,
            partner_id=row.partner_id,
        )
    return [person.name for person in people]


@transaction.atomic
def override_facilitator(
    *, workshop: Workshop, facilitator: Facilitator, reason: str, by: Any, at: dt.datetime
) -> WorkshopFacilitator:
    """Staff let somebody lead whose accreditation or standing does not hold, and say why. Locks the workshop.

    Who began the workshop is told. Raises OverrideRefused, IllegalTransition.
    """
    row = _open(workshop)
    if not reason.strip():
        raise OverrideRefused("Say why.", field="reason")
    decided = {"override_reason": reason.strip()[:500], "overridden_by": by}
    lead, _new = WorkshopFacilitator.objects.update_or_create(
        workshop=row,
        facilitator=facilitator,
        defaults=decided,
        create_defaults={"partner_id": row.partner_id, "assigned_by": by, "assigned_at": at, **decided},
    )
    text = f"{facilitator.name} may lead by decision of Code.org"
    record(row, verb="workshop.override", text=text, by=by, at=at, reason=reason)
    tell(
        [row.created_by],
        kind="workshop.override",
        key=f"override:{row.ref}:{facilitator.ref}:decided",
        text=f"{facilitator.name} may lead {row.title}, by decision of Code.org",
        url=f"/partners/{row.partner.slug}/workshops/{row.ref}/",
        at=at,
        partner_id=row.partner_id,
    )
    return lead


def _open(workshop: Workshop) -> Workshop:
    row = locked(workshop)
    if not row.is_open:
        raise IllegalTransition(f"The people of a workshop that is {row.word} do not change.")
    return row
