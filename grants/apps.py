"""Marketing grants: cycles, proposals, reviews, slates, awards."""

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """Tells the middleware which proposals a person reviews."""

    name = "grants"

    def ready(self) -> None:
        """Answer for the review door; the calendar and the quarterly job are runs."""
        from activity.runs import register
        from common.reviews import answer_reviews_with
        from grants.access import reviewed_by
        from grants.runs import CALENDAR, CYCLE

        answer_reviews_with(reviewed_by)
        register(CALENDAR)
        register(CYCLE)
