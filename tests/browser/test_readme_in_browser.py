"""Nothing that an uploader writes runs in a reader's browser."""

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Dialog

from tests.browser.visitor import Visitor, Visitors
from tests.browser.world import World
from tests.builders import wheel
from wheelyard import packages

HIT = "window.__hit=1"
ATTACKS = (
    f"<script>{HIT}</script>",
    f"<img src=x onerror={HIT}>",
    f"<svg onload={HIT}><animate onbegin={HIT} attributeName=x dur=1s></svg>",
    "<iframe srcdoc='<script>parent.__hit=1</script>'></iframe>",
    f"<a href='javascript:{HIT}'>press</a>",
    f"<a href=' java&#10;script:{HIT}'>press</a>",
    f"<form action='javascript:{HIT}'><button>press</button></form>",
    f"<details open ontoggle={HIT}>x</details>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={HIT}></style></mglyph></table></math>",
    "<style>*{background:url(//foreign.example.com)}</style>",
    f"<meta http-equiv=refresh content='0;url=javascript:{HIT}'>",
    "<base href='//foreign.example.com/'>",
    f"<object data='javascript:{HIT}'></object>",
    f"<input autofocus onfocus={HIT}>",
    "<a href='//foreign.example.com' target=_blank>press</a>",
    "<img src='http://foreign.example.com/pixel.png'>",
    f'"><script>{HIT}</script>',
    f"'-{HIT}-'",
    f"</textarea><script>{HIT}</script>",
    "{{ 7*7 }}",
)
MARKDOWN = f"[press](javascript:{HIT}) ![x](javascript:{HIT}) <javascript:{HIT}>"
RST = f"""
.. raw:: html

   <script>{HIT}</script>

.. image:: javascript:{HIT}
   :target: javascript:{HIT}

`press <javascript:{HIT}>`_
"""
FIELDS = (
    "Summary",
    "Author",
    "Author-email",
    "Maintainer",
    "Maintainer-email",
    "License",
    "Keywords",
    "Classifier",
    "Home-page",
    "Download-URL",
    "Platform",
    "Provides-Extra",
)


@dataclass
class Alarm:
    """What went off while pages were looked at."""

    visitor: Visitor
    dialogs: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.visitor.page.on("dialog", self._hear)

    def _hear(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def look(self, address: str) -> None:
        """Look at a page, open what is folded, press whatever offers itself."""
        page = self.visitor.page
        self.visitor.open(address)
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
        for link in page.get_by_text("press", exact=True).all():
            link.evaluate("one => { if (/^\\s*java/.test(one.href || '')) one.click(); }")
        assert page.evaluate("window.__hit") is None, address
        assert page.url == self.visitor.url + address
        assert self.dialogs == []
        wild = page.evaluate(
            """[...document.querySelectorAll('main *')]
                .filter(one => one.matches('script, iframe, object, embed, base, meta, style')
                    || [...one.attributes].some(a => /^on/.test(a.name)
                        || /^\\s*(javascript|vbscript):/i.test(a.value) && a.name !== 'value'))
                .map(one => one.outerHTML)"""
        )
        assert wild == [], address


@pytest.fixture
def alarm(guests: Visitors, world: World) -> Alarm:
    """A reader's browser that notes what should not be."""
    return Alarm(world.ada.enter(guests()))


def described(kind: str, text: str) -> bytes:
    """Metadata in whose every field an attack stands, and a description of a type."""
    lines = ["Metadata-Version: 2.1", "Name: hostile", "Version: 1.0"]
    for number, name in enumerate(FIELDS):
        lines.append(f"{name}: {ATTACKS[number % len(ATTACKS)]}")
    lines += [f"Project-URL: {attack.replace(',', '')}, javascript:{HIT}" for attack in ATTACKS]
    lines += [
        f"Project-URL: press, {address}" for address in (f"javascript:{HIT}", "data:text/html,x")
    ]
    lines += [f'Requires-Dist: demo; extra == "{name}"' for name in ("x", "y")]
    return ("\n".join([*lines, f"Description-Content-Type: {kind}", "", text])).encode()


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/markdown", "\n\n".join((*ATTACKS, MARKDOWN))),
        ("text/x-rst", "\n\n".join((*ATTACKS, RST))),
        ("text/plain", "\n\n".join(ATTACKS)),
    ],
    ids=["markdown", "rst", "plain"],
)
def test_a_hostile_package_runs_nothing_on_any_page(
    alarm: Alarm, world: World, kind: str, text: str
) -> None:
    project = world.town.project(within=world.group)
    dist = wheel(
        "hostile",
        described=described(kind, text),
        files={f"hostile/{ATTACKS[1]}.py": text.encode(), "hostile/page.html": text.encode()},
    )
    with world.town.holding(world.town.token(world.ada.user)) as owner:
        answer = owner.publish(project, dist, summary=ATTACKS[0])
        assert answer.status_code == 201, answer.text
    with world.town.database.read() as conn:
        release = packages.latest_packages(conn, project.id, limit=1)[0].release
        file = packages.all_files(conn, release)[0].file
    home = f"/{project.full_path}"
    base = f"{home}/-/packages/{release.id}"

    for address in (
        home,
        f"{home}/-/packages",
        base,
        f"{base}/files",
        f"{base}/versions",
        f"{base}/files/{file.id}",
        f"{base}/files/{file.id}?member=hostile/page.html",
        "/search?q=hostile",
    ):
        alarm.look(address)
