"""What counts as a killed guard, and which entries of the list are refused."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rp_network import guards
from rp_network.guards import BadGuard, Guard

BARE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # tests of another project, which needs no plugin


@pytest.mark.parametrize(
    ("test", "failed"),
    [
        ("def test_it(): assert False", True),
        ("def test_it(): raise KeyError('unexpected')", True),
        ("def test_it(): pass", False),
        ("import nothing_like_this\ndef test_it(): pass", False),
        ("import pytest\n@pytest.fixture\ndef broken(): raise RuntimeError\ndef test_it(broken): pass", False),
        (
            "import pytest\n@pytest.fixture\ndef late():\n    yield\n    raise RuntimeError\ndef test_it(late): pass",
            True,
        ),
        ("import pytest\n@pytest.mark.skip\ndef test_it(): pass", False),
    ],
)
def test_only_a_failure_of_the_test_itself_kills_a_guard(test: str, failed: bool, tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(test)
    report = tmp_path / "report.xml"
    subprocess.run(
        [sys.executable, "-m", "pytest", f"--junitxml={report}", "--rootdir=.", "test_one.py"],
        env={**os.environ, **BARE},
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert guards.failure(report) == ("test_one.test_it" if failed else "")


def test_a_run_without_a_report_kills_nothing(tmp_path: Path) -> None:
    assert guards.failure(tmp_path / "report.xml") == ""


@pytest.mark.parametrize(
    ("guard", "complaint"),
    [
        (Guard("a", "b", "c"), "a: give either"),
        (Guard("a", "b", "c", file="rules.py", find="x", sql="select 1"), "a: give either"),
        (Guard("a", "b", "c", file="rules.py", find="missing"), "a: `find` occurs 0 times in rules.py, expected 1"),
        (Guard("a", "b", "c", file="rules.py", find="x"), "a: `find` occurs 2 times in rules.py, expected 1"),
        (Guard("a", "b", "c", file="rules.py", find=""), "a: `find` occurs 0 times in rules.py, expected 1"),
        (
            Guard("a", "b", "c", file="rules.py", find="x", replace="x", count=2),
            "a: `find` occurs 2 times in rules.py, expected 2",
        ),
    ],
)
def test_a_guard_that_would_change_nothing_is_refused(guard: Guard, complaint: str, tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("x = 1\ny = x\n")
    with pytest.raises(BadGuard, match=complaint):
        guard.check(tmp_path)


def test_a_guard_that_occurs_as_often_as_it_says_is_accepted(tmp_path: Path) -> None:
    (tmp_path / "rules.py").write_text("x = 1\ny = x\n")
    Guard("a", "b", "c", file="rules.py", find="x", count=2).check(tmp_path)


def test_an_unknown_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "guards.toml").write_text('[[guard]]\nname = "a"\nwhy = "b"\ntest = "c"\nsqll = "select 1"\n')
    with pytest.raises(BadGuard, match="sqll"):
        guards.read(tmp_path / "guards.toml", [])


def test_a_guard_that_nobody_notices_survives(tmp_path: Path) -> None:
    copy = tmp_path / "lane-0"
    copy.mkdir()
    (copy / "rules.py").write_text("LIMIT = 5\n")
    (copy / "test_limit.py").write_text("from rules import LIMIT\ndef test_limit(): assert LIMIT > 1\n")
    (copy / "tests").mkdir()
    (copy / "tests" / "guard_hook.py").touch()
    environment = {**BARE, "RP_VAR": str(tmp_path), "DATABASE_URL": "", "OWNER_DATABASE_URL": "", "REDIS_URL": ""}
    unseen = guards.try_one(Guard("a", "b", "test_limit.py", file="rules.py", find="5", replace="6"), 0, environment)
    seen = guards.try_one(Guard("a", "b", "test_limit.py", file="rules.py", find="5", replace="0"), 0, environment)
    assert (unseen.failed, unseen.words) == ("", "its test still passes")
    assert seen.failed == "test_limit.test_limit"
    assert (copy / "rules.py").read_text() == "LIMIT = 5\n"
