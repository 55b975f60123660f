"""The app of what every other app stands on; it has no tables."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Registers what every URL may name, and the fork guard: a connection opened before a fork must never be used after it."""

    name = "common"

    def ready(self) -> None:
        """Close connections and pools before any fork of this process (spike 0.2)."""
        from django.urls import register_converter

        from common.forks import guard
        from common.refs import ReferenceConverter

        register_converter(ReferenceConverter, "reference")
        guard()
