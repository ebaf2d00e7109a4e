"""How each client publishes to a project."""

from wheelyard.web.pages.credentials import Credential
from wheelyard.web.pages.packages.snippets.recipes import (
    Gettext,
    Place,
    Recipe,
    Snippet,
    name_of,
    poetry_login,
    quoted,
)


def publish(place: Place, credential: Credential, _: Gettext) -> list[Snippet]:
    """Return how to publish with each client; nothing where nothing can be published.

    Of the uploaders only uv and Poetry read ~/.netrc, and all need a credential.
    """
    if place.publish_url is None:
        return []
    if credential in {Credential.NETRC, Credential.NONE}:
        credential = Credential.PERSONAL
    recipe = Recipe(_, credential, place.publish_url, name_of(place))
    makers = (_pypirc, _twine, _uv_publish, _poetry_publish, _pdm_publish, _hatch_publish, _flit)
    return [made for make in makers if (made := make(recipe))]


def _pypirc(recipe: Recipe) -> Snippet | None:
    if recipe.credential is Credential.ENVIRONMENT:
        return None
    _ = recipe._
    text = (
        f"[distutils]\nindex-servers =\n    {recipe.name}\n\n"
        f"[{recipe.name}]\nrepository = {recipe.url}\n"
        f"username = {recipe.username}\npassword = {recipe.token}\n"
    )
    return Snippet(
        client="twine",
        title=_("~/.pypirc, for twine and Flit"),
        language="ini",
        filename="~/.pypirc",
        text=text,
        note=_("Keep others from reading it: chmod 600 ~/.pypirc"),
    )


def _twine(recipe: Recipe) -> Snippet:
    text = "python -m build\n"
    if recipe.credential is Credential.ENVIRONMENT:
        text += recipe.exports("TWINE_USERNAME", "TWINE_PASSWORD", TWINE_REPOSITORY_URL=recipe.url)
        text += "twine upload dist/*\n"
    else:
        text += f"twine upload --repository {recipe.name} dist/*\n"
    return Snippet("twine", "twine", "sh", text)


def _uv_publish(recipe: Recipe) -> Snippet:
    text = "uv build\n"
    if recipe.credential is Credential.ENVIRONMENT:
        text += recipe.exports(
            "UV_PUBLISH_USERNAME", "UV_PUBLISH_PASSWORD", UV_PUBLISH_URL=recipe.url
        )
        text += "uv publish\n"
    else:
        login = f"--username {quoted(recipe.username)} --password {quoted(recipe.token)}"
        text += f"uv publish --publish-url {quoted(recipe.url)} {login}\n"
    return Snippet("uv", "uv", "sh", text)


def _poetry_publish(recipe: Recipe) -> Snippet:
    # Its variable for an address takes no name with a digit in it.
    text = f"poetry config repositories.{recipe.name} {quoted(recipe.url)}\n"
    text += f"{poetry_login(recipe)}poetry publish --build --repository {recipe.name}\n"
    return Snippet("poetry", "Poetry", "sh", text)


def _pdm_publish(recipe: Recipe) -> Snippet:
    if recipe.credential is Credential.ENVIRONMENT:
        text = recipe.exports(
            "PDM_PUBLISH_USERNAME", "PDM_PUBLISH_PASSWORD", PDM_PUBLISH_REPO=recipe.url
        )
        text += "pdm publish\n"
    else:
        login = f"--username {quoted(recipe.username)} --password {quoted(recipe.token)}"
        text = f"pdm publish --repository {quoted(recipe.url)} {login}\n"
    return Snippet("pdm", "PDM", "sh", text)


def _hatch_publish(recipe: Recipe) -> Snippet:
    text = "hatch build\n"
    if recipe.credential is Credential.ENVIRONMENT:
        text += recipe.exports("HATCH_INDEX_USER", "HATCH_INDEX_AUTH", HATCH_INDEX_REPO=recipe.url)
        text += "hatch publish\n"
    else:
        login = f"--user {quoted(recipe.username)} --auth {quoted(recipe.token)}"
        text += f"hatch publish --repo {quoted(recipe.url)} {login}\n"
    return Snippet("hatch", "Hatch", "sh", text)


def _flit(recipe: Recipe) -> Snippet:
    if recipe.credential is Credential.ENVIRONMENT:
        text = recipe.exports("FLIT_USERNAME", "FLIT_PASSWORD", FLIT_INDEX_URL=recipe.url)
        text += "flit publish\n"
    else:
        text = f"flit publish --repository {recipe.name}\n"
    return Snippet("flit", "Flit", "sh", text)
