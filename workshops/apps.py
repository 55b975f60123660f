"""The app workshops."""

from django.apps import AppConfig


class WorkshopsConfig(AppConfig):
    """See the map of the apps in README."""

    name = "workshops"
