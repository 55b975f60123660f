"""script/bootstrap finds a way to uv and to a Python on machines that lack one or the other."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

BOOTSTRAP = Path(__file__).resolve().parents[2] / "script" / "bootstrap"
UV = """#!/bin/sh
echo "uv $*" >> "$CALLS"
exit 0
"""
# A Python of the version in its name; `pip` and `venv` work where the test says so, and pip "installs" the uv above.
PYTHON = """#!/bin/sh
echo "python $*" >> "$CALLS"
case "$*" in
    "-c "*version_info*) [ "$MINOR" -ge 12 ] && echo "$0"; [ "$MINOR" -ge 12 ] ;;
    "-c "*) exit 0 ;;
    "-m pip install"*) [ "$HAS_PIP" = yes ] || case "$0" in */tools/pip/*) ;; *) exit 1 ;; esac
        mkdir -p "$TOOLS/bin" && cp "$UV" "$TOOLS/bin/uv" ;;
    "-m venv"*) [ "$HAS_VENV" = yes ] && mkdir -p "$TOOLS/pip/bin" && cp "$0" "$TOOLS/pip/bin/python" ;;
esac
"""


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def bootstrapped(folder: Path, *, minor: int, pip: bool, venv: bool) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run it in an empty checkout where /usr/bin has a shell and one Python; what was said, and the last call of uv."""
    checkout, tools, calls = folder / "checkout", folder / "checkout/var/tools", folder / "calls"
    script = program(checkout / "script" / "any", '#!/bin/sh\n. "$(dirname "$0")/bootstrap"\n')
    shutil.copy(BOOTSTRAP, script.parent / "bootstrap")
    program(folder / "bin/python3", PYTHON)
    for name in ("sh", "dirname", "ls", "id", "mkdir", "cp", "cut", "getent"):
        (folder / "bin" / name).symlink_to(str(shutil.which(name)))
    environment = {
        "PATH": str(folder / "bin"),
        "HOME": str(folder),
        "MINOR": str(minor),
        "HAS_PIP": "yes" if pip else "no",
        "HAS_VENV": "yes" if venv else "no",
        "UV": str(program(folder / "uv", UV)),
        "TOOLS": str(tools),
        "CALLS": str(calls),
    }
    ended = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
    return ended, calls.read_text().splitlines()[-1] if calls.exists() else ""


@pytest.mark.parametrize(("pip", "venv"), [(True, False), (False, True)])
def test_uv_comes_by_pip_or_by_the_pip_of_a_venv(pip: bool, venv: bool, tmp_path: Path) -> None:
    ended, call = bootstrapped(tmp_path, minor=13, pip=pip, venv=venv)
    assert ended.returncode == 0, ended.stderr
    assert call.startswith("uv sync --frozen")
    assert call.endswith(f"--python {tmp_path}/bin/python3")


def test_an_old_python_fetches_uv_and_uv_fetches_a_python(tmp_path: Path) -> None:
    ended, call = bootstrapped(tmp_path, minor=11, pip=True, venv=False)
    assert ended.returncode == 0, ended.stderr
    assert "uv fetches one" in ended.stderr
    assert call.endswith("--python 3.13")


def test_without_pip_and_venv_it_says_what_to_install(tmp_path: Path) -> None:
    ended, _call = bootstrapped(tmp_path, minor=13, pip=False, venv=False)
    assert ended.returncode == 1
    assert "uv could not be installed" in ended.stderr
