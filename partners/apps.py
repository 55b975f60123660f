"""Partner organizations, their people, the calendars, and the way from a request to its door."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """The tenant and everything that says who belongs to it."""

    name = "partners"
