"""The vendored files are the published ones, byte for byte, and each package brings its license."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parents[2] / "static"
VENDOR = STATIC / "vendor"


def recorded() -> dict[str, tuple[str, str]]:
    """File name to (sha256, package@version), as CHECKSUMS says."""
    lines = [line for line in (VENDOR / "CHECKSUMS").read_text().splitlines() if line and not line.startswith("#")]
    return {name: (digest, package) for digest, name, package, _where in (re.split(r"\s{2,}", line) for line in lines)}


def test_every_vendored_file_has_its_recorded_checksum() -> None:
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "CHECKSUMS"
    }
    assert found == {name: digest for name, (digest, _package) in recorded().items()}


def test_every_vendored_package_names_its_version_and_brings_its_license() -> None:
    folders = {name.split("/")[0] for name in recorded()}
    assert {path.name for path in VENDOR.iterdir() if path.is_dir()} == folders
    for name, (_digest, package) in recorded().items():
        assert re.fullmatch(r"@?[\w./-]+@\d+\.\d+\.\d+", package), f"{name}: {package}"
    for folder in sorted(folders):
        assert (VENDOR / folder / "LICENSE").stat().st_size > 300, f"{folder} has no license"


def test_no_static_file_points_at_another_host() -> None:
    for path in [*STATIC.glob("css/*.css"), *STATIC.glob("js/*.js")]:
        assert not re.search(r"""(?:url\(|import |from )\s*["']?(?:https?:)?//""", path.read_text()), path.name


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="i-([\w-]+)"', (STATIC / "icons.svg").read_text()))
    for page in sorted((STATIC.parent / "templates").rglob("*.html")):
        named = set(re.findall(r'<c-icon name="([\w-]+)"|\bicon="([\w-]+)"', page.read_text()))
        missing = {first or second for first, second in named} - sprite
        assert not missing, f"{page.name}: {sorted(missing)} not in static/icons.svg"
