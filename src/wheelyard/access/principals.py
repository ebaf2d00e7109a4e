"""Who asks, and what about."""

from dataclasses import dataclass, field

from wheelyard.access.words import RegistryAccess, TokenKind, Visibility


@dataclass(frozen=True, slots=True)
class Actor:
    """Who made a change; both are absent for the command line."""

    user_id: int | None = None
    token_id: int | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request acts as, and with what scopes; made once per request."""

    user_id: int | None = None
    is_admin: bool = False
    token_id: int | None = None
    token_kind: TokenKind | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    reach_project_id: int | None = None
    """Of a project's deploy token: the one project it reaches."""

    job_project_id: int | None = None
    """Of a job token: the project that the job runs in."""

    reach_namespace_id: int | None = None
    """Of a group's deploy token: it reaches everything under this group."""

    @property
    def is_anonymous(self) -> bool:
        """Whether nothing is known of who asks."""
        return self.user_id is None and self.token_id is None

    @property
    def actor(self) -> Actor:
        """Who the journal names."""
        return Actor(user_id=self.user_id, token_id=self.token_id)


ANONYMOUS = Principal()


@dataclass(frozen=True, slots=True)
class Subject:
    """As much of a project or a group as decides."""

    visibility: Visibility
    lineage: tuple[int, ...]
    """The ids of the namespaces above it, outermost first; a group's own is the last."""

    project_id: int | None = None
    registry: RegistryAccess = RegistryAccess.ENABLED
    archived: bool = False


INSTANCE = Subject(visibility=Visibility.PUBLIC, lineage=())
"""What a permission is asked on that concerns no project and no group."""
