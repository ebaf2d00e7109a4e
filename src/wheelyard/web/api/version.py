"""What is running (GitLab documentation, "Version API" and "Metadata API").

Clients read the version to learn what they may ask for.  So we report the GitLab release that our
routes follow, with our own version appended, and our own alone as ``wheelyard_version``.
"""

from importlib.metadata import version

from msgspec import Struct, field

from wheelyard.web.api.endpoint import Call, Reply

GITLAB_VERSION = "18.7.0"
"""The GitLab release that the routes follow."""

WHEELYARD_VERSION = version("wheelyard")

_VERSION = f"{GITLAB_VERSION}-wheelyard.{WHEELYARD_VERSION}"


class Version(Struct, kw_only=True, frozen=True):
    """What is running."""

    version: str
    revision: str = WHEELYARD_VERSION
    wheelyard_version: str = WHEELYARD_VERSION


class Kas(Struct, kw_only=True, frozen=True, rename="camel"):
    """GitLab's server for Kubernetes agents, which there is none of here."""

    enabled: bool = False
    external_url: str | None = None
    external_k8s_proxy_url: str | None = field(name="externalK8sProxyUrl", default=None)
    version: str | None = None


class Metadata(Version, kw_only=True, frozen=True):
    """What is running, and what with it."""

    kas: Kas = Kas()
    enterprise: bool = False


def get_version(call: Call) -> Reply[Version]:
    """Get the version of the instance."""
    del call
    return Reply(Version(version=_VERSION))


def get_metadata(call: Call) -> Reply[Metadata]:
    """Get the version of the instance, as GitLab's newer call tells it."""
    del call
    return Reply(Metadata(version=_VERSION))
