"""The settings that are in force, and where each comes from."""

import os
import re
from dataclasses import asdict

from markupsafe import Markup, escape

from wheelyard import instance, settings
from wheelyard.web.pages.view import Answer, Page, View

_CODE = re.compile("`([^`]+)`")


def show(view: View) -> Answer:
    """``GET /admin/settings``."""
    decided = asdict(instance.get(view.conn))
    on_page = [name for name, value in decided.items() if value is not None]
    listed = settings.effective(view.settings, os.environ, on_page=on_page)
    meanings = {setting.name: _mark(view.language.say(setting.meaning)) for setting in listed}
    return Page("administration/settings.html", {"listed": listed, "meanings": meanings})


def _mark(text: str) -> Markup:
    """Let what stands between backticks be code."""
    return Markup(_CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704  escaped before
