"""The embedded Postgres and Valkey: their addresses, and starting, sharing and stopping them.

Standard library only, because the launcher needs it before anything else works. Addresses are these three, always over unix sockets:

    DATABASE_URL        postgresql:///rp?host=<run folder>&user=rp_app
    OWNER_DATABASE_URL  postgresql:///rp?host=<run folder>&user=rp_owner
    REDIS_URL           unix://<run folder>/valkey.sock

where the run folder is <var>/run, or <tempdir>/rp-<uid>-<hash of var> where that path is too long for a socket.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

DATABASE = "rp"
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"
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
        raise ValueError("A database address looks like postgresql://user:password@host:5432/name or postgresql:///name?host=/folder&user=name")
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
        return {"broker": f"redis+socket://{parts.path}?virtual_host={number}", "cache": f"unix://{parts.path}?db={number + 1}"}
    if parts.scheme in ("redis", "rediss") and parts.hostname:
        number = int(parts.path.strip("/") or "0")
        parameters = urlencode(query)
        broker, cache = (urlunsplit((parts.scheme, parts.netloc, f"/{n}", parameters, "")) for n in (number, number + 1))
        return {"broker": broker, "cache": cache}
    raise ValueError("A Redis address looks like redis://host:6379/0, rediss://host:6379/0 or unix:///path/to/redis.sock")
