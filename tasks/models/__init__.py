from tasks.models.activity import Activity
from tasks.models.attachment import Attachment
from tasks.models.batch import Batch
from tasks.models.checklist_item import ChecklistItem
from tasks.models.column import Column
from tasks.models.comment import Comment
from tasks.models.dependency import Dependency
from tasks.models.label import Label
from tasks.models.task import Priority, Task
from tasks.models.view import View

__all__ = [
    "Activity",
    "Attachment",
    "Batch",
    "ChecklistItem",
    "Column",
    "Comment",
    "Dependency",
    "Label",
    "Priority",
    "Task",
    "View",
]
