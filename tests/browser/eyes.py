"""What a tester's eyes would notice on a page: console errors, blocked content, findings of axe-core."""

from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
SERIOUS = {"serious", "critical"}
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
# A change of theme and a notice fade in; colours are judged when they have. What turns for ever cannot be finished.
SETTLED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
    document.getAnimations().filter(one => Number.isFinite(one.effect.getComputedTiming().endTime))
        .forEach(one => one.finish());
    done(); })))"""
LOOKS = (("light", DESKTOP), ("dark", DESKTOP), ("light", PHONE), ("dark", PHONE))


class Eyes:
    """Watches one page from its first request. `expected` are parts of messages that a test provokes on purpose."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.seen: list[str] = []
        self.expected: list[str] = []
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.seen.append(f"script error on {page.url}: {error}"))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            self.seen.append(f"console on {self.page.url}: {message.text}")

    def complaints(self) -> list[str]:
        return [seen for seen in self.seen if not any(part in seen for part in self.expected)]

    def inspect(self, name: str) -> list[str]:
        """Serious findings in light and dark, on a desktop and a phone, and whatever makes the page scroll sideways."""
        findings = []
        for scheme, size in LOOKS:
            self.page.set_viewport_size(size)  # type: ignore[arg-type]
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            findings += [
                f"{name}, {scheme}, {size['width']} px: {finding}" for finding in self._findings(size["width"])
            ]
        self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        self.page.emulate_media(color_scheme="light")
        return findings

    def _findings(self, width: int) -> list[str]:
        # Evaluated by the debugger, so the page's own policy stays as strict as it is.
        self.page.evaluate(SETTLED)
        self.page.evaluate(AXE)
        result: dict[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        serious = [found for found in result["violations"] if found["impact"] in SERIOUS]
        said = [f"{found['id']} at {found['nodes'][0]['target']}: {found['help']}" for found in serious]
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return [*said, *([f"scrolls sideways ({wide} px)"] if wide > width else [])]
