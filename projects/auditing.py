"""The kinds of audit entries, and the sentences that they are read as.

To add one: a line in KINDS, and `project.audit("noun.done", by=user, **details)` in the verb. In a sentence stand
%(by)s, %(about)s and the details by their names.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from projects import rights
from projects.roles import Role


class Kind(NamedTuple):
    label: str
    sentence: str


KINDS: dict[str, Kind] = {
    "rights.changed": Kind(_lazy("Rights changed"), _lazy("%(by)s changed rights: %(changes)s")),
    "role.changed": Kind(_lazy("Role changed"), _lazy("%(by)s gave %(about)s another role: %(role)s, before %(was)s")),
    "ownership.transferred": Kind(_lazy("Ownership transferred"), _lazy("%(by)s handed the project over to %(about)s")),
    "member.joined": Kind(_lazy("Joined"), _lazy("%(about)s joined as %(role)s")),
    "member.removed": Kind(_lazy("Removed"), _lazy("%(by)s removed %(about)s from the project")),
    "member.left": Kind(_lazy("Left"), _lazy("%(about)s left the project")),
    "invitation.made": Kind(_lazy("Invited"), _lazy("%(by)s made an invitation for %(email)s, as %(role)s")),
    "invitation.withdrawn": Kind(_lazy("Invitation withdrawn"),
                                 _lazy("%(by)s withdrew an invitation for %(email)s, as %(role)s")),
    "task.deleted": Kind(_lazy("Task deleted"), _lazy("%(by)s deleted %(ref)s “%(title)s”")),
    "task.restored": Kind(_lazy("Task restored"), _lazy("%(by)s brought back %(ref)s “%(title)s”")),
    "comment.deleted": Kind(_lazy("Comment deleted"), _lazy("%(by)s deleted a comment of %(about)s on %(ref)s")),
    "message.deleted": Kind(_lazy("Message deleted"),
                            _lazy("%(by)s deleted a message of %(about)s in the room “%(room)s”")),
    "column.deleted": Kind(_lazy("Column deleted"), _lazy("%(by)s deleted the column “%(name)s”")),
    "label.deleted": Kind(_lazy("Label deleted"), _lazy("%(by)s deleted the label “%(name)s”")),
    "channel.deleted": Kind(_lazy("Channel deleted"), _lazy("%(by)s deleted the channel “%(name)s”")),
    "channel.archived": Kind(_lazy("Channel archived"), _lazy("%(by)s archived the channel “%(name)s”")),
    "channel.restored": Kind(_lazy("Channel restored"), _lazy("%(by)s opened the channel “%(name)s” again")),
    "channel.changed": Kind(_lazy("Channel changed"), _lazy("%(by)s changed the channel “%(name)s”: %(changes)s")),
    "channel.invited": Kind(_lazy("Let into a channel"), _lazy("%(by)s let %(about)s into the channel “%(name)s”")),
    "channel.removed": Kind(_lazy("Taken out of a channel"),
                            _lazy("%(by)s took %(about)s out of the channel “%(name)s”")),
    "room.deleted": Kind(_lazy("Room deleted"), _lazy("%(by)s deleted the room “%(name)s” of “%(channel)s”")),
    "project.archived": Kind(_lazy("Project archived"), _lazy("%(by)s archived the project")),
    "project.restored": Kind(_lazy("Project restored"), _lazy("%(by)s made the project active again")),
    "project.changed": Kind(_lazy("Settings changed"), _lazy("%(by)s changed the project’s settings: %(changes)s")),
    "project.exported": Kind(_lazy("Exported"), _lazy("%(by)s exported %(what)s")),
}  # fmt: skip


def sentence_of(kind: str) -> str:
    """Of a kind that this version does not know, at least who did what."""
    return str(KINDS[kind].sentence) if kind in KINDS else f"%(by)s: {kind}"


def facts(kind: str, details: Mapping[str, Any]) -> dict[str, str]:
    """The details as words; one that is missing is said to be unknown, for a sentence must always stand."""
    known = {name: str(value) for name, value in details.items()}
    for name in ("role", "was"):
        if known.get(name) in Role.values:
            known[name] = str(Role(known[name]).label)
    if kind.startswith("invitation."):
        known["email"] = known.get("email") or _("whoever has the link")
    if kind == "rights.changed":
        known["changes"] = _rights(details.get("changes", []))
    if kind == "project.changed":
        known["changes"] = _settings(details.get("changes", {}))
    if kind == "channel.changed":
        known["changes"] = _channel(details.get("changes", {}))
    if kind == "project.exported":
        names = {"audit": _("the audit log"), "tasks": _("the tasks")}
        known["what"] = names.get(details.get("what"), known.get("what", ""))
    return Known(known)


class Known(dict):
    def __missing__(self, name: str) -> str:
        return _("unknown")


def _rights(changes: list[dict[str, Any]]) -> str:
    words = []
    for each in changes:
        role, name = (
            str(Role(each["role"]).label),
            str(rights.WORDS.get(each["capability"], each["capability"])),
        )
        given = _("%(role)s may: %(right)s") if each["allowed"] else _("%(role)s may no longer: %(right)s")
        words.append(given % {"role": role, "right": name})
    return "; ".join(words)


def _channel(changes: dict[str, Any]) -> str:
    names = {
        "name": _("name"),
        "private": _("private"),
        "guests": _("guests are in it"),
        "may_post": _("may write"),
        "may_create_rooms": _("may make rooms"),
        "may_invite": _("may invite"),
        "may_pin": _("may pin"),
        "history": _("newcomers read"),
        "host": _("another host"),
    }
    values = {"True": _("yes"), "False": _("no"), "everyone": _("everyone in it"), "members": _("members")}
    values |= {"admins": _("admins"), "start": _("from the start"), "arrival": _("from their arrival")}
    return "; ".join(
        names["host"] if name == "host" else f"{names.get(name, name)}: {values.get(str(value), value)}"
        for name, value in changes.items()
    )


def _settings(changes: dict[str, Any]) -> str:
    names = {"name": _("name"), "key": _("key"), "description": _("description")}
    return "; ".join(
        _("%(field)s, now “%(value)s”") % {"field": names.get(field, field), "value": value}
        if field != "description"
        else names[field]
        for field, value in changes.items()
    )
