"""What is running (GitLab documentation, "Version API" and "Metadata API").

Clients read the version to learn what they may ask for.  So we report the GitLab release that our
routes follow, with our own version appended, and our own alone as ``wheelyard_version``.
"""

from importlib.metadata import version
from typing import Any

from wheelyard.web.api.endpoint import Call, Reply

GITLAB_VERSION = "18.7.0"
"""The GitLab release that the routes follow."""

WHEELYARD_VERSION = version("wheelyard")


def get_version(call: Call) -> Reply:
    """``GET /version``."""
    del call
    return Reply(_show_version())


def get_metadata(call: Call) -> Reply:
    """``GET /metadata``."""
    del call
    no_kas = {
        "enabled": False,
        "externalUrl": None,
        "externalK8sProxyUrl": None,
        "version": None,
    }
    return Reply({**_show_version(), "kas": no_kas, "enterprise": False})


def _show_version() -> dict[str, Any]:
    return {
        "version": f"{GITLAB_VERSION}-wheelyard.{WHEELYARD_VERSION}",
        "revision": WHEELYARD_VERSION,
        "wheelyard_version": WHEELYARD_VERSION,
    }
