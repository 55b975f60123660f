"""The app catalog."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """See the map of the apps in README."""

    name = "catalog"
