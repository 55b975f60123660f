"""The embedded servers for real: sharing, crashes, odd folders, and users who may not."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rp_network import embedded, roles
from rp_network.unprivileged import ServersUnavailable

CHECKOUT = Path(__file__).resolve().parents[2]
BOTH = ["postgres", "valkey"]
ROOT = os.geteuid() == 0
ORDINARY_USER = pwd.getpwnam("daemon").pw_uid
NO_ACCOUNT = 4242

HOLD = """
import sys, time
from pathlib import Path
from rp_network import embedded, roles
servers = embedded.Servers(Path(sys.argv[1]), prepare=roles.ensure)
print(*servers.start(), flush=True)
sys.stdin.read()
servers.stop()
"""


@pytest.fixture
def var(tmp_path: Path) -> Iterator[Path]:
    """A data folder of its own; whatever still runs in it afterwards is ended."""
    folder = tmp_path / "var"
    yield folder
    embedded.Servers(folder).stop()


def holder(var: Path, *before: str) -> subprocess.Popen[str]:
    """Another process that uses the servers until its input ends."""
    return subprocess.Popen(
        [*before, sys.executable, "-c", HOLD, str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )


def started_by(process: subprocess.Popen[str]) -> list[str]:
    """The names that a holder says it started."""
    assert process.stdout
    return process.stdout.readline().split()


def running(var: Path) -> list[str]:
    """The names of the servers that live in this folder."""
    return [server.name for server in embedded.Servers(var).servers if server.pid()]


def test_data_survives_sigkill_of_postgres(var: Path) -> None:
    with embedded.Servers(var, prepare=roles.ensure) as servers:
        with psycopg.connect(embedded.urls(var)["OWNER_DATABASE_URL"]) as connection:
            connection.execute("create table kept as select 42 as answer")
        postgres = servers.servers[0].pid()
        assert postgres
        os.kill(postgres, signal.SIGKILL)
        while not servers.dead():
            time.sleep(0.01)
        assert servers.dead() == ["postgres"]
        assert servers.start() == ["postgres"]
        with psycopg.connect(embedded.urls(var)["OWNER_DATABASE_URL"]) as connection:
            assert connection.execute("select answer from kept").fetchone() == (42,)


def test_the_last_who_leaves_ends_the_servers(var: Path) -> None:
    first, second = embedded.Servers(var), embedded.Servers(var)
    assert (first.start(), second.start()) == (BOTH, [])
    assert first.stop() is False
    assert running(var) == BOTH
    assert second.stop() is True
    assert running(var) == []


def test_of_three_who_start_together_one_starts_both(var: Path) -> None:
    holders = [holder(var) for _ in range(3)]
    assert sorted(started_by(one) for one in holders) == [[], [], BOTH]
    for one in holders:
        one.communicate("")
    assert running(var) == []


def test_what_a_killed_process_left_behind_is_used_and_ended(var: Path) -> None:
    killed = holder(var)
    assert started_by(killed) == BOTH
    killed.kill()
    killed.communicate()
    assert running(var) == BOTH
    with embedded.Servers(var) as servers:
        assert servers.start() == []
    assert running(var) == []


def test_a_child_that_holds_the_lock_keeps_the_servers(var: Path) -> None:
    servers = embedded.Servers(var)
    servers.start()
    assert servers.users
    child = subprocess.Popen(["sleep", "60"], pass_fds=[servers.users.fileno()])
    servers.users.close()
    servers.users = None
    assert embedded.Servers(var).stop() is False
    child.kill()
    child.wait()
    assert embedded.Servers(var).stop() is True


def test_a_folder_with_a_long_name_works(tmp_path: Path) -> None:
    var = tmp_path / ("a-long-name-" * 12) / "var"
    with embedded.Servers(var, prepare=roles.ensure), psycopg.connect(embedded.urls(var)["DATABASE_URL"]) as connection:
        assert connection.execute("select current_user").fetchone() == ("rp_app",)
    shutil.rmtree(embedded.run_folder(var))


def test_an_interrupted_initdb_is_begun_anew(var: Path) -> None:
    (var / "pg.new").mkdir(parents=True)
    (var / "pg.new" / "PG_VERSION").write_text("18\n")
    with embedded.Servers(var):
        assert running(var) == BOTH


def test_only_what_is_wanted_runs(var: Path) -> None:
    with embedded.Servers(var, names=frozenset({"valkey"})):
        assert running(var) == ["valkey"]


def test_a_broken_data_folder_is_reported_with_the_end_of_the_log(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rp_network.engines.PATIENCE", 1.0)
    (var / "pg").mkdir(parents=True, mode=0o700)
    (var / "pg" / "postgresql.conf").touch()
    with pytest.raises(ServersUnavailable, match=r"postgres did not start[\s\S]*not a valid data directory"):
        embedded.Servers(var).start()


def test_throw_away_servers_die_with_who_started_them(var: Path) -> None:
    throwaway = HOLD.replace("prepare=", "throwaway=True, prepare=")
    process = subprocess.Popen(
        [sys.executable, "-c", throwaway, str(var)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=CHECKOUT,
    )
    assert started_by(process) == BOTH
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 10
    while running(var) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(var) == []


needs_root = pytest.mark.skipif(not ROOT, reason="only root can become somebody else")


def as_ordinary_user(user: int = ORDINARY_USER) -> list[str]:
    """Run what follows as another user, who can read the checkout wherever it lies, and write nothing of root's."""
    capability = "+dac_read_search"
    return [
        "setpriv",
        f"--reuid={user}",
        f"--regid={user}",
        "--clear-groups",
        f"--inh-caps={capability}",
        f"--ambient-caps={capability}",
    ]


