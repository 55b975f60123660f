"""The embedded Postgres and Valkey: their addresses, and starting, sharing and stopping them.

Standard library only, because the launcher needs it before anything else works. Addresses are these three, always over unix sockets:

    DATABASE_URL        postgresql:///rp?host=<run folder>&user=rp_app
    OWNER_DATABASE_URL  postgresql:///rp?host=<run folder>&user=rp_owner
    REDIS_URL           unix://<run folder>/valkey.sock

where the run folder is <var>/run, or <tempdir>/rp-<uid>-<hash of var> where that path is too long for a socket.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from rp_network.engines import POSTGRES_SOCKET, VALKEY_SOCKET, Postgres, Server, Valkey
from rp_network.unprivileged import ServersUnavailable, give, popen_arguments

DATABASE = "rp"
LONGEST_SOCKET_PATH = 100  # sun_path holds 108 bytes on Linux and 104 on macOS


def urls(var: Path) -> dict[str, str]:
    """The addresses of the embedded servers that keep their data in `var`; starts nothing and writes nothing."""
    run = run_folder(var)
    host = quote(str(run), safe="/")
    return {
        "DATABASE_URL": f"postgresql:///{DATABASE}?host={host}&user=rp_app",
        "OWNER_DATABASE_URL": f"postgresql:///{DATABASE}?host={host}&user=rp_owner",
        "REDIS_URL": f"unix://{quote(str(run / VALKEY_SOCKET), safe='/')}",
    }


def admin_url(var: Path) -> str:
    """The address of the embedded Postgres for its superuser, who makes roles and the database."""
    return f"postgresql:///postgres?host={quote(str(run_folder(var)), safe='/')}&user=postgres"


def run_folder(var: Path) -> Path:
    """Where the sockets are. The owner of `var` decides the name of the fallback, so root and the owner meet at one place."""
    var = var.absolute()
    if len(os.fsencode(var / "run" / POSTGRES_SOCKET)) <= LONGEST_SOCKET_PATH:
        return var / "run"
    owner = var.stat().st_uid if var.exists() else os.geteuid()
    digest = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"rp-{owner}-{digest}"


def database_settings(url: str) -> dict[str, Any]:
    """A Postgres address as Django's ENGINE, NAME, USER, PASSWORD, HOST, PORT and OPTIONS (what else the address asks for, as sslmode).

    Reads postgresql://user:password@host:port/name?sslmode=require and the socket form postgresql:///name?host=/folder&user=name.
    Raises ValueError, without repeating the address (it may hold a password), where it is neither.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or len(parts.path) < 2:
        raise ValueError(
            "A database address looks like postgresql://user:password@host:5432/name or postgresql:///name?host=/folder&user=name"
        )
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": options.pop("user", unquote(parts.username or "")),
        "PASSWORD": options.pop("password", unquote(parts.password or "")),
        "HOST": options.pop("host", unquote(parts.hostname or "")),
        "PORT": options.pop("port", str(parts.port or "")),
        "OPTIONS": options,
    }


def redis_urls(url: str) -> dict[str, str]:
    """A Redis address as `broker` (as Celery reads it) and `cache` (as Django reads it, one database number higher).

    Reads unix:///path/to.sock?db=0, redis://user:password@host:port/0 and rediss://…; raises ValueError for anything else.
    """
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if parts.scheme in ("unix", "redis+socket") and parts.path:
        number = int(query.get("db", query.get("virtual_host", "0")))
        return {
            "broker": f"redis+socket://{parts.path}?virtual_host={number}",
            "cache": f"unix://{parts.path}?db={number + 1}",
        }
    if parts.scheme in ("redis", "rediss") and parts.hostname:
        number = int(parts.path.strip("/") or "0")
        parameters = urlencode(query)
        broker, cache = (
            urlunsplit((parts.scheme, parts.netloc, f"/{n}", parameters, "")) for n in (number, number + 1)
        )
        return {"broker": broker, "cache": cache}
    raise ValueError(
        "A Redis address looks like redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/redis.sock"
    )


def wanted(environment: Mapping[str, str]) -> frozenset[str]:
    """Which embedded servers a process with these variables needs: none in production, none for an address that is given.

    Raises ServersUnavailable where one of the two database addresses is given and the other is not: they would name two databases.
    """
    if environment.get("RP_ENV") == "production":
        return frozenset()
    given = [name for name in ("DATABASE_URL", "OWNER_DATABASE_URL") if environment.get(name)]
    if len(given) == 1:
        raise ServersUnavailable(
            f"Only {given[0]} is set: set DATABASE_URL (role rp_app) and OWNER_DATABASE_URL (role rp_owner) together."
        )
    servers = {"postgres"} if not given else set()
    return frozenset(servers if environment.get("REDIS_URL") else {*servers, "valkey"})


class Servers:
    """The embedded servers of one data folder, for as long as this process uses them.

    They are shared: the first who needs them starts them, and the last who leaves ends them. One lock covers the pair while it is
    started or ended; a second, shared lock counts the users, and children that inherit `users` count too.
    """

    def __init__(
        self,
        var: Path,
        *,
        names: frozenset[str] = frozenset({"postgres", "valkey"}),
        throwaway: bool = False,
        prepare: Callable[[str], None] | None = None,
    ) -> None:
        self.var, self.run, self.prepare = var.absolute(), run_folder(var), prepare
        classes: tuple[type[Server], ...] = (Postgres, Valkey)
        self.servers = [made(self.var, self.run, throwaway=throwaway) for made in classes if made.name in names]
        self.users: IO[str] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> list[str]:
        """Start what does not run yet, and count as a user; the names of those that this call started."""
        if not self.servers:
            return []
        with self.locked() as arguments:
            self.users = self.users or open_lock(self.var / "users.lock", arguments)
            fcntl.flock(self.users, fcntl.LOCK_SH)
            started = [server for server in self.servers if not (server.pid() and server.answers())]
            for server in started:
                server.launch(arguments)
                if server.name == "postgres" and self.prepare:
                    self.prepare(admin_url(self.var))
        return [server.name for server in started]

    def dead(self) -> list[str]:
        """The names of those that run no more."""
        return [server.name for server in self.servers if server.pid() is None]

    def stop(self) -> bool:
        """Leave; True where nobody else uses the servers, so that they were ended."""
        if not self.servers:
            return False
        with self.locked() as arguments:
            self.users = self.users or open_lock(self.var / "users.lock", arguments)
            try:
                fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            else:
                for server in reversed(self.servers):
                    server.stop()
                return True
            finally:
                self.users.close()
                self.users = None

    @contextlib.contextmanager
    def locked(self) -> Iterator[dict[str, Any]]:
        """Hold the lock for the pair; yields what subprocess needs to run a server as the right user."""
        self.var.mkdir(parents=True, exist_ok=True)
        arguments = popen_arguments(self.var, self.var / "pg")
        with open_lock(self.var / "launcher.lock", arguments) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.run.mkdir(mode=0o700, parents=True, exist_ok=True)
            if self.run.lstat().st_uid not in {os.geteuid(), self.var.stat().st_uid, arguments.get("user")}:
                raise ServersUnavailable(
                    f"{self.run} belongs to another user: remove it, or choose another folder with RP_VAR."
                )
            give(self.run, arguments)
            yield arguments


def open_lock(path: Path, arguments: dict[str, Any]) -> IO[str]:
    """A lock file, which also the owner of the data folder may open."""
    lock = path.open("a")
    give(path, arguments)
    return lock
