"""Addresses of the catalog."""

from django.urls import path

from catalog import views

urlpatterns = [path("network/courses/", views.course_list, name="course_list")]
