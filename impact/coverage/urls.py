"""Addresses of territories."""

from django.urls import path

from impact.coverage import coverage_views, views

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
]
