"""Photographs every board of a running preview: `python -m deploy.grafana.preview.shots ADDRESS FOLDER`."""

import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from deploy.grafana.assembling import LANGUAGES
from deploy.grafana.boards import BOARDS

_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync")
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}


def photograph(address: str, folder: Path) -> list[str]:
    """Writes `<uid>-<language>.png` for each; returns what the browser complained of, and which panels were empty."""
    complaints: list[str] = []

    def note(error: Error) -> None:
        complaints.append(str(error))

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=_FLAGS)
        for language in LANGUAGES:
            context = browser.new_context(
                locale=_LOCALES[language], timezone_id="Asia/Shanghai", viewport={"width": 1500, "height": 900}
            )
            page = context.new_page()
            page.on("pageerror", note)
            for board in BOARDS:
                page.goto(f"{address}/?board={board.uid}&language={language}")
                page.wait_for_selector("body[data-drawn=yes]", timeout=60_000)
                page.screenshot(path=folder / f"{board.uid}-{language}.png", full_page=True)
                empty = page.locator("section[data-empty] h3").all_text_contents()
                complaints += [f"{board.uid} {language}: nothing in {title}" for title in empty]
        browser.close()
    return complaints


if __name__ == "__main__":
    print(*photograph(sys.argv[1], Path(sys.argv[2])), sep="\n")  # noqa: T201 - a tool
