"""Addresses of districts and schools."""

from django.urls import path

from districts import views

urlpatterns = [
    path("network/districts/", views.district_list, name="district_list"),
    path("network/districts/new/", views.district_new, name="district_new"),
    path("network/districts/<str:ref>/", views.district_edit, name="district_edit"),
    path("network/schools/", views.school_list, name="school_list"),
    path("network/schools/new/", views.school_new, name="school_new"),
    path("network/schools/<str:ref>/", views.school_edit, name="school_edit"),
    path("schools/", views.school_options, name="school_options"),
]
