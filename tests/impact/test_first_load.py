"""The first page that a phone loads stays below 200 KB over the wire (architecture, "Performance budgets")."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.world import SignIn, World

pytestmark = pytest.mark.django_db
MOST = 200 * 1024
SCRIPT = "/static/js/rp.js"
ADDRESS = re.compile(r'(?:href|src)="(/static/[^"#]+)')
IMPORT = re.compile(r'from "\./([a-z]+\.js)"')


def on_the_wire(client: Client, url: str) -> tuple[int, str]:
    """Bytes of this answer as a browser gets it, and its text."""
    answer: Any = client.get(url, headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200, url
    sent = answer.getvalue()
    plain = client.get(url).getvalue()
    return len(sent), plain.decode(errors="replace")


def test_the_first_page_load_is_at_most_200_kb(world: World, signed_in: SignIn) -> None:
    client = signed_in(world.people["program_manager"])
    total, page = on_the_wire(client, "/partners/home-mesa/")
    ahead = sorted(set(ADDRESS.findall(page)))
    seen: dict[str, int] = {}
    while ahead:
        url = ahead.pop()
        if url not in seen:
            seen[url], text = on_the_wire(client, url)
            ahead += [f"/static/js/{name}" for name in IMPORT.findall(text)] if url.endswith(".js") else []
    assert SCRIPT in seen
    assert total + sum(seen.values()) <= MOST, seen
