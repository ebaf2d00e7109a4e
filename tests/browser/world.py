"""A registry that has been used for a while: what pages have to show when they are full."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update

from tests import library
from tests.actors import PASSWORD, Installation
from tests.browser.visitor import Visitor, Visitors
from tests.builders import Dist, sdist, wheel
from wheelyard import groups, packages, projects, sessions, tokens, users
from wheelyard.access import Actor, RegistryAccess, Role, TokenKind, Visibility
from wheelyard.database.schema import tokens as token_rows
from wheelyard.groups import NewGroup
from wheelyard.journal import OPERATOR
from wheelyard.namespaces import Namespace
from wheelyard.packages import File, Release
from wheelyard.projects import NewProject, Project
from wheelyard.protection import Level
from wheelyard.pypi.installers import Installer
from wheelyard.pypi.status import PackageStatus
from wheelyard.registry import utc_now
from wheelyard.tokens import Holder, Minted, NewToken
from wheelyard.users import User

UNBROKEN = "internationalisierungsunterstuetzungsbibliotheksverwaltung"
"""A name that no line can break."""

LONG = (
    "A description that somebody has written with care: it says what this is, whom it is for, "
    "what it needs, and where the rest of the story stands, and so takes more than one line."
)
README = """# Aurora

Forecasts of northern lights, for *Python* and for people.

| Place | Chance |
|---|---|
| Tromsø | 80 % |
| Abisko | 75 % |

```python
from aurora import forecast

print(forecast("Tromsø"))  # how likely it is
```

> Clear skies are not included.

- [x] works at night
- a link to <https://docs.example.com/aurora/a/very/long/address/that/does/not/end/before/the/line/does>

## Licence

Use it as you like.
"""
AURORA = f"""Metadata-Version: 2.1
Name: aurora
Version: 2.1.0
Summary: Forecasts of northern lights, for Python and for people who stay up late to see them
Author-email: Ada Example <ada@example.com>
Maintainer: Ben Example
License: MIT
Keywords: aurora,forecast,northern lights,{UNBROKEN}
Project-URL: Documentation, https://docs.example.com/aurora
Project-URL: Source, https://git.example.com/acme/aurora
Classifier: Development Status :: 5 - Production/Stable
Classifier: License :: OSI Approved :: MIT License
Classifier: Programming Language :: Python :: 3
Classifier: Programming Language :: Python :: 3.12
Classifier: Topic :: Scientific/Engineering :: Atmospheric Science
Requires-Python: >=3.9
Requires-Dist: small01>=1
Requires-Dist: numpy<3,>=1.26; python_version >= "3.10"
Requires-Dist: rich[jupyter]>=13; extra == "pretty"
Provides-Extra: pretty
Description-Content-Type: text/markdown

