"""The app districts."""

from django.apps import AppConfig


class DistrictsConfig(AppConfig):
    """See the map of the apps in README."""

    name = "districts"
