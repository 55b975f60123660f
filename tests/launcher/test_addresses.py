"""The addresses of the embedded servers, and how addresses of real servers are read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rp_network import embedded
from rp_network.engines import POSTGRES_SOCKET
from rp_network.unprivileged import ServersUnavailable


def test_urls_point_into_the_data_folder() -> None:
    assert embedded.urls(Path("/srv/rp/var")) == {
        "DATABASE_URL": "postgresql:///rp?host=/srv/rp/var/run&user=rp_app",
        "OWNER_DATABASE_URL": "postgresql:///rp?host=/srv/rp/var/run&user=rp_owner",
        "REDIS_URL": "unix:///srv/rp/var/run/valkey.sock",
    }


def test_urls_write_nothing(tmp_path: Path) -> None:
    embedded.urls(tmp_path / "var")
    assert list(tmp_path.iterdir()) == []


def test_a_long_data_folder_keeps_its_sockets_in_the_folder_for_temporary_files(tmp_path: Path) -> None:
    run = embedded.run_folder(tmp_path / ("long" * 30) / "var")
    assert run.name.startswith(f"rp-{os.geteuid()}-")
    assert len(str(run / POSTGRES_SOCKET)) <= embedded.LONGEST_SOCKET_PATH
    assert run != embedded.run_folder(tmp_path / ("long" * 30) / "other")


def test_database_settings_read_their_own_socket_address() -> None:
    address = embedded.urls(Path("/srv/a folder & more/var"))["OWNER_DATABASE_URL"]
    assert embedded.database_settings(address) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "rp",
        "USER": "rp_owner",
        "PASSWORD": "",
        "HOST": "/srv/a folder & more/var/run",
        "PORT": "",
        "OPTIONS": {},
    }


def test_database_settings_read_an_address_over_tcp() -> None:
    settings = embedded.database_settings("postgres://rp_app:p%40ss%2Fword@db.example.org:5433/rp?sslmode=require")
    assert settings == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "rp",
        "USER": "rp_app",
        "PASSWORD": "p@ss/word",
        "HOST": "db.example.org",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize("address", ["mysql://root:hunter2@host/rp", "postgresql://rp_app:hunter2@host", "", "rp"])
def test_database_settings_refuse_another_address_without_repeating_its_password(address: str) -> None:
    with pytest.raises(ValueError, match="A database address looks like") as refusal:
        embedded.database_settings(address)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("address", "broker", "cache"),
    [
        (
            "unix:///srv/run/valkey.sock",
            "redis+socket:///srv/run/valkey.sock?virtual_host=0",
            "unix:///srv/run/valkey.sock?db=1",
        ),
        ("redis://redis:6379", "redis://redis:6379/0", "redis://redis:6379/1"),
        ("redis://:secret@redis:6379/4", "redis://:secret@redis:6379/4", "redis://:secret@redis:6379/5"),
        (
            "rediss://redis:6380/0?ssl_cert_reqs=required",
            "rediss://redis:6380/0?ssl_cert_reqs=required",
            "rediss://redis:6380/1?ssl_cert_reqs=required",
        ),
    ],
)
def test_redis_urls_keep_the_broker_and_the_cache_in_two_databases(address: str, broker: str, cache: str) -> None:
    assert embedded.redis_urls(address) == {"broker": broker, "cache": cache}


@pytest.mark.parametrize("address", ["", "http://redis:6379", "unix://", "redis://"])
def test_redis_urls_refuse_another_address(address: str) -> None:
    with pytest.raises(ValueError, match="A Redis address looks like"):
        embedded.redis_urls(address)


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, {"postgres", "valkey"}),
        ({"RP_ENV": "test"}, {"postgres", "valkey"}),
        ({"RP_ENV": "production"}, set()),
        ({"REDIS_URL": "redis://host"}, {"postgres"}),
        ({"DATABASE_URL": "postgresql://a/rp", "OWNER_DATABASE_URL": "postgresql://a/rp"}, {"valkey"}),
        ({"DATABASE_URL": "", "REDIS_URL": ""}, {"postgres", "valkey"}),
    ],
)
def test_a_server_is_wanted_where_its_address_is_not_given(environment: dict[str, str], names: set[str]) -> None:
    assert embedded.wanted(environment) == names


@pytest.mark.parametrize("name", ["DATABASE_URL", "OWNER_DATABASE_URL"])
def test_one_of_the_two_database_addresses_alone_is_refused(name: str) -> None:
    with pytest.raises(ServersUnavailable, match=f"Only {name} is set"):
        embedded.wanted({name: "postgresql://a/rp"})
