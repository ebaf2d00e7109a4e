"""One look at one page, and what its handler may answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from wheelyard import access, namespaces
from wheelyard.access import ANONYMOUS, Actor, Permission, Principal, Role, Subject
from wheelyard.facts import NotFound
from wheelyard.namespaces import Namespace
from wheelyard.projects import Project
from wheelyard.registry import Registry
from wheelyard.sessions import Session
from wheelyard.settings import Settings
from wheelyard.users import User
from wheelyard.web.headers import Headers
from wheelyard.web.pages.languages import Language
from wheelyard.web.pages.visits import Visit
from wheelyard.web.params import Params


@dataclass(frozen=True, slots=True)
class Problems:
    """What is wrong with a form that was sent."""

    general: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    """By field, what is said of it: "has already been taken"."""


@dataclass(frozen=True, slots=True)
class View:
    """One look at one page, which has been allowed."""

    conn: Connection
    registry: Registry
    visit: Visit
    session: Session | None
    language: Language
    path: Mapping[str, str]
    params: Params
    at: datetime
    base_url: str
    here: str
    """The path and query of this page."""

    settings: Settings
    """What is in force: the environment's, and over it what an administrator decided."""

    address: str
    user_agent: str
    subject: Subject
    role: Role
    project_or_none: Project | None
    namespace_or_none: Namespace | None
    problems: Problems | None = None
    """Of the form that was sent, when this page is shown again for it."""

    posted_to: str = ""
    """Where the form was sent to, when this page is shown again for it."""

    notice: str = ""

    @property
    def principal(self) -> Principal:
        """Who looks."""
        return self.session.principal if self.session else ANONYMOUS

    @property
    def packages_enabled(self) -> bool:
        """The instance's switch."""
        return self.settings.packages_enabled

    @property
    def actor(self) -> Actor:
        """Who the journal names."""
        return self.principal.actor

    @property
    def user(self) -> User:
        """The user who is signed in; the page's permission needs one."""
        assert self.session is not None  # noqa: S101  see access.Rule.signed_in
        return self.session.user

    @property
    def project(self) -> Project:
        """The project that the URL names."""
        assert self.project_or_none is not None  # noqa: S101  the route has {project}
        return self.project_or_none

    @property
    def group(self) -> Namespace:
        """The group that the URL names."""
        assert self.namespace_or_none is not None  # noqa: S101  the route has {group}
        return self.namespace_or_none

    def may(self, permission: Permission) -> bool:
        """Whether who looks may do something with what the page is about, or with the instance."""
        decision = access.decide(self.principal, permission, self.subject, self.role)
        return decision is access.Decision.ALLOWED

    def number(self, name: str) -> int:
        """Return a number that the path holds.  Raises NotFound: no such thing has such an id."""
        text = self.path[name]
        if not namespaces.is_id(text):
            raise NotFound
        return int(text)

    def typed(self, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field of the form that is shown again, or else a value."""
        if self.problems and self.params.has(name):
            return self.params.peek_text(name, max_length=10_000)
        return otherwise


@dataclass(frozen=True, slots=True)
class Page:
    """A page to show: the template and what stands in it."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Headers = field(default_factory=list)
    later: Callable[[], Mapping[str, Any]] | None = None
    """Makes further values, after the transaction and in a turn of its own, for it takes long."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Go on to another page, after something was done, and read there what it was."""

    to: str
    notice: str = ""
    """What was done; a Sentence is said in the reader's language."""

    headers: Headers = field(default_factory=list)


Answer = Page | Redirect
Handler = Callable[[View], Answer]
Prepare = Callable[[View], Handler]
"""What is done before the transaction of a form, and returns the handler that is run in it."""
