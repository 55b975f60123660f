"""script/server for real: starting, a second start, a busy port, kills, and ending."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rp_network import embedded, roles
from rp_network.engines import command_line

CHECKOUT = Path(__file__).resolve().parents[2]
LAUNCHER = [sys.executable, "-m", "rp_network.server"]
FOREIGN = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "RP_ENV", "RP_VAR", "PORT", "DJANGO_SETTINGS_MODULE")
PARTNER = """
insert into partners_partner (ref, name, slug, kind, states, time_zone, started_on, created_at)
values ('O-LAUNCHER01', 'Kept Across Kills', 'kept', 'other', '{}', 'America/Los_Angeles', '2025-01-01', now())
"""


def environment(var: Path, **more: str) -> dict[str, str]:
    """As on a developer's machine: nothing is set but the data folder."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | {"RP_VAR": str(var)} | more


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """The launcher as a process, and what can be seen of it from outside."""

    def __init__(self, var: Path) -> None:
        self.var, self.port, self.lines = var, free_port(), list[str]()
        self.process = subprocess.Popen(
            LAUNCHER, env=environment(var, PORT=str(self.port)), cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
        )

    def wait_until_announced(self) -> None:
        """Read what it says until it says where it is and who can sign in."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if line.startswith("Sign in as"):
                return
        raise AssertionError(f"it ended: {self.lines}")

    def status(self) -> int:
        """What /health/ answers; 0 where nobody answers."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def children(self) -> dict[str, int]:
        """Process ids of web, worker and beat."""
        pids: dict[str, int] = json.loads((self.var / "server.json").read_text())["children"]
        return pids

    def servers(self) -> dict[str, int]:
        """Process ids of Postgres and Valkey."""
        return {server.name: pid for server in embedded.Servers(self.var).servers if (pid := server.pid())}

    def stop(self, number: int = signal.SIGINT) -> int:
        """End the launcher as a person does."""
        self.process.send_signal(number)
        self.process.communicate(timeout=40)
        return self.process.returncode


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose database is migrated and holds a partner, so that no demo network is loaded."""
    folder = tmp_path_factory.mktemp("launcher") / "var"
    with embedded.Servers(folder, prepare=roles.ensure):
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            env=environment(folder),
            cwd=CHECKOUT,
            check=True,
        )
        with psycopg.connect(embedded.urls(folder)["OWNER_DATABASE_URL"]) as owner:
            owner.execute("set role rp_staff")
            owner.execute(PARTNER)
    return folder


@pytest.fixture
def product(var: Path) -> Iterator[Product]:
    """A running product; ended afterwards whatever the test did to it."""
    running = Product(var)
    running.wait_until_announced()
    yield running
    if running.process.poll() is None:
        running.stop()
    subprocess.run([*LAUNCHER, "--stop"], env=environment(var), cwd=CHECKOUT, check=True)


def test_a_busy_port_is_named_with_a_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ended = subprocess.run(
            LAUNCHER,
            env=environment(tmp_path / "var", PORT=str(port)),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"Port {port} is not free")
    assert f"PORT={port + 1} script/server" in ended.stderr
    assert not (tmp_path / "var" / "pg").exists()


@pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "８０００"])
def test_a_port_that_is_none_is_refused(port: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        LAUNCHER,
        env=environment(tmp_path / "var", PORT=port),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, f"PORT is {port!r}: use a number from 1 to 65535.\n")


def test_production_is_not_started_this_way(tmp_path: Path) -> None:
    ended = subprocess.run(
        LAUNCHER,
        env=environment(tmp_path / "var", RP_ENV="production"),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "docs/operations.md" in ended.stderr


def test_stop_says_when_nothing_runs(tmp_path: Path) -> None:
    ended = subprocess.run(
        [*LAUNCHER, "--stop"],
        env=environment(tmp_path / "var"),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (0, "Nothing runs here.\n")


def test_a_command_brings_its_own_servers_and_takes_them_away(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "showmigrations", "--database", "owner", "partners"],
        env=environment(tmp_path / "var"),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout.splitlines()[:2] == ["partners", " [ ] 0001_initial"]
    assert [server.name for server in embedded.Servers(tmp_path / "var").servers if server.pid()] == []


@pytest.mark.full
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_answers_and_ends_without_leaving_anything(number: int, product: Product) -> None:
    assert product.status() == 200
    pids = {**product.children(), **product.servers()}
    assert set(pids) == {"web", "worker", "beat", "postgres", "valkey"}
    assert product.stop(number) == 0
    assert {name: command_line(pid) for name, pid in pids.items()} == dict.fromkeys(pids, "")


@pytest.mark.full
def test_the_second_start_answers_within_ten_seconds(var: Path, product: Product) -> None:
    product.stop()
    began = time.monotonic()
    again = Product(var)
    again.wait_until_announced()
    seconds = time.monotonic() - began
    assert again.status() == 200
    again.stop()
    assert seconds < 10


@pytest.mark.full
def test_a_second_launcher_says_where_the_first_runs(product: Product) -> None:
    ended = subprocess.run(
        LAUNCHER, env=environment(product.var), cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(
        f"RP Network already runs at http://localhost:{product.port} (process {product.process.pid})."
    )
    assert product.status() == 200


@pytest.mark.full
def test_a_command_borrows_the_servers_of_the_launcher(product: Product) -> None:
    before = product.servers()
    command = [sys.executable, "manage.py", "migrate", "--check"]
    subprocess.run(command, env=environment(product.var), cwd=CHECKOUT, check=True)
    assert product.servers() == before
    assert product.status() == 200


@pytest.mark.full
def test_sigkill_of_postgres_costs_seconds_and_no_row(product: Product) -> None:
    killed = product.servers()["postgres"]
    os.kill(killed, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while (
        product.servers().get("postgres", killed) == killed or product.status() != 200
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert product.status() == 200
    with psycopg.connect(embedded.urls(product.var)["OWNER_DATABASE_URL"]) as owner:
        owner.execute("set role rp_staff")
        assert owner.execute("select name from partners_partner").fetchall() == [("Kept Across Kills",)]


@pytest.mark.full
@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_process_that_is_killed_is_started_again(name: str, product: Product) -> None:
    deadline = time.monotonic() + 30
    while name not in product.children() and time.monotonic() < deadline:
        time.sleep(0.1)
    killed = product.children()[name]
    os.kill(killed, signal.SIGKILL)
    while (product.children().get(name) in {killed, None} or product.status() != 200) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "rp_network" in command_line(product.children()[name])
    assert product.children()[name] != killed
    assert product.status() == 200


@pytest.mark.full
def test_after_sigkill_of_the_launcher_the_next_start_takes_over(var: Path, product: Product) -> None:
    servers, orphans = product.servers(), product.children()
    product.process.kill()
    product.process.communicate()
    again = Product(var)
    again.wait_until_announced()
    assert again.servers() == servers
    assert {pid: command_line(pid) for pid in orphans.values()} == dict.fromkeys(orphans.values(), "")
    assert again.status() == 200
    assert again.stop() == 0
    assert again.servers() == {}


@pytest.mark.full
def test_stop_ends_what_a_killed_launcher_left_behind(product: Product) -> None:
    pids = {**product.children(), **product.servers()}
    product.process.kill()
    product.process.communicate()
    ended = subprocess.run(
        [*LAUNCHER, "--stop"], env=environment(product.var), cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    assert ended.stdout.startswith("Stopped web")
    assert {name: command_line(pid) for name, pid in pids.items()} == dict.fromkeys(pids, "")


@pytest.mark.full
def test_stop_ends_a_running_launcher(product: Product) -> None:
    subprocess.run([*LAUNCHER, "--stop"], env=environment(product.var), cwd=CHECKOUT, check=True)
    assert product.process.wait(10) == 0
    assert product.servers() == {}


@pytest.mark.full
def test_the_first_start_loads_the_demo_network_and_names_people(tmp_path: Path) -> None:
    product = Product(tmp_path / "var")
    product.wait_until_announced()
    people = [line for line in product.lines if line.startswith("  ") and "@" in line]
    product.stop()
    assert {line[2:20].strip() for line in people} >= {
        "program manager",
        "outreach manager",
        "staff",
        "finance",
        "administrator",
    }
