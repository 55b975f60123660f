"""The contract about who may import whom names every app, so that a new one cannot stay outside it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def contracts() -> dict[str, Any]:
    """What import-linter reads."""
    settings: dict[str, Any] = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return settings


def packages() -> set[str]:
    """The packages of the product: the project and every app."""
    return {"rp_network", *(path.parent.name for path in CHECKOUT.glob("*/apps.py"))}


def test_every_app_is_looked_at(contracts: dict[str, Any]) -> None:
    assert set(contracts["root_packages"]) == packages()


def test_every_app_has_its_layer(contracts: dict[str, Any]) -> None:
    (house,) = [contract for contract in contracts["contracts"] if contract["id"] == "house"]
    layered = [name.strip() for layer in house["layers"] for name in layer.split("|")]
    assert sorted(layered) == sorted(packages())
