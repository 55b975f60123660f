"""A real web server process over the test database, and browsers without a screen that sign in through the demo sign-in page."""

from __future__ import annotations

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connections

CHECKOUT = Path(__file__).resolve().parents[1]
PATIENCE = 60.0


class Visitor:
    """One person's cookies; no redirect is followed."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def request(self, method: str, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, Location and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            form = {**form, "csrfmiddlewaretoken": self.cookies.get("csrf", "")}
        connection.request(method, path, urlencode(form) if form is not None else None, headers)
        response = connection.getresponse()
        body = response.read().decode()
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        connection.close()
        return response.status, response.headers.get("Location", ""), body

    def sign_in(self, ref: str) -> Visitor:
        """Through the demo sign-in; it counts as fresh."""
        self.request("GET", "/demo/")
        status, _place, body = self.request("POST", f"/demo/people/{ref}/", {})
        assert status == 303, (status, re.sub(r"\s+", " ", body)[:300])
        return self


class Server:
    """gunicorn with threads; killed at the end."""

    def __init__(self, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        url = "postgresql:///{NAME}?host={HOST}&user={USER}"
        given = {alias: url.format(**connections[alias].settings_dict) for alias in ("default", "owner")}
        environment = {
            **os.environ,
            "RP_ENV": "test",
            "DATABASE_URL": given["default"].replace("user=rp_owner", "user=rp_app"),
            "OWNER_DATABASE_URL": given["owner"],
        }
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "rp_network.wsgi",
            "--bind",
            f"127.0.0.1:{self.port}",
            "--workers",
            "2",
        ]
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [*command, "--worker-class", "gthread", "--threads", "8", "--timeout", "120"],
                cwd=CHECKOUT,
                env=environment,
                stdout=out,
                stderr=out,
            )
        self.log = log

    def wait(self) -> None:
        """Until it answers."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                Visitor(self.port).request("GET", "/demo/")
                return
            except OSError:
                assert time.monotonic() < end, self.log.read_text()[-2000:]
                time.sleep(0.1)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own."""
    made = Server(tmp_path / "server.log")
    try:
        made.wait()
        yield made
    finally:
        made.process.kill()
        made.process.wait()
