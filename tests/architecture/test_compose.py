"""docker-compose.yml against the schema of the Compose Specification, and against what the product itself runs."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rp_network import roles
from rp_network.supervisor import product

CHECKOUT = Path(__file__).resolve().parents[2]
FILE = CHECKOUT / "docker-compose.yml"
SCHEMA = Path(__file__).parent / "compose-spec" / "compose-spec.json"
OURS = ("web", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The file as Compose reads it."""
    content: dict[str, Any] = yaml.safe_load(FILE.read_text())
    return content


def words(service: dict[str, Any]) -> list[str]:
    """The command of a service, word by word, with what `sh -c` is given taken apart."""
    command = service["command"]
    return shlex.split(command[2]) if command[:2] == ["sh", "-c"] else list(command)


def test_the_file_follows_the_compose_schema(compose: dict[str, Any]) -> None:
    jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text())).validate(compose)


def test_the_schema_can_refuse(compose: dict[str, Any]) -> None:
    compose = {**compose, "services": {"web": {"comand": "typing error"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(json.loads(SCHEMA.read_text())).validate(compose)


def test_there_is_every_part_of_the_product(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"web", "worker", "beat", "migrate", "postgres", "valkey"}


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_containers_run_what_the_launcher_runs(name: str, compose: dict[str, Any], tmp_path: Path) -> None:
    (launched,) = [child.command[2:] for child in product("python", 8000, {}, tmp_path, ()) if child.name == name]
    own = {"--bind", "--workers", "--concurrency", "--graceful-timeout", "--schedule"}  # these depend on the machine
    container = words(compose["services"][name])
    expected = [word for at, word in enumerate(launched) if word not in own and launched[at - 1] not in own]
    assert [word for word in expected if word not in container] == []


def test_the_migrate_job_makes_the_roles_and_then_migrates(compose: dict[str, Any]) -> None:
    command = compose["services"]["migrate"]["command"][2]
    assert command == f"python -m {roles.__name__} && python manage.py migrate"
    assert (CHECKOUT / "manage.py").exists()


def test_only_the_migrate_job_may_change_tables(compose: dict[str, Any]) -> None:
    strong = {"OWNER_DATABASE_URL", "ADMIN_DATABASE_URL"}
    assert [name for name in OURS if strong & set(compose["services"][name]["environment"])] == ["migrate"]


def test_every_service_can_be_scaled(compose: dict[str, Any]) -> None:
    fixed = [name for name, service in compose["services"].items() if "container_name" in service]
    published = {name: service["ports"] for name, service in compose["services"].items() if "ports" in service}
    assert fixed == []
    assert published == {"web": ["127.0.0.1:${WEB_PORTS:-8000-8009}:8000"]}


def test_nothing_is_kept_on_a_container_s_disk(compose: dict[str, Any]) -> None:
    named = set(compose["volumes"])
    mounted = {
        name: [v.split(":")[0] for v in service.get("volumes", [])] for name, service in compose["services"].items()
    }
    assert named == {"postgres", "valkey"}
    assert {volume for volumes in mounted.values() for volume in volumes} == named
    assert [name for name in OURS if compose["services"][name].get("read_only") is not True] == []


def test_every_lasting_service_has_a_health_check(compose: dict[str, Any]) -> None:
    without = [name for name, service in compose["services"].items() if "healthcheck" not in service]
    assert without == ["migrate"]


def test_postgres_sorts_as_the_embedded_one_does(compose: dict[str, Any]) -> None:
    assert (
        compose["services"]["postgres"]["environment"]["POSTGRES_INITDB_ARGS"]
        == "--locale-provider=builtin --locale=C.UTF-8"
    )


def test_every_variable_is_documented() -> None:
    wanted = set(re.findall(r"\$\{([A-Z_]+)", FILE.read_text().replace("$${", "")))
    documented = set(re.findall(r"`([A-Z_]+)`", (CHECKOUT / "docs" / "operations.md").read_text()))
    assert wanted - documented == set()


@pytest.mark.parametrize("name", ["web", "worker", "beat", "migrate"])
def test_the_production_settings_start_with_exactly_these_variables(name: str, compose: dict[str, Any]) -> None:
    given = {key: resolved(str(value)) for key, value in compose["services"][name]["environment"].items()}
    loaded = subprocess.run(
        [
            sys.executable,
            "-c",
            "import django; django.setup(); from django.conf import settings; print(*sorted(settings.DATABASES))",
        ],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "rp_network.settings",
            **given,
        },
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (loaded.returncode, loaded.stderr) == (0, "")
    assert loaded.stdout.split() == (["default", "owner"] if name == "migrate" else ["default"])


def resolved(value: str) -> str:
    """As Compose fills it in: the default, or for a required variable something of the right shape."""
    value = re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value)
    return re.sub(
        r"\$\{([A-Z_]+):\?[^}]*\}", lambda found: "https://rp.example" if found[1] == "SITE_URL" else "a" * 60, value
    )
