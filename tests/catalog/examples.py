"""One row of each model that a URL of this app names, for the authorization test."""

from __future__ import annotations

from typing import Any

from catalog.models import Subject, SubjectRule
from tests.catalog.factories import make_proposal
from tests.workshops.factories import the_subject

EXAMPLES: dict[type[Any], Any] = {
    Subject: lambda world, partner: the_subject(),
    SubjectRule: lambda world, partner: make_proposal(world.people["staff"]),
}
KWARGS: dict[str, dict[str, str]] = {}
