"""Calls about partners."""

from __future__ import annotations

from typing import Any

import django_filters
from rest_framework import serializers

from common.api.endpoint import Endpoint, allows
from common.api.fields import RefShown, Shown
from common.api.lists import Listing, WordsFilter
from partners.models import Partner


class PartnerShown(Shown):
    """A partner."""

    ref = RefShown()
    slug = serializers.CharField(help_text="Names it in addresses.")
    name = serializers.CharField()
    states = serializers.ListField(child=serializers.CharField())
    started_on = serializers.DateField()


class PartnerFilter(django_filters.FilterSet):
    """Filters of partners."""

    q = WordsFilter(field_name="name", lookup_expr="icontains", help_text="Words of the name.")


class Partners(Endpoint):
    """Partners that one may see."""

    @allows(
        "home.view",
        "partners:read",
        gives=PartnerShown,
        lists=Listing({"name": ("name", "id"), "-name": ("-name", "-id")}, PartnerFilter),
    )
    def get(self, request: Any) -> Any:
        """List the partners that you may see: your own, those that you are assigned to, or all."""
        return Partner.objects.all()


class OnePartner(Endpoint):
    """One partner."""

    @allows("partners.view", "partners:read", gives=PartnerShown)
    def get(self, request: Any) -> Partner:
        """Read one partner."""
        found: Partner = request.partner
        return found
