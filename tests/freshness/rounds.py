"""Changing something and changing it back, and looking at once each time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from tests.freshness.lines import Line, Reply
from tests.freshness.looks import Look, Seen

_FORMS = 4
_AT_ONCE = 4
"""How much is looked at after a change, beginning with another look each time."""


@dataclass(frozen=True)
class Change:
    """Something that is changed and changed back, through a worker, and what is seen of it."""

    do: Callable[[Line], object]
    undo: Callable[[Line], object]
    looks: Callable[[], Sequence[Look]]
    """Asked for anew after each ``undo``, which may have made a new credential."""


@dataclass
class Watcher:
    """Looks, and holds what it sees against what is expected."""

    change: Change
    spread: Callable[[Sequence[Look]], object]
    """Lets the crowd look at the same."""

    looks: Sequence[Look] = ()
    changes: int = 0
    answers: int = 0
    _turns: dict[int, int] = field(default_factory=dict)
    """How often each of the looks was taken, which is in all forms by turns."""

    _etags: dict[tuple[str, str, Seen], str] = field(default_factory=dict)
    """Under which ETag each path was last seen in a state, in a format."""

    def prove(self, lines: tuple[Line, Line], rounds: int) -> None:
        """Change and change back, each time through the worker that is not looked at first."""
        one, other = lines
        self._begin()
        for line in (one, other, one, other):  # from the third on it is remembered
            self._watch(line, range(len(self.looks)), is_done=False)
        for _ in range(rounds):
            self.change.do(one)
            self._watch_all(other, one, is_done=True)
            self.change.undo(other)
            self._begin()
            self._watch_all(one, other, is_done=False)
            one, other = other, one

    def _begin(self) -> None:
        looks = self.change.looks()
        if looks != self.looks:
            self.looks = looks
            self.spread(looks)

    def _watch_all(self, first: Line, second: Line, *, is_done: bool) -> None:
        self.changes += 1
        total = len(self.looks)
        begin = (self.changes - 1) // 2 * _AT_ONCE
        begin += begin // total  # so that each comes first at some time
        chosen = [number % total for number in range(begin, begin + min(_AT_ONCE, total))]
        for line in (first, second, first):  # the third finds what a race left to be remembered
            self._watch(line, chosen, is_done=is_done)

    def _watch(self, line: Line, chosen: Iterable[int], *, is_done: bool) -> None:
        for number in chosen:
            look = self.looks[number]
            states = (look.before, look.after)
            expected, opposite = states[::-1] if is_done else states
            self._turns[number] = turn = self._turns.get(number, 0) + 1
            form = turn % _FORMS if look.method == "GET" else 0
            seen = self._see(line, look, form, expected, opposite)
            if form == 1 and isinstance(expected, str):
                expected = 200
            assert seen == expected, (
                f"{look.method} {look.path} in form {form} after change {self.changes}: worker"
                f" {line.worker} shows {seen!r}, and it is {expected!r}"
            )

    def _see(self, line: Line, look: Look, form: int, expected: Seen, opposite: Seen) -> Seen:
        """Look in one of several forms: plain, HEAD, with the ETag of the other state, of this."""
        stale = self._etag(look, opposite)
        if form == 1:
            return self._head(line, look, stale if expected != opposite else None)
        if form == 2 and stale is not None and expected != opposite:
            return look.see(self._ask(line, look, "If-None-Match", stale))
        reply = self._ask(line, look)
        seen = look.see(reply)
        if form == 3 and seen == expected and reply.etag is not None:
            return self._again(line, look, reply.etag, expected)
        return seen

    def _head(self, line: Line, look: Look, stale: str | None) -> Seen:
        """Ask for the headers alone; with the ETag of the other state they are of that."""
        self.answers += 1
        reply = line.ask("HEAD", look.path, look.headers)
        assert reply.body == b""
        return "the other state" if stale is not None and reply.etag == stale else reply.status

    def _again(self, line: Line, look: Look, etag: str, expected: Seen) -> Seen:
        """Ask with the ETag that was just sent: nothing is new, but for what others change."""
        self._etags[(look.path, look.headers.get("Accept", ""), expected)] = etag
        reply = self._ask(line, look, "If-None-Match", etag)
        return expected if reply.status == 304 else look.see(reply)

    def _etag(self, look: Look, state: Seen) -> str | None:
        return self._etags.get((look.path, look.headers.get("Accept", ""), state))

    def _ask(self, line: Line, look: Look, *condition: str) -> Reply:
        """Ask, under a condition or none: the name of a header and its value."""
        self.answers += 1
        more = dict(zip(condition[::2], condition[1::2], strict=True))
        return line.ask(look.method, look.path, {**look.headers, **more}, look.body)
