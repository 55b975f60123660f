"""Calls about oneself: whose token it is, own notices, and what is left of a partner's limits."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from rest_framework import serializers

from activity.models import Notice
from common.api.endpoint import Endpoint, allows
from common.api.fields import InstantShown, MoneyShown, RefShown, Shown
from common.api.lists import Listing
from ledger.models import Budget


class PostShown(Shown):
    """One role."""

    partner = serializers.CharField(allow_null=True, help_text="Slug of the partner; null for a role at Code.org.")
    role = serializers.CharField()


class MeShown(Shown):
    """Who the token belongs to."""

    ref = RefShown()
    name = serializers.CharField()
    email = serializers.EmailField()
    roles = PostShown(many=True)
    token = serializers.CharField(help_text="The token's name.")
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = InstantShown()


class Me(Endpoint):
    """The person of the token."""

    @allows("account.settings", "account:read", gives=MeShown)
    def get(self, request: Any) -> dict[str, Any]:
        """Say who the token belongs to, which roles she has today and what the token may."""
        slugs, standing = {partner.pk: partner.slug for partner in request.partners}, request.user.standing
        roles = [{"partner": slugs[post.partner_id], "role": post.role} for post in standing.posts]
        roles += [{"partner": None, "role": role} for role in sorted(standing.code_org)]
        person = {name: getattr(request.user, name) for name in ("ref", "name", "email")}
        token = request.auth
        return {**person, "roles": roles, "token": token.name, "scopes": token.scopes, "expires_at": token.expires_at}


class NoticeShown(Shown):
    """One notice."""

    kind = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField(help_text="A path of this site.")
    at = InstantShown()
    read_at = InstantShown(allow_null=True)


class NoticeFilter(django_filters.FilterSet):
    """Filters of notices."""

    unread = django_filters.ChoiceFilter(
        method="only_unread",
        choices=[("yes", "yes"), ("no", "no")],
        help_text="Only those not seen yet, or only seen ones.",
    )

    def only_unread(self, rows: Any, name: str, value: str) -> Any:
        """Seen or not."""
        return rows.filter(Q(read_at__isnull=value == "yes"))


class Notices(Endpoint):
    """Own notices."""

    @allows(
        "notices.read",
        "account:read",
        gives=NoticeShown,
        lists=Listing({"-at": ("-at", "-id"), "at": ("at", "id")}, NoticeFilter),
    )
    def get(self, request: Any) -> Any:
        """List own notices, newest first; reading them here does not mark them as seen."""
        return Notice.objects.of(request.user)


class LimitShown(Shown):
    """A limit of the partner for one period, and what counts against it."""

    kind = serializers.CharField()
    period = serializers.CharField(help_text="Such as FY2026 or 2026Q4.")
    limit = MoneyShown()
    reserved = MoneyShown(help_text="Approved and not paid yet.")
    used = MoneyShown(help_text="Paid.")
    room = MoneyShown(help_text="What is left.")


class PartnerLimits(Endpoint):
    """Limits of one partner."""

    @allows(
        "incentives.see",
        "partners:read",
        gives=LimitShown,
        lists=Listing({"-period": ("-period", "kind", "id"), "period": ("period", "kind", "id")}),
    )
    def get(self, request: Any) -> Any:
        """List the limits of a partner with what is left of each."""
        return Budget.objects.filter(partner=request.partner)
