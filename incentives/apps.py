"""The app incentives."""

from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    """Outcomes, claims and their payment (README, map of the apps)."""

    name = "incentives"

    def ready(self) -> None:
        """Make the annual-cap job known."""
        from activity.runs import register
        from incentives.runs import ANNUAL_CAP

        register(ANNUAL_CAP)
