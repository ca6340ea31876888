"""What goes into and comes out of the API of the board."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from projects.schemas import Body, ClientId, Id, In, Line, Moment, Name, Out, Page, PathId, Text

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


class TaskFilter(Page):
    column: PathId | None = None
    assignee: PathId | None = None
    open: bool | None = None


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
    version: int
    comment_count: int
    client_id: str | None
    created_by: int | None
    updated_by: int | None
    created_at: datetime
    updated_at: datetime


class TasksOut(Out):
    items: list[TaskOut]
    next: int | None


class ColumnIn(In):
    name: Name
    done: bool = False


class ColumnPatch(In):
    name: Name = None
    done: bool = None


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
