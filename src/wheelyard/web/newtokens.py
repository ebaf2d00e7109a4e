"""What a token that is to be made is like: what calls and forms ask for alike."""

from typing import Annotated

from msgspec import Meta, Struct

from wheelyard.access import Role, Scope, TokenKind
from wheelyard.tokens import SCOPES, Holder, NewToken
from wheelyard.web.asked import LEVELS, AccessLevel, FutureDay, Line, Text, only

_Name = Annotated[Line, Meta(description="What it is called, for people.")]
_Description = Annotated[str, Meta(max_length=2000, description="What it is for.")]
_End = Annotated[
    FutureDay | None, Meta(description="The day on which it ends; without one it never does.")
]


class NewPersonalToken(Struct, kw_only=True, frozen=True):
    """A new personal access token."""

    name: _Name
    scopes: Annotated[
        tuple[Scope, ...], only(SCOPES[TokenKind.PERSONAL]), Meta(description="What it may do.")
    ]
    description: _Description = ""
    expires_at: _End = None

    def of(self, user_id: int) -> NewToken:
        """Return what is to be minted for a user."""
        return NewToken(
            TokenKind.PERSONAL,
            Holder(user_id=user_id),
            self.name,
            self.scopes,
            expires_at=self.expires_at,
            description=self.description,
        )


class NewDeployToken(Struct, kw_only=True, frozen=True):
    """A new deploy token."""

    name: _Name
    scopes: Annotated[
        tuple[Scope, ...], only(SCOPES[TokenKind.DEPLOY]), Meta(description="What it may do.")
    ]
    username: Annotated[Text, Meta(description="Without one it is given one.")] = ""
    expires_at: _End = None

    def of(self, holder: Holder) -> NewToken:
        """Return what is to be minted for a project or a group."""
        return NewToken(
            TokenKind.DEPLOY,
            holder,
            self.name,
            self.scopes,
            expires_at=self.expires_at,
            username=self.username or None,
        )


class NewAccessToken(Struct, kw_only=True, frozen=True):
    """A new access token of a project or a group."""

    name: _Name
    scopes: Annotated[
        tuple[Scope, ...], only(SCOPES[TokenKind.PROJECT]), Meta(description="What it may do.")
    ]
    access_level: Annotated[
        AccessLevel, Meta(description=f"The role of its bot, the caller's own at most. {LEVELS}")
    ] = Role.MAINTAINER.value
    description: _Description = ""
    expires_at: _End = None

    def of(self, holder: Holder) -> NewToken:
        """Return what is to be minted for a project or a group."""
        return NewToken(
            TokenKind.GROUP if holder.project_id is None else TokenKind.PROJECT,
            holder,
            self.name,
            self.scopes,
            expires_at=self.expires_at,
            description=self.description,
            role=Role(self.access_level),
        )
