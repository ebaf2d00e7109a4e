"""The first page of a release shows what its newest file says of itself."""

import re

from tests.actors import Installation
from tests.builders import wheel
from tests.pages.visitor import Visitor, text_of
from wheelyard import packages
from wheelyard.access import Role

METADATA = b"""\
Metadata-Version: 2.1
Name: demo
Version: 1.0
Requires-Dist: base>=2; python_version >= "3.9"
Requires-Dist: direct @ https://example.com/direct.whl
Requires-Dist: pytest>=8; extra == "test"
Requires-Dist: other; extra == "test" and os_name == "posix"
Provides-Extra: test
Provides-Extra: old
"""


def test_dependencies_stand_with_the_extra_that_wants_them(
    town: Installation, administrator: Visitor
) -> None:
    project = town.project()
    with town.member(project, Role.DEVELOPER) as developer:
        for dist in (wheel("pytest", "9.0"), wheel(described=METADATA)):
            assert developer.publish(project, dist).status_code == 201
    with town.database.read() as conn:
        demo, pytest = (item.release for item in packages.latest_packages(conn, project.id, 2))
    home = f"/{project.full_path}/-/packages"

    shown = administrator.get(f"{home}/{demo.id}").text

    facts = [text_of(fact) for fact in re.findall(r"<d[td]>.*?</d[td]>", shown, re.DOTALL)]
    assert facts[facts.index("Dependencies") :] == [
        "Dependencies",
        'base >=2 python_version >= "3.9"',
        "direct https://example.com/direct.whl",
        "Extra test",
        "pytest >=8",
        'other extra == "test" and os_name == "posix"',
        "Extra old",
    ]
    assert f'<a href="{home}/{pytest.id}">pytest</a>' in shown
    assert "no more dependencies" in text_of(shown)
