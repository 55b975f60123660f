"""Addresses of territories."""

from django.urls import path

from impact.coverage import views

urlpatterns = [
    path("network/territories/", views.territory_list, name="territory_list"),
    path("network/territories/new/", views.territory_new, name="territory_new"),
    path("network/territories/lookup/", views.territory_lookup, name="territory_lookup"),
    path("network/territories/<str:ref>/", views.territory_detail, name="territory_detail"),
    path("network/territories/<str:ref>/end/", views.territory_end, name="territory_end"),
]
