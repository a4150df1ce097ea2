"""`python -m tests.screenshot`: photographs the last demo's campaign for the README, on the stack that runs.

Needs `make up` in another terminal and one `make demo`.
"""

import asyncio
import json
import os

from playwright.async_api import async_playwright

from settings import ROOT, load_settings
from stack.environment import read_environment
from tests.browser import CACHE, FLAGS, find_chromium

PICTURE = ROOT / "docs" / "images" / "campaign.png"
# The second ad is the first one in English.
OPEN_AN_AD = """() => {
    document.querySelectorAll('img').forEach(picture => { picture.loading = 'eager' })
    const ad = document.querySelectorAll('details.item')[1]
    ad.open = true
    window.scrollTo(0, ad.getBoundingClientRect().top - 260)
}"""
PAPER = {"width": 820, "height": 1180}


async def photograph() -> None:
    settings = load_settings()
    demo = read_environment(settings.data_dir)
    campaign = json.loads((settings.data_dir / "demo" / "report.json").read_text())["campaign_id"]
    found = find_chromium()
    async with async_playwright() as playwright:
        env: dict[str, str | float | bool] = {**os.environ, **found.env, "HOME": str(CACHE)}
        chromium = await playwright.chromium.launch(executable_path=found.executable, args=FLAGS, env=env)
        page = await chromium.new_page(viewport={"width": PAPER["width"], "height": PAPER["height"]}, locale="en")
        await page.goto(f"{settings.public_url}/login?next=/campaigns/{campaign}")
        await page.get_by_label("E-mail address").fill(demo["GREENLIGHT_DEMO_EMAIL"])
        await page.get_by_label("Password").fill(demo["GREENLIGHT_DEMO_PASSWORD"])
        await page.get_by_role("button", name="Log in").click()
        await page.wait_for_url(f"**/campaigns/{campaign}")
        await page.evaluate(OPEN_AN_AD)
        await page.wait_for_load_state("networkidle")
        PICTURE.parent.mkdir(exist_ok=True)
        await page.screenshot(path=PICTURE)
        await chromium.close()


if __name__ == "__main__":
    asyncio.run(photograph())
