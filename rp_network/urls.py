"""Addresses: nouns; partner pages below the partner's slug, Code.org's below /network/."""

from __future__ import annotations

from allauth.account.urls import urlpatterns as account_pages
from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

# An address is bound to its invitation: nobody changes it, so allauth's pages about addresses are not here.
SIGN_IN = [page for page in account_pages if page.name not in ("account_email", "account_confirm_email")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("impact.urls")),
    path("", include("impact.coverage.urls")),
    path("", include("partners.urls")),
    path("", include("activity.urls")),
    path("", include("accounts.urls")),
    path("", include("ledger.urls")),
    path("", include("districts.urls")),
    path("", include("catalog.urls")),
    path("", include("facilitators.urls")),
    path("", include("workshops.urls")),
    path("", include("incentives.urls")),
    path("", include("grants.urls")),
    path("api/v1/", include("rp_network.api_urls")),
    path("accounts/", include(SIGN_IN)),
    path("accounts/2fa/", include("allauth.mfa.urls")),
]

handler404 = "common.api.problems.not_found"
handler500 = "common.api.problems.failed"

if settings.DEMO_SIGN_IN:
    urlpatterns += [path("demo/", include("impact.demo_sign_in")), path("styleguide/", include("impact.styleguide"))]
