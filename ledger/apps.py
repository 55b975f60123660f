"""The app ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """See the map of the apps in README."""

    name = "ledger"
