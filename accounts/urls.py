"""Addresses of accounts."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("account/", views.account_settings, name="account_settings"),
    path("account/held/<slug:ref>/", views.held, name="held_form"),
    path("account/tokens/", views.token_list, name="token_list"),
    path("account/tokens/<reference:ref>/revocation/", views.token_revocation, name="token_revocation"),
    path("network/accounts/", views.account_list, name="account_list"),
    path("network/accounts/new/", views.role_new, name="role_new"),
    path("network/accounts/invitations/<str:ref>/confirmation/", views.role_confirmation, name="role_confirmation"),
    path("network/accounts/invitations/<str:ref>/mail/", views.role_mail, name="role_mail"),
    path("network/accounts/invitations/<str:ref>/withdrawal/", views.role_withdrawal, name="role_withdrawal"),
    path("network/accounts/roles/<str:ref>/end/", views.role_end, name="role_end"),
    path("network/accounts/ends/<str:ref>/confirmation/", views.role_end_confirmation, name="role_end_confirmation"),
    path("network/accounts/ends/<str:ref>/withdrawal/", views.role_end_withdrawal, name="role_end_withdrawal"),
]
