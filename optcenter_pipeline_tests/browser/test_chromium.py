"""The browser itself."""

from playwright.sync_api import Browser


def test_a_browser_starts(browser: Browser) -> None:
    assert browser.is_connected()
    assert int(browser.version.partition(".")[0]) > 100
