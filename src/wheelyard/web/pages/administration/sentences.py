"""The journal as people read it: each entry is a sentence with links, and what else it holds."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup, escape

from wheelyard import mentions
from wheelyard.journal import Recorded
from wheelyard.mentions import Mentions, Named
from wheelyard.web.pages.view import View

_MAX_DETAIL = 500


@dataclass(frozen=True, slots=True)
class Told:
    """An entry, told."""

    serial: int
    at: datetime
    sentence: Markup
    details: Sequence[tuple[str, str]]


def tell_all(view: View, entries: Sequence[Recorded]) -> list[Told]:
    """Tell some entries, in their order."""
    teller = _Teller(
        view.language.gettext,
        mentions.resolve(view.conn, entries),
        mentions.find_releases(view.conn, entries),
    )
    return [teller.tell(recorded) for recorded in entries]


class _Teller:
    """Makes sentences in one language, of names that were looked up together."""

    def __init__(
        self,
        gettext: Callable[[str], str],
        names: Mentions,
        releases: Mapping[tuple[int, str, str], int],
    ) -> None:
        self._gettext = gettext
        self._names = names
        self._releases = releases
        self._templates = _templates(gettext)

    def tell(self, recorded: Recorded) -> Told:
        """Tell one entry."""
        template = self._templates.get(_kind(recorded), self._templates[""])
        sentence = escape(template) % self._parts(recorded)
        told = sentence.striptags()
        return Told(
            serial=recorded.serial,
            at=recorded.at,
            sentence=sentence,
            details=[(key, text) for key, text in self._details(recorded) if text not in told],
        )

    def _parts(self, recorded: Recorded) -> Mapping[str, object]:
        entry, details = recorded.entry, recorded.details
        return {
            "actor": self._actor(recorded),
            "action": entry.action,
            "user": self._user(entry.user_id),
            "place": self._place(recorded),
            "package": self._release(recorded),
            "file": details.get("filename", ""),
            "token": details.get("name", "") or self._names.tokens.get(entry.token_id or 0, ""),
            "pattern": details.get("pattern", ""),
            "role": self._gettext(str(details.get("role", "")).capitalize() or "?"),
            "address": details.get("address", ""),
            "guest": details.get("guest", ""),
        }

    def _actor(self, recorded: Recorded) -> Markup | str:
        _ = self._gettext
        actor = recorded.actor
        if actor.user_id is not None:
            return self._user(actor.user_id)
        if actor.token_id is None:
            return _("The command line")
        name = self._names.tokens.get(actor.token_id) or str(actor.token_id)
        return _("The deploy token %(name)s") % {"name": name}

    def _user(self, user_id: int | None) -> Markup | str:
        _ = self._gettext
        if user_id is None:
            return ""
        named = self._names.users.get(user_id)
        if named is None:
            return _("user %(id)s") % {"id": user_id}
        return self._link(named, f"/admin/users/{user_id}")

    def _place(self, recorded: Recorded) -> Markup | str:
        """Name the project or the group, by the entry itself where nothing else does."""
        entry, _ = recorded.entry, self._gettext
        if entry.project_id is not None:
            named = self._names.projects.get(entry.project_id)
            unknown = _("project %(id)s") % {"id": entry.project_id}
        elif entry.namespace_id is not None:
            named = self._names.groups.get(entry.namespace_id)
            unknown = _("group %(id)s") % {"id": entry.namespace_id}
        else:
            return ""
        told = recorded.details.get("full_path")
        if named is None:
            named = Named(str(told), is_gone=True) if told else None
        if named is not None and entry.action.endswith(".deleted") and told:
            return Markup("<b>%s</b>") % named.name  # the sentence says that it is gone
        return self._link(named, f"/{named.name}") if named else unknown

    def _release(self, recorded: Recorded) -> Markup | str:
        entry, version = recorded.entry, str(recorded.details.get("version", ""))
        shown = f"{entry.package} {version}".strip()
        project = self._names.projects.get(entry.project_id or 0)
        key = (entry.project_id or 0, entry.package or "", version)
        release_id = self._releases.get(key)
        if project is None or release_id is None:
            return shown
        return self._link(Named(shown), f"/{project.name}/-/packages/{release_id}")

    def _link(self, named: Named, to: str) -> Markup:
        _ = self._gettext
        if named.is_gone:
            return Markup("<b>%s</b> (%s)") % (named.name, _("deleted"))
        return Markup('<a href="%s">%s</a>') % (quote(to), named.name)

    def _details(self, recorded: Recorded) -> Sequence[tuple[str, str]]:
        _, actor, shown = self._gettext, recorded.actor, []
        if actor.user_id is not None and actor.token_id is not None:
            name = self._names.tokens.get(actor.token_id) or str(actor.token_id)
            shown.append((_("With the access token"), name))
        for key, value in recorded.details.items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            shown.append((key, text[:_MAX_DETAIL]))
        return shown


def _kind(recorded: Recorded) -> str:
    """Return which sentence tells an entry: its action, and a word more where that says less."""
    entry, actor = recorded.entry, recorded.actor
    match entry.action:
        case "token.revoked" if recorded.details.get("reason"):
            return f"{entry.action} {recorded.details['reason']}"
        case "token.created" | "token.revoked":
            return f"{entry.action} {_kind_of_token(recorded)}"
        case "package.status_changed":
            return f"{entry.action} {recorded.details['status']}"
        case "session.created" if not recorded.details.get("address"):
            return "session.created nowhere"
        case "session.ended" | "user.edited" if entry.user_id == actor.user_id:
            return f"{entry.action} self"
    return entry.action


def _kind_of_token(recorded: Recorded) -> str:
    match recorded.details.get("kind"):
        case "project" | "group":
            return "bot"
        case "job":
            return "job"
    return "deploy" if recorded.entry.user_id is None else "personal"


def _templates(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "": _("%(actor)s: %(action)s %(package)s %(place)s %(user)s"),
        "user.created": _("%(actor)s created the user %(user)s"),
        "user.edited": _("%(actor)s changed the user %(user)s"),
        "user.edited self": _("%(actor)s changed their own account"),
        "user.blocked": _("%(actor)s blocked %(user)s"),
        "user.unblocked": _("%(actor)s let %(user)s in again"),
        "user.deleted": _("%(actor)s deleted the user %(user)s"),
        "session.created": _("%(actor)s signed in from %(address)s"),
        "session.created nowhere": _("%(actor)s signed in"),
        "session.ended": _("%(actor)s ended a session of %(user)s"),
        "session.ended self": _("%(actor)s signed out"),
        "token.created personal": _("%(actor)s created the access token %(token)s of %(user)s"),
        "token.revoked personal": _("%(actor)s revoked the access token %(token)s of %(user)s"),
        "token.created deploy": _("%(actor)s created the deploy token %(token)s of %(place)s"),
        "token.revoked deploy": _("%(actor)s revoked the deploy token %(token)s of %(place)s"),
        "token.created bot": _("%(actor)s created the access token %(token)s of %(place)s"),
        "token.revoked bot": _("%(actor)s revoked the access token %(token)s of %(place)s"),
        "token.created job": _("%(actor)s created a token for a job of %(user)s in %(place)s"),
        "token.revoked job": _("%(actor)s revoked the token of a job of %(user)s in %(place)s"),
        "token.revoked reuse": _(
            "The access token %(token)s of %(user)s was revoked: its forerunner was rotated again"
        ),
        "admission.added": _("%(actor)s let job tokens of %(guest)s into %(place)s"),
        "admission.removed": _("%(actor)s closed %(place)s to job tokens of %(guest)s"),
        **_of_packages(_),
        "project.created": _("%(actor)s created the project %(place)s"),
        "project.edited": _("%(actor)s changed the project %(place)s"),
        "project.transferred": _("%(actor)s moved the project %(place)s"),
        "project.deleted": _("%(actor)s deleted the project %(place)s"),
        "protection_rule.created": _("%(actor)s protected the packages %(pattern)s of %(place)s"),
        "protection_rule.edited": _(
            "%(actor)s changed the protection of the packages %(pattern)s of %(place)s"
        ),
        "protection_rule.deleted": _(
            "%(actor)s ended the protection of the packages %(pattern)s of %(place)s"
        ),
        "group.created": _("%(actor)s created the group %(place)s"),
        "group.edited": _("%(actor)s changed the group %(place)s"),
        "group.deleted": _("%(actor)s deleted the group %(place)s"),
        "member.added": _("%(actor)s made %(user)s a member of %(place)s: %(role)s"),
        "member.edited": _("%(actor)s changed the role of %(user)s in %(place)s: %(role)s"),
        "member.removed": _("%(actor)s removed %(user)s from %(place)s"),
        "instance.edited": _("%(actor)s changed the settings of the instance"),
    }


def _of_packages(_: Callable[[str], str]) -> dict[str, str]:
    return {
        "file.published": _("%(actor)s published %(file)s (%(package)s) in %(place)s"),
        "file.deleted": _("%(actor)s deleted the file %(file)s (%(package)s) in %(place)s"),
        "file.repaired": _(
            "%(actor)s repaired the metadata of %(file)s (%(package)s) in %(place)s"
        ),
        "file.yanked": _("%(actor)s yanked the file %(file)s (%(package)s) in %(place)s"),
        "file.unyanked": _("%(actor)s un-yanked the file %(file)s (%(package)s) in %(place)s"),
        "release.deleted": _("%(actor)s deleted the release %(package)s in %(place)s"),
        "release.yanked": _("%(actor)s yanked the release %(package)s in %(place)s"),
        "release.unyanked": _("%(actor)s un-yanked the release %(package)s in %(place)s"),
        "package.status_changed active": _(
            "%(actor)s made the package %(package)s in %(place)s active again"
        ),
        "package.status_changed archived": _(
            "%(actor)s archived the package %(package)s in %(place)s"
        ),
        "package.status_changed deprecated": _(
            "%(actor)s deprecated the package %(package)s in %(place)s"
        ),
        "package.status_changed quarantined": _(
            "%(actor)s quarantined the package %(package)s in %(place)s"
        ),
        "name.forgotten": _(
            "%(actor)s forgot the package name %(package)s, which may be forwarded again"
        ),
    }
