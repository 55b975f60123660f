"""The app facilitators."""

from django.apps import AppConfig


class FacilitatorsConfig(AppConfig):
    """See the map of the apps in README."""

    name = "facilitators"
