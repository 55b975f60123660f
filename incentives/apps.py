"""The app incentives."""

from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    """See the map of the apps in README."""

    name = "incentives"
