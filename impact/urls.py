"""Addresses of homes and notices."""

from django.urls import path

from impact import views

urlpatterns = [
    path("", views.home, name="home"),
    path("partners/", views.partner_choice, name="partner_choice"),
    path("network/", views.network_home, name="network_home"),
    path("partners/<slug:partner>/", views.partner_home, name="partner_home"),
    path("notices/", views.notices, name="notices"),
]
