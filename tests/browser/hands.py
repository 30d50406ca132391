"""Ways to use a page: with a mouse on a desktop, or with nothing but a keyboard on a phone-sized screen or a desk."""

from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.browser.eyes import DESKTOP, PHONE, Eyes

# More stops than any of the pages has.
MOST_STOPS = 200
IS_FOCUSED = "element => element === document.activeElement"


class Mouse:
    screen, size = "wide", DESKTOP

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_viewport_size(self.size)  # type: ignore[arg-type]

    def press(self, target: Locator) -> None:
        target.click()

    def hold(self, target: Locator) -> None:
        """A notice stays as long as somebody is at it."""
        target.hover()

    def write(self, target: Locator, text: str) -> None:
        target.fill(text)

    def tick(self, target: Locator) -> None:
        target.check()

    def choose(self, target: Locator, label: str) -> None:
        target.select_option(label=label)

    def give(self, target: Locator, file: Path) -> None:
        target.set_input_files(file)

    def look(self, eyes: Eyes, name: str) -> list[str]:
        """Light and dark on both screens, so that one of the two ways has to look."""
        return eyes.inspect(name)


class Keyboard(Mouse):
    """Reaches everything by Tab; what cannot be reached fails the test."""

    screen, size = "narrow", PHONE

    def reach(self, target: Locator, key: str = "Tab") -> None:
        target.wait_for(state="attached")
        for _stop in range(MOST_STOPS):
            if target.evaluate(IS_FOCUSED):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{target} cannot be reached by Tab")

    def hold(self, target: Locator) -> None:
        """Notices come last on a page, so that the way back is the short one."""
        self.reach(target, "Shift+Tab")

    def press(self, target: Locator) -> None:
        self.reach(target)
        self.page.keyboard.press("Enter")

    def write(self, target: Locator, text: str) -> None:
        self.reach(target)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def tick(self, target: Locator) -> None:
        """A box by Space; a choice of several by the arrows, from the one that Tab reaches."""
        if target.get_attribute("type") != "radio":
            self.reach(target)
            return self.page.keyboard.press("Space")
        name = target.get_attribute("name")
        group = self.page.locator(f"input[type=radio][name='{name}']")
        chosen = group.and_(self.page.locator(":checked"))
        self.reach(chosen if chosen.count() else group.first)
        self.page.keyboard.press("Space")
        for _one in range(group.count()):
            if target.is_checked():
                return None
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{target} cannot be chosen by the arrows")

    def choose(self, target: Locator, label: str) -> None:
        self.reach(target)
        self.page.keyboard.press("Home")
        for _one in range(target.locator("option").count()):
            if target.evaluate("select => select.selectedOptions[0].label") == label:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label} is not among the choices of {target}")

    def give(self, target: Locator, file: Path) -> None:
        with self.page.expect_file_chooser() as chooser:
            self.press(target)
        chooser.value.set_files(file)

    def look(self, eyes: Eyes, name: str) -> list[str]:
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        return [f"{name} scrolls sideways ({wide} px)"] if wide > self.size["width"] else []


class DeskKeyboard(Keyboard):
    """Nothing but a keyboard on a desktop, looking as closely as the mouse does."""

    screen, size = Mouse.screen, Mouse.size
    look = Mouse.look
