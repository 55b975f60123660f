"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

from typing import Any

from facilitators.models import Accreditation, Facilitator
from tests.workshops.factories import make_facilitator

EXAMPLES: dict[type[Any], Any] = {
    Facilitator: lambda world, partner: make_facilitator("csp"),
    Accreditation: lambda world, partner: Accreditation.objects.get(facilitator=make_facilitator("csp")),
}
KWARGS: dict[str, dict[str, str]] = {}
