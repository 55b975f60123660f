"""What calls about grant cycles and proposals take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.fields import Choice, Day, Given, InstantShown, Money, MoneyShown, RefShown, Shown, Text, Whole
from grants.content import BudgetLine, Content, Promise
from grants.forms import MOST_PEOPLE, MOST_ROWS, ProposalPage
from grants.models import Proposal
from grants.operations.endorsement import content_of
from grants.words import Audience, Family, Goal, Measure


class CycleShown(Shown):
    """A quarter's round of grants; instants are UTC, intake is half-open."""

    ref = RefShown()
    quarter = serializers.CharField(source="quarter.label")
    opens_at = InstantShown()
    closes_at = InstantShown()
    reviews_due_at = InstantShown()
    slate_due_at = InstantShown()
    decided_at = InstantShown(allow_null=True)


class ProposalShown(Shown):
    """A proposal in a list."""

    ref = RefShown()
    partner = serializers.CharField(source="partner.slug")
    author = serializers.CharField(source="author.name")
    state = serializers.CharField()
    title = serializers.CharField()
    ask = MoneyShown(allow_null=True)
    cycle = RefShown(source="cycle.ref", default=None, allow_null=True)
    saved_at = InstantShown()
    submitted_at = InstantShown(allow_null=True)


class LineShown(Shown):
    """One line of the budget."""

    family = serializers.CharField()
    what = serializers.CharField()
    basis = serializers.CharField()
    amount = MoneyShown(allow_null=True)


class PromiseShown(Shown):
    """One anticipated outcome."""

    measure = serializers.CharField()
    what = serializers.CharField()
    baseline = serializers.IntegerField(allow_null=True)
    promised = serializers.IntegerField(allow_null=True)
    by = serializers.DateField(allow_null=True)


class ContentShown(Shown):
    """What a proposal says."""

    title = serializers.CharField()
    audience = serializers.CharField()
    audience_size = serializers.IntegerField(allow_null=True)
    audience_note = serializers.CharField()
    goals = serializers.ListField(child=serializers.CharField())
    objectives = serializers.CharField()
    ask = MoneyShown(allow_null=True)
    minimum = MoneyShown(allow_null=True)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    place = serializers.CharField()
    lines = LineShown(many=True)
    outcomes = PromiseShown(many=True)


class ProposalDetailShown(ProposalShown):
    """One proposal."""

    revision = serializers.IntegerField(help_text="Send it back when you change or send the draft.")
    content = ContentShown()


class LineGiven(Given):
    """One line of the budget, dollars."""

    family = Choice(Family.choices)
    what = Text(max_length=120)
    basis = Text(max_length=120, required=False, allow_blank=True)
    amount = Money()


class PromiseGiven(Given):
    """One anticipated outcome: a number today, a number promised, by a date."""

    measure = Choice(Measure.choices)
    what = Text(max_length=120, required=False, allow_blank=True)
    baseline = Whole(min_value=0, max_value=MOST_PEOPLE, required=False)
    promised = Whole(min_value=0, max_value=MOST_PEOPLE, required=False)
    by = Day(required=False)


class DraftGiven(Given):
    """A draft; whatever is missing may be added later, and is asked for when it is sent."""

    title = Text(max_length=120, required=False, allow_blank=True)
    audience = Choice(Audience.choices, required=False)
    audience_size = Whole(min_value=0, max_value=MOST_PEOPLE, required=False)
    audience_note = Text(max_length=1000, required=False, allow_blank=True)
    goals = serializers.ListField(child=Choice(Goal.choices), required=False, max_length=len(Goal.choices))
    objectives = Text(max_length=2000, required=False, allow_blank=True)
    ask = Money(required=False)
    minimum = Money(required=False)
    starts_on = Day(required=False)
    ends_on = Day(required=False)
    place = Text(max_length=120, required=False, allow_blank=True)
    lines = serializers.ListField(child=LineGiven(), required=False, max_length=MOST_ROWS)
    outcomes = serializers.ListField(child=PromiseGiven(), required=False, max_length=MOST_ROWS)


class DraftChangeGiven(DraftGiven):
    """A draft as it should be."""

    revision = Whole(min_value=0, max_value=2**31 - 1, help_text="The revision that you read.")


class SendingGiven(Given):
    """Which draft is sent."""

    revision = Whole(min_value=0, max_value=2**31 - 1, help_text="The revision that you read.")


def content_given(given: dict[str, Any]) -> Content:
    """The content of DraftGiven."""
    told = {name: value for name, value in given.items() if name not in ("lines", "outcomes", "goals", "revision")}
    lines = [
        BudgetLine(one["family"], one["what"], one.get("basis", ""), one["amount"]) for one in given.get("lines", [])
    ]
    promises = [
        Promise(one["measure"], one.get("what", ""), one.get("baseline"), one.get("promised"), one.get("by"))
        for one in given.get("outcomes", [])
    ]
    goals = tuple(dict.fromkeys(given.get("goals", [])))
    return Content(**told, goals=goals, lines=tuple(lines), outcomes=tuple(promises))


def content_shown(proposal: Proposal) -> Content:
    """A proposal as it was last sent; a draft as it stands now."""
    if proposal.version is not None and proposal.state != Proposal.State.DRAFT:
        return content_of(proposal.version)
    return ProposalPage.of_answers(proposal.answers).content()
