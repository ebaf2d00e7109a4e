"""What access tokens of users, projects and groups have alike, and how they are shown.

Source: GitLab documentation, "Personal access tokens API".
"""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta, Struct, structs

from wheelyard import tokens
from wheelyard.access import TokenKind
from wheelyard.database.paging import Page
from wheelyard.tokens import Filter, Holder, Minted, Token
from wheelyard.web.api.endpoint import Call, Date, Time, show_date, show_time
from wheelyard.web.api.paging import Paged
from wheelyard.web.asked import FutureDay, Moment, Text


class TokenState(StrEnum):
    """Whether a token can be used."""

    ACTIVE = "active"
    INACTIVE = "inactive"


class Order(StrEnum):
    """What a list is sorted by, and in which direction."""

    CREATED_ASC = "created_asc"
    CREATED_DESC = "created_desc"
    EXPIRES_ASC = "expires_asc"
    EXPIRES_DESC = "expires_desc"
    LAST_USED_ASC = "last_used_asc"
    LAST_USED_DESC = "last_used_desc"
    NAME_ASC = "name_asc"
    NAME_DESC = "name_desc"


class ListTokens(Paged, kw_only=True, frozen=True):
    """Which access tokens are wanted."""

    state: Annotated[
        TokenState | None, Meta(description="Those that can be used, or those that cannot.")
    ] = None
    revoked: Annotated[
        bool | None, Meta(description="Only those that were revoked, or only the others.")
    ] = None
    search: Annotated[Text, Meta(description="Part of a name.")] = ""
    created_after: Annotated[Moment | None, Meta(description="Made after this moment.")] = None
    created_before: Annotated[Moment | None, Meta(description="Made before it.")] = None
    last_used_after: Annotated[Moment | None, Meta(description="Last used after this moment.")] = (
        None
    )
    last_used_before: Annotated[Moment | None, Meta(description="Last used before it.")] = None
    expires_after: Annotated[Moment | None, Meta(description="Ending after this moment.")] = None
    expires_before: Annotated[Moment | None, Meta(description="Ending before it.")] = None
    sort: Annotated[Order, Meta(description="What they are sorted by.")] = Order.CREATED_ASC

    def find(self, call: Call, kinds: tuple[TokenKind, ...], holder: Holder | None) -> Page[Token]:
        """Return the page that is wanted of somebody's tokens; None is everybody's."""
        wanted = Filter(
            kinds,
            holder=holder,
            active=None if self.state is None else self.state is TokenState.ACTIVE,
            revoked=self.revoked,
            search=self.search,
            created_after=self.created_after,
            created_before=self.created_before,
            last_used_after=self.last_used_after,
            last_used_before=self.last_used_before,
            expires_after=self.expires_after,
            expires_before=self.expires_before,
        )
        order_by, _, direction = self.sort.rpartition("_")
        return tokens.list_tokens(
            call.conn,
            wanted,
            self.position.window,
            order_by=order_by,
            descending=direction == "desc",
            at=call.at,
        )


class RotateToken(Struct, kw_only=True, frozen=True):
    """How long the successor lives."""

    expires_at: Annotated[
        FutureDay | None, Meta(description="The day on which it ends; in a week without one.")
    ] = None


class PersonalToken(Struct, kw_only=True, frozen=True):
    """A personal access token without its secret."""

    id: int
    name: str
    revoked: bool
    created_at: Time
    description: str | None
    scopes: tuple[str, ...]
    user_id: int | None
    last_used_at: Time | None
    active: bool
    expires_at: Date | None


class MintedPersonalToken(PersonalToken, kw_only=True, frozen=True):
    """A personal access token with its secret, which is told this once."""

    token: str


def show_personal_token(call: Call, token: Token) -> PersonalToken:
    """Show a personal access token without its secret."""
    return PersonalToken(
        id=token.id,
        name=token.name,
        revoked=token.revoked_at is not None,
        created_at=show_time(token.created_at),
        description=token.description or None,
        scopes=token.scopes,
        user_id=token.holder.user_id,
        last_used_at=show_time(token.last_used_at),
        active=token.is_active(call.at),
        expires_at=show_date(token.expires_at),
    )


def show_minted(call: Call, minted: Minted) -> MintedPersonalToken:
    """Show a personal access token with its secret."""
    shown = show_personal_token(call, minted.token)
    return MintedPersonalToken(**structs.asdict(shown), token=minted.secret)
