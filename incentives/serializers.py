"""What calls about the outcome catalog and claims take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.fields import Choice, Day, Given, InstantShown, MoneyShown, RefGiven, RefShown, Shown, Text, Whole
from common.zones import today
from incentives.forms import LEVELS, offered
from incentives.models import OutcomeVersion
from incentives.operations import ClaimRefused, Subject
from incentives.operations.claiming import NEEDED


class EvidenceKindShown(Shown):
    """One kind of evidence that an outcome asks for."""

    ref = RefShown()
    title = serializers.CharField()
    confirmed = serializers.BooleanField(help_text="The verifier reaches somebody who confirms it.")


class OutcomeShown(Shown):
    """An outcome as it can be claimed today."""

    code = serializers.CharField(source="outcome.code")
    area = serializers.CharField(source="outcome.area")
    about = serializers.CharField(source="outcome.subject_kind", help_text="What a claim on it names.")
    title = serializers.CharField()
    rule = serializers.CharField()
    amount = MoneyShown()
    once = serializers.CharField(source="once_words")
    evidence = EvidenceKindShown(many=True, source="evidence_kinds")
    valid_from = serializers.DateField()
    valid_before = serializers.DateField(allow_null=True)


class ClaimShown(Shown):
    """A claim in a list."""

    ref = RefShown()
    partner = serializers.CharField(source="partner.slug")
    outcome = serializers.CharField(source="version.outcome.code")
    title = serializers.CharField(source="version.title")
    subject = serializers.CharField()
    outcome_on = serializers.DateField()
    fiscal_year = serializers.CharField(source="fiscal_year.label")
    state = serializers.CharField()
    amount = MoneyShown(source="version.amount")
    approved_amount = MoneyShown(allow_null=True)
    sent_at = InstantShown(allow_null=True)
    verified_at = InstantShown(allow_null=True)
    approved_at = InstantShown(allow_null=True)
    paid_at = InstantShown(allow_null=True)


class FileShown(Shown):
    """A file of a claim; files are added on the page of the claim."""

    ref = RefShown(source="attachment.ref")
    name = serializers.CharField(source="attachment.name")
    kind = RefShown(source="kind.ref")
    checked = serializers.CharField(source="attachment.checked")


class ClaimDetailShown(ClaimShown):
    """One claim."""

    words = serializers.CharField()
    edition = serializers.IntegerField(help_text="Send it back when you change the claim.")
    evidence = FileShown(many=True)


class SubjectGiven(Given):
    """What a claim is about: which of these are sent depends on the outcome's `about`."""

    district = RefGiven(rows=lambda request: offered(request.partner, today())["district"], required=False)
    school = RefGiven(rows=lambda request: offered(request.partner, today())["school"], required=False)
    course = RefGiven(rows=lambda request: offered(request.partner, today())["course"], required=False)
    workshop = RefGiven(rows=lambda request: offered(request.partner, today())["workshop"], required=False)
    name = Text(max_length=120, required=False)
    level = Choice([one for one in LEVELS if one[0]], required=False)


class FactsGiven(Given):
    """The facts of a claim."""

    about = SubjectGiven()
    outcome_on = Day()
    words = Text(max_length=1000, required=False, allow_blank=True)


class ClaimGiven(FactsGiven):
    """A new claim."""

    outcome = Text(max_length=6, help_text="Code of an outcome, such as O11.")


class ClaimChangeGiven(FactsGiven):
    """A claim as it should be."""

    edition = Whole(min_value=1, max_value=2**31 - 1, help_text="The edition that you read.")


def version_given(given: dict[str, Any]) -> OutcomeVersion:
    """The version in force on the day that is claimed. Raises ClaimRefused."""
    on = given["outcome_on"]
    found = OutcomeVersion.objects.on(on).filter(outcome__code=given["outcome"]).first()
    if found is None:
        raise ClaimRefused(f"The catalog has no {given['outcome']} on {on:%b %-d, %Y}.", field="outcome")
    return found


def subject_given(given: dict[str, Any], kind: Any) -> Subject:
    """What the claim is about. Raises ClaimRefused for what an outcome of this kind does not name."""
    beyond = sorted(set(given["about"]) - set(NEEDED[kind]))
    if beyond:
        needed = ", ".join(NEEDED[kind])
        raise ClaimRefused(f"A claim on this outcome names {needed}, not {beyond[0]}.", field=f"about.{beyond[0]}")
    return Subject(**given["about"])
