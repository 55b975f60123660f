"""`once`: a call of the API that moves or claims money is done once for its Idempotency-Key; sent again it gets the same bytes.

The key is written first, in the transaction of the call, so that a second sending waits for the first and is answered from it. A call
that was refused keeps nothing: it may be corrected and sent again under the same key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from common.api.problems import ApiProblem
from common.zones import now
from ledger.idempotency import remember
from ledger.models import IdempotencyKey

HEADER = "Idempotency-Key"
KEPT = dt.timedelta(hours=24)


def once(request: Any, do: Callable[[], Response]) -> HttpResponse:
    """Do it, or give what was given before. Raises ApiProblem 400 (no key), 422 (the key was used for something else)."""
    key, digest = _key(request), _digest(request)
    IdempotencyKey.objects.filter(user=request.user, created_at__lt=now() - KEPT).exclude(body="").delete()
    row, is_new = remember(request, key, digest)
    if not is_new:
        return _again(row, digest)
    answer = do()
    row.status, row.body = answer.status_code, JSONRenderer().render(answer.data).decode()
    row.save(update_fields=["status", "body"])
    return _told(row)


def _key(request: Any) -> uuid.UUID:
    try:
        return uuid.UUID(request.headers.get(HEADER, ""))
    except ValueError:
        words = f"Send the header {HEADER} with a UUID of your own; send the same one again when you repeat the call."
        raise ApiProblem(400, "missing_idempotency_key", words, errors={HEADER: [words]}) from None


def _digest(request: Any) -> str:
    """SHA-256 of method, path and body."""
    call = f"{request.method} {request.path}\n".encode()
    return hashlib.sha256(call + request._request.body).hexdigest()


def _again(row: IdempotencyKey, digest: str) -> HttpResponse:
    if row.body_sha256 != digest or not row.body:
        raise ApiProblem(422, "key_used", "This key was used for another call or another body: send a new one.")
    return _told(row)


def _told(row: IdempotencyKey) -> HttpResponse:
    return HttpResponse(row.body.encode(), status=row.status, content_type="application/json")
