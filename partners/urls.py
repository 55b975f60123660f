"""Addresses of partners and their people."""

from django.urls import path

from partners import views

urlpatterns = [
    path("network/partners/", views.partner_list, name="partner_list"),
    path("network/partners/new/", views.partner_new, name="partner_new"),
    path("partners/<slug:partner>/details/", views.partner_edit, name="partner_edit"),
    path("partners/<slug:partner>/people/", views.people, name="people"),
    path("partners/<slug:partner>/people/outreach-manager/", views.assignment_new, name="assignment_new"),
    path("partners/<slug:partner>/people/invitations/new/", views.invitation_new, name="invitation_new"),
    path(
        "partners/<slug:partner>/people/invitations/<str:ref>/mail/",
        views.invitation_mail,
        name="invitation_mail",
    ),
    path(
        "partners/<slug:partner>/people/invitations/<str:ref>/withdrawal/",
        views.invitation_withdrawal,
        name="invitation_withdrawal",
    ),
    path("partners/<slug:partner>/people/<str:ref>/end/", views.membership_end, name="membership_end"),
    path("invitations/<str:token>/", views.invitation_open, name="invitation_open"),
]
