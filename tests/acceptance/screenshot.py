"""A picture of a chat page: `python tests/acceptance/screenshot.py URL FILE [--ask TEXT] [--dark] [--phone]`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.acceptance.browsing import DESKTOP, PHONE, ChatPage, chromium


def take(url: str, file: Path, *, questions: tuple[str, ...] = (), dark: bool = False, phone: bool = False) -> None:
    """Open the page, ask the questions, wait for the answers and save what is seen."""
    with chromium() as browser:
        page = browser.new_page(
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type] # a plain dict of width and height
            color_scheme="dark" if dark else "light",
            device_scale_factor=2,
            locale="en",
        )
        chat = ChatPage(page, url).open()
        for question in questions:
            chat.ask(question)
        page.mouse.move(0, 0)
        page.wait_for_timeout(300)
        page.screenshot(path=file)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("file", type=Path)
    parser.add_argument("--ask", action="append", default=[])
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--phone", action="store_true")
    given = parser.parse_args()
    take(given.url, given.file, questions=tuple(given.ask), dark=given.dark, phone=given.phone)
