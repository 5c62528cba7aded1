"""Make README's picture of the page from a real conversation in chromium.

python docs/pictures/make_page.py docs/pictures/page.png        # needs chromium and playwright
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parents[2]
IMAGE = ROOT / "examples/images/stop-sign.png"
QUESTIONS = ("What does the sign say?", "What color is the sign?", "Describe the picture.")
WIDTH, HEIGHT = 1220, 780
COLORS = 128  # of the palette, which makes the file small


def screenshot(address: str, browser: str) -> bytes:
    """Hold the conversation on the page at an address, and return a picture of it as PNG."""
    with sync_playwright() as driver:
        page = driver.chromium.launch(executable_path=browser, args=["--no-sandbox"]).new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5, color_scheme="light"
        )
        page.goto(address)
        page.locator("#note-close").click()
        page.set_input_files("#file", IMAGE)
        page.locator("#shelf li:not(.state)").wait_for()
        for question in QUESTIONS:
            page.fill("#question", question)
            page.press("#question", "Enter")
            page.locator("#send:text-is('Ask')").wait_for()
        return page.screenshot()


def main() -> None:
    target = Path(sys.argv[1])
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("error: no chromium on the PATH")
    with tempfile.TemporaryDirectory() as home:
        env = {"PATH": "", "PYTHONPATH": str(ROOT), "FLASHSLOTH_HOME": home}
        command = [sys.executable, "-m", "flashsloth_cli", "serve", "-m", "nano", "--port", "0"]
        server = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
        try:
            assert server.stderr is not None
            found = next(
                filter(None, (re.search(r"in a browser: (\S+)", line) for line in server.stderr))
            )
            image = Image.open(io.BytesIO(screenshot(found[1], browser))).convert("RGB")
        finally:
            server.kill()
            server.wait()
    target.parent.mkdir(exist_ok=True)
    image.quantize(COLORS, dither=Image.Dither.NONE).save(target, optimize=True)


if __name__ == "__main__":
    main()
