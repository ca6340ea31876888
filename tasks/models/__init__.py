from tasks.models.attachment import Attachment
from tasks.models.batch import Batch
from tasks.models.column import Column
from tasks.models.comment import Comment
from tasks.models.label import Label
from tasks.models.task import Priority, Task
from tasks.models.view import View

__all__ = ["Attachment", "Batch", "Column", "Comment", "Label", "Priority", "Task", "View"]
