"""The restore drill: a backup of the demo network comes up beside it, every row of it, with its walls (reliability 5.9 and 6, row 21)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rp_network import embedded, roles
from rp_network.backups import MANIFEST
from tests.launcher.test_server import CHECKOUT, environment

pytestmark = pytest.mark.full
BACKUPS = [sys.executable, "-m", "rp_network.backups"]
MANAGE = [sys.executable, "manage.py"]
WALLS = [f"tests/architecture/test_{name}.py" for name in ("catalog", "tenant_tables", "authorization")]
COMMITS = "tests/architecture/test_catalog.py::test_verify_isolation_prints_one_object_whether_or_not_the_walls_stand"
LONGEST = 15 * 60


def ran(var: Path, command: list[str], **more: str) -> subprocess.CompletedProcess[str]:
    """One command over the servers of this folder."""
    return subprocess.run(
        command, env=environment(var, **more), cwd=CHECKOUT, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data folder of a network with the demo rows."""
    var = tmp_path_factory.mktemp("backups") / "var"
    with embedded.Servers(var, throwaway=True, prepare=roles.ensure):
        for command in ("migrate", "load_demo"):
            done = ran(var, [*MANAGE, command])
            assert done.returncode == 0, done.stderr
        yield var


@pytest.fixture(scope="module")
def kept(busy: Path) -> Path:
    """A backup of it."""
    folder = busy.parent / "kept"
    done = ran(busy, [*BACKUPS, "take", str(folder)])
    assert done.returncode == 0, done.stderr
    return folder


def databases(var: Path) -> set[str]:
    with psycopg.connect(embedded.admin_url(var)) as admin:
        return {name for (name,) in admin.execute("select datname from pg_database").fetchall()}


def test_the_drill_brings_back_every_row_behind_the_same_walls(busy: Path, kept: Path) -> None:
    began = time.monotonic()
    done = ran(busy, [*BACKUPS, "restore", str(kept), "--into", "rp_drill"])
    seconds = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    said, manifest = json.loads(done.stdout), json.loads((kept / MANIFEST).read_text())
    assert said["rows"] == sum(rows for rows, _checksum in manifest["tables"].values()) > 10_000
    print(f"restore drill: {said['rows']:,} rows of {said['tables']} tables in {seconds:.1f} s")  # noqa: T201
    assert seconds < LONGEST
    there = {name: url.replace("/rp?", "/rp_drill?") for name, url in embedded.urls(busy).items()}
    for command in ("verify_ledger", "verify_isolation"):
        verified = ran(busy, [*MANAGE, command, "--json"], **there)
        assert (verified.returncode, json.loads(verified.stdout)["rejected"]) == (0, []), verified.stderr
    tests = [sys.executable, "-m", "pytest", "-q", "-n", "2", *WALLS, f"--deselect={COMMITS}"]  # it empties tables
    walls = ran(busy, tests, **there, RP_TEST_TEMPLATE="rp_drill", RP_ENV="test")
    assert walls.returncode == 0, walls.stdout[-3000:]


def test_nothing_is_written_over(busy: Path, kept: Path) -> None:
    again = ran(busy, [*BACKUPS, "take", str(kept)])
    into = ran(busy, [*BACKUPS, "restore", str(kept), "--into", "rp"])
    assert (again.returncode, into.returncode) == (1, 1)
    assert "a backup is never written over" in again.stderr and "There is a database rp already" in into.stderr


@pytest.mark.parametrize("damaged", ["database.dump", "roles.sql"])
def test_a_damaged_backup_is_refused_by_name(busy: Path, kept: Path, tmp_path: Path, damaged: str) -> None:
    for file in kept.iterdir():
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= file.name == damaged
        (tmp_path / file.name).write_bytes(content)
    done = ran(busy, [*BACKUPS, "restore", str(tmp_path), "--into", "rp_damaged"])
    assert (done.returncode, damaged in done.stderr) == (1, True)
    assert "rp_damaged" not in databases(busy)


def test_a_database_with_other_rows_than_were_kept_does_not_stay(busy: Path, kept: Path, tmp_path: Path) -> None:
    for file in kept.iterdir():
        os.link(file, tmp_path / file.name)
    manifest = json.loads((kept / MANIFEST).read_text())
    manifest["tables"]["partners_partner"][1] = "1"
    (tmp_path / MANIFEST).unlink()
    (tmp_path / MANIFEST).write_text(json.dumps(manifest))
    done = ran(busy, [*BACKUPS, "restore", str(tmp_path), "--into", "rp_other"])
    assert (done.returncode, "partners_partner has" in done.stderr) == (1, True)
    assert "rp_other" not in databases(busy)
