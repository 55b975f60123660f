"""Chromium against a live server with the real middleware; people sign in through the demo sign-in page."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.world import World

expect.set_options(timeout=20_000)  # a machine that does other things too answers late, and right
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright's loop runs in the thread of the test

IMAGES = Path(__file__).resolve().parents[2] / "docs" / "images"
MOST_BYTES = 200 * 1024
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
THEMES = ("light", "dark")
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole session."""
    path = os.environ.get("RP_CHROMIUM", "")
    if not path:
        pytest.skip("no Chromium: set RP_CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


@dataclass
class Live:
    """A live server, its network, and browsers of people."""

    url: str
    world: World
    browser: Browser
    contexts: list[BrowserContext]

    def sign_in(
        self, name: str, *, viewport: dict[str, int] | None = None, theme: str = "light", scripts: bool = True
    ) -> Page:
        """A page of this person, signed in through the demo sign-in page, at its home."""
        shown: Any = {"viewport": viewport or DESKTOP, "color_scheme": theme, "reduced_motion": "reduce"}
        context = self.browser.new_context(**shown, java_script_enabled=scripts)
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.goto(f"{self.url}/demo/")
        page.get_by_role("button", name=name).first.click()
        page.wait_for_url(lambda url: "/demo/" not in url)
        return page


@pytest.fixture
def live(live_server: Any, browser: Browser, world: World, settings: Any) -> Iterator[Live]:
    """The server of this test, over the test database."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    made = Live(live_server.url, world, browser, [])
    yield made
    for context in made.contexts:
        context.close()


@pytest.fixture
def loads() -> Callable[[Page], list[str]]:
    """`loads(page)`: a list that grows with each page that is loaded from now on."""

    def count(page: Page) -> list[str]:
        seen: list[str] = []
        page.on("domcontentloaded", lambda loaded: seen.append(loaded.url))
        return seen

    return count


def sound(page: Page, themes: Sequence[str] = THEMES) -> None:
    """No violation of WCAG 2.2 AA in light and in dark, and nothing scrolls sideways; of a page that has arrived."""
    page.wait_for_load_state()
    for theme in themes:
        page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
        found = Axe().run(page, options=AXE)
        wrong = [f"{one['id']}: {node['html'][:200]}" for one in found.response["violations"] for node in one["nodes"]]
        assert wrong == [], f"{theme}: {page.url}"
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, page.url


def picture(page: Page, name: str) -> None:
    """A screenshot for the documentation, where RP_IMAGES asks for it; tests leave the tree as it is."""
    if not os.environ.get("RP_IMAGES"):
        return
    from PIL import Image

    shown = page.viewport_size
    assert shown is not None
    page.set_viewport_size(
        {"width": shown["width"], "height": min(page.evaluate("document.body.scrollHeight") + 80, 2_400)}
    )
    shot = Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")
    shot = shot.crop((0, 0, shot.width, min(shot.height, 2_000)))
    page.set_viewport_size(shown)
    IMAGES.mkdir(parents=True, exist_ok=True)
    path = IMAGES / f"{name}.png"
    for colors in (256, 128, 64, 32):
        shot.quantize(colors).save(path, optimize=True)
        if path.stat().st_size <= MOST_BYTES:
            return
    raise AssertionError(f"{path.name} is larger than {MOST_BYTES} bytes")


def seen(page: Page, name: str) -> None:
    """Contrast, names and width, with a picture: on the phone in dark, on the desktop in light; with --full in both on both."""
    for viewport, theme in ((PHONE, "dark"), (DESKTOP, "light")):
        width = viewport["width"]
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        sound(page, THEMES if os.environ.get("RP_FULL") else [theme])
        picture(page, f"{name}-{width}")
