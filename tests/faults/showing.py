"""What a page shows: a snapshot, and what events make of it since; shared by listeners and loaded pages."""

from typing import Any

# What a snapshot holds, by the noun of its events.
SECTIONS = {
    "member": "members",
    "column": "columns",
    "label": "labels",
    "task": "tasks",
    "view": "views",
    "channel": "channels",
    "room": "rooms",
    "follow": "follows",
}
# What it does not hold, and a page knows from events alone.
BESIDE = {
    "comment": "comments",
    "message": "messages",
    "attachment": "attachments",
    "checklist_item": "checklist_items",
}

State = dict[str, Any]  # "project": its row; each section: {id: row}


def state_of(snapshot: dict[str, Any]) -> State:
    """What a page shows of a snapshot and events keep true."""
    sections = {name: {row["id"]: row for row in snapshot[name]} for name in SECTIONS.values()}
    return {"project": snapshot["project"], **sections, **{name: {} for name in BESIDE.values()}}


def apply(state: State, name: str, data: dict[str, Any]) -> None:
    """One event. Whatever is not known is not shown."""
    noun, change = name.split(".")
    if noun == "project":
        state["project"] = data
    elif section := (SECTIONS | BESIDE).get(noun):
        if change == "deleted" or (noun == "task" and data["archived_at"]):
            state[section].pop(data["id"], None)
        else:
            state[section][data["id"]] = data