{README}"""


@dataclass(frozen=True)
class Person:
    """Who looks, and with which session."""

    user: User
    secret: str

    def enter(self, visitor: Visitor) -> Visitor:
        """Give a browser their session, without the time that a password takes."""
        visitor.context.add_cookies(
            [{"name": "wheelyard_session", "value": self.secret, "url": visitor.url}]
        )
        return visitor


class World:
    """People, groups, projects and packages; ``ada`` owns them, ``root`` administers them."""

    def __init__(self, town: Installation) -> None:
        self.town = town
        self.url = town.url
        with town.database.read() as conn:
            root = users.find_by_username(conn, "root")
        assert root is not None
        self.root = self._person(root)
        self.ada = self._person(self._user("ada", "Ada Example"))
        self.ben = self._person(self._user("ben", "Benedict von und zu Hohenstein-Beispielhausen"))
        self.newcomer = self._person(self._user("newcomer", "Newcomer"))
        self.blocked = self._user("mallory", "Mallory Example")
        self.unbroken = self._user(UNBROKEN, UNBROKEN)
        town.block(self.blocked)

        self.group = self._group("Acme", "acme", LONG)
        self.subgroup = self._group("Research & Development", "research", "", self.group)
        self._group(UNBROKEN, f"group-{UNBROKEN}", LONG, self.group)
        self.widgets = self._project("Widgets", "widgets", LONG, self.group)
        self.empty = self._project("Telescope", "telescope", "", self.subgroup)
        self.off = self._project("No packages", "no-packages", "", self.group)
        town.edit(self.off, registry_access_level=RegistryAccess.DISABLED)
        self.archived = town.edit(
            self._project("Old widgets", "old-widgets", "Kept for those who need it.", self.group),
            archived=True,
        )
        self.unbroken_project = self._project(UNBROKEN, UNBROKEN, LONG, self.group)
        self._join_people()
        self._publish()
        self._mint()
        self._protect()
        self._sign_in_elsewhere()

    def stranger(self) -> Person:
        """Somebody new, whose session may end."""
        return self._person(self.town.user())

    # People ------------------------------------------------------------------------------------

    def _user(self, username: str, name: str) -> User:
        user = self.town.user(username, password=PASSWORD)
        with self.town.database.write() as conn:
            return users.edit(conn, user, {"name": name}, by=OPERATOR, at=utc_now())

    def _person(self, user: User) -> Person:
        return Person(user, self._begin(user, "Mozilla/5.0 (X11; Linux x86_64) Chrome/130.0.0.0"))

    def _begin(self, user: User, user_agent: str) -> str:
        with self.town.database.write() as conn:
            begun = sessions.begin(
                conn, user, address="192.0.2.7", user_agent=user_agent, at=utc_now()
            )
        return begun.secret

    def _join_people(self) -> None:
        join, soon = self.town.join, utc_now() + timedelta(days=20)
        join(self.ada.user, self.group, Role.OWNER)
        join(self.ben.user, self.group, Role.DEVELOPER)
        join(self.ben.user, self.widgets, Role.MAINTAINER, expires_at=soon)
        join(self.unbroken, self.widgets, Role.REPORTER)
        join(self.blocked, self.widgets, Role.DEVELOPER)
        for number in range(8):
            join(self._user(f"colleague{number}", f"Colleague {number}"), self.group, Role.GUEST)

    def _sign_in_elsewhere(self) -> None:
        for agent in (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
            UNBROKEN * 4,
        ):
            self._begin(self.ada.user, agent)

    # Places ------------------------------------------------------------------------------------

    def _group(
        self, name: str, path: str, description: str, parent: Namespace | None = None
    ) -> Namespace:
        new = NewGroup(name, path, description, Visibility.INTERNAL)
        with self.town.database.write() as conn:
            return groups.create(conn, new, parent, by=OPERATOR, at=utc_now())

    def _project(self, name: str, path: str, description: str, within: Namespace) -> Project:
        new = NewProject(name, path, description, Visibility.INTERNAL)
        with self.town.database.write() as conn:
            return projects.create(
                conn, new, within, by=Actor(user_id=self.ada.user.id), at=utc_now()
            )

    # Packages ----------------------------------------------------------------------------------

    def _publish(self) -> None:
        token = self.town.token(self.ada.user)
        robot = self.town.deploy_token(self.widgets, "write_package_registry")
        with self.town.holding(token) as ada, self.town.holding(robot) as machine:
            for number in range(1, 26):
                small = wheel(f"small{number:02}", f"1.{number}")
                assert machine.publish(self.widgets, small).status_code == 201
            for dist in _auroras():
                answer = ada.publish(self.widgets, dist)
                assert answer.status_code == 201, answer.text
            assert ada.publish(self.unbroken_project, wheel(UNBROKEN)).status_code == 201
        self.town.revoke(token)
        with self.town.database.read() as conn:
            latest = packages.latest_packages(conn, self.widgets.id, limit=1)[0].release
            self.release: Release = latest
            self.files: list[File] = [item.file for item in packages.all_files(conn, latest)]
            self.small: Release = packages.latest_packages(conn, self.widgets.id, limit=2)[
                1
            ].release
        self._withdraw()
        self._download(utc_now())

    def _withdraw(self) -> None:
        """A deprecated package: a release that is yanked, and one of its files by itself."""
        wheel_, sdist_ = wheel("withdrawn"), sdist("withdrawn")
        with self.town.database.write() as conn:
            for dist in (sdist_, wheel_):
                self.withdrawn, _ = library.publish(conn, self.unbroken_project, dist, utc_now())
        self.town.yank(self.unbroken_project, wheel_, "built without its data", alone=True)
        self.town.yank(self.unbroken_project, wheel_, "It leaks what it reads.")
        reason = "Use aurora, which does the same and more."
        self.town.declare(self.unbroken_project, "withdrawn", PackageStatus.DEPRECATED, reason)

    def _download(self, now: datetime) -> None:
        counts = {
            (self.release.id, (now - timedelta(days=ago)).date(), installer): 1 + ago % 11
            for ago in range(29)
            for installer in (
                Installer("pip", "3.12"),
                Installer("pip", "3.13"),
                Installer("uv", "3.12"),
                Installer("poetry", "3.9"),
                Installer("other", ""),
            )[: 1 + ago % 5]
        }
        with self.town.database.write() as conn:
            packages.add_downloads(conn, counts)
            packages.note_downloads(conn, {self.release.id: now})

    def _protect(self) -> None:
        """Keep some packages from maintainers, which ``ada`` is more than and ``ben`` is not."""
        self.rule = self.town.protect(
            self.widgets, "small*", push=Level.MAINTAINER, delete=Level.OWNER
        )
        self.town.protect(self.widgets, f"{UNBROKEN}*", delete=Level.ADMIN)

    # Tokens ------------------------------------------------------------------------------------

    def _mint(self) -> None:
        now = utc_now()
        own, of_project = Holder(user_id=self.ada.user.id), Holder(project_id=self.widgets.id)
        of_group = Holder(namespace_id=self.group.id)
        self.token = self._token(TokenKind.PERSONAL, own, "laptop", ("api",), LONG)
        self._token(TokenKind.PERSONAL, own, UNBROKEN, ("read_api", "read_user", "self_rotate"))
        self._token(TokenKind.PERSONAL, own, "soon", ("api",), "", now + timedelta(days=3))
        gone = self._token(TokenKind.PERSONAL, own, "old laptop", ("api",))
        self.town.revoke(gone)
        expired = self._token(TokenKind.PERSONAL, own, "experiment", ("read_api",))
        with self.town.database.write() as conn:
            conn.execute(
                update(token_rows)
                .where(token_rows.c.id == expired.token.id)
                .values(expires_at=now - timedelta(days=2))
            )
        self.town.token(self.ben.user)
        for holder in (of_project, of_group):
            self._token(TokenKind.DEPLOY, holder, "build machine", ("write_package_registry",))
            self._token(TokenKind.DEPLOY, holder, UNBROKEN, ("read_package_registry",))
            self.town.revoke(self._token(TokenKind.DEPLOY, holder, "old", ("read_repository",)))

        self.project_token = self._bot(of_project, "release robot", Role.DEVELOPER, LONG)
        self._bot(of_project, UNBROKEN, Role.GUEST, scopes=("read_api", "self_rotate"))
        self.town.revoke(self._bot(of_project, "old robot", Role.MAINTAINER))
        self.group_token = self._bot(of_group, "audit", Role.REPORTER)
        self.bot_id = self.project_token.token.holder.user_id
        for guest in (self.group, self.empty, self.unbroken_project):
            self.town.admit(self.widgets, guest)

    def _bot(
        self,
        holder: Holder,
        name: str,
        role: Role,
        description: str = "",
        scopes: tuple[str, ...] = ("api",),
    ) -> Minted:
        kind = TokenKind.GROUP if holder.project_id is None else TokenKind.PROJECT
        new = NewToken(kind, holder, name, scopes, description=description, role=role)
        with self.town.database.write() as conn:
            by = Actor(user_id=self.ada.user.id)
            return tokens.mint_for_bot(conn, new, by=by, at=utc_now())

    def _token(
        self,
        kind: TokenKind,
        holder: Holder,
        name: str,
        scopes: tuple[str, ...],
        description: str = "",
        expires_at: datetime | None = None,
    ) -> Minted:
        new = NewToken(kind, holder, name, scopes, expires_at, description)
        with self.town.database.write() as conn:
            return tokens.mint(conn, new, by=Actor(user_id=self.ada.user.id), at=utc_now())


class Regulars:
    """Those who come to the world's registry again and again, each with one browser."""

    def __init__(self, world: World, guests: Visitors) -> None:
        self._world = world
        self._guests = guests
        self._known: dict[str, Visitor] = {}

    def __call__(self, who: str) -> Visitor:
        """The browser of a person of the world, by their name there; of nobody by an empty one."""
        if who not in self._known:
            visitor = self._guests()
            self._known[who] = getattr(self._world, who).enter(visitor) if who else visitor
        return self._known[who]

    @property
    def present(self) -> list[Visitor]:
        return self._guests.present


def _auroras() -> list[Dist]:
    """Versions of one package, the last of them with everything that metadata can say."""
    return [
        wheel("aurora", "1.0"),
        wheel("aurora", "2.0.0"),
        wheel("aurora", "3.0.0rc1"),
        wheel(
            "aurora",
            "2.1.0",
            tag="cp312-cp312-manylinux_2_17_x86_64",
            described=AURORA.encode(),
            files={
                "aurora/sky.py": b"def look_up() -> None: ...\n",
                f"aurora/{UNBROKEN}/{UNBROKEN}.py": b"",
                "aurora-2.1.0.dist-info/entry_points.txt": b"[console_scripts]\nlook=aurora:look\n",
            },
        ),
        sdist("aurora", "2.1.0"),
    ]
