"""Turn the guards of tests/guards.toml off one by one: a test must see each; behind script/test --guards.

A [[guard]] has `name`, `why`, `test` (a pytest node id) and one of two kinds:

    file, find, replace    in a copy of the checkout `find` is replaced; it must occur once, or `count` times
    sql                    run by a superuser in the migrated test database (tests/guard_hook.py); it must not change roles,
                           which all databases of the server share

Every test passes with its guard on and fails with it off. A failure while collecting or setting up (a broken migration, a syntax
error) is no proof and counts as survived.
"""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import time
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LIST = CHECKOUT / "tests" / "guards.toml"
WORKERS = 2
LEFT_OUT = shutil.ignore_patterns(".venv", "var", ".git", "node_modules", "__pycache__", ".*_cache", "staticfiles")


class BadGuard(ValueError):
    """An entry of the list that cannot be tried; the message names it."""


@dataclass(frozen=True)
class Guard:
    """One guard, and how it is turned off."""

    name: str
    why: str
    test: str
    file: str = ""
    find: str = ""
    replace: str = ""
    count: int = 1
    sql: str = ""

    def check(self, checkout: Path) -> None:
        """Raise BadGuard where it is not exactly one of the two kinds or would change nothing."""
        if bool(self.sql) == bool(self.file):
            raise BadGuard(f"{self.name}: give either file, find and replace, or sql")
        if self.file:
            found = (checkout / self.file).read_text().count(self.find) if self.find else 0
            if found != self.count or self.find == self.replace:
                raise BadGuard(f"{self.name}: `find` occurs {found} times in {self.file}, expected {self.count}")


@dataclass(frozen=True)
class Verdict:
    """What the tests said while a guard was off: the test that failed, or why it does not count."""

    guard: Guard
    failed: str
    words: str


def main(names: list[str], environment: dict[str, str]) -> int:
    """Try all guards, or those whose name holds one of the words; exit code 0 where none survives."""
    began = time.monotonic()
    try:
        guards = read(LIST, names)
    except BadGuard as error:
        print(error, file=sys.stderr)
        return 1
    if not guards:
        print("No guard to try.", file=sys.stderr)
        return 1
    if not all_pass(guards, environment):
        print("With all guards on every named test must pass.", file=sys.stderr)
        return 1
    verdicts = try_all(guards, environment)
    survived = [verdict for verdict in verdicts if not verdict.failed]
    print(f"\n{len(guards)} guards, {len(survived)} survived, {time.monotonic() - began:.0f} s")
    for verdict in survived:
        print(f"SURVIVED: {verdict.guard.name} ({verdict.guard.why})")
    return 1 if survived else 0


def read(path: Path, names: list[str]) -> list[Guard]:
    """The guards of the list, checked; raises BadGuard."""
    entries = tomllib.loads(path.read_text()).get("guard", [])
    try:
        guards = [Guard(**entry) for entry in entries]
    except TypeError as error:
        raise BadGuard(f"tests/guards.toml: {error}") from error
    for guard in guards:
        guard.check(CHECKOUT)
    if len({guard.name for guard in guards}) < len(guards):
        raise BadGuard("tests/guards.toml: two guards have the same name")
    return [guard for guard in guards if not names or any(word in guard.name for word in names)]


def all_pass(guards: list[Guard], environment: dict[str, str]) -> bool:
    """Whether every named test runs and passes while nothing is turned off."""
    report = Path(environment["RP_VAR"]) / "guards-on.xml"
    tests = sorted({guard.test for guard in guards})
    command = [sys.executable, "-m", "pytest", "-q", "-m", "", "-n", str(WORKERS), f"--junitxml={report}", *tests]
    ended = subprocess.run(command, env=environment, cwd=CHECKOUT, check=False)
    skipped = [case.get("name") for case in cases(report) if case.find("skipped") is not None]
    if skipped:
        print(f"Skipped, so they prove nothing: {', '.join(map(str, skipped))}", file=sys.stderr)
    return ended.returncode == 0 and not skipped


