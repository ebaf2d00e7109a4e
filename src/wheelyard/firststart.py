"""Making an installation ready: folders, schema, and at the first start its administrator."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from wheelyard import tokens, users
from wheelyard.access import Scope, TokenKind
from wheelyard.blobs import open_store
from wheelyard.blobs.disk import DiskStore
from wheelyard.blobs.store import Sha256
from wheelyard.database.engine import Database
from wheelyard.database.migrate import migrate
from wheelyard.journal import OPERATOR
from wheelyard.settings import PREFIX, InvalidSettings, Settings
from wheelyard.tokens import Holder, NewToken
from wheelyard.users import NewUser, PasswordHash, User

ROOT = "root"

ROOT_PASSWORD = f"{PREFIX}ROOT_PASSWORD"
ROOT_TOKEN = f"{PREFIX}ROOT_TOKEN"


def prepare(settings: Settings, environment: Mapping[str, str], *, at: datetime) -> str | None:
    """Make folders, migrate the schema, and make ``root`` where there is no user yet.

    Return the password that was drawn for ``root``, which nobody can read again; None where there
    was nothing to draw.  Safe to run again, and by several processes at once.  Raises OSError,
    Unavailable and InvalidSettings.
    """
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)  # for the registry's own user
    settings.database_path.parent.mkdir(parents=True, exist_ok=True)
    open_store(settings).prepare()
    # Releases whose files are read by a migration had them in a folder.
    blobs = DiskStore(settings.blobs_path)
    migrate(settings.database_path, lambda sha256: blobs.path(Sha256(sha256)))
    database = Database(settings.database_path)
    try:
        return _ensure_root(database, environment, at)
    finally:
        database.close()


def draw_password() -> str:
    """Return a new password of 120 random bits."""
    return secrets.token_urlsafe(15)


def _ensure_root(database: Database, environment: Mapping[str, str], at: datetime) -> str | None:
    with database.read() as conn:
        is_first = not users.any_exist(conn)
    given = environment.get(ROOT_PASSWORD, "")
    password = given or draw_password()
    if is_first and not users.is_password(password):
        raise InvalidSettings(
            [f"{ROOT_PASSWORD} is too short; it must have {users.MIN_PASSWORD_LENGTH} characters."]
        )
    hashed = users.hash_password(password) if is_first else None
    # A later start opens it too, and so finds a database that cannot be written.
    with database.write() as conn:
        if hashed is None or users.any_exist(conn):
            return None
        _create_root(conn, hashed, environment.get(ROOT_TOKEN, ""), at)
    return None if given else password


def _create_root(conn: Connection, password: PasswordHash, secret: str, at: datetime) -> None:
    new = NewUser(ROOT, "Administrator", "root@localhost", password, is_admin=True)
    root = users.create(conn, new, by=OPERATOR, at=at)
    if secret:
        _mint_root_token(conn, root, secret, at)


def _mint_root_token(conn: Connection, root: User, secret: str, at: datetime) -> None:
    new = NewToken(TokenKind.PERSONAL, Holder(user_id=root.id), "first start", (Scope.API,))
    tokens.mint(conn, new, by=OPERATOR, at=at, secret=secret)
