"""Addresses of jobs and mail."""

from django.urls import path

from activity import views

urlpatterns = [
    path("network/jobs/", views.job_list, name="job_list"),
    path("network/jobs/runs/<str:ref>/retry/", views.run_retry, name="run_retry"),
    path("network/jobs/mail/", views.mail_resend, name="mail_resend"),
]
