"""No cache keeps a refusal: what is not here now may be published the next moment."""

from tests.actors import Actor, Installation
from wheelyard.projects import Project


def test_a_refusal_is_not_kept(root: Actor, town: Installation, project: Project) -> None:
    with town.anonymous() as nobody, town.holding(town.token(town.user())) as stranger:
        answers = [
            root.simple(project, "nobody-has-this"),
            stranger.simple(project, "nobody-has-this"),
            nobody.simple(project, "nobody-has-this"),
            root.api("GET", "/projects/no%2Fsuch"),
            root.api("GET", "/no/such/route"),
            root.api("PUT", "/version"),
            root.api("GET", "/projects", per_page="many"),
        ]

    assert [answer.status_code for answer in answers] == [404, 404, 401, 404, 404, 405, 400]
    assert {answer.headers.get("cache-control") for answer in answers} == {"no-store"}
