"""What goes into and comes out of the API of the board."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from projects.schemas import (
    Body,
    ClientId,
    Id,
    In,
    Line,
    Moment,
    Name,
    Out,
    Page,
    PathId,
    Text,
    UploadOut,
    readable,
)

PriorityName = Literal["none", "low", "medium", "high", "urgent"]
ColourName = Literal["grey", "red", "orange", "amber", "green", "teal", "blue", "indigo", "purple", "pink"]
Ids = Annotated[list[Id], Field(max_length=100)]


class TaskIn(In):
    title: Line
    description: Text = ""
    column: Id | None = None
    assignees: Ids = []
    labels: Ids = []
    due_at: Moment | None = None
    priority: PriorityName = "none"
    client_id: ClientId | None = None


class TaskPatch(In):
    """`version`: the one that the change was made on; a stale one is refused with 409 and the task as it stands."""

    title: Line = None
    description: Text = None
    assignees: Ids = None
    labels: Ids = None
    due_at: Moment | None = None
    priority: PriorityName = None
    version: Id = None


class MoveIn(In):
    """An intent: beside `after`, else beside `before`, else (or when neither stands in the column) at its end."""

    column: Id
    before: Id | None = None
    after: Id | None = None


ActionName = Literal["move", "assign", "label", "change", "complete", "reopen", "archive", "delete"]
MOST_TOGETHER = 500


class AlsoIn(In):
    """What a move does as well, in the same act: `assign`, `label` or `change`, with their values."""

    action: Literal["assign", "label", "change"]
    add: Ids = None
    remove: Ids = None
    due_at: Moment | None = None
    priority: PriorityName = None

    def values(self) -> dict[str, Any]:
        return self.dict(exclude_unset=True, exclude={"action"})


class BulkIn(In):
    """One act upon several tasks. `move` takes `column`, `before`, `after`, and keeps the order of `tasks`;
    `assign` and `label` take ids to `add` and to `remove`; `change` takes `due_at`, `priority`; the rest nothing.
    A `move` may carry one of these three with it, in `also`: into another column and another lane at once."""

    tasks: Annotated[list[Id], Field(min_length=1, max_length=MOST_TOGETHER)]
    action: ActionName
    column: Id = None
    before: Id | None = None
    after: Id | None = None
    add: Ids = None
    remove: Ids = None
    due_at: Moment | None = None
    priority: PriorityName = None
    also: AlsoIn | None = None
    client_id: ClientId | None = None

    def values(self) -> dict[str, Any]:
        return self.dict(exclude_unset=True, exclude={"tasks", "action", "also", "client_id"})


class TaskFilter(Page):
    column: PathId | None = None
    assignee: PathId | None = None
    open: bool | None = None
    archived: bool = False
    number: PathId | None = None


class Progress(Out):
    done: int
    total: int


class TaskOut(Out):
    id: int
    number: int
    ref: str
    title: str
    description: str
    description_html: str
    column: int
    position: str
    assignees: list[int]
    labels: list[int]
    due_at: datetime | None
    priority: PriorityName
    completed_at: datetime | None
    archived_at: datetime | None
    version: int
    comment_count: int
    attachment_count: int
    checklist: Progress | None
    blocked_by: list[int]
    watchers: list[int]
    client_id: str | None
    created_by: int | None
    updated_by: int | None
    created_at: datetime
    updated_at: datetime


class TasksOut(Out):
    items: list[TaskOut]
    next: int | None


class BulkOut(Out):
    """`undo`: the id to take it back with, null where nothing changed. `items`: the named tasks as they stand."""

    items: list[TaskOut]
    undo: int | None


class UndoneOut(Out):
    """`left`: ids of those that somebody changed since; `detail` says so in words."""

    items: list[TaskOut]
    left: list[int]
    detail: str | None


# How many tasks may stand in a column; with `limit_refuses` no more are let in, else it only shows.
Limit = Annotated[int, Field(ge=1, le=9999, strict=True)]


class ColumnIn(In):
    name: Name
    done: bool = False
    colour: ColourName = "grey"
    limit: Limit | None = None
    limit_refuses: bool = False


class ColumnPatch(In):
    name: Name = None
    done: bool = None
    colour: ColourName = None
    limit: Limit | None = None
    limit_refuses: bool = None


class ColumnMoveIn(In):
    before: Id | None = None
    after: Id | None = None


class ColumnRemoval(In):
    move_to: PathId | None = None


class ColumnOut(Out):
    id: int
    name: str
    position: str
    done: bool
    colour: ColourName
    limit: int | None
    limit_refuses: bool


class ColumnsOut(Out):
    items: list[ColumnOut]
    next: None = None


class LabelIn(In):
    name: Name
    colour: ColourName = "grey"


class LabelPatch(In):
    name: Name = None
    colour: ColourName = None


class LabelOut(Out):
    id: int
    name: str
    colour: ColourName


class LabelsOut(Out):
    items: list[LabelOut]
    next: None = None


class CommentIn(In):
    body: Body
    client_id: ClientId | None = None


class CommentPatch(In):
    body: Body


class CommentOut(Out):
    id: int
    task: int
    author: int
    body: str
    html: str
    client_id: str | None
    created_at: datetime
    edited_at: datetime | None


class CommentsOut(Out):
    items: list[CommentOut]
    next: int | None


Person = Id | Literal["me", "none"]
LabelChoice = Id | Literal["none"]


class ViewQuery(In):
    """What stands in the address of a view."""

    assignee: Annotated[list[Person], Field(max_length=50)] = []
    label: Annotated[list[LabelChoice], Field(max_length=50)] = []
    priority: Annotated[list[PriorityName], Field(max_length=5)] = []
    due: Literal["overdue", "today", "week", "none"] | None = None
    q: Annotated[str, Field(max_length=200), AfterValidator(readable)] = ""
    lanes: Literal["assignee", "label", "priority"] | None = None
    layout: Literal["list", "calendar"] | None = None
    sort: Annotated[str, Field(pattern=r"^-?(column|title|due|priority|assignee)$")] | None = None


class ViewIn(In):
    name: Name
    query: ViewQuery = ViewQuery()
    shared: bool = False


class ViewPatch(In):
    name: Name = None
    query: ViewQuery = None
    shared: bool = None


class ViewOut(Out):
    id: int
    name: str
    query: dict
    shared: bool
    owner: int
    created_at: datetime
    updated_at: datetime


class ViewsOut(Out):
    items: list[ViewOut]
    next: None = None


class AttachmentIn(In):
    """`upload`: one of one's own that hangs nowhere yet."""

    upload: Id


