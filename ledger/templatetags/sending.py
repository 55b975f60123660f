"""`{% once %}`: the hidden key of a form whose view is kept by `@once`."""

from __future__ import annotations

import uuid

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from ledger.idempotency import FIELD

register = template.Library()


@register.simple_tag
def once() -> SafeString:
    """A new key each time the form is shown."""
    return format_html('<input type="hidden" name="{}" value="{}">', FIELD, uuid.uuid4())
