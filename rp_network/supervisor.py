"""The processes behind the launcher: started in sessions of their own, watched, started again, and ended."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rp_network.engines import command_line, last_lines, log_file

LONGEST_PAUSE = 30.0  # seconds between two starts of a process that keeps dying
STEADY = 60.0  # seconds after which a process counts as healthy again
MARK = "rp_network"  # stands in the command line of every child
GRACE = 12.0  # seconds between asking a process to end and ending it


@dataclass
class Child:
    """One process of the product: web, worker or beat."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    kept_open: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started_at: float = 0.0
    start_again_at: float = field(default=0.0)

    def start(self) -> None:
        """Start it in a session of its own: Ctrl-C reaches only the launcher."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env=dict(self.environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=self.kept_open,
            )
        self.started_at = time.monotonic()

    def died(self) -> bool:
        """Whether it was started and runs no more."""
        return self.process is not None and self.process.poll() is not None

    def pause(self) -> float:
        """Note a death and say how many seconds to wait: 0 after the first, then doubling."""
        now = time.monotonic()
        self.deaths = 1 if now - self.started_at > STEADY else self.deaths + 1
        seconds = 0.0 if self.deaths == 1 else min(2.0 ** (self.deaths - 2), LONGEST_PAUSE)
        self.start_again_at, self.process = now + seconds, None
        return seconds


class Children:
    """All processes of the product."""

    def __init__(self, children: list[Child], say: Callable[[str], None]) -> None:
        self.children, self.say = children, say

    def watch(self) -> bool:
        """Report the dead and start those whose pause is over; True where something changed."""
        changed = False
        for child in self.children:
            if child.process is not None and child.died():
                code, end = child.process.returncode, last_lines(child.log)
                end_session(child.process.pid)
                seconds = child.pause()
                self.say(
                    f"{child.name} ended ({ending(code)}); it starts again in {seconds:.0f} s. The end of {child.log}:\n{end}"
                )
                changed = True
            if child.process is None and time.monotonic() >= child.start_again_at:
                child.start()
                changed = True
        return changed

    def pids(self) -> dict[str, int]:
        """The process of each name that runs."""
        return {child.name: child.process.pid for child in self.children if child.process is not None}

    def stop(self) -> None:
        """Ask all to end, then end those that do not."""
        running = [child.process for child in self.children if child.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + GRACE
        for process in running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            end_session(process.pid)
            process.wait()


def end_session(leader: int) -> None:
    """Kill what is left of a process and its children."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def end_orphans(pids: Mapping[str, int]) -> list[str]:
    """End the processes of a launcher that was killed, recognized by their command; the names of those that lived."""
    orphans = {name: pid for name, pid in pids.items() if MARK in command_line(pid)}
    for pid in orphans.values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + GRACE
    while any(MARK in command_line(pid) for pid in orphans.values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    for pid in orphans.values():
        if MARK in command_line(pid):
            end_session(pid)
    return list(orphans)


def ending(code: int) -> str:
    """An exit code in words."""
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def product(
    python: str, port: int, environment: Mapping[str, str], var: Path, kept_open: tuple[int, ...]
) -> list[Child]:
    """Web, worker and beat of this machine; only the web has a pool of connections (a pool must not meet a fork)."""
    pooled = {"web": {"DATABASE_POOL": "true"}}
    return [
        Child(
            name=name,
            command=[python, "-m", *command],
            environment={**environment, **pooled.get(name, {})},
            log=log_file(var, name, {}),
            kept_open=kept_open,
        )
        for name, command in commands(port, var).items()
    ]


def commands(port: int, var: Path) -> dict[str, list[str]]:
    """What runs: as many web workers as cores with four threads each, as many worker processes as cores, one beat."""
    cores = str(os.cpu_count() or 1)
    web = f"gunicorn rp_network.wsgi --worker-class gthread --workers {cores} --threads 4 --no-control-socket"
    worker = f"celery -A rp_network worker --concurrency {cores} --loglevel INFO --without-gossip --without-mingle"
    beat = "celery -A rp_network beat --loglevel INFO --pidfile="
    return {
        "web": [*web.split(), "--bind", f"127.0.0.1:{port}", "--graceful-timeout", "5"],
        "worker": worker.split(),
        "beat": [*beat.split(), "--schedule", str(var / "beat")],
    }
