"""The launcher behind script/server: servers, migrations, demo network, web, worker and beat; Ctrl-C ends what it started."""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

import psycopg

from rp_network import embedded, roles
from rp_network.engines import last_lines
from rp_network.supervisor import Child, Children, end_orphans, product
from rp_network.unprivileged import ServersUnavailable, popen_arguments

CHECKOUT = Path(__file__).resolve().parent.parent
FIRST_ANSWER = 90.0  # seconds that the web may take
NETWORK_ZONE = ZoneInfo("America/Los_Angeles")
MANAGE = [sys.executable, str(CHECKOUT / "manage.py")]


class CannotServe(RuntimeError):
    """The product cannot be started here; the message says why and what to do."""


class Stopped(Exception):
    """Somebody asked the launcher to end."""


def main(arguments: list[str]) -> int:
    """Run the product until Ctrl-C or SIGTERM. Exit code 1: it runs already, the port is busy, or a part does not start."""
    parser = argparse.ArgumentParser(
        prog="script/server", description="Runs RP Network at http://localhost:8000; PORT changes it."
    )
    parser.add_argument("--stop", action="store_true", help="end the product, also where its launcher was killed")
    options = parser.parse_args(arguments)
    var = Path(os.environ.get("RP_VAR") or CHECKOUT / "var").absolute()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop_now)  # a shell that starts us in the background has set SIGINT to ignored
    try:
        if options.stop:
            stop_product(var)
        else:
            Launcher(var, port_of(os.environ.get("PORT") or "8000")).run()
    except (CannotServe, ServersUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        pass
    return 0


def stop_now(number: int, frame: object) -> None:
    """Leave the launcher's loop; a second signal does not interrupt the ending."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Stopped(signal.Signals(number).name)


class Launcher:
    """One run of the product on this machine."""

    def __init__(self, var: Path, port: int) -> None:
        if os.environ.get("RP_ENV") == "production":
            raise CannotServe(
                "script/server is for development: docs/operations.md says how the product runs in production."
            )
        self.var, self.port, self.began = var, port, time.monotonic()
        self.servers = embedded.Servers(var, names=embedded.wanted(os.environ), prepare=roles.ensure)
        self.environment = {**os.environ, "PORT": str(port), "RP_VAR": str(var), "PYTHONUNBUFFERED": "1"}
        self.owner_url = os.environ.get("OWNER_DATABASE_URL") or embedded.urls(var)["OWNER_DATABASE_URL"]
        self.children: Children | None = None

    @property
    def address(self) -> str:
        """Where people find it."""
        return f"http://localhost:{self.port}"

    def run(self) -> None:
        """From nothing to an answering product, until somebody stops it."""
        with claimed(self.var):
            end_orphans(read_state(self.var)["children"])
            check_port(self.port)
            try:
                self.start()
                while True:
                    time.sleep(1)
                    self.look_after()
            finally:
                self.stop()

    def start(self) -> None:
        """Servers, tables, demo network and processes, in this order."""
        self.note()
        started = self.servers.start()
        for server in self.servers.servers:
            say(f"{server.name} {'started' if server.name in started else 'was running already'}")
        migrate_if_needed(self.var, self.owner_url, self.environment)
        load_demo_once(self.var, self.owner_url, self.environment)
        users = (self.servers.users.fileno(),) if self.servers.users else ()
        web, *jobs = product(sys.executable, self.port, self.environment, self.var, users)
        self.children = Children([web], say)
        self.children.watch()
        self.note()
        wait_until_answering(self.port, web)
        self.children.children.extend(jobs)  # later, so that nobody has to wait for them
        self.look_after()
        say(
            f"\nRP Network is at {self.address} ({time.monotonic() - self.began:.1f} s). Ctrl-C stops it. Logs: {self.var / 'log'}"
        )
        for role, name, email in accounts(self.owner_url):
            say(f"  {role.replace('_', ' '):<18}{name} <{email}>")
        say("Sign in as one of them with one button; the sign-in page lists everybody.")

    def look_after(self) -> None:
        """Start again what died; a server that does not come back is tried once a second."""
        assert self.children is not None
        for name in self.servers.dead():
            say(f"{name} ended; starting it again")
            try:
                self.servers.start()
            except ServersUnavailable as error:
                say(str(error))
        if self.children.watch():
            self.note()

    def note(self) -> None:
        """Write down who runs where, for a second launcher and for --stop."""
        state = {"launcher": os.getpid(), "port": self.port, "children": self.children.pids() if self.children else {}}
        new = self.var / "server.json.new"
        new.write_text(json.dumps(state))
        new.replace(self.var / "server.json")

    def stop(self) -> None:
        """Worker, beat and web first, then the servers unless another command uses them."""
        if self.children:
            self.children.stop()
        if self.servers.users:
            ended = self.servers.stop()
            say("Stopped." if ended else "Stopped; the database stays, another command uses it.")


@contextlib.contextmanager
def claimed(var: Path) -> Iterator[None]:
    """Be the one launcher of this data folder; raises CannotServe with the address of the one that is."""
    var.mkdir(parents=True, exist_ok=True)
    popen_arguments(var, var / "pg")  # says whose folder it is before anything is written
    with (var / "server.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            running = read_state(var)
            raise CannotServe(
                f"RP Network already runs at http://localhost:{running['port']} (process {running['launcher']}). "
                "Ctrl-C there or 'script/server --stop' ends it."
            ) from None
        yield


def read_state(var: Path) -> dict[str, Any]:
    """Who runs where, as the last launcher wrote it."""
    try:
        known: dict[str, Any] = json.loads((var / "server.json").read_text())
    except FileNotFoundError:
        return {"launcher": None, "port": None, "children": {}}
    return known


def stop_product(var: Path) -> None:
    """Ask the launcher to end; where it was killed, end its processes and servers by their ids."""
    try:
        with claimed(var):
            ended = end_orphans(read_state(var)["children"])
            (var / "server.json").unlink(missing_ok=True)
            servers = embedded.Servers(var)
            living = [server.name for server in servers.servers if server.pid()]
            if living and not servers.stop():
                return say("The database stays: another command uses it.")
            say(f"Stopped {', '.join([*ended, *living])}." if ended or living else "Nothing runs here.")
    except CannotServe:
        os.kill(int(read_state(var)["launcher"]), signal.SIGTERM)
        with (var / "server.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)  # granted when the launcher is gone
        say("Stopped.")


def port_of(text: str) -> int:
    """PORT as a number; raises CannotServe where it is none."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise CannotServe(f"PORT is {text!r}: use a number from 1 to 65535.")
    return int(text)


def check_port(port: int) -> None:
    """Raise CannotServe where another program has the web's port."""
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CannotServe(
                f"Port {port} is not free ({error.strerror}). Choose another: PORT={port % 65535 + 1} script/server"
            ) from error


def manage(environment: dict[str, str], *command: str) -> None:
    """Run a command of manage.py in a session of its own; raises CannotServe where it fails, its own words are on the screen."""
    if subprocess.run([*MANAGE, *command], env=environment, start_new_session=True, check=False).returncode:
        raise CannotServe(f"manage.py {command[0]} failed; its message stands above.")


def migrate_if_needed(var: Path, owner_url: str, environment: dict[str, str]) -> None:
    """Migrate, unless every migration of the checkout is applied and the locked libraries, which bring some too, are the same."""
    written = {(path.parent.parent.name, path.stem) for path in CHECKOUT.glob("*/migrations/[0-9]*.py")}
    stamp = hashlib.sha256((CHECKOUT / "uv.lock").read_bytes() + owner_url.encode()).hexdigest()
    noted = var / "migrated"
    if noted.exists() and noted.read_text() == stamp:
        with contextlib.suppress(psycopg.errors.UndefinedTable):
            if written <= set(ask(owner_url, "select app, name from django_migrations")):
                return
    manage(environment, "migrate", "--verbosity", "0", "--skip-checks")
    noted.write_text(stamp)


def load_demo_once(var: Path, owner_url: str, environment: dict[str, str]) -> None:
    """Load the demo network into a database without partners; a load that was interrupted is done again for the same day."""
    unfinished = var / "demo-loading"
    if not unfinished.exists():
        if ask(owner_url, "select 1 from partners_partner limit 1"):
            return
        unfinished.write_text(dt.datetime.now(tz=NETWORK_ZONE).date().isoformat())
    say("Loading the demo network (once; at most two minutes) …")
    manage(environment, "load_demo", "--as-of", unfinished.read_text())
    unfinished.unlink()


def accounts(owner_url: str) -> list[tuple[str, str, str]]:
    """One person of each role, by role: role, name, e-mail."""
    return ask(
        owner_url,
        """
        select distinct on (role) role, name, email from (
            select role, user_id from partners_membership
            union all select role, user_id from accounts_codeorgrole where confirmed_at is not null
        ) as holder join accounts_user as person on person.id = holder.user_id where person.is_active order by role, person.id
        """,
    )


def ask(owner_url: str, question: LiteralString) -> list[Any]:
    """The rows of a query as rp_staff, since row security hides tenant rows from their owner."""
    with psycopg.connect(owner_url) as connection:
        connection.execute("set role rp_staff")
        return connection.execute(question).fetchall()


def wait_until_answering(port: int, web: Child) -> None:
    """Return when /health/ is 200; raises CannotServe with the end of the web's log where it dies or takes too long."""
    deadline = time.monotonic() + FIRST_ANSWER
    while not web.died() and time.monotonic() < deadline:
        connection = http.client.HTTPConnection("localhost", port, timeout=5)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/health/")
            if connection.getresponse().status == http.client.OK:
                return
        time.sleep(0.05)
    raise CannotServe(f"The web does not answer. The end of {web.log}:\n{last_lines(web.log)}")


def say(text: str) -> None:
    """A line for the person who started it."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
