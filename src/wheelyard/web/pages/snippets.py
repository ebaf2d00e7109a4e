from dataclasses import dataclass
from enum import StrEnum


class Credential(StrEnum):
    PERSONAL = "personal"
    DEPLOY = "deploy"
    NETRC = "netrc"
    ENVIRONMENT = "environment"
    NONE = "none"


@dataclass
class Place:
    index_url: str
    publish_url: str
    name: str


@dataclass
class S:
    title: str
    text: str
    filename: str = ""
    note: str = ""


def install(place, credential, _, package="", version=None):
    return [
        S("pip", f"pip install --index-url {place.index_url} {package}"),
        S("pip.conf", f"[global]\nindex-url = {place.index_url}", "pip.conf"),
    ]


def publish(place, credential, _):
    return [S("twine", f"[gitlab]\nrepository = {place.publish_url}", ".pypirc")]
