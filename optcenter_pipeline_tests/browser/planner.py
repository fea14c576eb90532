"""What a person does on the page, and what they see there."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 15_000


class Planner:
    """Somebody in front of the page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.problems: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._hear)
        page.goto(address)
        expect(page.locator("#connection")).to_have_text("Live", timeout=PATIENCE_MS)

    def _hear(self, message: Any) -> None:
        # what the server refuses, the browser also writes here
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def open(self, tab: str) -> None:
        """Go to a tab."""
        self.page.locator("#tabs").get_by_role("tab", name=tab, exact=True).click()
        expect(self.page).to_have_title(re.compile(f"^{re.escape(tab)} "))
        expect(self.page.locator("#grid")).to_have_attribute("aria-label", tab)

    def cell(self, row: int, header: str) -> Locator:
        """A cell, by the row's number as it stands on the left and the column's header."""
        column = self.page.locator(".tabulator-col", has=self.page.get_by_text(header, exact=True))
        field = column.first.get_attribute("tabulator-field")
        number = self.page.locator(".row-number", has_text=re.compile(f"^{row}$"))
        line = self.page.locator(".tabulator-row", has=number)
        return line.locator(f'.tabulator-cell[tabulator-field="{field}"]')

    def shows(self, row: int, header: str, text: str | re.Pattern[str], *, within_ms: int = PATIENCE_MS) -> None:
        """The cell shows the text, at once or soon, and nothing of it waits to be written."""
        expect(self.cell(row, header)).to_have_text(text, timeout=within_ms)
        expect(self.cell(row, header)).not_to_have_attribute("data-look", re.compile("waiting"), timeout=within_ms)

    def select(self, row: int, header: str) -> None:
        """Click on a cell."""
        cell = self.cell(row, header)
        cell.scroll_into_view_if_needed()
        cell.click()

    def go_to(self, place: str) -> None:
        """Go to a cell by its name, e.g. A61, wherever it is."""
        box = self.page.get_by_role("textbox", name="Selected cell")
        box.fill(place)
        box.press("Enter")
        expect(self.page.locator(".tabulator-tableholder")).to_be_focused()

    def type(self, row: int, header: str, text: str, end: str = "Enter") -> None:
        """Type over a cell."""
        self.select(row, header)
        self.page.keyboard.type(text)
        self.page.keyboard.press(end)

    def paste(self, text: str) -> None:
        """Paste text from another program where the selection is."""
        self.page.evaluate(
            """text => {
                const data = new DataTransfer();
                data.setData("text/plain", text);
                const event = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
                document.activeElement.dispatchEvent(event);
            }""",
            text,
        )

    def copied(self) -> str:
        """What copying the selection would give to another program."""
        text: str = self.page.evaluate(
            """() => {
                const data = new DataTransfer();
                const event = new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true});
                document.activeElement.dispatchEvent(event);
                return data.getData("text/plain");
            }"""
        )
        return text

    def is_told(self, text: str | re.Pattern[str], *, within_ms: int = PATIENCE_MS) -> None:
        """A notice says so."""
        expect(self.page.locator(".notice", has_text=text).first).to_be_visible(timeout=within_ms)

    def request(self, place: int = 0) -> Locator:
        """One of the last requests in the panel, the newest first."""
        return self.page.locator("#requests li").nth(place)
