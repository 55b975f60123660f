"""The checks and tests behind script/test and script/lint, on throw-away servers that die with this process."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from rp_network import embedded, guards, roles
from rp_network.unprivileged import ServersUnavailable

CHECKOUT = Path(__file__).resolve().parent.parent
PROGRAMS = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
WORKERS = "2"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Stage:
    """One check: its name, its command, and the variables it runs with."""

    name: str
    command: list[str]
    environment: dict[str, str]


@dataclass(frozen=True)
class Result:
    """How a stage ended."""

    name: str
    passed: bool
    seconds: float
    words: str = ""


def main(arguments: list[str]) -> int:
    """Run what the arguments ask for; exit code 0 where everything passed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    asked = {word for word in arguments if word in ("--full", "--guards", "--lint")}
    rest = [word for word in arguments if word not in asked]
    tier = ["-m", ""] if "--full" in asked else []
    try:
        with throwaway() as environment:
            if "--guards" in asked:
                return guards.main(rest, migrated(environment))
            if "--lint" in asked:
                return conclude(run_checks(static_checks(environment)))
            if rest:
                return pytest([*tier, *rest], environment).returncode
            return everything(tier, environment)
    except ServersUnavailable as error:
        print(error, file=sys.stderr)
        return 1


@contextlib.contextmanager
def throwaway() -> Iterator[dict[str, str]]:
    """Servers of our own in a folder for temporary files; yields the variables that point at them and at nothing else."""
    var = Path(tempfile.mkdtemp(prefix="rp-test-"))
    var.chmod(0o755)  # root's Postgres may have to run as nobody
    foreign = (
        "DATABASE_URL",
        "OWNER_DATABASE_URL",
        "REDIS_URL",
        "DJANGO_SETTINGS_MODULE",
        "DATABASE_POOL",
        "DEBUG",
        "PORT",
    )
    kept = {name: value for name, value in os.environ.items() if name not in foreign}
    browser = os.environ.get("RP_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), "")
    try:
        with embedded.Servers(var, throwaway=True, prepare=roles.ensure):
            yield {**kept, **embedded.urls(var), "RP_ENV": "test", "RP_VAR": str(var), "RP_CHROMIUM": browser}
    finally:
        shutil.rmtree(var, ignore_errors=True)


def migrated(environment: dict[str, str]) -> dict[str, str]:
    """Migrate the throw-away database once, so that every test run copies it instead (tests/guard_hook.py)."""
    subprocess.run([*MANAGE, "migrate", "--verbosity", "0"], env=environment, cwd=CHECKOUT, check=True)
    return {**environment, "RP_TEST_TEMPLATE": embedded.DATABASE}


def everything(tier: list[str], environment: dict[str, str]) -> int:
    """All checks, two at a time, then all tests."""
    environment = migrated(environment)
    results = run_checks([*static_checks(environment), *project_checks(environment)])
    report = Path(environment["RP_VAR"]) / "pytest.xml"
    browser = ["--ignore=tests/browser"] if not environment["RP_CHROMIUM"] else []
    began = time.monotonic()
    workers = ["-n", WORKERS, "--dist", "worksteal"]
    ended = pytest([*tier, *browser, *workers, f"--junitxml={report}", "--durations=20"], environment)
    passed = ended.returncode == 0
    results.append(Result("tests", passed, time.monotonic() - began, counts(report)))
    if browser:
        print(
            "\nNO CHROMIUM WAS FOUND: THE BROWSER TESTS DID NOT RUN. Install it, or set RP_CHROMIUM to its path.",
            flush=True,
        )
    return conclude(results)


def static_checks(environment: dict[str, str]) -> list[Stage]:
    """What reads the code and runs none of it (mypy loads the settings); the slowest first."""
    commands = {
        "types (mypy)": [program("mypy")],
        "style (ruff check)": [program("ruff"), "check", "."],
        "format (ruff format)": [program("ruff"), "format", "--check", "."],
        "layers (import-linter)": [program("lint-imports")],
        "templates (djlint)": [program("djlint"), "--lint", "--quiet", "templates"],
    }
    return [Stage(name, command, environment) for name, command in commands.items()]


def project_checks(environment: dict[str, str]) -> list[Stage]:
    """What Django checks: no migration is missing, and the production settings have no warning."""
    return [
        Stage("migrations", [*MANAGE, "makemigrations", "--check", "--dry-run"], environment),
        Stage(
            "deployment (check --deploy)",
            [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
            production(environment),
        ),
    ]


def production(environment: dict[str, str]) -> dict[str, str]:
    """Variables as in production, with secrets made for this run."""
    return {
        **environment,
        "RP_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "MATCH_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "rp-network.example",
        "SITE_URL": "https://rp-network.example",
        "SMTP_HOST": "smtp.rp-network.example",
        "SCANNER_URL": "clamd://scanner.rp-network.example:3310",
    }


def run_checks(stages: list[Stage]) -> list[Result]:
    """Run the stages two at a time and print what each has to say once it is over."""
    results = []
    with ThreadPoolExecutor(max_workers=int(WORKERS)) as pool:
        for done in as_completed([pool.submit(run, stage) for stage in stages]):
            result = done.result()
            if not result.passed:
                print(f"\n--- {result.name} ---\n{result.words}", flush=True)
            print(line(result), flush=True)
            results.append(Result(result.name, result.passed, result.seconds))
    return results


def run(stage: Stage) -> Result:
    """One check, with everything that it printed."""
    began = time.monotonic()
    ended = subprocess.run(
        stage.command,
        env=stage.environment,
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return Result(stage.name, ended.returncode == 0, time.monotonic() - began, ended.stdout)


def pytest(arguments: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Run pytest on the screen; RP_FULL tells browser tests to look at both themes at every width."""
    environment = {**environment, "RP_FULL": "1" if "" in arguments else ""}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment, cwd=CHECKOUT, check=False)


def program(name: str) -> str:
    """A tool of the locked environment."""
    return str(PROGRAMS / name)


def counts(report: Path) -> str:
    """How many tests passed, failed and were skipped, as pytest wrote it down."""
    if not report.exists():
        return "no tests ran"
    totals = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
    for suite in ET.parse(report).getroot().iter("testsuite"):  # noqa: S314  our own file
        for name in totals:
            totals[name] += int(suite.get(name, "0"))
    passed = totals["tests"] - totals["failures"] - totals["errors"] - totals["skipped"]
    return f"{passed} passed, {totals['failures']} failed, {totals['errors']} errors, {totals['skipped']} skipped"


def line(result: Result) -> str:
    """One row of the table."""
    return f"{'passed' if result.passed else 'FAILED'}  {result.name:<30}{result.seconds:>7.1f} s"


def conclude(results: list[Result]) -> int:
    """The table of all stages and one closing line."""
    print("\n" + "\n".join(f"{line(result)}  {result.words}".rstrip() for result in results))
    failed = [result.name for result in results if not result.passed]
    seconds = time.monotonic() - BEGAN
    print(
        f"\nFAILED: {', '.join(failed)}" if failed else f"\nEverything passed: {len(results)} stages",
        f"in {seconds:.0f} s",
        flush=True,
    )
    return 1 if failed else 0


BEGAN = time.monotonic()

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
