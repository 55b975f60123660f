"""What every answer carries, and the health page that asks no door."""

from __future__ import annotations

from collections.abc import Callable

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

Answer = Callable[[HttpRequest], HttpResponse]


class BrowserPolicyMiddleware:
    """Nothing signed in is kept by caches, and no browser feature is used that we do not use."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add the headers."""
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", "camera=(self), geolocation=(), microphone=(), payment=(), usb=()"
        )
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class HealthMiddleware:
    """`/health/` answers before sessions and doors: 200 where the database answers, else 503."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Health, or the rest of the chain; a database that is away is 503 with Retry-After."""
        try:
            if request.path == "/health/":
                return self.health()
            return self.get_response(request)
        except OperationalError:
            connection.close()
            return HttpResponse(
                "The database is restarting. Nothing was changed; try again in a few seconds.",
                status=503,
                content_type="text/plain; charset=utf-8",
                headers={"Retry-After": "5"},
            )

    def health(self) -> HttpResponse:
        """One round trip."""
        with connection.cursor() as cursor:
            cursor.execute("select 1")
        return JsonResponse({"status": "ok"})
