"""Calls about limits of the network, and what is done about them in the browser only."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers

from common.api.endpoint import Endpoint, allows
from common.api.fields import MoneyShown, RefShown, Shown
from common.api.lists import Listing
from ledger.kinds import LimitKind
from ledger.models import Limit


class LimitVersionShown(Shown):
    """One confirmed version of a limit for all partners or the whole network."""

    ref = RefShown()
    kind = serializers.CharField()
    amount = MoneyShown()
    valid_from = serializers.DateField()
    valid_before = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class LimitFilter(django_filters.FilterSet):
    """Filters of limits."""

    kind = django_filters.ChoiceFilter(choices=LimitKind.choices)


class NetworkLimits(Endpoint):
    """Limits of the network."""

    @allows(
        "settings.read",
        "partners:read",
        gives=LimitVersionShown,
        lists=Listing({"-valid_from": ("-valid_from", "-id"), "valid_from": ("valid_from", "id")}, LimitFilter),
    )
    def get(self, request: Any) -> Any:
        """List the confirmed versions of the network's limits."""
        return Limit.objects.filter(confirmed_at__isnull=False)


class LimitConfirmation(Endpoint):
    """The second person's word on a limit."""

    model = Limit

    @allows("settings.change", "partners:read", page="limit_confirmation")
    def post(self, request: Any, limit: Limit) -> None:
        """Confirm a limit: in the browser only."""
