"""Addresses of territories."""

from django.urls import path

from impact.coverage import coverage_views, partner_views, views

urlpatterns = [
    path("network/coverage/", coverage_views.coverage, name="coverage"),
    path("network/coverage/map/", coverage_views.coverage_map, name="coverage_map"),
    path("network/coverage/export/", coverage_views.coverage_export, name="coverage_export"),
    path("network/coverage/<str:code>/", coverage_views.coverage_state, name="coverage_state"),
    path("network/coverage/<str:code>/map/", coverage_views.coverage_state_map, name="coverage_state_map"),
    path("network/territories/", views.territory_list, name="territory_list"),
    path("network/territories/new/", views.territory_new, name="territory_new"),
    path("network/territories/lookup/", views.territory_lookup, name="territory_lookup"),
    path("network/territories/<str:ref>/", views.territory_detail, name="territory_detail"),
    path("network/territories/<str:ref>/end/", views.territory_end, name="territory_end"),
    path("network/territories/<str:ref>/share/", views.territory_share, name="territory_share"),
    path("network/territories/<str:ref>/share/withdrawal/", views.share_withdrawal, name="share_withdrawal"),
    path("partners/<slug:partner>/territories/", partner_views.partner_territories, name="partner_territories"),
    path("partners/<slug:partner>/territories/answer/", partner_views.share_answer, name="share_answer"),
]
