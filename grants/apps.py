"""The app grants."""

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """See the map of the apps in README."""

    name = "grants"
