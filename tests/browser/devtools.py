"""Asking a page with scripts of ours, beside those of the page."""

from typing import Any

from playwright.sync_api import Page


def evaluate(page: Page, script: str) -> Any:
    """The value of an expression, or of what it promises, in a world of its own.

    The script comes through the debugger, so no Content-Security-Policy forbids it, and none has to
    be switched off.  It sees the document, but none of the page's own variables, nor they its.
    Raises AssertionError when it fails.
    """
    session = page.context.new_cdp_session(page)
    try:
        frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "tests"})
        answer = session.send(
            "Runtime.evaluate",
            {
                "contextId": world["executionContextId"],
                "expression": script,
                "awaitPromise": True,
                "returnByValue": True,
            },
        )
    finally:
        session.detach()
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"].get("value")
