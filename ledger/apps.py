"""The app ledger."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Money is counted here and nowhere else (README, map of the apps)."""

    name = "ledger"

    def ready(self) -> None:
        """A partner that joins gets its budgets at once; the calendar job keeps them a year ahead."""
        from activity.runs import register
        from ledger.operations import open_on_joining
        from ledger.runs import CALENDAR
        from partners.operations.network import ON_JOINING

        ON_JOINING.append(open_on_joining)
        register(CALENDAR)
