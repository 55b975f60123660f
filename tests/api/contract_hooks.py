"""Hooks of schemathesis: generated references become those of rows that exist, three times in four, so that calls come to something.

Loaded by SCHEMATHESIS_HOOKS; RP_CONTRACT names the rows: operation id -> reference, and field -> reference.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import re
import uuid
from typing import Any

import schemathesis
from hypothesis import strategies

ROWS: dict[str, dict[str, str]] = json.loads(os.environ.get("RP_CONTRACT", '{"paths": {}, "fields": {}}'))
LIKE_A_REF = re.compile(r"[A-Z]-[0-9A-Z]{10}")
LIKE_A_KEY = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LIKE_A_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
chance = random.Random(7)

FIRST, LAST = dt.datetime(2000, 1, 1), dt.datetime(2099, 12, 31)  # noqa: DTZ001  hypothesis wants them without a zone
schemathesis.openapi.format("date", strategies.dates(FIRST.date(), LAST.date()).map(str))
schemathesis.openapi.format("date-time", strategies.datetimes(FIRST, LAST).map(lambda at: at.isoformat() + "Z"))
schemathesis.openapi.format("cursor", strategies.just(""))  # never made up; tests/api/test_calls.py tries wrong ones


def known(value: Any, row: str | None) -> Any:
    """The row's reference in the place of a well-formed one."""
    well_formed = isinstance(value, str) and LIKE_A_REF.fullmatch(value)
    return row if row and well_formed and chance.random() < 0.75 else value


def filled(value: Any, name: str = "") -> Any:
    """A body with references of rows that exist."""
    if isinstance(value, dict):
        return {key: filled(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, name) for inner in value]
    if name == "outcome" and isinstance(value, str) and 1 <= len(value) <= 6:
        return chance.choice([value, ROWS["fields"].get(name, value)])
    return known(value, ROWS["fields"].get(name))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Partner and row of the address, rows in the body, and a key of its own for each call."""
    path = case.path_parameters if isinstance(case.path_parameters, dict) else {}
    slug = path.get("partner")
    if isinstance(slug, str) and LIKE_A_SLUG.fullmatch(slug) and chance.random() < 0.9:
        path["partner"] = ROWS["fields"].get("partner", slug)
    if "ref" in path:
        path["ref"] = known(path["ref"], ROWS["paths"].get(case.operation.definition.raw.get("operationId", "")))
    if isinstance(case.body, dict | list):
        case.body = filled(case.body)
    key = (case.headers or {}).get("Idempotency-Key")
    if isinstance(key, str) and LIKE_A_KEY.fullmatch(key):
        case.headers["Idempotency-Key"] = str(uuid.UUID(int=chance.getrandbits(128)))
