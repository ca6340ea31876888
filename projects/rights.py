"""What there is to be allowed in a project: each capability by its name, who has it, and what an owner may change.

A project keeps only what differs from here: {"member": {"create_tasks": False}, "guest": {"create_rooms": True}}.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from projects.roles import Role

# Each capability, and the least role that has it as long as the owner says nothing else.
CAPABILITIES: dict[str, Role] = {
    "see": Role.GUEST,
    "chat": Role.GUEST,
    "comment": Role.GUEST,
    "save_views": Role.GUEST,
    "share_views": Role.MEMBER,
    "create_tasks": Role.MEMBER,
    "edit_tasks": Role.MEMBER,
    "move_tasks": Role.MEMBER,  # completing and reopening included: entering a column may complete as well
    "delete_tasks": Role.MEMBER,  # and to bring them back
    "create_rooms": Role.MEMBER,
    "manage_columns": Role.ADMIN,
    "manage_labels": Role.ADMIN,
    "manage_channels": Role.ADMIN,
    "manage_invitations": Role.ADMIN,
    "manage_members": Role.ADMIN,
    "delete_messages": Role.ADMIN,
    "export": Role.ADMIN,
    "see_audit": Role.ADMIN,
    "change_project": Role.ADMIN,
    "change_rights": Role.OWNER,
    "transfer_ownership": Role.OWNER,
    "delete_project": Role.OWNER,
}
# What stays possible in an archived project.
WHEN_ARCHIVED = {
    "see", "change_project", "delete_project", "manage_members", "see_audit", "export", "transfer_ownership"
}  # fmt: skip

# Never given and never taken: without these the table itself could lock somebody out, or let somebody in too far.
FIXED = {
    "see", "manage_members", "see_audit", "change_project", "change_rights", "transfer_ownership", "delete_project"
}  # fmt: skip
# A guest comes from outside. Daily work may be theirs; what is kept in order for everyone is not.
NOT_FOR_GUESTS = {"manage_columns", "manage_channels", "manage_invitations", "delete_messages", "export"}
ADJUSTABLE: dict[str, set[str]] = {
    Role.MEMBER: set(CAPABILITIES) - FIXED,
    Role.GUEST: set(CAPABILITIES) - FIXED - NOT_FOR_GUESTS,
}

WORDS = {
    "see": gettext_lazy("See the board and the public channels"),
    "chat": gettext_lazy("Write messages"),
    "comment": gettext_lazy("Comment on tasks"),
    "save_views": gettext_lazy("Save views of the board"),
    "share_views": gettext_lazy("Share views with everyone"),
    "create_tasks": gettext_lazy("Add tasks"),
    "edit_tasks": gettext_lazy("Edit tasks"),
    "move_tasks": gettext_lazy("Move and complete tasks"),
    "delete_tasks": gettext_lazy("Delete tasks"),
    "create_rooms": gettext_lazy("Make rooms"),
    "manage_columns": gettext_lazy("Manage columns"),
    "manage_labels": gettext_lazy("Manage labels"),
    "manage_channels": gettext_lazy("Manage channels"),
    "manage_invitations": gettext_lazy("Invite people"),
    "manage_members": gettext_lazy("Change roles and remove people"),
    "delete_messages": gettext_lazy("Delete what others wrote"),
    "export": gettext_lazy("Export data"),
    "see_audit": gettext_lazy("Read the audit log"),
    "change_project": gettext_lazy("Change the project’s settings"),
    "change_rights": gettext_lazy("Change this table"),
    "transfer_ownership": gettext_lazy("Hand over the project"),
    "delete_project": gettext_lazy("Delete the project"),
}

# How people read it.
GROUPS = [
    (
        gettext_lazy("Tasks"),
        ["create_tasks", "edit_tasks", "move_tasks", "delete_tasks", "comment", "save_views", "share_views"],
    ),
    (gettext_lazy("Conversation"), ["chat", "create_rooms", "delete_messages"]),
    (gettext_lazy("Order"), ["manage_columns", "manage_labels", "manage_channels"]),
    (gettext_lazy("People"), ["see", "manage_invitations", "manage_members"]),
    (
        gettext_lazy("The project"),
        ["export", "see_audit", "change_project", "change_rights", "transfer_ownership", "delete_project"],
    ),
]

Rights = dict[str, dict[str, bool]]


def by_default(role: str, capability: str) -> bool:
    return Role(role).rank >= CAPABILITIES[capability].rank


def has(role: str, capability: str, changed: Mapping[str, Mapping[str, bool]]) -> bool:
    """`changed`: what the project keeps. KeyError for a capability that there is not."""
    default = by_default(role, capability)
    return changed[role].get(capability, default) if role in changed else default


def changed(rights: Rights, changes: Mapping[str, Mapping[str, bool | None]]) -> Rights:
    """`rights` with `changes`, of which None is the default. ValidationError names the place ("member.chat")."""
    result = {role: dict(rights.get(role, {})) for role in (Role.MEMBER, Role.GUEST)}
    for role, wanted in changes.items():
        for capability, allowed in wanted.items():
            _check(role, capability)
            if allowed is None or allowed == by_default(role, capability):
                result[role].pop(capability, None)
            else:
                result[role][capability] = allowed
    for capability in CAPABILITIES:
        if has(Role.GUEST, capability, result) and not has(Role.MEMBER, capability, result):
            raise ValidationError({f"guest.{capability}": [_("Guests cannot have what members have not.")]})
    return {str(role): values for role, values in result.items() if values}


def _check(role: str, capability: str) -> None:
    if capability not in CAPABILITIES:
        words = _("There is no such right.")
    elif capability not in ADJUSTABLE.get(role, ()):
        words = _("This cannot be changed for this role.")
    else:
        return
    raise ValidationError({f"{role}.{capability}": [words]})


class Cell(NamedTuple):
    """One role's part of a line: whether it has the capability, would have by default, and may be given or taken."""

    role: str
    allowed: bool
    default: bool
    adjustable: bool


def table(rights: Rights) -> Iterator[tuple[str, list[Cell]]]:
    """Each capability with a cell for owner, admin, member and guest."""
    for capability in CAPABILITIES:
        yield (
            capability,
            [
                Cell(
                    str(role.value),
                    has(role, capability, rights),
                    by_default(role, capability),
                    capability in ADJUSTABLE.get(role, ()),
                )
                for role in Role
            ],
        )


def difference(old: Rights, new: Rights) -> list[dict[str, Any]]:
    """What `new` gives and takes: [{role, capability, allowed}, ...], in the table's order."""
    return [
        {"role": role.value, "capability": name, "allowed": has(role, name, new)}
        for name in CAPABILITIES
        for role in (Role.MEMBER, Role.GUEST)
        if has(role, name, old) != has(role, name, new)
    ]
