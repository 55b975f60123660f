"""A form that met a sign-in that is too old: kept in the session while its sender signs in again, then sent by one button."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

SESSION_KEY = "held_form"
READING = ("GET", "HEAD")
MOST_FIELDS, MOST_LETTERS = 1_000, 60_000
OF_A_ROW = re.compile(r"_[A-Z]-[0-9A-Z]+$")
NOT_TYPED = ("csrfmiddlewaretoken", "once", "form_key", "edition", "confirmed", "next")


@dataclass(frozen=True)
class Held:
    """What was sent to `path` from `page`, as (name, value) in the order of the form."""

    path: str
    page: str
    fields: list[tuple[str, str]]

    def shown(self) -> list[tuple[str, list[str]]]:
        """What a person typed or chose, by the words of its field; without keys that a form carries for itself."""
        found: dict[str, list[str]] = {}
        for name, value in self.fields:
            if name not in NOT_TYPED and value.strip():
                words = OF_A_ROW.sub("", name).replace("_", " ").capitalize()
                found.setdefault(words, []).append(value)
        return list(found.items())


def page_of(request: HttpRequest) -> str:
    """Where the button was that sent this request; a page of another site does not count."""
    return _ours(request, request.META.get("HTTP_REFERER", "")) or request.path


def way_back(request: HttpRequest) -> str:
    """Where somebody goes who has to sign in first: a page, never the address of a part of one or of a button."""
    if request.headers.get("HX-Request"):
        shown = (request.headers.get("HX-Current-URL", ""), request.META.get("HTTP_REFERER", ""))
        return next(filter(None, (_ours(request, url) for url in shown)), "/")
    return request.get_full_path() if request.method in READING else page_of(request)


def _ours(request: HttpRequest, url: str) -> str:
    """Path and query of a page of this site, else nothing."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return ""
    came_from = urlsplit(url)
    path = came_from._replace(scheme="", netloc="", fragment="").geturl() if came_from.netloc else ""
    return path if url_has_allowed_host_and_scheme(path, None) else ""


def hold(request: HttpRequest, person: int) -> str:
    """Keep the form of this POST for this person; where she goes once she has signed in again.

    Not kept: a button alone, a form with files, one that is too large, and one that a page of another site has sent; then she goes
    back to the page.
    """
    page = page_of(request)
    ours = urlsplit(request.META.get("HTTP_REFERER", "")).netloc == request.get_host()
    if request.method != "POST" or not ours or request.FILES or request.headers.get("HX-Request"):
        return page
    fields = [(name, str(value)) for name, values in request.POST.lists() for value in values]
    fields = [(name, value) for name, value in fields if name != "csrfmiddlewaretoken"]
    if not fields or len(fields) > MOST_FIELDS or sum(len(value) for _name, value in fields) > MOST_LETTERS:
        return page
    ref = uuid.uuid4().hex
    request.session[SESSION_KEY] = {
        "ref": ref,
        "person": person,
        "path": request.get_full_path(),
        "page": page,
        "fields": fields,
    }
    return reverse("held_form", args=[ref])


def held_form(request: HttpRequest, ref: str) -> Held | None:
    """What this person left under this reference, if it is still there."""
    kept: Any = request.session.get(SESSION_KEY)
    if not kept or kept["ref"] != ref or kept["person"] != request.user.pk:
        return None
    return Held(kept["path"], kept["page"], [(name, value) for name, value in kept["fields"]])


def let_go(request: HttpRequest) -> None:
    """Forget the form that this request sends again."""
    kept: Any = request.session.get(SESSION_KEY) if request.method == "POST" else None
    if kept and kept["path"] == request.get_full_path():
        del request.session[SESSION_KEY]
