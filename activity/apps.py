"""What happened, who is told, files, links, mail and period-keyed runs."""

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """Names partners and users as strings only: it imports no app."""

    name = "activity"

    def ready(self) -> None:
        """Make the deployment check known."""
        from activity import checks

        assert checks.scanner_is_set
