"""Chromium: the system's, driven by Playwright, with nothing of the network but this machine."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

PATIENCE_MS = 10_000.0
"""How long anything may take to appear."""

_INSTALLER = Path(__file__).with_name("install-chromium")
_FLAGS = (
    # No name or address resolves but this one.  Playwright's own way, to route every request
    # through the test, would turn the browser's cache off, and does not see redirects.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
)


def find() -> str:
    """The path of the browser; raises AssertionError with a sentence when there is none."""
    ran = subprocess.run([_INSTALLER, "--find"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr.strip()
    return ran.stdout.strip()


@contextlib.contextmanager
def running() -> Iterator[Browser]:
    """A browser without pages.

    While it runs, Playwright's event loop is the thread's: ``asyncio.run`` refuses to work.
    """
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(),
            args=_FLAGS,
            chromium_sandbox=os.geteuid() != 0,  # root cannot have it
            timeout=60_000,
        )
        try:
            yield browser
        finally:
            browser.close()
