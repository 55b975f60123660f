"""Addresses of rules and settings, payees and the register of conflicts."""

from django.urls import path

from ledger import views

urlpatterns = [
    path("network/settings/", views.rules_and_settings, name="rules_and_settings"),
    path("network/settings/<str:key>/new/", views.setting_new, name="setting_new"),
    path("network/settings/versions/<str:ref>/confirmation/", views.setting_confirmation, name="setting_confirmation"),
    path("network/settings/versions/<str:ref>/withdrawal/", views.setting_withdrawal, name="setting_withdrawal"),
    path("network/limits/<slug:kind>/new/", views.limit_new, name="limit_new"),
    path("network/limits/versions/<str:ref>/confirmation/", views.limit_confirmation, name="limit_confirmation"),
    path("network/limits/versions/<str:ref>/withdrawal/", views.limit_withdrawal, name="limit_withdrawal"),
    path("network/payees/", views.payee_list, name="payee_list"),
    path("partners/<slug:partner>/payee/", views.payee_status, name="payee_status"),
    path("network/conflicts/", views.conflict_list, name="conflict_list"),
    path("network/conflicts/end/", views.conflict_end, name="conflict_end"),
]
