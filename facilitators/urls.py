"""Addresses of facilitators."""

from django.urls import path, register_converter

from common.refs import ReferenceConverter
from facilitators import views

register_converter(ReferenceConverter, "facilitator_ref")

urlpatterns = [
    path("network/facilitators/", views.facilitator_list, name="facilitator_list"),
    path("network/facilitators/new/", views.facilitator_new, name="facilitator_new"),
    path("network/facilitators/<facilitator_ref:ref>/", views.facilitator_detail, name="facilitator_detail"),
    path("network/facilitators/<facilitator_ref:ref>/change/", views.facilitator_edit, name="facilitator_edit"),
    path(
        "network/facilitators/<facilitator_ref:ref>/accreditations/new/",
        views.accreditation_new,
        name="accreditation_new",
    ),
    path("network/facilitators/<facilitator_ref:ref>/standing/", views.standing_new, name="standing_new"),
    path(
        "network/facilitators/accreditations/<facilitator_ref:ref>/end/",
        views.accreditation_end,
        name="accreditation_end",
    ),
]