class AttachmentOut(UploadOut):
    task: int
    created_by: int
    created_at: datetime


class AttachmentsOut(Out):
    items: list[AttachmentOut]
    next: None = None


class ChecklistItemIn(In):
    text: Line
    assignee: Id | None = None
    before: Id | None = None
    after: Id | None = None
    client_id: ClientId | None = None


class ChecklistItemPatch(In):
    text: Line = None
    assignee: Id | None = None
    ticked: bool = None


class ChecklistItemMove(In):
    """An intent: beside `after`, else beside `before`, else (or when neither stands in the checklist) at its end."""

    before: Id | None = None
    after: Id | None = None


class ChecklistItemOut(Out):
    id: int
    task: int
    text: str
    position: str
    assignee: int | None
    ticked_at: datetime | None
    ticked_by: int | None
    client_id: str | None
    created_by: int | None
    created_at: datetime
    updated_at: datetime


class ChecklistOut(Out):
    items: list[ChecklistItemOut]
    next: None = None


class DependencyIn(In):
    """One of the two: the task that this one waits for, or the one that waits for it."""

    blocked_by: Id = None
    blocks: Id = None


class DependenciesOut(Out):
    blocked_by: list[int]
    blocks: list[int]


class ActivityPage(Page):
    """`after`: only what is newer than the one with this id, the oldest of it first."""

    after: Annotated[int, Field(ge=0, le=2**63 - 1)] | None = None


class ActivityOut(Out):
    """`was` and `now` are what `what` says: a text, a moment, an id, a list of ids or names, or null."""

    id: int
    task: int
    by: int | None
    what: str
    about: str
    was: Any
    now: Any
    created_at: datetime


class ActivitiesOut(Out):
    items: list[ActivityOut]
    next: int | None
