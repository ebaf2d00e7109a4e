"""Puts trials to a target, and keeps the worlds that they share."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import msgspec

from tests.contract.cases import Trial, several
from tests.contract.matching import faults, fill
from tests.contract.target import Target
from tests.contract.vocabulary import Caller, Expect, Request, Step
from tests.contract.world import World, form

_PLAIN_FORMS = {"deploy": "deploy-token", "job": "job-token"}
_HEADERS = {
    "private-token": "PRIVATE-TOKEN",
    "deploy-token": "Deploy-Token",
    "job-token": "JOB-TOKEN",
}


class Runner:
    """Tries everything on one target."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._worlds: dict[bytes, World] = {}

    def try_(self, trial: Trial) -> list[str]:
        """Return everything in which the answer is not the expected one."""
        world = self._world(trial)
        with self._instance(trial.given.instance):
            for step in trial.before:
                world.names |= self._do(world, step)
            answer = self.send(world, trial.caller, trial.request, trial.path)
        return faults(answer, trial.expect, world.names)

    def _world(self, trial: Trial) -> World:
        if trial.spoils:
            return World(self._target, trial.given)
        key = msgspec.json.encode(trial.given)
        if key not in self._worlds:
            self._worlds[key] = World(self._target, trial.given)
        return self._worlds[key]

    @contextlib.contextmanager
    def _instance(self, changes: Mapping[str, Any]) -> Iterator[None]:
        """Set the instance's settings, and set them back afterwards."""
        if not changes:
            yield
            return
        before = self._target.admin("GET", "/application/settings")
        self._target.admin("PUT", "/application/settings", **changes)
        try:
            yield
        finally:
            former = {name: before[name] for name in changes}
            self._target.admin("PUT", "/application/settings", **former)

    def _do(self, world: World, step: Step) -> dict[str, Any]:
        """Make one of the requests before; return the names that it gives."""
        (path,) = several(step.request.path)
        answer = self.send(world, step.caller, step.request, path)
        wrong = faults(answer, Expect(step.status), world.names)
        assert not wrong, f"{step.request.method} {path}: {wrong}"
        return {name: _dig(answer.json(), place) for name, place in step.keep.items()}

    def send(self, world: World, caller: Caller, request: Request, path: str) -> httpx.Response:
        """Make a request as somebody."""
        presented = _present(caller, world.secret(caller), path)
        names = world.names
        sent: dict[str, Any] = {}
        if request.upload is not None:
            sent |= form(
                msgspec.convert(
                    fill(msgspec.to_builtins(request.upload), names), type=type(request.upload)
                )
            )
        elif request.json is not msgspec.UNSET:
            sent["json"] = fill(request.json, names)
        url = httpx.URL(f"{self._target.url}/api/v4{fill(path, names)}")
        return self._target.http.request(
            request.method,
            url.copy_merge_params(presented.pop("params", {})),
            headers={**presented.pop("headers", {}), **fill(request.headers, names)},
            **presented,
            **sent,
        )


def _present(caller: Caller, secret: str | None, path: str) -> dict[str, Any]:
    """What a caller adds to a request, as httpx takes it."""
    if secret is None:
        return {}
    chosen = caller.form or _usual_form(caller, path)
    username = "gitlab-ci-token" if _is_job(caller) else caller.username
    if chosen == "basic":
        return {"auth": (username, secret)}
    if chosen == "basic without password":
        return {"auth": (secret, "")}
    if chosen == "bearer":
        return {"headers": {"Authorization": f"Bearer {secret}"}}
    if chosen.startswith("?"):
        return {"params": {chosen[1:]: secret}}
    return {"headers": {_HEADERS[chosen]: secret}}


def _is_job(caller: Caller) -> bool:
    return caller.credential == "job" and caller.username == "__token__"


def _usual_form(caller: Caller, path: str) -> str:
    if "/packages/pypi" in path:
        return "basic"
    return _PLAIN_FORMS.get(caller.credential, "private-token")


def _dig(value: Any, place: str) -> Any:
    """What stands at ``0.id`` in an answer."""
    for word in place.split("."):
        value = value[int(word)] if isinstance(value, list) else value[word]
    return value
