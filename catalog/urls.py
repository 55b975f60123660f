"""Addresses of the catalog."""

from django.urls import path, register_converter

from catalog import views
from common.refs import ReferenceConverter

register_converter(ReferenceConverter, "catalog_ref")

urlpatterns = [
    path("network/courses/", views.course_list, name="course_list"),
    path("network/courses/<catalog_ref:ref>/", views.subject_detail, name="subject_detail"),
    path("network/courses/<catalog_ref:ref>/rules/new/", views.rule_new, name="rule_new"),
    path("network/courses/rules/<catalog_ref:ref>/confirmation/", views.rule_confirmation, name="rule_confirmation"),
    path("network/courses/rules/<catalog_ref:ref>/withdrawal/", views.rule_withdrawal, name="rule_withdrawal"),
]