def try_all(guards: list[Guard], environment: dict[str, str]) -> list[Verdict]:
    """Two guards at a time, each lane with a copy of the checkout and databases of its own."""
    lanes: queue.SimpleQueue[int] = queue.SimpleQueue()
    for lane in range(WORKERS):
        shutil.copytree(CHECKOUT, Path(environment["RP_VAR"]) / f"lane-{lane}", ignore=LEFT_OUT)
        lanes.put(lane)

    def attempt(guard: Guard) -> Verdict:
        lane = lanes.get()
        try:
            verdict = try_one(guard, lane, environment)
        finally:
            lanes.put(lane)
        print(
            f"{'killed  ' if verdict.failed else 'SURVIVED'}  {guard.name}: {verdict.failed or verdict.words}",
            flush=True,
        )
        return verdict

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        return list(pool.map(attempt, guards))


def try_one(guard: Guard, lane: int, environment: dict[str, str]) -> Verdict:
    """Turn one guard off in this lane's copy, run its test, and turn it on again."""
    copy = Path(environment["RP_VAR"]) / f"lane-{lane}"
    report = copy.with_suffix(".xml")
    report.unlink(missing_ok=True)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "",
        "-p",
        "tests.guard_hook",
        f"--junitxml={report}",
        guard.test,
    ]
    variables = lane_environment(guard, lane, environment)
    with turned_off(guard, copy):
        ended = subprocess.run(command, env=variables, cwd=copy, capture_output=True, text=True, check=False)
    return Verdict(guard, failure(report), reason(ended.returncode, ended.stdout + ended.stderr))


@contextlib.contextmanager
def turned_off(guard: Guard, copy: Path) -> Iterator[None]:
    """A guard in the source is replaced in the copy and put back; one in the database is turned off by tests/guard_hook.py."""
    if not guard.file:
        yield
        return
    file = copy / guard.file
    before = file.read_text()
    file.write_text(before.replace(guard.find, guard.replace))
    try:
        yield
    finally:
        file.write_text(before)


def lane_environment(guard: Guard, lane: int, environment: dict[str, str]) -> dict[str, str]:
    """Databases of this lane's own: two runs at the same time must not share a test database or a queue.

    Where a migration is the guard, the database is migrated from nothing instead of copied.
    """
    copied = "/migrations/" not in guard.file
    return {
        **environment,
        "RP_TEST_TEMPLATE": environment.get("RP_TEST_TEMPLATE", "") if copied else "",
        "RP_GUARD_SQL": guard.sql,
        "DATABASE_URL": environment["DATABASE_URL"].replace("/rp?", f"/rp_lane_{lane}?"),
        "OWNER_DATABASE_URL": environment["OWNER_DATABASE_URL"].replace("/rp?", f"/rp_lane_{lane}?"),
        "REDIS_URL": f"{environment['REDIS_URL']}?db={2 + 2 * lane}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": os.pathsep.join(filter(None, [".", environment.get("PYTHONPATH")])),
    }


def failure(report: Path) -> str:
    """The first test that really failed: in its body or at its end, not while it was collected or set up."""
    for case in cases(report):
        error = case.find("error")
        at_end = error is not None and str(error.get("message")).startswith("failed on teardown")
        if case.find("failure") is not None or at_end:
            return f"{case.get('classname')}.{case.get('name')}"
    return ""


def cases(report: Path) -> list[ET.Element]:
    """The tests of a report; none where pytest wrote no report."""
    return list(ET.parse(report).getroot().iter("testcase")) if report.exists() else []  # noqa: S314  our own file


def reason(code: int, output: str) -> str:
    """Why a run without a failed test proves nothing."""
    if code == 0:
        return "its test still passes"
    return "no test failed, the run did:\n" + "\n".join(output.splitlines()[-15:])
