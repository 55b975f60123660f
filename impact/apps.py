"""Home pages and whatever looks at several apps at once."""

from django.apps import AppConfig


class ImpactConfig(AppConfig):
    """The top of the house: it may import every other app."""

    name = "impact"