@needs_root
def test_a_folder_that_root_made_is_refused_to_an_ordinary_user_with_a_way_out(var: Path) -> None:
    with embedded.Servers(var):
        pass
    process = holder(var, *as_ordinary_user())
    _, words = process.communicate("")
    assert f"{var} belongs to another user" in words
    assert "sudo chown -R" in words


@pytest.fixture
def open_var() -> Iterator[Path]:
    """A data folder that every user may enter, unlike pytest's."""
    folder = Path("/var/tmp") / f"rp-launcher-{os.getpid()}"  # noqa: S108  made here and removed here
    folder.mkdir()
    yield folder
    embedded.Servers(folder).stop()
    shutil.rmtree(folder)


@needs_root
def test_an_ordinary_user_owns_the_data_and_root_goes_on_as_that_user(open_var: Path) -> None:
    os.chown(open_var, ORDINARY_USER, ORDINARY_USER)
    process = holder(open_var, *as_ordinary_user())
    assert started_by(process) == BOTH
    process.communicate("")
    with embedded.Servers(open_var, prepare=roles.ensure) as servers:
        postgres = servers.servers[0].pid()
        assert Path(f"/proc/{postgres}").stat().st_uid == ORDINARY_USER
    owners = {path.stat().st_uid for path in [open_var, *open_var.rglob("*")]}
    assert owners == {ORDINARY_USER}
    again = holder(open_var, *as_ordinary_user())
    assert started_by(again) == BOTH
    again.communicate("")


@needs_root
def test_a_user_without_an_account_can_run_postgres_too(open_var: Path) -> None:
    os.chown(open_var, NO_ACCOUNT, NO_ACCOUNT)
    process = holder(open_var, *as_ordinary_user(NO_ACCOUNT))
    assert started_by(process) == BOTH
    process.communicate("")
    assert {path.stat().st_uid for path in [open_var, *open_var.rglob("*")]} == {NO_ACCOUNT}


@needs_root
def test_without_user_namespaces_root_runs_postgres_as_nobody(open_var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rp_network.unprivileged.namespace_works", lambda: False)
    with embedded.Servers(open_var, prepare=roles.ensure) as servers:
        postgres = servers.servers[0].pid()
        assert Path(f"/proc/{postgres}").stat().st_uid == 65534
        assert (open_var / "pg").stat().st_uid == 65534
