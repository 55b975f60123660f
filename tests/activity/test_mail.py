"""The outbox: a mail is a row of the transaction that it tells of, sent once by a task, and its secret leaves with it."""

from __future__ import annotations

import datetime as dt
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import override_settings

from activity.mail import deliver_mail
from activity.models import Mail
from activity.operations import queue_mail
from activity.tasks import sweep
from common.errors import constraint_of
from common.tenancy import nobody_context, staff_context, tenant_context
from common.zones import now
from tests.mails import receive
from tests.world import World

pytestmark = pytest.mark.django_db
SECRET = "Reset\nThe key is c2VjcmV0LWtleQ"


def queue(key: str = "k", **given: Any) -> None:
    about = {"to": "ana@example.org", "template": "account", "key": key, "at": now(), "secret": SECRET, **given}
    with nobody_context():
        queue_mail(**about)


def row() -> Mail:
    with staff_context("look"):
        return Mail.objects.get()


def test_a_mail_is_rolled_back_with_what_it_tells_of() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        queue()
        raise ZeroDivisionError
    with staff_context("look"):
        assert not Mail.objects.exists()


def test_a_key_is_sent_once() -> None:
    queue()
    queue(to="somebody.else@example.org")
    assert [message.to for message in receive()] == [["ana@example.org"]]
    assert receive() == []


def test_the_secret_is_gone_once_the_mail_is_sent() -> None:
    queue()
    assert row().secret == SECRET
    (message,) = receive()
    assert (message.subject, message.body) == ("Reset", "The key is c2VjcmV0LWtleQ\n")
    assert (row().state, row().secret) == ("sent", "")
    with (
        staff_context("direct SQL"),
        connection.cursor() as cursor,
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
    ):
        cursor.execute("update activity_mail set secret = 'x'")
    assert constraint_of(refused.value) == "activity_mail_secret_gone"


def test_the_task_writes_a_file_in_development(tmp_path: Path) -> None:
    queue()
    files = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path)},
        }
    }
    with override_settings(MAILERS=files):
        sweep(scope="own")
    (file,) = tmp_path.iterdir()
    assert "To: ana@example.org" in file.read_text()
    assert "The key is c2VjcmV0LWtleQ" in file.read_text()


def test_only_the_staff_door_reads_the_outbox(world: World) -> None:
    queue()
    for door in (nobody_context(), tenant_context(world.home.pk)):
        with (
            door,
            pytest.raises(Exception, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("select * from activity_mail")


NOWHERE = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 2},
    }
}


def test_after_five_failures_a_mail_is_given_up(settings: Any) -> None:
    queue()
    settings.MAILERS = NOWHERE
    moment, attempts = now(), 0
    while row().state == "waiting" and attempts < 9:
        attempts += 1
        assert not deliver_mail(mail_id=str(row().pk), at=moment)
        assert not deliver_mail(mail_id=str(row().pk), at=moment), "it waits before the next attempt"
        moment += dt.timedelta(hours=11)
    assert (attempts, row().attempts, row().state) == (5, 5, "dead")
    assert "refused" in row().last_error.lower()


def test_a_mail_that_failed_is_sent_later(settings: Any) -> None:
    queue()
    working = settings.MAILERS
    settings.MAILERS = NOWHERE
    assert not deliver_mail(mail_id=str(row().pk), at=now())
    settings.MAILERS = working
    with time_machine.travel(now() + dt.timedelta(minutes=2)):
        assert len(receive()) == 1
    assert (row().state, row().attempts, row().last_error) == ("sent", 2, "")


class Smtp(socketserver.StreamRequestHandler):
    """Speaks enough SMTP to take one message."""

    heard: list[str]

    def handle(self) -> None:
        self.say("220 ready")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper().strip()
            if word == b"DATA":
                self.say("354 go on")
                self.heard.append(self.body())
            self.say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def body(self) -> str:
        return b"".join(iter(self.rfile.readline, b".\r\n")).decode()


@pytest.fixture
def smtp() -> Iterator[tuple[int, list[str]]]:
    """A mail server on loopback: its port, and what it has taken."""
    heard: list[str] = []
    handler = type("Heard", (Smtp,), {"heard": heard})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1], heard
        server.shutdown()


def test_production_sends_by_smtp(smtp: tuple[int, list[str]], settings: Any) -> None:
    queue()
    port, heard = smtp
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": port, "timeout": 5},
        }
    }
    assert deliver_mail(mail_id=str(row().pk), at=now())
    (message,) = heard
    assert "Subject: Reset\r\n" in message
    assert "To: ana@example.org\r\n" in message
    assert row().state == "sent"
    assert mail.outbox == []
