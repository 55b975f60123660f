"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

from typing import Any

from common.zones import now
from facilitators.models import Facilitator
from partners.models import Partner
from tests.workshops.factories import enroll, make_facilitator, make_workshop, some_facts
from tests.world import SECRET, World
from workshops.models import Correction, Enrollment, Workshop


def a_workshop(world: World, partner: Partner) -> Workshop:
    """Scheduled, led by the partner's own facilitator; the other tenant's carries SECRET."""
    people = world.people if partner == world.home else world.away_people
    leader = Facilitator.objects.filter(user=people["facilitator"]).first() or make_facilitator(
        "csp", user=people["facilitator"]
    )
    facts = some_facts(facilitators=(leader,), place=f"Mesa Hall {'' if partner == world.home else SECRET}")
    return make_workshop(partner, people["program_manager"], facts=facts)


def an_enrollment(world: World, partner: Partner) -> Enrollment:
    """A seat in a scheduled workshop."""
    workshop = a_workshop(world, partner)
    return enroll(workshop, workshop.created_by)


def a_correction(world: World, partner: Partner) -> Correction:
    """One that waits."""
    workshop = a_workshop(world, partner)
    Workshop.objects.filter(pk=workshop.pk).update(state="ended", ended_at=now())
    by = workshop.created_by
    return Correction.objects.create(
        partner=partner, workshop=workshop, reason="Sheet found", asked_by=by, asked_at=now()
    )


EXAMPLES: dict[type[Any], Any] = {Workshop: a_workshop, Enrollment: an_enrollment, Correction: a_correction}
NEW = {"ref": "W-00000000ZZ"}
KWARGS: dict[str, dict[str, str]] = dict.fromkeys(
    ("workshop_log_form", "workshop_plan_form", "workshop_autosave_log", "workshop_autosave_plan"), NEW
)
