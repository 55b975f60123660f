"""`@once`: a form that carries a key is done once; sent again it gets the same answer, with other content it is refused.

The key is a UUID in a hidden field (`{% once %}`). It is written first, in the transaction of the request, so a second sending waits for
the first and is answered from it (reliability 3.6). A form that was refused keeps nothing: it may be corrected and sent again.
"""

from __future__ import annotations

import functools
import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.errors import constraint_of
from common.views import SeeOther
from common.zones import now
from ledger.models import IdempotencyKey

FIELD = "once"
NOT_CONTENT = {"csrfmiddlewaretoken", FIELD}
View = Callable[..., HttpResponse]


def once(view: View) -> View:
    """For views below @requires: a POST whose key was used is answered with the redirect that it got the first time."""

    @functools.wraps(view)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = _key(request)
        if key is None:
            return view(request, *args, **kwargs)
        digest = _digest(request)
        row, is_new = remember(request, key, digest)
        if not is_new:
            return _again(request, row, digest)
        response = view(request, *args, **kwargs)
        if response.status_code in (302, 303):
            row.status, row.location = response.status_code, response.headers["Location"][:500]
            row.save(update_fields=["status", "location"])
        else:
            row.delete()
        return response

    return kept


def _key(request: HttpRequest) -> uuid.UUID | None:
    if request.method != "POST":
        return None
    try:
        return uuid.UUID(request.POST.get(FIELD, ""))
    except ValueError:
        return None


def _digest(request: HttpRequest) -> str:
    """SHA-256 of what was typed and of the files; not of the two hidden tokens."""
    made = hashlib.sha256(request.path.encode())
    for name in sorted(set(request.POST) - NOT_CONTENT):
        made.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            made.update(repr((name, file.name)).encode())
            made.update(hashlib.sha256(file.read()).digest())
            file.seek(0)
    return made.hexdigest()


def remember(request: Any, key: uuid.UUID, digest: str) -> tuple[IdempotencyKey, bool]:
    """Write the key; where it stands already (or another request is writing it: wait), read it."""
    user: Any = request.user
    try:
        with transaction.atomic():
            facts = {"path": request.path[:300], "body_sha256": digest, "created_at": now()}
            return IdempotencyKey.objects.create(user=user, key=key, **facts), True
    except IntegrityError as error:
        if constraint_of(error) != "ledger_idempotencykey_once":
            raise
    return IdempotencyKey.objects.get(user=user, key=key), False


def _again(request: HttpRequest, row: IdempotencyKey, digest: str) -> HttpResponse:
    if row.body_sha256 == digest and row.location:
        return SeeOther(row.location)
    return render(request, "ledger/sent_already.html", {"path": request.path}, status=422)
