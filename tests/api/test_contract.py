"""schemathesis asks a running server what its OpenAPI schema promises, with all checks (reliability 6, row 13)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Course
from common.tenancy import staff_context
from districts.models import District, School
from facilitators.models import Facilitator
from partners.models import Partner
from tests.architecture.test_authorization import CALLS, EXAMPLES
from tests.incentives.factories import make_school
from tests.world import World, token_of
from workshops.models import Enrollment, Workshop, WorkshopSession

pytestmark = pytest.mark.django_db(transaction=True)
CHECKOUT = Path(__file__).resolve().parents[2]
ROLES = ("program_manager", "outreach_manager", "staff")


def rows_of(world: World) -> dict[str, dict[str, str]]:
    """References of rows of the home partner: by operation, and by field."""
    with staff_context("arrange"):
        school = make_school()
        Partner.objects.filter(pk=world.home.pk).update(states=[school.state.code])
        named = {pattern.callback.cls.model for pattern in CALLS.values()} - {None, School, District}  # type: ignore[attr-defined]
        examples = {model: EXAMPLES[model](world, world.home) for model in named}
        workshop: Any = examples[Workshop]
        session = WorkshopSession.objects.filter(workshop=workshop).order_by("id")[0]
        facilitator = Facilitator.objects.order_by("id")[0]
    examples |= {School: school, District: school.district, Course: workshop.course}
    paths = {
        f"{method.lower()}_{snake(view)}": examples[view.model].ref
        for view in (pattern.callback.cls for pattern in CALLS.values())  # type: ignore[attr-defined]
        for method in view.calls()
        if view.model is not None
    }
    fields = {"school": school, "district": school.district, "course": workshop.course, "subject": workshop.subject}
    fields |= {
        "workshop": workshop,
        "enrollment": examples[Enrollment],
        "session": session,
        "facilitators": facilitator,
    }
    refs = {name: row.ref for name, row in fields.items()}
    return {"paths": paths, "fields": {**refs, "ref": session.ref, "partner": world.home.slug, "outcome": "O11"}}


def snake(view: Any) -> str:
    """As the schema names the operations of this address."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in view.__name__).strip("_")


def examined(site: str, token: str, rows: dict[str, Any], folder: Path, *options: str) -> tuple[int, str, str]:
    """Exit code, what was said, and `tests / failures / errors` of a run of schemathesis."""
    report = folder / "junit.xml"
    command = [str(Path(sys.executable).parent / "schemathesis"), "run", f"{site}/api/v1/schema/"]
    command += ["-H", f"Authorization: Bearer {token}", "--checks", "all", "--seed", "7", "--no-color"]
    command += ["--continue-on-failure", "--suppress-health-check", "all", "--generation-codec", "utf-8"]
    command += [
        "--generation-with-security-parameters",
        "false",
    ]  # ignored_auth calls without the token, and with a wrong one
    command += ["--generation-allow-x00", "false", "--report", "junit", "--report-junit-path", str(report), *options]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.api.contract_hooks", "RP_CONTRACT": json.dumps(rows)}
    ended = subprocess.run(
        command,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        check=False,
    )
    suites = list(ET.parse(report).getroot().iter("testsuite")) if report.exists() else []  # noqa: S314  our own file
    counted = [sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors")]
    return ended.returncode, ended.stdout + ended.stderr, " / ".join(map(str, counted))


def test_a_few_calls_keep_what_the_schema_promises(world: World, live_server: Any, tmp_path: Path) -> None:
    rows, token = rows_of(world), token_of(world.people["program_manager"])
    few = [
        "--phases",
        "fuzzing",
        "--max-examples",
        "3",
        "--include-operation-id-regex",
        "^(get_me|get_schools|post_proposals)$",
    ]
    code, said, _counts = examined(live_server.url, token, rows, tmp_path, *few)
    assert code == 0, said


@pytest.mark.full
@pytest.mark.parametrize("role", ROLES)
def test_every_call_keeps_what_the_schema_promises(role: str, world: World, live_server: Any, tmp_path: Path) -> None:
    rows, token = rows_of(world), token_of(world.people[role])
    code, said, counts = examined(live_server.url, token, rows, tmp_path, "--max-examples", "25")
    print(f"\n{role}: {counts} (tests / failures / errors)\n{said[-1500:]}")  # noqa: T201  the figures of the row
    assert code == 0, said
